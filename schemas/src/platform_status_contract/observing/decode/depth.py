"""JSON that is nested too deep for msgspec: an API server accepts ten thousand levels, msgspec fails before a thousand.

It fails even in a field that it skips, so one Application with deeply nested Helm values would stop the sidecar for
every request. Levels beyond the limit are replaced by null before decoding; no field that we read is nearly as deep.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from msgspec import Raw

__all__ = ["MAX_DEPTH", "despite_depth", "shallow"]

R = TypeVar("R")

MAX_DEPTH: Final = 64
"""Levels to keep; the deepest path that we read has nine."""

_TOKENS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def shallow(body: Raw | bytes, deepest: int = MAX_DEPTH) -> bytes:
    """Replace everything deeper than `deepest` levels by null.

    Args:
        body: Valid JSON; for anything else the result does not decode either.
        deepest: Levels of objects and lists to keep.
    """
    whole = bytes(body)
    kept: list[bytes] = []
    depth, start, cut = 0, 0, 0
    for token in _TOKENS.finditer(whole):
        mark = whole[token.start()]
        if mark in b"[{":
            if depth == deepest:
                cut = token.start()
            depth += 1
        elif mark in b"]}":
            depth -= 1
            if depth == deepest:
                kept += [whole[start:cut], b"null"]
                start = token.end()
    return b"".join([*kept, whole[start:]]) if kept else whole


def despite_depth(decode: Callable[[Raw | bytes], R]) -> Callable[[Raw | bytes], R]:
    """Make a decoder accept JSON of any depth, without a cost for bodies of normal depth."""

    @wraps(decode)
    def decode_anyway(body: Raw | bytes) -> R:
        try:
            return decode(body)
        except RecursionError:
            return decode(shallow(body))

    return decode_anyway
