"""Hypothesis strategies from our schemas.

Own code instead of hypothesis-jsonschema: that stops at draft 7, and our conditional parts (an owned condition has a
closed reason) would be filtered away instead of generated.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import strategies as st

from platform_status_contract.validation import schemas
from platform_status_contract.validation.expectations import choices

__all__ = ["JSON", "Json", "documents", "is_valid"]

Json: TypeAlias = Any
"""A JSON value; its shape is what the tests are about."""

_TEXT = st.characters(exclude_categories=["Cs"])

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(_TEXT, max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(_TEXT, max_size=8), inner, max_size=3),
    max_leaves=6,
)
"""Any JSON value, small."""


def is_valid(schema: schemas.Schema, value: Json) -> bool:
    """Whether a value satisfies a resolved schema, with ECMA's meaning of patterns."""
    return schemas.validator_of(schema).is_valid(value)


@functools.cache
def documents(name: str) -> st.SearchStrategy[Any]:
    """Valid documents of a schema."""
    schema = schemas.resolved_schema(name)
    return build(schema).filter(lambda document: is_valid(schema, document))


def build(schema: schemas.Schema) -> st.SearchStrategy[Any]:
    """Values of a resolved schema; nearly always valid, the caller filters."""
    words = choices(schema)
    if words is not None:
        return st.sampled_from(words)
    if "anyOf" in schema and "type" not in schema:
        return st.one_of([build(branch) for branch in schema["anyOf"]])
    if "if" in schema:
        plain = {key: value for key, value in schema.items() if key not in ("if", "then", "else")}
        both = _merged(_merged(plain, schema["if"]), schema["then"])
        return (build(both) | build(plain)).filter(lambda value: is_valid(schema, value))
    kinds = schema.get("type", ["string", "integer"])
    return st.one_of([_TYPES[kind](schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def _merged(schema: schemas.Schema, more: schemas.Schema) -> schemas.Schema:
    result = {**schema, **more}
    result["required"] = sorted({*schema.get("required", []), *more.get("required", [])})
    properties = {**schema.get("properties", {})}
    for key, value in more.get("properties", {}).items():
        properties[key] = {**properties.get(key, {}), **value}
    result["properties"] = properties
    return result


def _strings(schema: schemas.Schema) -> st.SearchStrategy[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10**6)
    if "pattern" not in schema:
        return st.text(_TEXT, min_size=least, max_size=min(most, least + 8))
    pattern = schemas.python_pattern(schema["pattern"])
    return st.from_regex(pattern, alphabet=_TEXT).filter(lambda text: least <= len(text) <= most)


def _integers(schema: schemas.Schema) -> st.SearchStrategy[int]:
    return st.integers(schema.get("minimum", -(2**53)), schema.get("maximum", 2**53))


def _numbers(schema: schemas.Schema) -> st.SearchStrategy[float]:
    least, most = schema.get("minimum", -1e9), schema.get("maximum", 1e9)
    return st.floats(least, most) | st.integers(int(least), int(most))


def _arrays(schema: schemas.Schema) -> st.SearchStrategy[list[Any]]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
    items = build(schema["items"]) if "items" in schema else JSON
    unique = (lambda item: item["type"]) if "allOf" in schema else None
    if "x-unique" in schema:
        unique = functools.partial(_unlike, schema["x-unique"])
    return st.lists(items, min_size=least, max_size=max(least, min(most, 3)), unique_by=unique)


def _unlike(key: str, item: dict[str, Any]) -> str:
    """What tells two items apart, as the condition that is made of a name would compare."""
    return str(item[key]).replace("-", "")


def _alternatives(schema: schemas.Schema) -> list[schemas.Schema]:
    """The schema once for each choice that its `allOf` leaves, what a choice forbids left out."""
    found = [{key: value for key, value in schema.items() if key != "allOf"}]
    for part in schema["allOf"]:
        found = [_merged(one, choice) for one in found for choice in part.get("anyOf", [{}])]
    for one in found:
        forbidden = one.pop("not", {})
        banned = {key for ban in (forbidden, *forbidden.get("anyOf", [])) for key in ban.get("required", [])}
        one["properties"] = {key: value for key, value in one["properties"].items() if key not in banned}
    return found


def _objects(schema: schemas.Schema) -> st.SearchStrategy[dict[str, Any]]:
    if "allOf" in schema:
        return st.one_of([_objects(one) for one in _alternatives(schema)]).filter(lambda one: is_valid(schema, one))
    known = schema.get("properties", {})
    required = {key: build(known[key]) for key in schema.get("required", []) if key in known}
    optional = {key: build(value) for key, value in known.items() if key not in required}
    base = st.fixed_dictionaries(required, optional=optional)
    rest = schema.get("additionalProperties", True)
    if rest is False:
        return base
    keys = (
        build({"type": "string", **schema["propertyNames"]})
        if "propertyNames" in schema
        else st.text(_TEXT, max_size=6)
    )
    values = JSON if rest is True else build(rest)
    more = st.dictionaries(keys.filter(lambda key: key not in known), values, max_size=2)
    return st.builds(lambda one, other: {**one, **other}, base, more if rest is not True else st.just({}) | more)


_TYPES: dict[str, Callable[[schemas.Schema], st.SearchStrategy[Json]]] = {
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "boolean": lambda _: st.booleans(),
    "array": _arrays,
    "object": _objects,
    "null": lambda _: st.none(),
}
