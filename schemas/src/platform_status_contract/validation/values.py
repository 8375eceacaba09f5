"""Values outside JSON: a document from YAML or Python can contain values that no schema covers.

Dates are the common case: an unquoted time in YAML is not a string. Depth and size are limited here, before jsonschema
reads the document, because YAML aliases can make a small file expand without limit.
"""

import datetime as dt
import math
from collections.abc import Iterator

from .problems import MANY_DIGITS, Path, SchemaProblem, describe, quote

__all__ = ["MAX_DEPTH", "MAX_VALUES", "foreign_values"]

MAX_DEPTH = 64
"""Maximum depth of a document."""

MAX_VALUES = 100_000
"""Maximum number of values in a document, containers included."""


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
