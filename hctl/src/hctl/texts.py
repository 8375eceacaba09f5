"""Texts for people: ages, durations, and untrusted texts made inert.

Every text from a cluster passes through `inert` once, where it is read. The result has no control, escape or
bidirectional characters, so that a message cannot change the display of a terminal or a log.
"""

import re
from datetime import datetime

from platform_status_contract.model.times import duration
from platform_status_contract.rules.masking import masked
from platform_status_contract.rules.texts import clean, count_of

from .errors import UsageError

__all__ = ["age_of", "count_of", "duration", "inert", "lines_of", "masked", "parse_duration", "told"]

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_DURATION = re.compile(r"^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?\Z", re.ASCII)
_MAX_LINE = 1000


def inert(value: object, limit: int = 2000) -> str:
    """Return a string from a cluster in a form that is safe to show; empty for any other value.

    Args:
        value: Any JSON value.
        limit: Longest result in bytes of JSON text.
    """
    return clean(value, limit)


def told(value: object, limit: int = 2000) -> str:
    """Return a text of another program, with credentials masked and the rest `inert`."""
    return clean(masked(value, 2 * limit), limit) if isinstance(value, str) else ""


def lines_of(text: str, most: int) -> tuple[str, ...]:
    """Return the last lines of a log without credentials, each made inert; empty lines are left out."""
    lines = (clean(line, _MAX_LINE) for line in masked(text, len(text)).splitlines())
    return tuple(line for line in lines if line)[-most:]


def age_of(moment: datetime | None, now: datetime) -> str:
    """Return the time since a moment, such as ``5m``; ``?`` if it is unknown."""
    return duration((now - moment).total_seconds()) if moment is not None else "?"


def parse_duration(text: str, option: str = "--timeout") -> float:
    """Parse a duration such as ``90s``, ``5m`` or ``1h30m``; a plain number is seconds.

    Args:
        text: The duration.
        option: Name of the option, for the error.

    Returns:
        Seconds.

    Raises:
        UsageError: It is not a duration.
    """
    if text.isascii() and text.isdecimal() and len(text) <= 9:  # noqa: PLR2004 - more than any wait
        return float(text)
    found = _DURATION.match(text)
    if not text or not found:
        raise UsageError(f"{option} {inert(text)!r}: expected a duration such as 90s, 5m or 1h30m")
    sizes = (size for _, size in _UNITS)
    return float(sum(int(amount or 0) * size for amount, size in zip(found.groups(), sizes, strict=True)))
