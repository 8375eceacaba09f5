"""JSON nested deeper than any decoder goes: an API server takes ten thousand levels, msgspec gives up before one.

It gives up even where it only skips a field, so one Application with absurd Helm values would blind the sidecar for
every request. What lies too deep is cut out as text and decodes as null: nothing that we read is anywhere near.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from msgspec import Raw

__all__ = ["MAX_DEPTH", "despite_depth", "shallow"]

R = TypeVar("R")

MAX_DEPTH: Final = 64
"""Levels that are kept; the deepest path that we read has nine."""

_TOKENS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def shallow(body: Raw | bytes, deepest: int = MAX_DEPTH) -> bytes:
    """Replace by null whatever stands deeper than `deepest` levels.

    Args:
        body: Valid JSON; of anything else some bytes come back, which then do not decode.
        deepest: Levels of objects and lists that stay.
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
    """Let a decoder of one body take JSON of any depth; what is not nested absurdly costs nothing more."""

    @wraps(decode)
    def decode_anyway(body: Raw | bytes) -> R:
        try:
            return decode(body)
        except RecursionError:
            return decode(shallow(body))

    return decode_anyway
