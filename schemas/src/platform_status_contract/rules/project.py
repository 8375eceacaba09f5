"""The phase table of design.md section 5, row by row: the first match wins.

Each row is one function that answers an Outcome or None; `ROWS` is the table. To explain a phase is to name its row.
Rows 1 and 2, which need no source, stand in `unobserved`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct

from platform_status_contract.model.vocabulary import ConditionType, Phase, Reason

from .assessment import Assessment, Situation, Verdict
from .clock import Clock
from .observation import Facts, Workflow
from .summarize import Summary
from .texts import first_line
from .timers import SourceName, Timer, bad_timer

__all__ = ["CAUGHT_UP_SECONDS", "DEGRADED_SECONDS", "ROWS", "Outcome", "Row", "Table", "project", "why_failed"]

DEGRADED_SECONDS = 60
"""Degraded lasts at least this long before it can become Failed."""

CAUGHT_UP_SECONDS = 30
"""An update is over only once nothing has been Behind for this long: Argo CD shows old health for a moment."""


class Outcome(Struct, frozen=True):
    """What a row says.

    Attributes:
        row: Its number in the table.
        phase: The phase.
        reason: Ready's reason.
        detail: What there is to say beside the phase; may be empty.
    """

    row: str
    phase: Phase
    reason: Reason
    detail: str = ""


class Table(Struct, frozen=True):
    """Everything a row may look at.

    Attributes:
        situation: Where the request stands.
        facts: The request's own facts.
        assessments: One per observed source, in source order.
        summary: The same, seen together.
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
        """Whether reality is known to lag behind the spec."""
        return self.situation.behind is True

    def lasted(self, timer: str, seconds: float) -> bool:
        """Whether a timer has been running for so long."""
        return self.clock.older_than(self.since.get(timer), seconds)

    def decides(self, source: SourceName) -> bool:
        """Whether the timers of a source decide anything now: it is readable and not paused."""
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

        A first try may fail because what it needs is not there yet. Once this was said, an operation that runs anew
        does not take it back before it has succeeded.
        """
        if not self.decides(SourceName.ARGO_SYNC) or Timer.SYNC_FAILED not in self.since:
            return False
        ready = self.situation.history.conditions.get(ConditionType.READY)
        if self.situation.history.phase is Phase.FAILED and ready and ready.reason is Reason.SYNC_FAILED:
            return True
        ended = any(found.source is SourceName.ARGO_SYNC and found.ended for found in self.assessments)
        return ended or self.lasted(Timer.SYNC_FAILED, self.situation.contract.thresholds.failed_after_seconds)


Row = Callable[[Table], Outcome | None]


def row_3_all_good(table: Table) -> Outcome | None:
    """Every source good, not Behind; if updating, also caughtUp for 30 s."""
    if table.summary.blocking or table.behind:
        return None
    if table.situation.updating and not table.lasted(Timer.CAUGHT_UP, CAUGHT_UP_SECONDS):
        return None
    return Outcome("3", Phase.READY, Reason.ALL_HEALTHY, "; ".join(table.summary.notes))


def row_4_tolerating(table: Table) -> Outcome | None:
    """Was Ready, and what is bad has been so for less than degradedAfterSeconds."""
    summary = table.summary
    bad = summary.having(Verdict.BAD)
    situation = table.situation
    was_ready = situation.first_ready and situation.history.phase is Phase.READY
    if not was_ready or situation.updating or table.behind or not bad:
        return None
    if summary.having(Verdict.UNREADABLE, Verdict.PAUSED):
        return None
    seconds = situation.contract.thresholds.degraded_after_seconds
    if any(table.lasted(bad_timer(found.source), seconds) for found in bad):
        return None
    return Outcome("4", Phase.READY, Reason.TOLERATING, bad[0].message)


def row_5_failed(table: Table) -> Outcome | None:
    """Degraded for 60 s, and the workloads are down, the Application failed, or a sync failed."""
    phase = table.situation.history.phase
    was_degraded = phase in (Phase.DEGRADED, Phase.FAILED) or phase is Phase.UNKNOWN
    if not was_degraded or not table.lasted(Timer.DEGRADED, DEGRADED_SECONDS):
        return None
    if table.workloads_down:
        return Outcome("5", Phase.FAILED, Reason.WORKLOADS_DOWN, _said_by(table, SourceName.PODS))
    if table.application_failed:
        return Outcome("5", Phase.FAILED, Reason.APPLICATION_FAILED, _said_by(table, SourceName.ARGO_HEALTH))
    if table.sync_failed:
        return Outcome("5", Phase.FAILED, Reason.SYNC_FAILED, _said_by(table, SourceName.ARGO_SYNC))
    return None


def row_6_degraded(table: Table) -> Outcome | None:
    """Once Ready, and now a source is bad or paused; or the workflow for a newer generation failed, Ready or not."""
    worst = table.summary.having(Verdict.BAD, Verdict.PAUSED) if table.situation.first_ready else ()
    if table.situation.updating:
        # during an update pods come and go; only what would make it Failed is worth a Degraded
        down = {SourceName.PODS: table.workloads_down, SourceName.ARGO_HEALTH: table.application_failed}
        worst = tuple(found for found in worst if down.get(found.source, False))
    if worst:
        return Outcome("6", Phase.DEGRADED, worst[0].reason, worst[0].message)
    newer = table.facts.generation > table.situation.contract.generation
    if newer and table.facts.workflow is Workflow.FAILED:
        said = why_failed(table.facts, otherwise="the workflow of the change failed")
        return Outcome("6", Phase.DEGRADED, Reason.WORKFLOW_FAILED, said)
    return None


def row_7_deadline(table: Table) -> Outcome | None:
    """Too slow: never Ready since the deadline, or Behind for that long with nothing under way that would catch up."""
    situation = table.situation
    deadline = situation.contract.thresholds.progress_deadline_seconds
    if situation.overdue and table.summary.readable:
        detail = f"not ready within {deadline} s: {table.summary.readable[0].message}"
        return Outcome("7", Phase.DEGRADED, Reason.PROGRESS_DEADLINE_EXCEEDED, detail)
    stuck = table.facts.workflow not in (Workflow.RUNNING, Workflow.SUSPENDED) and not situation.updating
    known = situation.first_ready or situation.overdue
    if known and table.behind and stuck and table.lasted(Timer.BEHIND, deadline):
        return Outcome("7", Phase.DEGRADED, Reason.PROGRESS_DEADLINE_EXCEEDED, _lagging(table))
    return None


def row_8_unreadable(table: Table) -> Outcome | None:
    """No bad evidence, and missing evidence."""
    unreadable = table.summary.having(Verdict.UNREADABLE)
    if not unreadable:
        return None
    return Outcome("8", Phase.UNKNOWN, Reason.SOURCE_UNREADABLE, "; ".join(found.message for found in unreadable))


def row_9_progressing(table: Table) -> Outcome | None:
    """On the way: started, updating or Behind."""
    if Timer.STARTED not in table.since and not table.situation.updating and not table.behind:
        return None
    if table.facts.workflow is Workflow.SUSPENDED:
        said = table.facts.workflow_message or "the workflow is suspended"
        return Outcome("9", Phase.PROGRESSING, Reason.WORKFLOW_SUSPENDED, said)
    if table.behind:
        return Outcome("9", Phase.PROGRESSING, Reason.SPEC_CHANGED, _lagging(table))
    if table.situation.updating:
        detail = f"generation {table.facts.generation} is being rolled out"
        if table.summary.blocking:
            detail = f"{detail}: {table.summary.blocking[0].message}"
        return Outcome("9", Phase.PROGRESSING, Reason.SPEC_CHANGED, detail)
    # neither updating nor Behind: row 3 would have matched if nothing blocked
    first = table.summary.blocking[0]
    return Outcome("9", Phase.PROGRESSING, first.reason, first.message)


def row_10_scheduled(table: Table) -> Outcome:
    """Nothing has been seen yet."""
    if table.facts.workflow is Workflow.SUSPENDED and table.facts.workflow_message:
        return Outcome("10", Phase.SCHEDULED, Reason.WAITING_FOR_WORKS, table.facts.workflow_message)
    return Outcome("10", Phase.SCHEDULED, Reason.WAITING_FOR_WORKS, table.summary.blocking[0].message)


ROWS: Final[tuple[Row, ...]] = (
    row_3_all_good,
    row_4_tolerating,
    row_5_failed,
    row_6_degraded,
    row_7_deadline,
    row_8_unreadable,
    row_9_progressing,
    row_10_scheduled,
)


def project(table: Table) -> Outcome:
    """Walk the table; its last row always matches."""
    for row in ROWS[:-1]:
        outcome = row(table)
        if outcome is not None:
            return outcome
    return row_10_scheduled(table)


def why_failed(facts: Facts, *, otherwise: str) -> str:
    """Say why the workflow failed: what the pipeline refused, else what Kratix says, which knows the Job's name only.

    The first problem alone: the message has to fit on a line, and `.status.problems` has them all.
    """
    return first_line(facts.problems) or facts.workflow_message or otherwise


def _said_by(table: Table, source: SourceName) -> str:
    return next((found.message for found in table.assessments if found.source is source), "")


def _lagging(table: Table) -> str:
    contract = table.situation.contract
    if table.facts.generation > contract.generation:
        generation = table.facts.generation
        return f"the contract is still that of generation {contract.generation}, not yet of generation {generation}"
    application = contract.application
    named = f"Application {application.namespace}/{application.name}" if application else "the Application"
    return f"Argo CD has not yet compared {named} as it was written for generation {contract.generation}"
