"""Checks the schema of a CRD, and translates it to a JSON Schema for the validation of requests. Pure.

The differences: an object with properties allows no others (the API server would drop them), int-or-string is one
type, and patterns are RE2, as in CEL's `matches`. Keywords without a counterpart are kept: null and defaults for
`stored`, CEL rules and keys of lists for `crd_rules`.
"""

import functools
import json
from collections.abc import Callable
from typing import Final

from jsonschema.protocols import Validator

from platform_status_contract.validation import SchemaProblem, validate_with, validator_of
from platform_status_contract.validation.expectations import expectation
from platform_status_contract.validation.schemas import Schema

from .formats import compiles, has_format, is_checked, matches_re2

__all__ = ["judge", "translate"]

_OPEN: Final = "x-kubernetes-preserve-unknown-fields"
_NUMBER_OR_TEXT: Final = "x-kubernetes-int-or-string"
_BRANCHES: Final = ("allOf", "anyOf", "oneOf")
_EPSILON: Final = 1e-9
"""What the API server takes for a whole number: its relative distance from one."""

_IN_64_BITS: Final[Schema] = {"maximum": 2**63 - 1, "x-expected": f"a whole number of at most {2**63 - 1}"}
"""The API server reads a larger number as floating-point."""

_IN_32_BITS: Final[Schema] = {"minimum": -(2**31), "maximum": 2**31 - 1, "x-expected": "a whole number of 32 bits"}

_EMBEDDED: Final[Schema] = {
    "apiVersion": {"type": "string", "pattern": "^([^/]+/)?[^/]+$", "x-expected": "a version, such as apps/v1"},
    "kind": {"type": "string", "pattern": "^(?i)[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", "x-expected": "a kind"},
}
"""What an object inside an object must have."""


def _or_null(kind: str, **more: object) -> Schema:
    """Return the schema of a keyword that may be null, which the API server decodes as absent."""
    return {"type": [kind, "null"], **more}


def _shape(inner: str) -> Schema:
    """Return the schema of a schema whose parts refer to one of the two definitions in `_STRUCTURE`."""
    part, constraints = {"$ref": f"#/$defs/{inner}"}, _or_null("array", items={"$ref": "#/$defs/constraint"})
    keywords: dict[str, Schema | bool] = {
        **dict.fromkeys(_COPIED, True),
        **dict.fromkeys(_READ, True),
        **dict.fromkeys(("enum", "x-kubernetes-validations"), _or_null("array")),
        **dict.fromkeys(("required", "x-kubernetes-list-map-keys"), _or_null("array", items={"type": "string"})),
        **dict.fromkeys(("minimum", "maximum"), _or_null("number")),
        **dict.fromkeys(_COUNTS, _or_null("integer")),
        **dict.fromkeys(_BRANCHES, constraints),
        "type": True if inner == "constraint" else _TYPE,
        "multipleOf": _or_null("number", exclusiveMinimum=0, **{"x-expected": "a number above 0"}),
        "pattern": _or_null("string", pattern="RE2", **{"x-expected": "a pattern of RE2"}),
        # The API server rejects it, because its cost is quadratic in the length.
        "uniqueItems": {"enum": [False, None]},
        "$ref": {"type": "null", "x-expected": "the schema itself; a CRD cannot have references"},
        "properties": _or_null("object", additionalProperties=part),
        "items": {"if": {"type": "null"}, "else": part},
        "additionalProperties": {"if": {"type": ["boolean", "null"]}, "else": part},
        "not": {"if": {"type": "null"}, "else": {"$ref": "#/$defs/constraint"}},
    }
    return {"type": "object", "properties": keywords, "additionalProperties": False, "x-expected": "a schema"}


_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_COPIED: Final = (
    "description", "enum", "pattern", "minimum", "maximum", "multipleOf", *_COUNTS, "required", "default",
    "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)  # fmt: skip
_READ: Final = (
    "nullable", "format", "title", "example", "externalDocs", "exclusiveMinimum", "exclusiveMaximum", "$schema",
    "id", "definitions", _OPEN, _NUMBER_OR_TEXT, "x-kubernetes-embedded-resource",
)  # fmt: skip
_UNTYPED: Final = [{"properties": {key: {"const": True}}, "required": [key]} for key in (_OPEN, _NUMBER_OR_TEXT)]
_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_TYPE: Final = {"enum": [*_TYPES, None], "x-expected": f"one of {', '.join(_TYPES)}"}
_TYPED: Final[list[Schema]] = [
    {
        "if": {"not": {"anyOf": _UNTYPED}},
        "then": {"required": ["type"], "properties": {"type": {"x-expected": _TYPE["x-expected"]}}},
    },
    {
        "if": {"properties": {"type": {"const": "array"}}, "required": ["type"]},
        "then": {
            "required": ["items"],
            "properties": {"items": {"type": "object", "x-expected": "the schema of the items"}},
        },
    },
]
_STRUCTURE: Final[Schema] = {
    "$ref": "#/$defs/typed",
    "$defs": {"typed": {**_shape("typed"), "allOf": _TYPED}, "constraint": _shape("constraint")},
}
"""A schema that the API server accepts. Inside anyOf, allOf, oneOf and not a schema needs no type."""


def translate(schema: object) -> tuple[Schema, tuple[SchemaProblem, ...]]:
    """Translate the schema of a CRD; the result is cached by value.

    Args:
        schema: Any JSON.

    Returns:
        The JSON Schema, and the problems for which the API server would reject it. With a problem, the JSON Schema
        allows any value.
    """
    return _translated_text(json.dumps(schema))


@functools.lru_cache(maxsize=128)
def _translated_text(text: str) -> tuple[Schema, tuple[SchemaProblem, ...]]:
    schema = json.loads(text)
    problems = validate_with(schema, _structure())
    return ({"type": "object"} if problems else _translated(schema)), problems


@functools.cache
def _structure() -> Validator:
    # The only pattern in `_STRUCTURE` means "is a valid pattern".
    return validator_of(_STRUCTURE, lambda _, text: compiles(text))


def _translated(schema: Schema) -> Schema:
    known = _known(schema)
    result = _keywords(known) | _nested(known, _translated)
    number_or_text, is_open, kind = known.get(_NUMBER_OR_TEXT) is True, known.get(_OPEN) is True, known.get("type")
    if number_or_text:
        # In a CRD, anyOf with the two types belongs to int-or-string; the type replaces it.
        result = {key: value for key, value in result.items() if key not in _BRANCHES} | {"type": ["integer", "string"]}
    elif kind:
        result["type"] = kind
    if (number_or_text or kind == "integer") and not {"maximum", "exclusiveMaximum"} & result.keys():
        result["allOf"] = [*result.get("allOf", ()), _IN_64_BITS]
    if kind == "integer" and known.get("format") == "int32" and not {"minimum", "maximum"} <= result.keys():
        result["allOf"] = [*result.get("allOf", ()), _IN_32_BITS]
    if kind == "object" and "additionalProperties" not in known:
        result["additionalProperties"] = is_open
        result.setdefault("properties", {})
    if known.get("x-kubernetes-embedded-resource") is True:
        result["required"] = list(dict.fromkeys([*result.get("required", ()), *_EMBEDDED]))
        result["properties"] = {"metadata": {"type": "object"}, **_EMBEDDED, **result.get("properties", {})}
    if known.get("nullable") is True:
        result["nullable"] = True  # for `stored`: without a type, JSON Schema has no word for it
        if isinstance(result.get("type"), str):
            result["type"] = [result["type"], "null"]
            result |= {"enum": [*result["enum"], None]} if "enum" in result else {}
    return _with_words(result | ({"examples": [known["example"]]} if "example" in known else {}))


def _with_words(schema: Schema) -> Schema:
    """Describe the expected value by its pattern, because only the pattern itself is exact."""
    if "pattern" not in schema or "x-expected" in schema:
        return schema
    such = next(
        (f", such as {example}" for example in schema.get("examples", ()) if isinstance(example, str | int)), ""
    )
    plain = {key: value for key, value in schema.items() if key != "pattern"}
    return {**schema, "x-expected": f"{expectation(plain)} that matches {schema['pattern']}{such}"}


def _known(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if value is not None or key == "default"}


def _constraint(schema: Schema) -> Schema:
    """Translate a schema inside anyOf and similar keywords, which checks neither types nor unknown keys."""
    known = _known(schema)
    return _keywords(known) | _nested(known, _constraint)


def _nested(schema: Schema, inner: Callable[[Schema], Schema]) -> Schema:
    """Translate the schemas of the parts of a value."""
    result: Schema = {}
    if schema.get("properties"):
        result["properties"] = {key: inner(value) for key, value in schema["properties"].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            result[word] = inner(schema[word])
    for word in _BRANCHES:
        if schema.get(word):
            result[word] = [_constraint(branch) for branch in schema[word]]
    return result | ({"not": _constraint(schema["not"])} if "not" in schema else {})


def _keywords(schema: Schema) -> Schema:
    """Translate the keywords with the same meaning."""
    result: Schema = {key: schema[key] for key in _COPIED if key in schema}
    result |= {"format": schema["format"]} if is_checked(schema.get("format")) else {}
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # In OpenAPI v3.0 it is a boolean beside minimum or maximum; in JSON Schema a number instead of them.
        if schema.get(word) is True and bound in result:
            result[word] = result.pop(bound)
    return result


def judge(value: object, schema: Schema) -> tuple[SchemaProblem, ...]:
    """Check a value against a translated schema."""
    return validate_with(value, validator_of(schema, matches_re2, _FURTHER))


def _is_multiple(factor: float, value: object) -> bool:
    """Whether a number is a multiple, as the API server computes it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    if isinstance(value, int):
        # It drops the fraction of the factor; below 1 nothing is left, which it refuses.
        return factor >= 1 and value % int(factor) == 0
    times = 1 / factor * value if factor < 1 else value / factor
    whole = round(times)
    return times == whole or abs(times - whole) < _EPSILON * abs(whole)


_FURTHER: Final = (("format", has_format), ("multipleOf", _is_multiple))
