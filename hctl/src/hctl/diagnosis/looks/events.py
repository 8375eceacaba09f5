"""Selects and decodes the Warning events of an object; their texts are untrusted."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from hctl.diagnosis.evidence import WarningEvent
from hctl.explain.inputs import Input
from hctl.reading.fields import text
from hctl.reading.read import number
from platform_status_contract.model.lookup import under
from platform_status_contract.model.times import parse_time

__all__ = ["newest_events", "warning_in", "warnings_of"]

_MAX_SHOWN: Final = 5
_SPECIAL: Final = re.compile(r"([\\,=])")
_MOMENTS: Final = (
    ("series", "lastObservedTime"),
    ("lastTimestamp",),
    ("eventTime",),
    ("firstTimestamp",),
    ("metadata", "creationTimestamp"),
)
"""Time fields of an event, from last to first occurrence; the reporting controller decides which are set."""


def warnings_of(entry: Input, uid: str) -> str:
    """Return the field selector for the Warning events of an object.

    Args:
        entry: The object.
        uid: Its uid, which excludes the events of an earlier object of the same name; empty if unknown.
    """
    wanted = {"involvedObject.kind": entry.kind, "involvedObject.name": entry.name, "involvedObject.uid": uid}
    pairs = ((key, _SPECIAL.sub(r"\\\1", value)) for key, value in wanted.items() if value)
    return ",".join(("type=Warning", *(f"{key}={value}" for key, value in pairs)))


def warning_in(found: object, entry: Input) -> WarningEvent:
    """Decode one event of an object from any JSON."""
    moments = (parse_time(under(found, *path)) for path in _MOMENTS)
    count = number(under(found, "series", "count")) or number(under(found, "count")) or 1
    return WarningEvent(
        entry.kind,
        entry.namespace,
        entry.name,
        text(found, "reason", limit=100),
        text(found, "message"),
        count,
        next((moment for moment in moments if moment is not None), None),
    )


def newest_events(found: Iterable[WarningEvent]) -> tuple[WarningEvent, ...]:
    """Return the newest few events; those without a time are last."""
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda event: event.last or never, reverse=True)[:_MAX_SHOWN])
