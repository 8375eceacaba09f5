"""The JSON Schema files: listing, loading, and resolving their references offline."""

import functools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, Final, TypeAlias
from urllib.parse import urljoin

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry, Resource

__all__ = [
    "CONTRACT",
    "PLATFORM_POLICY",
    "STATUS",
    "STATUS_CONTRACT",
    "Fulfils",
    "Keyword",
    "Matches",
    "Schema",
    "SchemaName",
    "UnknownSchemaError",
    "bundled_schema",
    "load_schema",
    "python_pattern",
    "registry",
    "resolve_name",
    "resolved_schema",
    "schema_names",
    "search",
    "validator",
    "validator_of",
]


class UnknownSchemaError(Exception):
    """There is no schema of that name; the message lists the existing ones."""


Schema: TypeAlias = dict[str, Any]
"""A JSON Schema as decoded JSON."""

Matches: TypeAlias = Callable[[str, str], bool]
"""Whether a pattern (the first argument) matches somewhere in a text."""

Fulfils: TypeAlias = Callable[[Any, Any], bool]
"""Whether a value (the second argument) fulfils a keyword of a schema with some value."""

Keyword: TypeAlias = tuple[str, Fulfils]
"""A keyword of a schema, and its meaning."""

SchemaName: TypeAlias = str
"""Name of a schema: its file name without ``.schema.json``, such as ``contract-v1``; or ``contract`` for short."""

STATUS: Final[SchemaName] = "status-v1"
CONTRACT: Final[SchemaName] = "contract-v1"
STATUS_CONTRACT: Final[SchemaName] = "statuscontract-v1"
PLATFORM_POLICY: Final[SchemaName] = "platformpolicy-v1"

_SUFFIX = ".schema.json"
_DOLLAR = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", re.DOTALL)


@functools.cache
def schema_names() -> tuple[SchemaName, ...]:
    """Names of all schemas of this distribution, sorted."""
    folder = files("platform_status_contract") / "jsonschema"
    return tuple(sorted(entry.name.removesuffix(_SUFFIX) for entry in folder.iterdir() if entry.name.endswith(_SUFFIX)))


def resolve_name(name: SchemaName) -> SchemaName:
    """Resolve the name of a schema; the version may be omitted while there is only one.

    Args:
        name: ``contract-v1`` or ``contract``.

    Raises:
        UnknownSchemaError: The name matches no schema, or several.
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
    """Load a schema from its file.

    Args:
        name: See `resolve_name`.

    Returns:
        A new copy, which the caller may change.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    schema: Schema = json.loads(_text(resolve_name(name)))
    return schema


@functools.cache
def registry() -> "Registry[Mapping[str, Any] | bool]":
    """All schemas by their ``$id``; other references stay unresolved, because nothing is ever fetched."""
    empty: Registry[Mapping[str, Any] | bool] = Registry()
    loaded = (load_schema(name) for name in schema_names())
    return empty.with_resources((schema["$id"], Resource.from_contents(schema)) for schema in loaded)


def resolved_schema(name: SchemaName) -> Schema:
    """Load a schema with every ``$ref`` replaced by its target.

    Keywords beside a ``$ref`` (description, x-when ...) override those of its target. So errors of jsonschema contain
    the whole subschema, which the problems are built from.

    Args:
        name: See `resolve_name`.

    Returns:
        A new copy, which the caller may change.

    Raises:
        UnknownSchemaError: There is no such schema.
        RecursionError: A ``$ref`` leads to itself.
    """
    schema = load_schema(name)
    resolver = registry().resolver(schema["$id"])
    return {key: value for key, value in _inline(schema, resolver).items() if key != "$defs"}


def bundled_schema(name: SchemaName) -> Schema:
    """Load a schema with its referenced schemas in ``$defs``, each under its own ``$id``.

    The result is self-contained: any validator resolves every reference without a network.

    Args:
        name: See `resolve_name`.

    Returns:
        A new copy, which the caller may change.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    schema = load_schema(name)
    needed, waiting = dict[str, Schema](), [schema]
    while waiting:
        base = waiting.pop()
        for reference in _references(base):
            target = urljoin(base["$id"], reference).partition("#")[0]
            if target not in (schema["$id"], *needed):
                needed[target] = load_schema(
                    next(known for known in schema_names() if load_schema(known)["$id"] == target)
                )
                waiting.append(needed[target])
    return {**schema, "$defs": {**schema.get("$defs", {}), **needed}} if needed else schema


def _references(node: object) -> Iterator[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for child in children:
        yield from _references(child)


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

    In ECMA ``$`` matches only at the end of the text, in Python also before a final line feed; ``\Z`` is equivalent.
    """
    return _DOLLAR.sub(lambda match: match.group(1) or r"\Z", pattern)


def search(pattern: str, text: str) -> bool:
    """Whether a JSON Schema pattern matches in a text; for our own patterns only, whose run time is bounded."""
    return re.search(python_pattern(pattern), text) is not None


def validator_of(schema: Schema, matches: Matches = search, further: tuple[Keyword, ...] = ()) -> Validator:
    """Return a validator for a JSON Schema 2020-12 without references that is not one of our files.

    Args:
        schema: The schema.
        matches: The pattern matcher; a foreign schema may contain malicious patterns.
        further: Keywords with another meaning than that of JSON Schema.
    """
    return _validators(matches, further)(schema)


def _by(fulfils: Fulfils) -> Callable[[Validator, Any, Any, Schema], Iterator[ValidationError]]:
    def keyword(_: Validator, wanted: Any, instance: Any, __: Schema) -> Iterator[ValidationError]:  # noqa: ANN401 - any JSON
        if not fulfils(wanted, instance):
            yield ValidationError("does not fulfil the keyword")

    return keyword


@functools.cache
def _validators(matches: Matches, further: tuple[Keyword, ...]) -> type[Validator]:
    def pattern(_: Validator, pattern: str, instance: object, schema: Schema) -> Iterator[ValidationError]:
        # No pattern reads a text that is too long anyway; maxLength reports it.
        is_short = isinstance(instance, str) and len(instance) <= schema.get("maxLength", math.inf)
        if isinstance(instance, str) and is_short and not matches(pattern, instance):
            yield ValidationError("does not match its pattern")

    keywords = {"pattern": pattern, **{word: _by(fulfils) for word, fulfils in further}}
    made: type[Validator] = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]  # the stubs leave `extend` untyped
    return made


@functools.cache
def validator(name: SchemaName) -> Validator:
    """Return a validator for one schema, of JSON Schema 2020-12 with ECMA's semantics of ``$`` in patterns.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    return validator_of(resolved_schema(name))
