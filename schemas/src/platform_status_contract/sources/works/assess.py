"""Kratix Works: is what the pipeline put out written to its Destinations?

Source: kratix.md section 6. Work Ready=True means scheduled, not written; a WorkPlacement's WriteSucceeded is the best
evidence there is, and each workload group of a Work has a WorkPlacement of its own. A failing write flaps by design of
Kratix, hence the 120 s before it counts as bad.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    being_deleted,
    blind,
    carried,
    lenient,
    running,
    settle,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, Observation, WorkPlacementSeen, WorkSeen
from platform_status_contract.rules.texts import clean, name_culprits
from platform_status_contract.rules.timers import SourceName, Timer

__all__ = ["assess_works", "unplaced"]

FAILING_SECONDS = 120
PENDING_SECONDS = 120
"""So long a Work may wait for a Destination, or for the first write to it; and so long may its removal take."""

_NONE_LEFT = "no Work exists any more"
_SOURCE = SourceName.WORKS
_TIMERS = (Timer.WORKS_FAILING, Timer.WORKS_PENDING)
_CONDITION = ConditionType.WORKS_READY


def assess_works(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Good once every Work has been written everywhere; failing for 120 s is bad; not yet is pending."""
    if not situation.contract.works:
        return None
    reading = settle(observation.works, situation, clock)
    if isinstance(reading, Blind):
        return blind(_SOURCE, _CONDITION, reading, "Works of this request", situation, _TIMERS)
    works = () if isinstance(reading, Absent) else reading.value
    failing = [placement for work in works for placement in work.placements if _fails(placement)]
    waiting = [work for work in works if not _is_written(work)]
    # Kratix removes what a Work wrote along with it, so one that is gone leaves nothing written.
    is_gone = not works and situation.once_ready
    timers = running(Timer.WORKS_FAILING, bool(failing), situation, clock)
    timers |= running(Timer.WORKS_PENDING, (bool(waiting) or is_gone) and not failing, situation, clock)
    if failing:
        return _failing(failing, timers, situation, clock)
    if waiting or is_gone:
        return _waiting(waiting, timers, situation, clock)
    if not works:
        return _found(Verdict.PENDING, Reason.WAITING_FOR_WORKS, "no Work exists yet", timers)
    message = f"{len(works)}/{len(works)} Works are written"
    return Assessment(_SOURCE, _CONDITION, Verdict.GOOD, Reason.WORKS_WRITTEN, message)


def _fails(placement: WorkPlacementSeen) -> bool:
    return placement.misplaced or placement.written is False


def unplaced(work: WorkSeen) -> str:
    """Return why a Work is not placed as a whole, or does not stay so; empty if it is."""
    if not work.groups:
        return ""
    if work.deleted is not None:
        return being_deleted("it", work.deleted)
    # Kratix writes it after the WorkPlacements: False beside all of them lasts a moment, or an update of one failed.
    if work.unscheduled:
        return work.message or "Kratix could not schedule it"
    # Kratix removes what a WorkPlacement wrote when it deletes it.
    live = [placement.group for placement in work.placements if placement.deleted is None]
    if live and len(work.groups) == 1:
        return ""  # whatever its id is, there is no other group that they could place
    missing = [group or "?" for group in work.groups if not group or group not in live]
    return f"no WorkPlacement for workload group {name_culprits(missing)}" if missing else ""


def _is_written(work: WorkSeen) -> bool:
    return not unplaced(work) and all(placement.written for placement in work.placements)


def _failing(
    failing: list[WorkPlacementSeen], timers: dict[str, datetime], situation: Situation, clock: Clock
) -> Assessment:
    misplaced = all(placement.misplaced for placement in failing)
    reason = Reason.WORKS_MISPLACED if misplaced else Reason.WORKS_FAILING
    names = name_culprits([_named(placement) for placement in failing])
    said = _first_text((placement.name, placement.message) for placement in failing)
    message = f"{'misplaced' if misplaced else 'cannot be written'}: WorkPlacement {names}{said}"
    is_bad = clock.older_than(timers[Timer.WORKS_FAILING], FAILING_SECONDS)
    return _found(Verdict.BAD if is_bad else lenient(situation), reason, message, timers)


def _waiting(waiting: list[WorkSeen], timers: dict[str, datetime], situation: Situation, clock: Clock) -> Assessment:
    """An edit's new Work is written within seconds; one that no Destination takes, or that is gone, is not written."""
    going = bool(waiting) and all(work.deleted for work in waiting)
    reason = Reason.BEING_DELETED if going else Reason.WORKS_PENDING
    names = name_culprits([work.name for work in waiting])
    said = _first_text((work.name, unplaced(work) or work.message) for work in waiting)
    message = f"Works {'being removed' if going else 'not yet written'}: {names}{said}" if waiting else _NONE_LEFT
    if clock.older_than(timers[Timer.WORKS_PENDING], PENDING_SECONDS):
        return _found(Verdict.BAD, reason, message, timers)
    found = _found(lenient(situation), reason, message, timers)
    # What was written stays written meanwhile.
    before = carried(_SOURCE, _CONDITION, situation, timers, {}) if situation.once_ready else None
    is_written = before is not None and before.reason is Reason.WORKS_WRITTEN
    return msgspec.structs.replace(before, note=found.note) if before and is_written else found


def _named(placement: WorkPlacementSeen) -> str:
    return f"{placement.name} to {placement.destination}" if placement.destination else placement.name


def _first_text(said: Iterable[tuple[str, str]]) -> str:
    # by name, not by the order of reading, which a restart changes
    return next((f" ({clean(text, 160)})" for _, text in sorted(said) if clean(text, 160)), "")


def _found(verdict: Verdict, reason: Reason, message: str, timers: dict[str, datetime]) -> Assessment:
    note = message if verdict is Verdict.GOOD else ""
    return Assessment(_SOURCE, _CONDITION, verdict, reason, clean(message), timers=timers, note=note)
