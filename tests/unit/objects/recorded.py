"""The recorded objects, decoded for an entry that names them."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from platform_status_contract.model.objects import ObjectEntry, ReadyWhen
from platform_status_contract.rules.observation import ObjectSeen
from platform_status_contract.sources.objects.record import decode_object
from platform_status_contract.sources.objects.wanted import wanted_of

__all__ = ["GOLDEN", "RECORDED", "Document", "documents", "entry_for", "names", "seen_of"]

GOLDEN: Final = Path(__file__).parents[2] / "golden"
_OPERATORS: Final = ("cert-manager", "crossplane", "external-secrets", "cluster-api", "cloudnative-pg")
RECORDED: Final = ("argocd", "builtin", "flux", "kro", "requests", *_OPERATORS)
"""The folders of recorded objects, below tests/golden/objects."""
_FOLDERS: Final = {name: GOLDEN / "objects" / name for name in RECORDED} | {"controllers": GOLDEN / "controllers"}

_REQUESTS: Final = "platform.integratn.tech/"
"""Of a kind that has no preset of its own: an entry names it."""

Document = dict[str, Any]
"""An object as it stands in a file."""


def names() -> Iterator[str]:
    """Every recorded situation, as ``folder/name``."""
    for folder, path in _FOLDERS.items():
        yield from (f"{folder}/{file.stem}" for file in sorted(path.glob("*.yaml")))


@functools.cache
def documents(name: str) -> list[Document]:
    """The objects of a situation; the first is what it is about."""
    folder, _, stem = name.partition("/")
    text = (_FOLDERS[folder] / f"{stem}.yaml").read_text(encoding="utf-8")
    return [document for document in yaml.safe_load_all(text) if document]


def entry_for(document: Document, **more: object) -> ObjectEntry:
    """An entry that names an object."""
    meta = document["metadata"]
    namespace = meta.get("namespace")
    given: dict[str, object] = {
        "name": "thing",
        "api_version": document["apiVersion"],
        "kind": document["kind"],
        "resource": document["kind"].lower() + "s",
        "scope": "Namespaced" if namespace else "Cluster",
        "namespace": namespace,
        "object": meta["name"],
        "ready": ReadyWhen(preset="request" if document["apiVersion"].startswith(_REQUESTS) else None),
    }
    return ObjectEntry(**(given | more))  # type: ignore[arg-type]  # an entry as a contract would name it


def seen_of(document: Document, entry: ObjectEntry) -> ObjectSeen:
    """What the rules see of an object."""
    record = decode_object(json.dumps(document).encode(), wanted_of(entry))
    assert record is not None
    return record.seen
