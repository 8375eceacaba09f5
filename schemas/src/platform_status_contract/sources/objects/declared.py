"""What a template names under `objects`, before it is resolved: the rights of the sidecar follow from it."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.model.outputs import PROMISE_LABEL, REQUEST_LABEL, entry_of_output

from .kinds import ObjectKind, object_kinds

__all__ = ["DeclaredError", "declared_objects", "declared_outputs"]

_ANY = "x"
"""Stands for what only a request tells; nothing that is read of an object depends on it."""


class DeclaredError(ValueError):
    """An entry that does not say for itself what is read.

    Attributes:
        where: The list that it stands in.
        index: Which entry.
        field: Its field; empty for the entry.
        found: What stands there.
        expected: What should.
    """

    def __init__(self, index: int, field: str, found: str, expected: str, where: str = "objects") -> None:
        """Make the sentence of the parts."""
        super().__init__(f"{where}[{index}]{'.' if field else ''}{field}: found {found}, expected {expected}")
        self.where = where
        self.index = index
        self.field = field
        self.found = found
        self.expected = expected


def declared_objects(entries: Iterable[Mapping[str, Any]]) -> tuple[ObjectKind, ...]:
    """List the kinds that the entries of a template name, with all that is read of their objects.

    Args:
        entries: `contract.objects` of a StatusContract; strings may hold expressions.

    Raises:
        DeclaredError: An entry cannot be read, or what is read depends on the request.
    """
    return object_kinds([_stand_in(index, entry) for index, entry in enumerate(entries)])


def declared_outputs(kinds: Iterable[Mapping[str, Any]]) -> tuple[ObjectKind, ...]:
    """List the kinds of `contract.outputs`, as `declared_objects` lists those of entries."""
    labels = dict.fromkeys((PROMISE_LABEL, REQUEST_LABEL), _ANY)
    try:
        return declared_objects([entry_of_output(kind, _ANY, labels) for kind in kinds])
    except DeclaredError as error:
        raise DeclaredError(error.index, error.field, error.found, error.expected, "outputs.kinds") from error


def _stand_in(index: int, entry: Mapping[str, Any]) -> ObjectEntry:
    known = {key: value for key, value in entry.items() if key not in ("namespace", "object", "selector", "minimum")}
    if entry.get("scope") == "Namespaced":
        known["namespace"] = _ANY
    if "selector" in entry:
        known["selector"] = {"matchLabels": dict.fromkeys(_keys(index, entry["selector"]), _ANY)}
    else:
        known["object"] = _ANY
    for key, expected in (("generationAnnotation", "the annotation itself"), ("watchSelector", "labels written out")):
        if "${" in str(entry.get(key)):
            raise DeclaredError(index, key, "an expression", expected)
    try:
        return msgspec.convert(known, ObjectEntry)
    except msgspec.ValidationError as error:
        raise DeclaredError(index, "", f"what cannot be read ({error})", "an entry of the contract") from error


def _keys(index: int, selector: object) -> list[str]:
    """List the keys of a selector; which values they have, only a request tells."""
    found = selector if isinstance(selector, Mapping) else {"matchLabels": "${"}
    labels, expressions = found.get("matchLabels", {}), found.get("matchExpressions", [])
    keys = [*(labels if isinstance(labels, Mapping) else ["${"])]
    items = expressions if isinstance(expressions, list) else ["${"]
    keys += [item.get("key", "${") if isinstance(item, Mapping) else "${" for item in items]
    if any("${" in str(key) for key in keys):
        raise DeclaredError(index, "selector", "an expression", "one whose keys are written out")
    return [str(key) for key in keys]
