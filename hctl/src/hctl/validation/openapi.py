"""The schema of a CRD as a JSON Schema that this package can judge by. Pure, and total for any JSON.

What differs: an object with properties takes no others (the API server would drop them), null stands for absence where
something is nullable, numbers or texts are one type, and patterns are RE2, which is what CEL's `matches` is. What has
no counterpart (rules in CEL, keys of lists, defaults) is kept for `crd_rules`.
"""

import functools
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final

from platform_status_contract.template.cel import CelError, Environment
from platform_status_contract.validation import validate_with, validator_of
from platform_status_contract.validation.expectations import expectation
from platform_status_contract.validation.explain import UNKNOWN_KEY
from platform_status_contract.validation.problems import Path, Problem, describe
from platform_status_contract.validation.schemas import Schema

__all__ = ["NotStructuralError", "judge", "matches_re2", "translate", "with_words"]

_KEPT: Final = (
    "description", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "multipleOf", "minItems",
    "maxItems", "uniqueItems", "minProperties", "maxProperties", "required", "default",
    "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)  # fmt: skip
_OTHERS: Final = (
    "type", "properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "not", "nullable", "format",
    "title", "example", "externalDocs", "exclusiveMinimum", "exclusiveMaximum", "$ref", "$schema", "id", "definitions",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string", "x-kubernetes-embedded-resource",
)  # fmt: skip
_TYPES: Final = frozenset({"object", "array", "string", "integer", "number", "boolean"})
_KNOWN: Final = frozenset((*_KEPT, *_OTHERS))
_BRANCHES: Final = ("allOf", "anyOf", "oneOf")
_DEEPEST: Final = 48
_LARGEST: Final = 2**63 - 1
"""Of integers: what has more than 64 bits is a floating-point number for the API server."""


class NotStructuralError(ValueError):
    """A schema of a CRD is none that the API server would take.

    Attributes:
        path: Where in the schema.
        found: What stands there.
        expected: What should.
        hint: What would mend it; empty if that is not known.
    """

    def __init__(self, path: Path, found: str, expected: str, hint: str = "") -> None:
        super().__init__(found)
        self.path = path
        self.hint = hint
        self.found = found
        self.expected = expected

    @property
    def rule(self) -> str:
        """The rule that is broken."""
        return "typo" if self.found == UNKNOWN_KEY else "promise-api"


def translate(schema: object, path: Path = ()) -> Schema:
    """Translate a structural schema.

    Args:
        schema: Any JSON.
        path: Where it stands, for the error.

    Raises:
        NotStructuralError: It is none.
    """
    known = _checked(schema, path)
    if "$ref" in known:
        raise NotStructuralError((*path, "$ref"), "a $ref", "the schema itself; a CRD knows no references")
    result = _keywords(known, path)
    is_open_object = known.get("x-kubernetes-preserve-unknown-fields") is True
    number_or_text = known.get("x-kubernetes-int-or-string") is True
    kind = known.get("type")
    if number_or_text:
        result["type"] = ["integer", "string"]
    elif isinstance(kind, str) and kind in _TYPES:
        result["type"] = kind
    elif not is_open_object:
        raise NotStructuralError((*path, "type"), "no known type", f"one of {', '.join(sorted(_TYPES))}")
    if number_or_text or kind == "integer":
        result.setdefault("maximum", _LARGEST)
    result |= _nested(known, path, translate, () if number_or_text else _BRANCHES)
    if kind == "object" and "additionalProperties" not in known:
        result["additionalProperties"] = is_open_object or known.get("x-kubernetes-embedded-resource") is True
        result.setdefault("properties", {})
    if kind == "array" and "items" not in result:
        raise NotStructuralError((*path, "items"), "nothing", "the schema of the items")
    if known.get("nullable") is True and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
        result |= {"enum": [*result["enum"], None]} if "enum" in result else {}
    return with_words(result, known.get("example"))


def with_words(schema: Schema, example: object = None) -> Schema:
    """Say in words what a pattern asks for: the pattern itself is the only thing that is surely right."""
    if "pattern" not in schema or "x-expected" in schema:
        return schema
    such = f", such as {example}" if isinstance(example, str | int) else ""
    plain = {key: value for key, value in schema.items() if key != "pattern"}
    return {**schema, "x-expected": f"{expectation(plain)} that matches {schema['pattern']}{such}"}


def _constraint(schema: object, path: Path) -> Schema:
    """A schema inside anyOf and the like: it constrains only, so types and further keys are not its business."""
    known = _checked(schema, path)
    return _keywords(known, path) | _nested(known, path, _constraint, _BRANCHES)


def _checked(schema: object, path: Path) -> dict[str, Any]:
    if not isinstance(schema, dict):
        raise NotStructuralError(path, describe(schema), "a schema")
    if len(path) > _DEEPEST:
        raise NotStructuralError(path, "a schema that is nested too deeply", "a flatter one")
    for key in schema:
        if key not in _KNOWN:
            near = get_close_matches(str(key)[:64], _KNOWN, n=1)
            hint = f"did you mean {near[0]}?" if near else ""
            raise NotStructuralError((*path, key), UNKNOWN_KEY, "a keyword of a CRD's schema", hint)
    # The API server decodes null as absence.
    return {key: value for key, value in schema.items() if value is not None or key == "default"}


def _nested(
    schema: dict[str, Any], path: Path, inner: Callable[[object, Path], Schema], branches: tuple[str, ...]
) -> Schema:
    """What a schema says about the parts of a value."""
    result: Schema = {}
    if schema.get("properties"):
        found = schema["properties"]
        if not isinstance(found, dict):
            raise NotStructuralError((*path, "properties"), describe(found), "a mapping of schemas")
        result["properties"] = {key: inner(value, (*path, "properties", key)) for key, value in found.items()}
    for word in ("items", "additionalProperties"):
        if word in schema and not isinstance(schema[word], bool):
            result[word] = inner(schema[word], (*path, word))
    for word in branches:
        found = schema.get(word)
        if isinstance(found, list) and found:
            result[word] = [_constraint(branch, (*path, word, index)) for index, branch in enumerate(found)]
    if isinstance(schema.get("not"), dict):
        result["not"] = _constraint(schema["not"], (*path, "not"))
    return result


def _keywords(schema: dict[str, Any], path: Path) -> Schema:
    """The keywords that mean the same, held against their types: with others the validator would raise."""
    result: Schema = {key: schema[key] for key in _KEPT if key in schema}
    for word, value in result.items():
        if not _FITS.get(word, _anything)(value):
            raise NotStructuralError((*path, word), describe(value), "a value that the keyword can have")
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # OpenAPI v3.0 says it beside minimum and maximum, JSON Schema instead of them.
        if schema.get(word) is True and bound in result:
            result[word] = result.pop(bound)
    return result


def _anything(_: object) -> bool:
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


@functools.cache
def _re2() -> Environment:
    return Environment(["pattern", "text"])


@functools.cache
def _compiles(pattern: str) -> bool:
    try:
        _matches(pattern, "")
    except CelError:
        return False
    return True


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches, as the API server means it and in linear time.

    Raises:
        CelError: It is no pattern of RE2.
    """
    return _re2().compile("text.matches(pattern)").evaluate({"pattern": pattern, "text": text}) is True


def matches_re2(pattern: str, text: str) -> bool:
    """Whether a pattern matches; one that is none matches nothing."""
    try:
        return _matches(pattern, text)
    except CelError:
        return False


_FITS: Final[dict[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(("enum", "x-kubernetes-validations"), _is_list),
    **dict.fromkeys(("required", "x-kubernetes-list-map-keys"), _is_texts),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "pattern": lambda value: isinstance(value, str) and _compiles(value),
    # forbidden by the API server, because it costs the square of the length
    "uniqueItems": lambda value: value is False,
}
"""Keyword -> whether a value can be its; the others may say anything."""


def judge(value: object, schema: Schema) -> tuple[Problem, ...]:
    """Hold a value against a translated schema."""
    return validate_with(value, validator_of(schema, matches_re2))
