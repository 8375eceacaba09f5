"""The kinds that this source reads, and how their objects are found."""

from collections.abc import Iterable
from typing import Final

from platform_status_contract.observing.interest import Topic
from platform_status_contract.observing.records import Key, Record
from platform_status_contract.observing.sources import PROMISE_LABEL, Source
from platform_status_contract.sources.source import ObservedKind

from .record import (
    GROUP_LABEL,
    HOME_LABEL,
    MISPLACED_LABEL,
    RESOURCE_LABEL,
    WORK_LABEL,
    PlacementRecord,
    WorkRecord,
    decode_placement,
    decode_work,
)

__all__ = ["PLACEMENT", "WORK", "about_works", "placed_with"]

_API_VERSION: Final = "platform.kratix.io/v1alpha1"


def about_works(request: Key) -> Topic:
    """Name the Works of a request."""
    return (Source.WORKS, "request", *request)


def placed_with(work: Key) -> Topic:
    """Name the placements of a Work."""
    return (Source.WORK_PLACEMENTS, "work", *work)


def _of_work(record: Record) -> Iterable[Topic]:
    return (about_works(record.request),) if isinstance(record, WorkRecord) else ()


def _of_placement(record: Record) -> Iterable[Topic]:
    return (placed_with((record.namespace, record.work)),) if isinstance(record, PlacementRecord) else ()


def _work_of(record: Record) -> tuple[str, Key] | None:
    """A placement concerns whom its Work concerns."""
    return (Source.WORKS, (record.namespace, record.work)) if isinstance(record, PlacementRecord) else None


WORK: Final = ObservedKind(
    source=Source.WORKS,
    api_version=_API_VERSION,
    kind="Work",
    decode=decode_work,
    about=_of_work,
    groups=_of_work,
    labels=(PROMISE_LABEL, RESOURCE_LABEL, HOME_LABEL),
    of_promise=True,
    page=50,
)
PLACEMENT: Final = ObservedKind(
    source=Source.WORK_PLACEMENTS,
    api_version=_API_VERSION,
    kind="WorkPlacement",
    decode=decode_placement,
    groups=_of_placement,
    part_of=_work_of,
    labels=(WORK_LABEL, GROUP_LABEL, MISPLACED_LABEL),
    page=50,
)
