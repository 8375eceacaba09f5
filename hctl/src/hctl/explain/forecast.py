"""Predicts the later verdicts if nothing changes: applies the rules again at each time that they announce.

There are no deadlines in this module: the rules return when their result may change (ADR 0006).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from platform_status_contract.model.status import Condition
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.projection import Projection

__all__ = ["Step", "foresee"]

_MAX_LOOKS: Final = 40
_MAX_AHEAD: Final = timedelta(days=366)


class Step(Struct, frozen=True):
    """A time at which the verdict changes.

    Attributes:
        at: The time.
        projection: The verdict from then on.
        changes: Types of the conditions whose status or reason changes.
    """

    at: datetime
    projection: Projection
    changes: tuple[str, ...]


def foresee(
    status: object,
    projection: Projection,
    observe_at: Callable[[datetime], Observation],
    facts: Facts,
    now: datetime,
) -> tuple[Step, ...]:
    """Predict the next verdicts, for at most a year.

    Args:
        status: The stored `.status`, any JSON.
        projection: The verdict now.
        observe_at: Returns the observation at a time, if nothing changes.
        facts: Facts from the request itself.
        now: Time of the first verdict.
    """
    found: list[Step] = []
    moment = now
    for _ in range(_MAX_LOOKS):
        if projection.wake is None or projection.wake - now > _MAX_AHEAD:
            break
        status = merged_status(status, projection, moment)
        moment = max(projection.wake, moment + timedelta(seconds=1))
        following = conclude(recall(status), observe_at(moment), facts, moment)
        changes = _changes(projection.conditions, following.conditions)
        if changes or following.phase is not projection.phase:
            found.append(Step(moment, following, changes))
        projection = following
    return tuple(found)


def _changes(before: tuple[Condition, ...], after: tuple[Condition, ...]) -> tuple[str, ...]:
    known = {entry.type: (entry.status, entry.reason) for entry in before}
    return tuple(entry.type for entry in after if known.get(entry.type) != (entry.status, entry.reason))
