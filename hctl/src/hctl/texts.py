"""Words for people: ages, durations, and texts of a cluster made inert.

Every text that came from a cluster passes through `inert` once, where it is read. What it returns holds no control,
escape or bidirectional character, so neither a terminal nor a log can be repainted by somebody's message.
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
    """Make a value of a cluster safe to show; anything but a string becomes empty.

    Args:
        value: Any JSON value.
        limit: Longest result in bytes of JSON text.
    """
    return clean(value, limit)


def told(value: object, limit: int = 2000) -> str:
    """Make a text that another program wrote safe to show: credentials in it are masked, the rest is `inert`."""
    return clean(masked(value, 2 * limit), limit) if isinstance(value, str) else ""


def lines_of(text: str, most: int) -> tuple[str, ...]:
    """Return the last lines of a log without credentials, each made inert; empty lines are left out."""
    lines = (clean(line, _MAX_LINE) for line in masked(text, len(text)).splitlines())
    return tuple(line for line in lines if line)[-most:]


def age_of(moment: datetime | None, now: datetime) -> str:
    """How long ago a moment was; ``?`` if it is not known."""
    return duration((now - moment).total_seconds()) if moment is not None else "?"


def parse_duration(text: str, option: str = "--timeout") -> float:
    """Read a duration such as ``90s``, ``5m`` or ``1h30m``; a bare number is seconds.

    Args:
        text: The duration.
        option: Which option says it, for the error.

    Returns:
        Seconds.

    Raises:
        UsageError: It is no duration.
    """
    if text.isascii() and text.isdecimal() and len(text) <= 9:  # noqa: PLR2004 - more than any wait
        return float(text)
    found = _DURATION.match(text)
    if not text or not found:
        raise UsageError(f"{option} {inert(text)!r}: expected a duration such as 90s, 5m or 1h30m")
    sizes = (size for _, size in _UNITS)
    return float(sum(int(amount or 0) * size for amount, size in zip(found.groups(), sizes, strict=True)))
