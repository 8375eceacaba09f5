"""The JSON Schema files: listing, loading, and resolving their references offline."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry, Resource

from .errors import UnknownSchemaError

__all__ = [
    "CONTRACT",
    "STATUS",
    "STATUS_CONTRACT",
    "Schema",
    "SchemaName",
    "load_schema",
    "python_pattern",
    "registry",
    "resolve_name",
    "resolved_schema",
    "schema_names",
    "validator",
]

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema as decoded JSON."""

SchemaName: TypeAlias = str
"""Name of a schema: its file name without ``.schema.json``, such as ``contract-v1``; or ``contract`` for short."""

STATUS: Final[SchemaName] = "status-v1"
CONTRACT: Final[SchemaName] = "contract-v1"
STATUS_CONTRACT: Final[SchemaName] = "statuscontract-v1"

_SUFFIX = ".schema.json"
_DOLLAR = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", re.DOTALL)


@functools.cache
def schema_names() -> tuple[SchemaName, ...]:
    """Names of all schemas of this distribution, sorted."""
    folder = files("platform_status_contract") / "jsonschema"
    return tuple(sorted(entry.name.removesuffix(_SUFFIX) for entry in folder.iterdir() if entry.name.endswith(_SUFFIX)))


def resolve_name(name: SchemaName) -> SchemaName:
    """Find a schema by its full name or, while there is one version of it only, without the version.

    Args:
        name: ``contract-v1`` or ``contract``.

    Raises:
        UnknownSchemaError: No schema, or more than one, goes by that name.
    """
    names = schema_names()
    found = [known for known in names if name in (known, known.rpartition("-")[0])]
    if len(found) == 1:
        return found[0]
    nearest = get_close_matches(name[:64], names, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise UnknownSchemaError(f"found no schema {name[:64]!r}, expected one of {', '.join(names)}{hint}")


@functools.cache
def _text(name: SchemaName) -> str:
    return (files("platform_status_contract") / "jsonschema" / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def load_schema(name: SchemaName) -> Schema:
    """Load a schema as it stands in its file.

    Args:
        name: See `resolve_name`.

    Returns:
        A new copy; the caller may change it.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    schema: Schema = json.loads(_text(resolve_name(name)))
    return schema


@functools.cache
def registry() -> "Registry[Mapping[str, Any] | bool]":
    """All schemas by their ``$id``; whatever is not in it stays unresolved: nothing is ever fetched."""
    empty: Registry[Mapping[str, Any] | bool] = Registry()
    loaded = (load_schema(name) for name in schema_names())
    return empty.with_resources((schema["$id"], Resource.from_contents(schema)) for schema in loaded)


def resolved_schema(name: SchemaName) -> Schema:
    """Load a schema with every ``$ref`` replaced by what it points at.

    What stands beside a ``$ref`` (description, x-when ...) wins over the same keyword at its target. Errors of
    jsonschema then carry the whole subschema, which is what sentences are made of.

    Args:
        name: See `resolve_name`.

    Returns:
        A new copy; the caller may change it.

    Raises:
        UnknownSchemaError: There is no such schema.
        RecursionError: A ``$ref`` leads to itself.
    """
    schema = load_schema(name)
    resolver = registry().resolver(schema["$id"])
    return {key: value for key, value in _inline(schema, resolver).items() if key != "$defs"}


def _inline(node: Any, resolver: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, list):
        return [_inline(item, resolver) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        target = resolver.lookup(node["$ref"])
        beside = {key: value for key, value in node.items() if key != "$ref"}
        inlined = {**_inline(target.contents, target.resolver), **_inline(beside, resolver)}
        return {key: value for key, value in inlined.items() if key not in ("$id", "$schema", "$defs")}
    return {key: _inline(value, resolver) for key, value in node.items()}


def python_pattern(pattern: str) -> str:
    r"""Translate a pattern of JSON Schema (ECMA 262) for Python's `re`.

    ECMA's ``$`` is the very end of the text, Python's also matches before a line feed there; ``\Z`` is what is meant.
    """
    return _DOLLAR.sub(lambda match: match.group(1) or r"\Z", pattern)


def _pattern(_: Validator, pattern: str, instance: object, __: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.search(python_pattern(pattern), instance):
        yield ValidationError("does not match its pattern")


_Validator: type[Validator] = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # the stubs leave `extend` untyped


@functools.cache
def validator(name: SchemaName) -> Validator:
    """A validator for one schema, of JSON Schema 2020-12 with ECMA's meaning of ``$`` in patterns.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    return _Validator(resolved_schema(name))
