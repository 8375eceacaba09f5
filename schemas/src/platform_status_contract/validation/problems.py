"""A problem of a document, as one line with the path, what was found, and what was expected.

Documents may be hostile: every quotation is short and free of control characters, and no document or container is
printed as a whole.
"""

import json
from collections.abc import Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from platform_status_contract.rules.masking import masked

__all__ = ["MANY_DIGITS", "ROOT", "Path", "SchemaProblem", "describe", "format_path", "quote"]

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the document's root."""

ROOT: Final = "(document)"
"""The path of the document itself."""

_MAX_TEXT = 48
MANY_DIGITS: Final = 10**19
"""Integers from here on are not printed; no valid document contains one."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class SchemaProblem(Struct, frozen=True):
    """One problem.

    Attributes:
        path: Such as ``contract.workloads.namespace`` or ``secrets[0].role``; ``(document)`` for the whole.
        found: The found value, shortened; ``nothing`` if a key is missing.
        expected: The expected value, in words.
        message: The whole sentence in one line, with a hint if there is one.
        hint: The hint alone; empty if there is none.
        keys: The path as keys and indexes.
    """

    path: str
    found: str
    expected: str
    message: str
    hint: str = ""
    keys: Path = ()

    @classmethod
    def at(cls, path: Path, found: str, expected: str, hint: str = "") -> "SchemaProblem":
        """Build a problem from its parts.

        Args:
            path: The path of the value.
            found: The found value, in words.
            expected: The expected value, in words.
            hint: How to fix it, without a full stop; empty: none.
        """
        where = format_path(path)
        sentence = f"{where}: found {found}, expected {expected}{'; ' if hint else ''}{hint}"
        return cls(path=where, found=found, expected=expected, message=sentence, hint=hint, keys=tuple(path))


def format_path(path: Sequence[str | int]) -> str:
    """Format a path: dots for keys, brackets for indexes and for keys that are not plain words."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and len(part) <= _MAX_TEXT and _PLAIN.issuperset(part):
            text += f".{part}" if text else part
        else:
            text += f"[{quote(part)}]"
    return text or ROOT


def quote(text: str, longest: int = _MAX_TEXT) -> str:
    """Quote a text for a terminal: JSON quotes, at most `longest` characters, nothing unprintable."""
    quoted = json.dumps(text[:longest], ensure_ascii=False)
    safe = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in quoted)
    return safe if len(text) <= longest else f'{safe[:-1]}…" ({len(text)} characters)'


def describe(value: object) -> str:
    """Describe a value: a scalar as JSON, without the credentials in a URL; a container by its size only."""
    match value:
        case None | bool():
            words = json.dumps(value)
        case str():
            words = quote(masked(value, len(value)) if "@" in value or "://" in value else value)
        case int() if abs(value) >= MANY_DIGITS:
            words = "a number of more than 19 digits"
        case int() | float():
            words = str(value)
        case list():
            words = f"a list of {len(value)}" if value else "an empty list"
        case dict():
            size = "1 key" if len(value) == 1 else f"{len(value)} keys"
            words = f"a mapping with {size}" if value else "an empty mapping"
        case _:
            words = f"a value of type {quote(type(value).__name__)}"
    return words
