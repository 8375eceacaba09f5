"""Schemas of CRDs and values, in `crd_values.yaml`: which the API server accepts, and which `hctl validate`.

Each case is a schema with values that both accept, values that both refuse, and values that only the server refuses.
"""

from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

__all__ = ["CASES", "KIND", "VERSION", "Case", "crd", "request"]

KIND: Final = "Tried"
VERSION: Final = "tried.example.org/v1"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A schema, and values."""

    why: str
    schema: dict[str, Any]
    accepts: tuple[Any, ...] = ()
    refuses: tuple[Any, ...] = ()
    passes: tuple[Any, ...] = ()


CASES: Final = msgspec.convert(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text()), dict[str, Case])


def crd() -> dict[str, Any]:
    """The CRD with all schemas, each for the key of its case in `spec`.

    It has no category of the platform: other tests on the same server list every kind that has one.
    """
    spec = {"type": "object", "properties": {name: case.schema for name, case in CASES.items()}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    group, _, version = VERSION.partition("/")
    names = {"kind": KIND, "plural": "trieds", "singular": "tried", "listKind": "TriedList"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"trieds.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": names,
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }


def request(name: str, value: object) -> dict[str, Any]:
    """An object with a value for the key of a case."""
    return {"apiVersion": VERSION, "kind": KIND, "metadata": {"name": "tried"}, "spec": {name: value}}
