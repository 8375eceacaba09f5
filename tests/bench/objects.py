"""Two further objects for each request, of kinds that some operator brings: what a contract names under `objects`."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from localplane.client import Client, Object
from localplane.crds import install_crds
from platform_status_contract.sources.objects.declared import declared_objects
from platform_status_contract.sources.objects.kinds import ObjectKind

__all__ = ["entries", "install_objects", "objects_of"]

_GROUP = "bench.example.org"
_SETTLED = "2026-02-26T10:00:00Z"
_KINDS = {"database": ("Database", "databases"), "cache": ("Cache", "caches")}


def entries(name: str) -> list[Object]:
    """The entries of a request's contract."""
    return [
        {
            "name": entry,
            "apiVersion": f"{_GROUP}/v1",
            "kind": kind,
            "resource": plural,
            "scope": "Namespaced",
            "namespace": name,
            "object": entry,
        }
        for entry, (kind, plural) in _KINDS.items()
    ]


def install_objects(admin: Client, folder: Path) -> tuple[ObjectKind, ...]:
    """Install the CRDs, as their operators would; return what the sidecar is to watch."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    crds = [
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{_GROUP}"},
            "spec": {
                "group": _GROUP,
                "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
                "versions": [{**version, "subresources": {"status": {}}}],
            },
        }
        for kind, plural in _KINDS.values()
    ]
    path = folder / "objects.yaml"
    path.write_text(yaml.safe_dump_all(crds))
    install_crds(admin, [path])
    return tuple(declared_objects(entries("any")))


def objects_of(name: str) -> Iterator[Object]:
    """The objects of one request, each about as large as that of a database's operator: 4 KiB."""
    for entry, (kind, _) in _KINDS.items():
        ready = {"type": "Ready", "status": "True", "reason": "Running", "message": "", "lastTransitionTime": _SETTLED}
        yield {
            "apiVersion": f"{_GROUP}/v1",
            "kind": kind,
            "metadata": {"name": entry, "namespace": name},
            "spec": {f"parameter{number}": {"value": "x" * 40, "unit": "MiB"} for number in range(40)},
            "status": {"observedGeneration": 1, "conditions": [ready], "members": [f"{entry}-{i}" for i in range(20)]},
        }
