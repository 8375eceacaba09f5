"""Decides what to do about a request from everything that was read about it. Pure: no clock, store or API server."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase
from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.projection import Projection

from .counts import Suppression
from .events.announcement import is_transition
from .memories import Memory
from .outcomes import RequestOutcome, outcome_of
from .queue import DueLook
from .write.pace import Limits, Pacing, Stage, Wait, is_too_often, note_stage, rested, stage_of, wait_before_write
from .write.plan import SYNC_TIME_TIMEOUT, StatusPatch, plan, says_deleting, until_due

__all__ = ["Conclude", "Decision", "Seen", "decide"]

_MIN_WAKE_INTERVAL: Final = 0.05


class Conclude(Protocol):
    """The rules as one function: `rules.conclude.conclude`, or another one in tests."""

    def __call__(self, history: History, observation: Observation, facts: Facts, now: datetime, /) -> Projection:
        """Compute the intended status."""
        ...


class Seen(Struct, frozen=True):
    """Everything that was read about a request, before anything is decided.

    Attributes:
        record: The request.
        status: Its `.status`, any JSON.
        facts: Facts from the request itself.
        history: Facts from its present status.
        observation: The readings of the sources that its contract names.
        memory: What this process recorded about it in earlier turns.
        changed_at: When another writer changed it last; monotonic.
        others_first: Returns whether Kratix starts another request before this one; called only near the end of a
            hold.
    """

    record: RequestRecord
    status: object
    facts: Facts
    history: History
    observation: Observation
    memory: Memory
    changed_at: float
    others_first: Callable[[], bool]


class Decision(Struct, frozen=True):
    """The decision about one request.

    Attributes:
        seen: The input of the decision.
        projection: The intended status.
        outcome: The same, for the metrics.
        memory: The memory for the next turn.
        looks: When to reconcile again.
        patch: What to write now; None for nothing.
        suppressed: Why nothing is written now; None also if the final status is already written.
        ran_out: The write is sent although Kratix may be starting a workflow, because its hold ran out.
        is_transition: Whether an Event announces the phase once it is written.
    """

    seen: Seen
    projection: Projection
    outcome: RequestOutcome
    memory: Memory
    looks: tuple[DueLook, ...]
    patch: StatusPatch | None = None
    suppressed: Suppression | None = None
    ran_out: bool = False
    is_transition: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether the stored status already equals the intended one."""
        return self.patch is None and self.suppressed is not Suppression.HELD


def decide(seen: Seen, rules: Conclude, limits: Limits, *, now: datetime, moment: float, resync: float) -> Decision:
    """Decide the intended status, whether to write it now, and when to reconcile again.

    Args:
        seen: What was read.
        rules: The rules.
        limits: For how long a write is held.
        now: Wall time.
        moment: The same in monotonic seconds.
        resync: Seconds until the next turn if nothing else causes one.
    """
    record, memory = seen.record, seen.memory
    projection = rules(seen.history, seen.observation, seen.facts, now)
    outcome = outcome_of(projection, seen.facts)
    looks = [DueLook(moment + resync, bulk=True)]
    if projection.wake is not None:
        looks.append(DueLook(moment + max((projection.wake - now).total_seconds(), _MIN_WAKE_INTERVAL)))
    if record.deleting and (memory.told is Phase.DELETING or says_deleting(seen.status)):
        return Decision(seen, projection, outcome, memory, tuple(looks))
    pacing = _pacing(seen, moment)
    patch, rides_since, rides_for = _patch(seen, projection, now, moment)
    backed_off = is_too_often(pacing, moment) and (memory.backed_off or patch is not None)
    if patch is None:
        wait, pacing = Wait(rides_for), rested(pacing)
        suppressed: Suppression | None = Suppression.UNCHANGED
    else:
        wait, pacing = wait_before_write(
            pacing,
            now=moment,
            changed_at=seen.changed_at,
            takes_ready=_takes_ready(seen.history, projection),
            others_first=seen.others_first,
            limits=limits,
        )
        suppressed = Suppression.HELD if wait.seconds > 0 else None
    if wait.seconds > 0:
        looks.append(DueLook(moment + wait.seconds))
    return Decision(
        seen,
        projection,
        outcome,
        replace(memory, pacing=pacing, rides_since=rides_since, backed_off=backed_off),
        tuple(looks),
        patch=None if suppressed else patch,
        suppressed=suppressed,
        ran_out=wait.ran_out,
        is_transition=is_transition(memory.told, seen.history, projection.phase),
    )


def _pacing(seen: Seen, moment: float) -> Pacing:
    record, workflow, pacing = seen.record, seen.facts.workflow, seen.memory.pacing
    stage = stage_of(seen.status, record.generation, workflow, dict(record.labels), pacing)
    if record.deleting and stage is Stage.STARTING:
        stage = Stage.BUSY
    return note_stage(pacing, stage, workflow, record.generation, moment)


def _patch(
    seen: Seen, projection: Projection, now: datetime, moment: float
) -> tuple[StatusPatch | None, float | None, float]:
    """Plan a write; a change of lastSyncTime alone is sent with the next write, at the latest after 60 s.

    Returns:
        The patch; since when such a change has been waiting; and for how many seconds it may still wait.
    """
    patch = plan(seen.status, projection, now)
    patience = until_due(patch, now) if patch is not None else 0.0
    if patience <= 0:
        return patch, None, 0.0
    # Counted from the first such change, so that successive syncs cannot delay it for ever.
    since = moment if seen.memory.rides_since is None else seen.memory.rides_since
    patience = min(patience, since + SYNC_TIME_TIMEOUT - moment)
    return (None, since, patience) if patience > 0 else (patch, None, 0.0)


def _takes_ready(history: History, projection: Projection) -> bool:
    before = history.conditions.get(ConditionType.READY)
    was_ready = before is not None and before.status is ConditionStatus.TRUE
    return was_ready and projection.ready.status is not ConditionStatus.TRUE
