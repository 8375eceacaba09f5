"""From an error of jsonschema to actionable problems."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from jsonschema.exceptions import ValidationError

from .expectations import alternatives, choices, expectation
from .problems import Path, SchemaProblem, describe, quote
from .schemas import Schema

__all__ = ["UNKNOWN_KEY", "explain"]

UNKNOWN_KEY: Final = "an unknown key"
"""The text for a key that is not in the schema."""

_MAX_WORD = 64
_MAX_KEYS = 64


def explain(error: ValidationError) -> Iterator[SchemaProblem]:
    """Convert one error into problems.

    Args:
        error: From a validator over a resolved schema (`schemas.validator`).

    Yields:
        One problem per fix: one per missing or unknown key; for a choice of schemas, those of the intended branch, if
        the type of the value determines it.
    """
    path: Path = tuple(error.absolute_path)
    instance: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "required":
            yield from _missing(path, instance, schema)
        case "additionalProperties":
            yield from _unknown(path, instance, schema)
        case "anyOf" | "oneOf" if choices(schema) is None:
            yield from _branches(path, error)
        case "not":
            expected = alternatives("not", schema, is_several=False)
            yield SchemaProblem.at(path, _found("not", schema, instance), expected)
        case _ if "propertyNames" in error.absolute_schema_path:
            yield SchemaProblem.at((*path, instance), f"the key {quote(instance)}", expectation(schema))
        case keyword:
            expected = _expected(str(keyword), schema)
            words = choices(schema) or []
            hint = _nearest(instance, words) if len(words) > 1 else ""
            yield SchemaProblem.at(path, _found(str(keyword), schema, instance), expected, hint)


def _found(keyword: str, schema: Any, instance: object) -> str:  # noqa: ANN401 - a schema may be a mapping, true or false
    """The text for the found value; a schema may override it where the value is no help or must not be quoted."""
    notes = schema if isinstance(schema, dict) else {}
    if "x-found" in notes and keyword != "type":
        return str(notes["x-found"])
    if notes.get("x-sensitive") and isinstance(instance, str):
        return f"a text of {len(instance)} characters"
    return describe(instance)


def _expected(keyword: str, schema: Any) -> str:  # noqa: ANN401 - a schema may be a mapping, true or false
    """The text for the expected value; for a wrong type it is the type only, without size or keys."""
    if keyword == "type" and schema["type"] in ("array", "object") and "x-expected" not in schema:
        return expectation({"type": schema["type"]})
    return "each item once" if keyword == "uniqueItems" else expectation(schema)


def _missing(path: Path, instance: dict[str, Any], schema: Schema) -> Iterator[SchemaProblem]:
    known = schema.get("properties", {})
    strangers = [key for key in list(instance)[:_MAX_KEYS] if key not in known]
    for key in schema["required"]:
        if key in instance:
            continue
        typo = get_close_matches(key, [stranger[:_MAX_WORD] for stranger in strangers], n=1)
        hint = f"did you mean {key} instead of {quote(typo[0])}?" if typo else ""
        yield SchemaProblem.at((*path, key), "nothing", expectation(known.get(key, {"x-expected": "this key"})), hint)


def _unknown(path: Path, instance: dict[str, Any], schema: Schema) -> Iterator[SchemaProblem]:
    known = sorted(schema.get("properties", {}))
    for key in instance:
        if key not in known:
            missing = [candidate for candidate in known if candidate not in instance]
            yield SchemaProblem.at((*path, key), UNKNOWN_KEY, f"one of {', '.join(known)}", _nearest(key, missing))


def _branches(path: Path, error: ValidationError) -> Iterator[SchemaProblem]:
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or []:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    fitting = [
        errors
        for errors in branches.values()
        if not any(inner.validator == "type" and not inner.relative_path for inner in errors)
    ]
    schema: Any = error.schema
    if len(fitting) == 1 and (isinstance(error.instance, dict | list) or "x-expected" not in schema):
        for inner in fitting[0]:
            yield from explain(inner)
        return
    hint = ""
    if isinstance(error.instance, dict):
        wanted = [key for branch in schema[str(error.validator)] for key in branch.get("required", [])]
        typos = [(key, _near(key, wanted)) for key in list(error.instance)[:_MAX_KEYS] if key not in wanted]
        hint = next((f"did you mean {near} instead of {quote(key)}?" for key, near in typos if near), "")
    keyword = str(error.validator)
    expected = alternatives(keyword, schema, is_several=not error.context)
    yield SchemaProblem.at(path, _found(keyword, schema, error.instance), expected, hint)


def _near(word: object, known: list[Any]) -> str:
    words = [choice for choice in known if isinstance(choice, str)]
    if not isinstance(word, str) or not words:
        return ""
    lowered = {choice.lower(): choice for choice in words}
    nearest = get_close_matches(word[:_MAX_WORD].lower(), lowered, n=1)
    return lowered[nearest[0]] if nearest else ""


def _nearest(word: object, known: list[Any]) -> str:
    near = _near(word, known)
    return f"did you mean {near}?" if near else ""
