"""RFC 3339 times in a status: UTC, whole seconds, a trailing ``Z``.

The Kratix CRD enforces ``format: datetime`` on conditions and Go rejects other spellings (kratix.md section 3). So
times are written in one format only, and read by a tolerant, total function.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

__all__ = ["LONG_AGO", "TIME_PATTERN", "duration", "format_time", "parse_time"]

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Replaces a time that is set but unreadable, where a later time could hide a problem."""

TIME_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\Z"
"""The format of every time in our documents."""

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_FINE_BELOW = 120
_MAX_KNOWN: Final = 256

_READABLE = re.compile(r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z")


def format_time(moment: datetime) -> str:
    """Write a moment in the format of our documents.

    Args:
        moment: An aware datetime in any zone; parts of a second are cut off, never rounded up into the future.

    Returns:
        For example ``2026-02-26T10:30:00Z``.

    Raises:
        ValueError: The moment has no zone; assuming the local zone would give different results on other machines.
        OverflowError: In UTC the moment is outside the years 1 to 9999.
    """
    if moment.tzinfo is None:
        raise ValueError(f"found {moment.isoformat()}, which has no zone; expected an aware datetime")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_time(text: object) -> datetime | None:
    """Read a time from the cluster; total, because its writer is unknown.

    Args:
        text: Any JSON value.

    Returns:
        An aware UTC datetime of whole seconds, or None for anything that is not an RFC 3339 time with a zone.
    """
    if not isinstance(text, str) or not _READABLE.match(text) or not text.isascii():
        return None
    return _moment(text)


# Objects that were made together share their times; only texts that look like a time get here, so none is long.
@lru_cache(_MAX_KNOWN)
def _moment(text: str) -> datetime | None:
    head, _, fraction_and_zone = text.partition(".")
    if fraction_and_zone:
        text = head + fraction_and_zone.lstrip("0123456789")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def duration(seconds: float) -> str:
    """Spell a duration as kubectl does: ``45s``, ``90s``, ``5m10s``, ``2h5m``, ``3d4h``; two units at most.

    Args:
        seconds: A negative one counts as zero.
    """
    rest = max(int(seconds), 0)
    if rest < _FINE_BELOW:
        return f"{rest}s"
    parts: list[str] = []
    for unit, size in _UNITS:
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount}{unit}")
        elif parts:
            break
    return "".join(parts[:2])
