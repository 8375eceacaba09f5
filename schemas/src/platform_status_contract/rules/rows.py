"""The phase table of design.md section 5: a row is a number, what it requires, and its outcome; the first match wins.

The rules evaluate the requirements, and `hctl explain` shows those that do not hold: both use one list. Rows 1 and 2,
which need no source, are in `unobserved`.
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from platform_status_contract.model.times import duration
from platform_status_contract.model.vocabulary import Phase, Reason

from .assessment import Assessment, Verdict
from .observation import Workflow
from .situate import NOT_COMPARED
from .table import Outcome, Table, is_stuck, tells_of_workflow, why_failed
from .texts import clean
from .timers import SourceName, Timer

__all__ = ["CAUGHT_UP_SECONDS", "DEGRADED_SECONDS", "ROWS", "Requirement", "Row", "project"]

DEGRADED_SECONDS = 60
"""Seconds that Degraded lasts at least before it can become Failed."""

_MAX_CAUSE: Final = 250
"""Bytes of a cause, so that what lags fits behind it."""

CAUGHT_UP_SECONDS = 30
"""Seconds that an update must not have been Behind before it is over: Argo CD shows outdated health for a moment."""


class Requirement(Struct, frozen=True):
    """A requirement of a row.

    Attributes:
        holds: Whether it holds.
        otherwise: The text to show if it does not.
    """

    holds: Callable[[Table], bool]
    otherwise: Callable[[Table], str]


class Row(Struct, frozen=True):
    """A row of the table.

    Attributes:
        number: Its number.
        title: Its subject.
        requirements: All of them must hold.
        outcome: Its outcome.
    """

    number: str
    title: str
    requirements: tuple[Requirement, ...]
    outcome: Callable[[Table], Outcome]

    def matches(self, table: Table) -> bool:
        """Whether all its requirements hold."""
        return all(requirement.holds(table) for requirement in self.requirements)

    def unmet(self, table: Table) -> tuple[str, ...]:
        """The requirements that do not hold, one phrase each."""
        return tuple(item.otherwise(table) for item in self.requirements if not item.holds(table))


def project(table: Table) -> Outcome:
    """Return the first row that matches; the last row has no requirements."""
    return next(row.outcome(table) for row in ROWS if row.matches(table))


_KEPT_UP: Final = Requirement(lambda table: not table.behind, lambda _: "reality lags behind the spec")
_NO_UPDATE: Final = Requirement(lambda table: not table.situation.updating, lambda _: "an update is rolled out")


def _named(found: Iterable[Assessment]) -> str:
    return ", ".join(f"{entry.words} {entry.verdict.name.lower()} ({entry.reason})" for entry in found)


def _lasting(table: Table, timer: Timer, word: str) -> str:
    since = table.since.get(timer)
    return f"{word} for {duration((table.clock.now - since).total_seconds())}" if since else f"not {word}"


def _was(table: Table, wanted: str) -> str:
    return f"it was {table.situation.history.phase or 'in no phase'} before, not {wanted}"


# -- row 3


def _ready(table: Table) -> Outcome:
    contract = table.situation.contract
    notes = list(table.summary.notes)
    if contract.generation > 1 and not contract.tells_arrival:
        notes.append(f"arrival of generation {contract.generation} is not observed")
    if table.facts.workflow is Workflow.FAILED:
        # A rerun of a generation that was Ready: what an earlier run put out is still there, and is good.
        why = why_failed(table.facts, otherwise="Kratix does not say why")
        notes.append(f"the last run of the workflow failed: {why}")
    if is_stuck(table.facts, table.clock):
        notes.append(f"the workflow runs again: {tells_of_workflow(table.facts, table.clock)}")
    return Outcome("3", Phase.READY, Reason.ALL_HEALTHY, "; ".join(notes))


def _has_settled(table: Table) -> bool:
    return not table.situation.updating or table.lasted(Timer.CAUGHT_UP, CAUGHT_UP_SECONDS)


# -- row 4


def _too_long(table: Table) -> list[Assessment]:
    seconds = table.situation.contract.thresholds.degraded_after_seconds
    return [found for found in table.summary.having(Verdict.BAD) if table.lasted(found.bad_timer, seconds)]


def _not_bad(table: Table) -> tuple[Assessment, ...]:
    return tuple(found for found in table.summary.blocking if found.verdict is not Verdict.BAD)


def _tolerating(table: Table) -> Outcome:
    said = (found.message for found in table.summary.having(Verdict.BAD))
    return Outcome("4", Phase.READY, Reason.TOLERATING, next(said, ""))


# -- row 5


def _is_down(table: Table) -> bool:
    return table.workloads_down or table.application_failed or table.sync_failed


def _failed(table: Table) -> Outcome:
    if table.workloads_down:
        return Outcome("5", Phase.FAILED, Reason.WORKLOADS_DOWN, table.said_by(SourceName.PODS))
    if table.application_failed:
        return Outcome("5", Phase.FAILED, Reason.APPLICATION_FAILED, table.said_by(SourceName.ARGO_HEALTH))
    return Outcome("5", Phase.FAILED, Reason.SYNC_FAILED, table.said_by(SourceName.ARGO_SYNC))


# -- row 6


def _worst(table: Table) -> tuple[Assessment, ...]:
    """What makes a request Degraded that was Ready: bad or paused; during an update only what would make it Failed."""
    worst = table.summary.having(Verdict.BAD, Verdict.PAUSED) if table.situation.first_ready else ()
    if not table.situation.updating:
        return worst
    # During an update pods are replaced.
    down = {SourceName.PODS: table.workloads_down, SourceName.ARGO_HEALTH: table.application_failed}
    return tuple(found for found in worst if down.get(found.source, False))


def _workflow_failed(table: Table) -> bool:
    return table.edited and table.facts.workflow is Workflow.FAILED


def _degraded(table: Table) -> Outcome:
    worst = _worst(table)
    if worst:
        return Outcome("6", Phase.DEGRADED, worst[0].reason, worst[0].message)
    said = why_failed(table.facts, otherwise="the workflow of the change failed")
    return Outcome("6", Phase.DEGRADED, Reason.WORKFLOW_FAILED, said)


def _not_degraded(table: Table) -> str:
    situation = table.situation
    why = "nothing is bad or paused" if situation.first_ready else "it was never Ready"
    bad = table.summary.having(Verdict.BAD, Verdict.PAUSED) if situation.first_ready and situation.updating else ()
    why = f"{_named(bad)}, but while an update is rolled out only what lasts counts" if bad else why
    return f"{why}, and no workflow of a change has failed"


# -- row 7


def _is_late(table: Table) -> bool:
    return table.situation.overdue and bool(table.summary.readable)


def _is_lagging(table: Table) -> bool:
    """Behind for longer than the progress deadline, without a workflow or update that would catch up."""
    situation = table.situation
    stuck = table.facts.workflow not in (Workflow.RUNNING, Workflow.SUSPENDED) and not situation.updating
    known = situation.first_ready or situation.overdue
    deadline = situation.contract.thresholds.progress_deadline_seconds
    return known and table.behind and stuck and table.lasted(Timer.BEHIND, deadline)


def _overdue(table: Table) -> Outcome:
    if not _is_late(table):
        return Outcome("7", Phase.DEGRADED, Reason.PROGRESS_DEADLINE_EXCEEDED, _lag(table, late=True))
    deadline = table.situation.contract.thresholds.progress_deadline_seconds
    detail = f"not ready within {deadline} s: {table.summary.readable[0].message}"
    return Outcome("7", Phase.DEGRADED, Reason.PROGRESS_DEADLINE_EXCEEDED, detail)


def _not_overdue(table: Table) -> str:
    deadline = table.situation.contract.thresholds.progress_deadline_seconds
    started = f"{_lasting(table, Timer.STARTED, 'started')}, of {deadline}s"
    why = "it was Ready once" if table.situation.first_ready else started
    return f"{why}, and it does not lag behind the spec for that long with nothing under way"


def _lag(table: Table, *, late: bool = False) -> str:
    """Describe what lags behind the spec, with Argo CD's message if it is the Application.

    What is bad by itself, or unreadable, stands before it: it may be why nothing arrives. The workflow is named if it
    is late or Kratix says something of it: each of its steps would be a write otherwise.
    """
    lag = table.situation.lag or ""
    sync = next((found for found in table.assessments if found.source is SourceName.ARGO_SYNC), None)
    waits = sync and (sync.verdict is Verdict.PENDING or sync.on_its_way)
    why = (sync.message if waits else sync.note) if sync else ""
    lag = f"{lag}: {why}" if why and lag.startswith(NOT_COMPARED) else lag
    first = next(iter(table.summary.blocking), None)
    is_cause = first and first.verdict in (Verdict.BAD, Verdict.UNREADABLE) and not first.on_its_way
    cause = clean(first.message, _MAX_CAUSE) if first and is_cause else ""
    named = not table.workflow_is_through and (late or tells_of_workflow(table.facts, table.clock))
    return "; ".join(filter(None, (cause, lag, _workflow_to_come(table) if named else "")))


# -- rows 8 to 10


def _unknown(table: Table) -> Outcome:
    said = "; ".join(dict.fromkeys(found.message for found in table.summary.having(Verdict.UNREADABLE)))
    return Outcome("8", Phase.UNKNOWN, Reason.SOURCE_UNREADABLE, said)


def _is_on_its_way(table: Table) -> bool:
    return Timer.STARTED in table.since or table.situation.updating or table.behind


def _progressing(table: Table) -> Outcome:
    facts = table.facts
    if facts.workflow is Workflow.SUSPENDED:
        said = facts.workflow_message or "the workflow is suspended"
        return Outcome("9", Phase.PROGRESSING, Reason.WORKFLOW_SUSPENDED, said)
    if table.behind:
        return Outcome("9", Phase.PROGRESSING, Reason.SPEC_CHANGED, _lag(table))
    first = table.summary.blocking[0].message if table.summary.blocking else ""
    if table.situation.updating:
        detail = f"generation {facts.generation} is being rolled out"
        first = first or ("" if table.workflow_is_through else _workflow_to_come(table))
        return Outcome("9", Phase.PROGRESSING, Reason.SPEC_CHANGED, f"{detail}: {first}" if first else detail)
    if not table.summary.blocking:
        return Outcome("9", Phase.PROGRESSING, Reason.WAITING_FOR_WORKFLOW, _workflow_to_come(table))
    return Outcome("9", Phase.PROGRESSING, table.summary.blocking[0].reason, first)


def _workflow_to_come(table: Table) -> str:
    facts = table.facts
    told = tells_of_workflow(facts, table.clock)
    said = f": {told}" if told else ""
    return f"the workflow of generation {facts.generation} is {facts.workflow.value}, not completed{said}"


def _scheduled(table: Table) -> Outcome:
    if table.facts.workflow is Workflow.SUSPENDED and table.facts.workflow_message:
        said = table.facts.workflow_message
    else:
        said = table.summary.blocking[0].message if table.summary.blocking else _workflow_to_come(table)
    return Outcome("10", Phase.SCHEDULED, Reason.WAITING_FOR_WORKS, said)


_THROUGH: Final = Requirement(lambda table: table.workflow_is_through, _workflow_to_come)

ROWS: Final[tuple[Row, ...]] = (
    Row(
        "3",
        "Ready: everything is good",
        (
            Requirement(
                lambda table: not table.summary.blocking,
                lambda table: f"not everything is good: {_named(table.summary.blocking)}",
            ),
            _KEPT_UP,
            _THROUGH,
            Requirement(
                _has_settled,
                lambda _: f"an update is rolled out, and has not been caught up with for {CAUGHT_UP_SECONDS}s",
            ),
        ),
        _ready,
    ),
    Row(
        "4",
        "Ready: something bad is tolerated for now",
        (
            Requirement(lambda table: table.situation.first_ready, lambda _: "it was never Ready"),
            Requirement(lambda table: table.situation.history.phase is Phase.READY, lambda table: _was(table, "Ready")),
            _NO_UPDATE,
            _KEPT_UP,
            _THROUGH,
            Requirement(
                lambda table: bool(table.summary.blocking) and not _not_bad(table),
                lambda table: (
                    f"that is for what is bad only: {_named(_not_bad(table))}" if _not_bad(table) else "nothing is bad"
                ),
            ),
            Requirement(
                lambda table: not _too_long(table),
                lambda table: (
                    f"degradedAfterSeconds ({table.situation.contract.thresholds.degraded_after_seconds}) "
                    f"is over: {_named(_too_long(table))}"
                ),
            ),
        ),
        _tolerating,
    ),
    Row(
        "5",
        "Failed: Degraded, and down for too long",
        (
            Requirement(
                # runs in Degraded, Failed and Unknown only, see `situate.adopt`
                lambda table: table.lasted(Timer.DEGRADED, DEGRADED_SECONDS),
                lambda table: (
                    f"{_lasting(table, Timer.DEGRADED, 'Degraded')}, less than {DEGRADED_SECONDS}s"
                    if Timer.DEGRADED in table.since
                    else _was(table, "Degraded or Failed")
                ),
            ),
            Requirement(
                _is_down,
                lambda table: (
                    "neither too few pods nor a Degraded Application for failedAfterSeconds "
                    f"({table.situation.contract.thresholds.failed_after_seconds}), nor a failed sync"
                ),
            ),
        ),
        _failed,
    ),
    Row(
        "6",
        "Degraded: was Ready, and something is bad",
        (Requirement(lambda table: bool(_worst(table)) or _workflow_failed(table), _not_degraded),),
        _degraded,
    ),
    Row(
        "7",
        "Degraded: the progress deadline has passed",
        (Requirement(lambda table: _is_late(table) or _is_lagging(table), _not_overdue),),
        _overdue,
    ),
    Row(
        "8",
        "Unknown: something cannot be read",
        (
            Requirement(
                lambda table: bool(table.summary.having(Verdict.UNREADABLE)), lambda _: "everything could be read"
            ),
        ),
        _unknown,
    ),
    Row(
        "9",
        "Progressing: on its way",
        (Requirement(_is_on_its_way, lambda _: "nothing was ever there, nothing is updated, nothing lags"),),
        _progressing,
    ),
    Row("10", "Scheduled: nothing has been seen yet", (), _scheduled),
)
