"""Validating a document against one of the schemas.

A document from YAML or Python can contain values that are not JSON, and that no schema covers. Dates are the common
case: an unquoted time in YAML is not a string. Depth and size are limited here, before jsonschema reads the document,
because YAML aliases can make a small file expand without limit.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from jsonschema.protocols import Validator

from platform_status_contract.rules.contracts import MAX_CONTRACT, is_too_large
from platform_status_contract.rules.masking import masked

from .explain import explain
from .problems import MANY_DIGITS, Path, SchemaProblem, describe, quote
from .schemas import CONTRACT, STATUS, SchemaName, resolve_name, validator

__all__ = ["MAX_DEPTH", "MAX_PROBLEMS", "MAX_VALUES", "foreign_values", "validate", "validate_with"]

MAX_PROBLEMS = 50
"""Maximum number of listed problems; one more line has the number of the others."""

MAX_DEPTH = 64
"""Maximum depth of a document."""

MAX_VALUES = 100_000
"""Maximum number of values in a document, containers included."""

_MAX_ERRORS = 1000
_HOST = re.compile("[^:]*://[^/?#]*")


def validate(document: object, schema: SchemaName) -> tuple[SchemaProblem, ...]:
    """Validate a document.

    Args:
        document: Decoded JSON or YAML; any value is allowed.
        schema: ``status-v1``, ``contract-v1``, ``statuscontract-v1`` or another of `schema_names`; the version may be
            omitted while there is only one.

    Returns:
        Empty if the document is valid; else its problems without duplicates, sorted by path, in a stable order.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    name = resolve_name(schema)
    return validate_with(document, validator(name)) or _too_large(document, name) or _revealing(document, name)


def _too_large(document: Any, name: str) -> tuple[SchemaProblem, ...]:  # noqa: ANN401 - any JSON
    """Check the size limit, which a schema cannot express: readers keep contracts in memory and ignore larger ones."""
    path: Path = ("contract",) if name == STATUS else ()
    contract = document.get("contract") if path else document
    if name not in (CONTRACT, STATUS) or not is_too_large(contract):
        return ()
    told = f"{len(msgspec.json.encode(contract))} bytes of compact JSON"
    return (
        SchemaProblem.at(path, told, f"at most {MAX_CONTRACT}: shorten annotations, selectors and lists of values"),
    )


def _revealing(document: Any, name: str) -> tuple[SchemaProblem, ...]:  # noqa: ANN401 - any JSON
    """Check the endpoints of a status for what is masked in the texts of others: everybody who reads it sees them."""
    endpoints = document.get("endpoints", {}) if name == STATUS else {}
    # The schema forbids a password before the host; a host itself may have a name such as my-secret:8443.
    behind = {key: _HOST.sub("", url, count=1) for key, url in endpoints.items()}
    expected = "an address without a password, key or token in it"
    hint = "put that into a Secret, and name the Secret under credentials"
    return tuple(
        SchemaProblem.at(("endpoints", key), describe(endpoints[key]), expected, hint)
        for key, rest in sorted(behind.items())
        if masked(rest, len(rest)) != rest
    )


def validate_with(document: object, judge: Validator) -> tuple[SchemaProblem, ...]:
    """Validate a document with a validator of `schemas`, for a schema without references.

    Args:
        document: Decoded JSON or YAML; any value is allowed.
        judge: The validator.

    Returns:
        As `validate` does.
    """
    candidate: Any = document
    problems = foreign_values(document)
    if not problems:
        errors = islice(judge.iter_errors(candidate), _MAX_ERRORS)
        problems = tuple(problem for error in errors for problem in explain(error))
    distinct = sorted({problem.message: problem for problem in problems}.values(), key=_order)
    rest = len(distinct) - MAX_PROBLEMS
    left_out = (SchemaProblem.at((), f"{rest} more problems", "none; correct the first ones and validate again"),)
    return tuple(distinct[:MAX_PROBLEMS]) + (left_out if rest > 0 else ())


def _order(problem: SchemaProblem) -> tuple[list[str | int], str]:
    """Sort key: by path, indexes as numbers; digits are every other part, so that only like types are compared."""
    parts = re.split(r"([0-9]{1,9})", problem.path)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], problem.message


def foreign_values(document: object) -> tuple[SchemaProblem, ...]:
    """Find values that are not JSON, or a document that is too large.

    Args:
        document: Any value.

    Returns:
        One problem per value that is not JSON; at most one if the document is too deep or too large.
    """
    found: list[SchemaProblem] = []
    pending: list[tuple[Path, object]] = [((), document)]
    count = 0
    while pending:
        path, value = pending.pop()
        count += 1
        if count > MAX_VALUES:
            return (SchemaProblem.at((), f"more than {MAX_VALUES} values", "a document of at most that many"),)
        if len(path) > MAX_DEPTH:
            return (SchemaProblem.at(path[:4], f"nesting deeper than {MAX_DEPTH} levels", "at most that many"),)
        if isinstance(value, dict):
            found += _foreign_keys(path, value)
            pending += [((*path, key), item) for key, item in value.items() if isinstance(key, str)]
        elif isinstance(value, list):
            pending += [((*path, index), item) for index, item in enumerate(value)]
        else:
            found += _foreign_scalar(path, value)
    return tuple(found)


def _foreign_keys(path: Path, value: dict[object, object]) -> Iterator[SchemaProblem]:
    for key in value:
        if not isinstance(key, str):
            yield SchemaProblem.at(path, f"the key {describe(key)}", "keys that are strings", "put the key in quotes")
        elif not _is_unicode(key):
            yield SchemaProblem.at(path, f"the key {quote(key)}", "keys that are valid Unicode")


def _foreign_scalar(path: Path, value: object) -> Iterator[SchemaProblem]:
    match value:
        case dt.date():
            yield SchemaProblem.at(path, "a YAML timestamp", "a string", "put the time in quotes")
        case str() if not _is_unicode(value):
            yield SchemaProblem.at(path, quote(value), "valid Unicode")
        case float() if not math.isfinite(value):
            yield SchemaProblem.at(path, describe(value), "a finite number")
        case int() if abs(value) >= MANY_DIGITS:
            yield SchemaProblem.at(path, describe(value), "a number of at most 19 digits")
        case None | bool() | int() | float() | str():
            return
        case _:
            yield SchemaProblem.at(path, describe(value), "JSON: a mapping, list, string, number, true, false or null")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
