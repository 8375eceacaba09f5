"""Computes the keys that we write from an outcome: conditions, health, message (design.md sections 2 and 5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.status import Condition
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import ConditionStatus, Phase, Reason

from .history import History
from .observation import Facts, Workflow
from .table import Outcome
from .texts import clean

__all__ = ["Projection", "condition", "health_section", "message_for", "ready_status", "sentence"]


class Projection(Struct, frozen=True):
    """The intended status; the write step merges it into the stored one.

    Attributes:
        phase: The phase.
        ready: Condition Ready; also the first of `conditions`.
        message: None while a workflow runs, because Kratix then writes `message`.
        health: The whole new value of `status.health`.
        conditions: Every owned condition; an owned type that is missing here is to be removed.
        row: Which row of the phase table matched.
        destinations: Names of the request's Destinations; None if they were not read: then the stored value stays.
        free: Types of conditions that a contract chose, written before or now; those without a condition are removed.
        wake: When the same observation may lead to another projection; None if only a change can.
    """

    phase: Phase
    ready: Condition
    message: str | None
    health: dict[str, object]
    conditions: tuple[Condition, ...]
    row: str
    wake: datetime | None = None
    destinations: tuple[str, ...] | None = None
    free: tuple[str, ...] = ()


def condition(
    name: str, status: ConditionStatus, reason: Reason, message: str, history: History, now: datetime
) -> Condition:
    """Build a condition; its lastTransitionTime changes only with its status (design.md section 6, rule 3)."""
    before = history.conditions.get(name)
    kept = before.since if before is not None and before.status is status else None
    return Condition(
        type=str(name),
        status=status,
        last_transition_time=format_time(kept or now),
        reason=reason.value,
        message=clean(message),
    )


def ready_status(outcome: Outcome, *, changing: bool) -> ConditionStatus:
    """Ready: True in phase Ready; Unknown in phase Unknown and in row 9 while a change is on its way; else False."""
    if outcome.phase is Phase.READY:
        return ConditionStatus.TRUE
    if outcome.phase is Phase.UNKNOWN or (outcome.row == "9" and changing):
        return ConditionStatus.UNKNOWN
    return ConditionStatus.FALSE


def sentence(outcome: Outcome, facts: Facts) -> str:
    """The message: the request, its phase, and the reason."""
    contract = facts.contract
    who = f"{contract.display_name} {contract.name}" if isinstance(contract, Contract) else f"{facts.kind} {facts.name}"
    if outcome.reason is Reason.TOLERATING:
        return clean(f"{who} is operational, tolerating for now: {outcome.detail}")
    start = f"{who} {_PREDICATES[outcome.phase]}"
    if not outcome.detail:
        return clean(start)
    return clean(f"{start}{'; ' if outcome.phase is Phase.READY else ': '}{outcome.detail}")


_PREDICATES = {
    Phase.SCHEDULED: "is scheduled",
    Phase.PROGRESSING: "is progressing",
    Phase.READY: "is fully operational",
    Phase.DEGRADED: "is degraded",
    Phase.FAILED: "has failed",
    Phase.DELETING: "is being deleted",
    Phase.UNKNOWN: "is in an unknown state",
}


def message_for(outcome: Outcome, text: str, facts: Facts) -> str | None:
    """`message` is shared with Kratix: ours only while no workflow is running or about to (design.md section 2).

    Deleting is the exception: Kratix does not write the message while a delete workflow runs, so "fully operational"
    would stay until the end.
    """
    under_way = facts.workflow in (Workflow.PENDING, Workflow.RUNNING)
    return None if under_way and outcome.phase is not Phase.DELETING else text


def health_section(
    facts: Facts,
    history: History,
    since: Mapping[str, datetime],
    numbers: Mapping[str, object],
    free: Sequence[str] = (),
) -> dict[str, object]:
    """`status.health`: generations, reporter, the sources' numbers, the free conditions and the timers."""
    health: dict[str, object] = {"observedGeneration": facts.generation}
    if history.ready_generation is not None:
        health["readyGeneration"] = history.ready_generation
    if history.updating_generation is not None:
        health["updatingGeneration"] = history.updating_generation
    if facts.reporter_lease:
        health["reporter"] = {"lease": facts.reporter_lease, "version": facts.reporter_version}
    health |= {name: _with_summary(part) for name, part in numbers.items()}
    if free:
        health["conditions"] = list(free)
    health["since"] = {str(name): format_time(time) for name, time in sorted(since.items())}
    return health


def _with_summary(part: object) -> object:
    """Add ``summary`` to a source's numbers: ``3/4``, since a printer column shows one value; nothing of nothing."""
    counts = mapping(part)
    good, total = counts.get("ready", counts.get("healthy")), counts.get("total")
    return {**counts, "summary": f"{good}/{total}"} if total else part
