"""Promises to read: ours, and small ones made by hand."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from hctl.validation.check import SourceFile, check
from hctl.validation.findings import Severity
from platform_status_contract.template.yaml_text import dump
from platform_status_pipeline.kratix.folders import read_documents, read_mapping

ROOT = Path(__file__).resolve().parents[3]
PROMISE = ROOT / "promise" / "promise.yaml"
PARTS = read_documents(ROOT / "promise" / "sidecar")

WIDGET: dict[str, Any] = {
    "apiVersion": "platform.kratix.io/v1alpha1",
    "kind": "Promise",
    "metadata": {"name": "widget", "labels": {"kratix.io/promise-version": "v1.0.0"}},
    "spec": {
        "api": {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "widgets.example.org"},
            "spec": {
                "group": "example.org",
                "scope": "Namespaced",
                "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
                "versions": [
                    {"name": "v1", "served": True, "storage": False}
                    | {"schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {}}}}},
                    {"name": "v2", "served": True, "storage": True}
                    | {"schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {}}}}},
                ],
            },
        }
    },
}


def refusals(promise: dict[str, Any]) -> list[str]:
    """Say what Kratix would refuse in a Promise."""
    findings = check([SourceFile("promise.yaml", dump(promise).encode())]).findings
    return [finding.message for finding in findings if finding.severity is Severity.ERROR]


def ours() -> dict[str, Any]:
    """Return the Promise of this repository."""
    return read_mapping(PROMISE)


def widget(path: str = "", value: object = None) -> dict[str, Any]:
    """Return a small Promise of another kind, one field changed; None takes the field out."""
    promise = deepcopy(WIDGET)
    *parents, last = path.split(".") if path else [""]
    part: Any = promise
    for parent in parents:
        part = part[int(parent)] if parent.isdigit() else part[parent]
    if path and value is None:
        del part[last]
    elif path:
        part[last] = value
    return promise
