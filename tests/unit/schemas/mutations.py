"""Single mutations of a valid document, each of which must make it invalid; driven by the schema."""

from collections.abc import Iterator

from msgspec import Struct

from platform_status_contract.validation.expectations import choices
from platform_status_contract.validation.schemas import Schema

from .strategies import Json, is_valid

__all__ = ["Mutation", "mutations", "normalised"]

_OTHERS: tuple[Json, ...] = (None, True, 7.5, "\x07", [None], {"\x07": None})
_SOURCES = ("application", "subApplications", "workloads", "secrets", "objects", "works")


class Mutation(Struct, frozen=True):
    """A document with one thing wrong.

    Attributes:
        path: Where.
        what: What was done, for the report.
        value: What stands there now.
        optional: Whether the key there may be absent and has no default; such a null is a known difference.
        foreign: Whether it is a key of Kratix; the model passes over those.
        document: The mutated document.
    """

    path: tuple[str | int, ...]
    what: str
    value: Json
    optional: bool
    foreign: bool
    document: Json


def mutations(schema: Schema, document: Json) -> Iterator[Mutation]:
    """Every single mutation of a valid document that its schema has a word about."""
    for path, what, value, optional in _walk(schema, document, (), optional=False):
        foreign = bool(path) and schema["properties"].get(path[0], {}).get("x-owner") == "kratix"
        yield Mutation(path, what, value, optional, foreign, _put(document, path, value))


_Step = tuple[tuple[str | int, ...], str, Json, bool]


def _walk(schema: Schema, value: Json, path: tuple[str | int, ...], *, optional: bool) -> Iterator[_Step]:
    for what, wrong in _wrong(schema, value):
        if not is_valid(schema, wrong):
            yield path, what, wrong, optional
    for branch in schema.get("anyOf", []) if "type" not in schema else []:
        if is_valid(branch, value):
            outer = (step for step in _walk(branch, value, path, optional=False) if step[0] != path)
            yield from outer
            return
    if isinstance(value, dict):
        required = schema.get("required", [])
        for key, item in value.items():
            below = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if isinstance(below, dict):
                fixed = key in schema.get("properties", {}) and schema.get("title") != "Timers"  # a map in the model
                may_miss = fixed and key not in required and "default" not in below
                yield from _walk(below, item, (*path, key), optional=may_miss)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _walk(schema["items"], item, (*path, index), optional=False)


def _wrong(schema: Schema, value: Json) -> Iterator[tuple[str, Json]]:
    yield from (("another type", other) for other in _OTHERS)
    if isinstance(value, str):
        yield "a line feed at the end", f"{value}\n"
        yield "empty", ""
        yield "too long", value + "x" * 40000
        yield "another word", "Nonsense"
    elif isinstance(value, list):
        yield "too many", (value or [None]) * 100
        yield "the first one twice", [*value, *value[:1]]
    elif isinstance(value, dict):
        for key in value:
            yield f"without {key}", {other: item for other, item in value.items() if other != key}
        yield "an unknown key", {**value, "\x07unknown": next(iter(value.values()), "x")}
        yield "too many keys", {**value, **{f"k{index}": "x" for index in range(100)}}
        yield "without sources", {key: item for key, item in value.items() if key not in _SOURCES}
    elif isinstance(value, int | float):
        yield "too small", schema.get("minimum", 0) - 1
        yield "too large", schema.get("maximum", 2**53) + 1
        yield "a fraction", value + 0.5


def _put(document: Json, path: tuple[str | int, ...], value: Json) -> Json:
    if not path:
        return value
    key, *rest = path
    if isinstance(document, list):
        return [_put(item, tuple(rest), value) if place == key else item for place, item in enumerate(document)]
    return {name: _put(item, tuple(rest), value) if name == key else item for name, item in document.items()}


def normalised(schema: Schema, value: Json) -> Json:
    """A document without what the model does not write again: unknown keys, Kratix's keys, default values."""
    if "anyOf" in schema and "type" not in schema:
        return next((normalised(branch, value) for branch in schema["anyOf"] if is_valid(branch, value)), value)
    if isinstance(value, list):
        return [normalised(schema.get("items", {}), item) for item in value]
    if not isinstance(value, dict) or choices(schema) is not None:
        return value
    known, rest = schema.get("properties", {}), schema.get("additionalProperties", not schema.get("properties"))
    result = {}
    for key, item in value.items():
        below = known.get(key, rest if isinstance(rest, dict) else {})
        inner = normalised(below, item)
        ours = key in known and below.get("x-owner") != "kratix"
        if (ours or (key not in known and rest)) and not ("default" in below and inner == below["default"]):
            result[key] = inner
    return result
