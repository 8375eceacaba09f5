"""Rows of the reference page: every key of a document, with type, unit and presence."""

from collections.abc import Iterator
from typing import TypeAlias

from .expectations import choices
from .schemas import PLATFORM_POLICY, STATUS_CONTRACT, Schema, SchemaName, resolved_schema

__all__ = ["Row", "key_rows"]

Row: TypeAlias = tuple[str, ...]
"""Cells of one row of a table."""

_MAX_LISTED = 6
_TYPES = {"object": "mapping", "array": "list", "integer": "whole number"}


def key_rows(name: SchemaName, owner: str | None = None) -> list[Row]:
    """Return a row for every key of a document, in the order of the schema.

    Args:
        name: The schema.
        owner: Only the top-level keys of this owner and the keys below them; None: all.

    Returns:
        Rows of key, type, unit, presence, meaning. In documents that people write, presence is whether it is required.
    """
    schema = resolved_schema(name)
    rows: list[Row] = []
    for key, value in schema["properties"].items():
        if owner in (None, value.get("x-owner")):
            rows += _rows(name, key, value, required=key in schema.get("required", []))
    return rows


def _rows(name: SchemaName, path: str, schema: Schema, *, required: bool) -> Iterator[Row]:
    written = name in (STATUS_CONTRACT, PLATFORM_POLICY)
    when = ("yes" if required else "") if written else schema.get("x-when", "")
    meaning = " ".join(filter(None, (schema.get("description", ""), _default(schema), schema.get("x-note", ""))))
    yield f"`{path}`", _type(schema), schema.get("x-unit", ""), when, meaning
    if path.rpartition(".")[2] in ("contract", "since") and name != STATUS_CONTRACT:
        return  # these two have their own sections
    shape = _shape(schema)
    if "items" in shape:
        path, shape = f"{path}[]", _shape(shape["items"])
    for key, value in shape.get("properties", {}).items():
        yield from _rows(name, f"{path}.{key}", value, required=key in shape.get("required", []))


def _shape(schema: Schema) -> Schema:
    """The branch of a choice that has keys or items; the schema itself if there is no choice."""
    branches: list[Schema] = schema.get("anyOf", [])
    return next((branch for branch in branches if "properties" in branch or "items" in branch), schema)


def _type(schema: Schema) -> str:
    words = choices(schema)
    if words is not None:
        return " or ".join(f"`{word}`" for word in words) if len(words) <= _MAX_LISTED else "string, see below"
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(dict.fromkeys(_type(branch) for branch in schema["anyOf"]))
    return "expression" if schema.get("title") == "Expression" else _kind(schema)


def _kind(schema: Schema) -> str:
    kind: str = schema["type"]
    if kind == "array" and "properties" not in _shape(schema["items"]):
        return f"list of {_type(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"mapping of {_type(schema['additionalProperties'])}"
    return _TYPES.get(kind, kind)


def _default(schema: Schema) -> str:
    if schema.get("default") in (None, "", [], {}):
        return ""
    value = schema["default"]
    return f"Default: {str(value).lower() if isinstance(value, bool) else value}."
