"""The requirements of a schema, in words.

For keywords without readable words, the schema has them in `x-expected` (beside a pattern); otherwise they are built
here from type, range, length and enum.
"""

import json
from typing import Any

from .schemas import Schema

__all__ = ["choices", "expectation"]

_MAX_LISTED = 12
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
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return f" of at most {most}" if most is not None else ""


def _size(schema: Schema) -> str:
    for least, most, unit in (("minLength", "maxLength", " characters"), ("minItems", "maxItems", "")):
        low, high = schema.get(least), schema.get(most)
        if low is not None and high is not None:
            return f" of {low} to {high}{unit}"
        if high is not None:
            return f" of at most {high}{unit}"
        if low is not None:
            return f" of at least {low}{unit}"
    return " that matches its pattern" if "pattern" in schema else ""


def _keys(schema: Schema) -> str:
    words = [f"with {', '.join(schema['required'])}"] if schema.get("required") else []
    words += [f"of at least {schema['minProperties']} keys"] if "minProperties" in schema else []
    words += [f"of at most {schema['maxProperties']} keys"] if "maxProperties" in schema else []
    return f" {' and '.join(words)}" if words else ""
