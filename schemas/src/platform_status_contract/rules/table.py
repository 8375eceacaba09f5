"""The input and the outcome of the rows of the phase table (design.md section 5)."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import ConditionType, Phase, Reason

from .assessment import Assessment, Situation
from .clock import Clock
from .observation import Facts, Workflow
from .summarize import Summary
from .texts import first_line
from .timers import SourceName, Timer
from .workflow import TRIES_AGAIN

__all__ = ["STUCK_SECONDS", "Outcome", "Table", "is_stuck", "tells_of_workflow", "why_failed"]

STUCK_SECONDS = 600
"""Seconds after which a running pipeline may be stuck: Kratix gives up a failing one after seven tries, about 6 min.

One whose next try is that late may be stuck too.
"""

_WAS_TO_TRY: Final = "it was to try again by itself at"
_THROUGH: Final = (Workflow.COMPLETED, Workflow.NONE)


class Outcome(Struct, frozen=True):
    """The outcome of a row.

    Attributes:
        row: Its number in the table.
        phase: The phase.
        reason: Ready's reason.
        detail: Further text for the message; may be empty.
    """

    row: str
    phase: Phase
    reason: Reason
    detail: str = ""


class Table(Struct, frozen=True):
    """The input of the rows.

    Attributes:
        situation: The situation of the request.
        facts: The request's own facts.
        assessments: One per observed source, in source order.
        summary: The combined assessments.
        since: All timers after this observation.
        clock: Now.
    """

    situation: Situation
    facts: Facts
    assessments: tuple[Assessment, ...]
    summary: Summary
    since: dict[str, datetime]
    clock: Clock

    @property
    def behind(self) -> bool:
        """Whether something is known to lag behind the spec."""
        return bool(self.situation.lag)

    @property
    def edited(self) -> bool:
        """Whether this generation was never Ready."""
        return self.facts.generation > (self.situation.history.ready_generation or 0)

    @property
    def workflow_is_through(self) -> bool:
        """Whether every pipeline of this generation has run; a later one could still change the contract."""
        return not self.edited or self.facts.workflow in _THROUGH

    def lasted(self, timer: str, seconds: float) -> bool:
        """Whether a timer has been running for this many seconds."""
        return self.clock.older_than(self.since.get(timer), seconds)

    def decides(self, source: SourceName) -> bool:
        """Whether the timers of a source count: it is readable and not paused."""
        return any(found.source is source and found.decides_by_timer for found in self.assessments)

    @property
    def workloads_down(self) -> bool:
        """Too few pods have been ready for failedAfterSeconds."""
        seconds = self.situation.contract.thresholds.failed_after_seconds
        return self.decides(SourceName.PODS) and self.lasted(Timer.BELOW_MIN_READY_RATIO, seconds)

    @property
    def application_failed(self) -> bool:
        """Argo CD has called the Application Degraded for failedAfterSeconds."""
        seconds = self.situation.contract.thresholds.failed_after_seconds
        return self.decides(SourceName.ARGO_HEALTH) and self.lasted(Timer.ARGO_DEGRADED, seconds)

    @property
    def sync_failed(self) -> bool:
        """A sync has failed for good and none has succeeded since; or its tries have failed for failedAfterSeconds.

        A first try may fail because a dependency does not exist yet. Once this holds, a new operation does not reset it
        before it has succeeded.
        """
        if not self.decides(SourceName.ARGO_SYNC) or Timer.SYNC_FAILED not in self.since:
            return False
        ready = self.situation.history.conditions.get(ConditionType.READY)
        if self.situation.history.phase is Phase.FAILED and ready and ready.reason is Reason.SYNC_FAILED:
            return True
        ended = any(found.source is SourceName.ARGO_SYNC and found.ended for found in self.assessments)
        return ended or self.lasted(Timer.SYNC_FAILED, self.situation.contract.thresholds.failed_after_seconds)

    def said_by(self, source: SourceName) -> str:
        """Return the message of a source; empty if it is not observed."""
        return next((found.message for found in self.assessments if found.source is source), "")


def is_stuck(facts: Facts, clock: Clock) -> bool:
    """Whether the workflow has been running, or late for its next try, for so long that it may be stuck."""
    since = facts.workflow_due or facts.workflow_since
    return facts.workflow is Workflow.RUNNING and clock.older_than(since, STUCK_SECONDS)


def tells_of_workflow(facts: Facts, clock: Clock) -> str:
    """Describe what an unfinished workflow waits for, or that it takes too long; empty otherwise."""
    if not is_stuck(facts, clock):
        return facts.workflow_message
    if facts.workflow_due:
        return f"it may be stuck: {facts.workflow_message.replace(TRIES_AGAIN, _WAS_TO_TRY, 1)}"
    since = format_time(facts.workflow_since or clock.now)
    return f"it has been running since {since}, longer than Kratix takes for seven tries: it may be stuck"


def why_failed(facts: Facts, *, otherwise: str) -> str:
    """Return why the workflow failed: the pipeline's first problem, else Kratix's message, which only names the Job.

    Only the first problem, because the message has to fit on a line; `.status.problems` has all of them.
    """
    return first_line(facts.problems) or facts.workflow_message or otherwise
