"""Texts of a status: named culprits, escaped hostile text, limited length (design.md section 5).

Messages hold no time and no counter that changes by itself: each change would cause a write.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from platform_status_contract.model.selectors import INVISIBLE

__all__ = [
    "MAX_MESSAGE",
    "bounded_names",
    "clean",
    "count_of",
    "first_line",
    "name_culprits",
    "shortened",
    "steady",
    "without_invisible",
]

MAX_MESSAGE = 400
"""Longest message in bytes of JSON text; seven conditions and the lists stay under 8 KiB with it."""

_MOVING = re.compile(
    r"""
      \W{0,8}\bretried\ \d+\ times?\b[).]*                                 # (retried 5 times).
    | \W{0,8}\bretrying\ (?:operation|attempt)\b                           # Retrying attempt #3 at 11:59AM.
        (?:\.?\ *\battempt)?\ *(?:\#?\d+)?(?:\ at\ .*?(?=\.(?:\s|$)|\n|$))?\.?
    | \W{0,8}\battempt\ \#?\d+(?:\ of\ \d+)?\b                             # attempt #3
    | (?:(?:/var|/private)?/tmp|/dev/shm)(?:/[^\s"':,;()/]*[\d_][^\s"':,;()/]*)*/?
    | (?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]):\d+->                 # the port of our end of a connection
    | (?:\ (?:at|on))?\ ?\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\ ?(?:Z|UTC|[-+]\d\d:?\d\d))?
    | (?:\ at)?\ ?\b\d{1,2}:\d\d(?::\d\d)?\ ?[AP]M\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Parts of other programs' messages that differ although nothing has changed: temporary paths, counters, times."""

_EMPTY = re.compile(r"""(?<!\ )\ *+(?:""|'')""")
"""Quotation marks around nothing; spaces are looked at once, from the first of them."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")

_MAX_READ = 4096
_MAX_CULPRITS = 3
_ELLIPSIS = "\u2026"
_MAX_NAME = 100


def clean(text: object, limit: int = MAX_MESSAGE) -> str:
    """Make any text safe to store and to show on a terminal.

    Args:
        text: A value from the cluster; anything but a string becomes empty.
        limit: Longest result in bytes of JSON text, where a quotation mark and a backslash take two.

    Returns:
        One line without control, bidirectional or unencodable characters; of a longer one head and tail, for an error
        in Go begins with what failed and ends with why.
    """
    if not isinstance(text, str):
        return ""
    seen = without_invisible(shortened(text, limit * 4))
    printable = seen if seen.isprintable() else "".join(char if char.isprintable() else " " for char in seen)
    line = " ".join(printable.split())
    if _size(line) <= limit:
        return line
    room = limit - _size(_ELLIPSIS)
    head, tail = _fitting(line, room - room // 2), _fitting(line[::-1], room // 2)
    return line[:head].rstrip() + _ELLIPSIS + line[len(line) - tail :].lstrip()


def shortened(text: str, limit: int) -> str:
    """Cut a text in its middle to this many characters."""
    tail = (limit - 1) // 2
    return text if len(text) <= limit else text[: limit - 1 - tail] + _ELLIPSIS + text[len(text) - tail :]


def without_invisible(text: str) -> str:
    """Remove characters without a width, which could hide in a word or change it."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def count_of(number: int, singular: str, plural: str = "") -> str:
    """``1 request``, ``2 requests``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def first_line(texts: Iterable[str]) -> str:
    """The first line that is not empty, made safe like `clean`; empty if there is none."""
    lines = (clean(line) for text in texts for line in text[: MAX_MESSAGE * 4].splitlines())
    return next(filter(None, lines), "")


def steady(text: str) -> str:
    """Remove the parts of another program's message that differ from try to try although nothing has changed."""
    kept = _EMPTY.sub("", _MOVING.sub("", text[:_MAX_READ]))
    return " ".join(kept.split())


def _size(text: str) -> int:
    return len(text.encode()) + text.count('"') + text.count("\\")


def _fitting(text: str, room: int) -> int:
    """Count the characters that fit, from the first on."""
    return sum(size <= room for size in accumulate(map(_size, text)))


def name_culprits(culprits: Sequence[str]) -> str:
    """At most three culprits, sorted, then how many more: ``a, b, c and 4 more``."""
    ordered = sorted(set(culprits))
    shown = ", ".join(clean(culprit, _MAX_NAME) for culprit in ordered[:_MAX_CULPRITS])
    rest = len(ordered) - _MAX_CULPRITS
    return f"{shown} and {rest} more" if rest > 0 else shown


def bounded_names(names: Iterable[str], *, most: int = 20, limit: int = 2048) -> list[str]:
    """Sorted names for a list in the status, at most `most` of them and `limit` bytes in all; whole names only."""
    chosen: list[str] = []
    size = 0
    for safe in sorted(clean(name, 253) for name in names):
        size += _size(safe) + 3
        if len(chosen) == most or size > limit:
            break
        if safe:
            chosen.append(safe)
    return chosen
