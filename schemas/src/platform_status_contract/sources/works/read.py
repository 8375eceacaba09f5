"""What a contract makes of interest about Works, and the reading of them."""

from collections.abc import Iterator

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.interest import NOTHING, Interest
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import Observation, Present, WorkPlacementSeen, WorkSeen

from .kinds import PLACEMENT, WORK, about_works, placed_with
from .record import PlacementRecord, WorkRecord

__all__ = ["interest_in_works", "read_works", "seen", "works_of"]


def interest_in_works(contract: Contract, request: Key) -> Interest:
    """Works, and where they are placed."""
    if not contract.works:
        return NOTHING
    return Interest((about_works(request),), (WORK.source, PLACEMENT.source))


def read_works(observation: Observation, view: View, contract: Contract, request: Key) -> Observation:
    """Read the Works of a request."""
    if not contract.works:
        return observation
    sources = (WORK.source, PLACEMENT.source)
    works = reading(view, sources, lambda: Present(tuple(seen(*each) for each in works_of(view, request))))
    return msgspec.structs.replace(observation, works=works)


def works_of(view: View, request: Key) -> Iterator[tuple[WorkRecord, list[PlacementRecord]]]:
    """Find the Works of a request, by name, each with its placements, by name."""
    for work in view.group(WORK.source, [about_works(request)]):
        if isinstance(work, WorkRecord) and view.promise in ("", work.promise):
            placements = view.group(PLACEMENT.source, [placed_with(work.key)])
            yield work, [item for item in placements if isinstance(item, PlacementRecord)]


def seen(work: WorkRecord, placements: list[PlacementRecord]) -> WorkSeen:
    """Return a Work with its placements as the rules judge them."""
    return WorkSeen(
        name=work.name,
        groups=work.groups,
        placements=tuple(
            WorkPlacementSeen(
                item.name, item.destination, item.written, item.misplaced, item.message, item.group, item.deleted
            )
            for item in placements
        ),
        unscheduled=work.unscheduled,
        message=work.message,
        deleted=work.deleted,
    )
