"""A minimal Promise for tests: Widget, with containers that are Python functions.

For tests of the double, and for tests of a status writer that need Kratix but no pipeline of their own.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from kratix_double.job import Container, Folders, Pipeline
from kratix_double.requests import Promise
from kratix_double.status_schema import treat
from localplane.client import Client, Object
from localplane.crds import install_crds

__all__ = ["CRDS", "PROMISE", "WIDGET_CRD", "container", "install", "pipeline", "widget"]

CRDS = Path(__file__).with_name("crds")
"""Kratix's own two CRDs."""

PROMISE = Promise(name="widget", api_version="example.org/v1", kind="Widget", plural="widgets", version="v0.1.0")

WIDGET_CRD: Mapping[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.org"},
    "spec": {
        "group": "example.org",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"size": {"type": "integer"}}},
                            "status": {"type": "object", "properties": {"thrownAway": {"type": "string"}}},
                        },
                    }
                },
            }
        ],
    },
}
"""A CRD as an author writes it, with a status schema that Kratix discards."""


def install(admin: Client, folder: Path) -> None:
    """Install the Widget CRD as Kratix would, and Kratix's own two; idempotent.

    Args:
        admin: A client that may create CRDs.
        folder: Folder for the file of the changed CRD.
    """
    treated = folder / "widgets.yaml"
    treated.write_text(yaml.safe_dump(treat(WIDGET_CRD)))
    install_crds(admin, [treated, CRDS])


def widget(name: str, namespace: str, *, size: int = 1, labels: Mapping[str, str] | None = None) -> Object:
    """Return a request."""
    return {
        "apiVersion": PROMISE.api_version,
        "kind": PROMISE.kind,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels or {})},
        "spec": {"size": size},
    }


def container(
    status: Mapping[str, Any] | None = None,
    *,
    output: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    act: Callable[[Folders, Mapping[str, str]], int] | None = None,
) -> Container:
    """Return a user container that writes files.

    Args:
        status: Content of status.yaml; None: the file is not written.
        output: Path in the output folder -> text; None: one small document.
        metadata: Name in the metadata folder -> text.
        act: Called first, with the folders and the environment; it returns the exit code.
    """
    files = {"config.yaml": "kind: ConfigMap\n"} if output is None else output

    def run(folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
        del cancelled
        for name, text in files.items():
            _leave(folders.output / name, text)
        if status is not None:
            _leave(folders.metadata / "status.yaml", yaml.safe_dump(dict(status)))
        for name, text in (metadata or {}).items():
            _leave(folders.metadata / name, text)
        return 0 if act is None else act(folders, env)

    return run


def _leave(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o644)


def pipeline(*containers: Container, name: str = "configure", backoff_limit: int = 6) -> Pipeline:
    """Return a pipeline; without containers it has one that writes `{"own": "value"}` as its status."""
    return Pipeline(name, containers or (container({"own": "value"}),), backoff_limit)
