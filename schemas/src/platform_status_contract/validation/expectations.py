"""The requirements of a schema, in words.

For keywords without readable words, the schema has them in `x-expected` (beside a pattern); otherwise they are built
here from type, range, length and enum.
"""

import json
from typing import Any

from .schemas import Schema

__all__ = ["alternatives", "choices", "expectation"]

_MAX_LISTED = 12
_BOUNDS = {
    "minimum": "of at least",
    "exclusiveMinimum": "above",
    "maximum": "of at most",
    "exclusiveMaximum": "below",
}
_COMPOSED = {"allOf", "anyOf", "oneOf", "not"}
_NOUNS = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def expectation(schema: object) -> str:
    """Describe the values that satisfy a schema.

    Args:
        schema: A resolved schema; true and false are schemas too.

    Returns:
        A noun phrase such as ``a whole number from 0 to 10000``.
    """
    if not isinstance(schema, dict):
        return "any value" if schema else "no such key"
    if "x-expected" in schema:
        return str(schema["x-expected"])
    words = choices(schema)
    if words is not None:
        return _list(words)
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(dict.fromkeys(expectation(branch) for branch in schema["anyOf"]))
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    nouns = " or ".join(_NOUNS[kind] for kind in kinds) or "another value"
    return f"{nouns}{_range(schema)}{_size(schema)}{_keys(schema)}"


def alternatives(keyword: str, schema: Schema, *, is_several: bool) -> str:
    """Describe the values that satisfy anyOf, oneOf or not.

    Args:
        keyword: One of the three.
        schema: The schema that has it.
        is_several: Whether the value satisfies more than one part of oneOf.
    """
    if "x-expected" in schema:
        return str(schema["x-expected"])
    parts = schema[keyword] if isinstance(schema[keyword], list) else [schema[keyword]]
    noun = {"type": schema["type"]} if "type" in schema else {}
    if any(isinstance(part, dict) and _COMPOSED.intersection(part) for part in parts):
        return f"{expectation(noun)} that satisfies {keyword} in its schema"
    words = list(dict.fromkeys(_with_parts({**noun, **part} if isinstance(part, dict) else part) for part in parts))
    if keyword == "not":
        return f"anything but {words[0]}"
    return f"only one of: {'; '.join(words)}" if is_several else " or ".join(words)


def _with_parts(schema: object) -> str:
    inner = schema.get("properties", {}) if isinstance(schema, dict) else {}
    keys = [f"{key} is {expectation(part)}" for key, part in inner.items()]
    return f"{expectation(schema)}{' where ' if keys else ''}{' and '.join(keys)}"


def choices(schema: object) -> list[Any] | None:
    """The values that a schema lists by const, enum, or a oneOf of consts; None if it lists none."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    branches = schema.get("oneOf", [])
    if branches and all(isinstance(branch, dict) and "const" in branch for branch in branches):
        return [branch["const"] for branch in branches]
    return None


def _list(values: list[Any]) -> str:
    words = [value if isinstance(value, str) and value else json.dumps(value) for value in values]
    if len(words) == 1:
        return words[0]
    return f"one of {', '.join(words)}" if len(words) <= _MAX_LISTED else f"one of {len(words)} known words"


def _range(schema: Schema) -> str:
    if {"minimum", "maximum"} <= schema.keys():
        words = [f" from {schema['minimum']} to {schema['maximum']}"]
    else:
        words = [f" {word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    words += [f" that is a multiple of {schema['multipleOf']}"] if "multipleOf" in schema else []
    return " and".join(words)


def _size(schema: Schema) -> str:
    for least, most, unit in (("minLength", "maxLength", " characters"), ("minItems", "maxItems", "")):
        low, high = schema.get(least), schema.get(most)
        if low is not None and high is not None:
            return f" of {low} to {high}{unit}"
        if high is not None:
            return f" of at most {high}{unit}"
        if low is not None:
            return f" of at least {low}{unit}"
    if "pattern" in schema:
        return " that matches its pattern"
    return f" of the format {schema['format']}" if "format" in schema else ""


def _keys(schema: Schema) -> str:
    words = [f"with {', '.join(schema['required'])}"] if schema.get("required") else []
    words += [f"of at least {schema['minProperties']} keys"] if "minProperties" in schema else []
    words += [f"of at most {schema['maxProperties']} keys"] if "maxProperties" in schema else []
    return f" {' and '.join(words)}" if words else ""
