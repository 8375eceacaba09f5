"""Computes the status from an observation: adopt, situate, assess, summarize, project.

`conclude` is total and idempotent: applied to its own result, with the same observation at the same moment, it returns
the same status. At last it limits the size of all messages together, so that a status stays below 8 KiB with any
contract.
"""

from datetime import datetime

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.status import Condition
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason
from platform_status_contract.sources.registry import assess, numbers_of

from .assessment import Assessment, Situation, Verdict
from .clock import Clock
from .history import History
from .observation import Absent, ContractProblem, Facts, Observation, Present
from .projection import Projection, condition, health_section, message_for, ready_status, sentence
from .rows import project
from .situate import adopt, situate
from .summarize import summarize
from .table import Outcome, Table
from .texts import MAX_MESSAGE, bounded_names, clean
from .timers import Timer
from .unobserved import row_1_deleting, row_2_no_contract

__all__ = ["conclude", "tabulate"]

_MAX_MESSAGES = 6 * 1024
"""Bytes of all messages together."""

_MAX_STATUS = 8 * 1024 - 512
_MAX_GOOD = 100
"""A source that is good needs few words."""

_MIN_MESSAGE = 40
_MAX_NAMES = 512

_OF_THE_REQUEST = (Timer.STARTED, Timer.FIRST_READY, Timer.UPDATING, Timer.CAUGHT_UP, Timer.BEHIND, Timer.DEGRADED)


def conclude(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
    """Compute the intended status of a request.

    Args:
        history: The status now stored, read back by `rules.history.recall`.
        observation: The readings of the sources.
        facts: Facts from the request itself.
        now: The moment of the decision, aware, UTC.

    Returns:
        The projection; it never raises, whatever the texts in its arguments hold.
    """
    now = now.replace(microsecond=0)
    clock = Clock(now)
    contract = facts.contract
    readable = None if isinstance(contract, ContractProblem) else contract
    before = adopt(history, readable, now)
    deleting = row_1_deleting(facts)
    if deleting is not None:
        return _unobserved(deleting, before, facts, clock)
    if isinstance(contract, ContractProblem):
        first_ready = Timer.FIRST_READY in before.since
        return _unobserved(row_2_no_contract(facts, contract, clock, first_ready=first_ready), before, facts, clock)
    table = tabulate(before, contract, observation, facts, clock)
    outcome = project(table)
    after = _after(outcome, table)
    found = _observed(outcome, table, after)
    found = _within_budget(msgspec.structs.replace(found, destinations=_destinations(observation, contract)))
    # At rest the stored status already equals the result, so no second pass is needed.
    wake = clock.wake if after == before else _wake(after, contract, observation, facts, now)
    return msgspec.structs.replace(found, wake=wake)


def _wake(after: History, contract: Contract, observation: Observation, facts: Facts, now: datetime) -> datetime | None:
    """Return when the status `after` would change without a change of the observation; None if never.

    The rows are applied to the status that is about to be written, with the same outcome (idempotence): so the result
    is the earliest deadline that they compare with.
    """
    clock = Clock(now)
    project(tabulate(after, contract, observation, facts, clock))
    return clock.wake


def tabulate(history: History, contract: Contract, observation: Observation, facts: Facts, clock: Clock) -> Table:
    """Assess every source and build the input of the phase table; `history` is already adopted."""
    situation = situate(history, contract, observation, facts, clock)
    assessments = assess(observation, situation, clock)
    return Table(
        situation,
        facts,
        assessments,
        summarize(assessments),
        _timers(situation, assessments, clock),
        clock,
    )


def _timers(situation: Situation, assessments: tuple[Assessment, ...], clock: Clock) -> dict[str, datetime]:
    """The request's own timers, those of the observed sources, and `bad.<source>`; all others are dropped."""
    before = situation.history.since
    since = {name: before[name] for name in map(str, _OF_THE_REQUEST) if name in before}
    for found in assessments:
        since |= {str(name): time for name, time in found.timers.items()}
        name = found.bad_timer
        if found.verdict is Verdict.BAD:
            since[name] = before.get(name, clock.now)
        elif found.verdict is Verdict.UNREADABLE and name in before:
            since[name] = before[name]
    return since


def _with_degraded(since: dict[str, datetime], phase: Phase, now: datetime) -> dict[str, datetime]:
    """The timer `degraded`: it runs in Degraded and Failed, and is kept in Unknown."""
    if phase in (Phase.DEGRADED, Phase.FAILED):
        return {Timer.DEGRADED.value: now} | since
    if phase is Phase.UNKNOWN:
        return since
    return {name: time for name, time in since.items() if name != Timer.DEGRADED}


def _unobserved(outcome: Outcome, history: History, facts: Facts, clock: Clock) -> Projection:
    """The status without an observed source: no numbers, and no condition but Ready.

    An unreadable contract may be newer than this reader: the numbers stay, and the conditions stay as Unknown, so that
    nothing is lost when the reader is updated.
    """
    text = sentence(outcome, facts)
    status = ready_status(outcome, changing=False)
    ready = condition(ConditionType.READY, status, outcome.reason, text, history, clock.now)
    since = _with_degraded(history.since, outcome.phase, clock.now)
    numbers: dict[str, object] = {}
    kept: tuple[Condition, ...] = ()
    if outcome.reason is Reason.INVALID_CONTRACT:
        stored = {
            "argocd": history.argocd,
            "workloads": history.workloads,
            "subApps": history.sub_apps,
            "objects": history.objects,
        }
        numbers = {name: value for name, value in stored.items() if value is not None}
        kept = tuple(
            condition(kind, ConditionStatus.UNKNOWN, outcome.reason, outcome.detail or text, history, clock.now)
            for kind in (*ConditionType, *history.free)
            if kind in history.conditions and kind != ConditionType.READY
        )
    if history.done:
        # A Job that has been deleted since has completed nevertheless.
        numbers["objects"] = dict(history.objects or {} if "objects" in numbers else {}) | {"done": history.done}
    free = tuple(kind for kind in history.free if any(item.type == kind for item in kept))
    health = health_section(facts, history, since, numbers, free)
    message = message_for(outcome, text, facts)
    found = Projection(
        outcome.phase, ready, message, health, (ready, *kept), outcome.row, clock.wake, free=history.free
    )
    return _within_budget(found)


def _after(outcome: Outcome, table: Table) -> History:
    """The history as it will be once this outcome is written."""
    since = _with_degraded(table.since, outcome.phase, table.clock.now)
    history = msgspec.structs.replace(table.situation.history, phase=outcome.phase, since=since)
    if outcome.row != "3":
        return history
    since = {Timer.FIRST_READY.value: table.clock.now} | since
    since.pop(Timer.UPDATING.value, None)
    return msgspec.structs.replace(
        history, since=since, ready_generation=table.facts.generation, updating_generation=None
    )


def _observed(outcome: Outcome, table: Table, after: History) -> Projection:
    facts, clock, history = table.facts, table.clock, table.situation.history
    text = sentence(outcome, facts)
    changing = table.situation.updating or table.behind or (table.situation.first_ready and table.edited)
    status = ready_status(outcome, changing=changing)
    ready = condition(ConditionType.READY, status, outcome.reason, text, history, clock.now)
    numbers = numbers_of(table.assessments, table.situation.history)
    free = tuple(sorted(found.condition for found in table.assessments if found.entry))
    sources = (
        condition(found.condition, found.status, found.reason, found.message, history, clock.now)
        for found in table.assessments
    )
    return Projection(
        outcome.phase,
        ready,
        message_for(outcome, text, facts),
        health_section(facts, after, after.since, numbers, free),
        (ready, *sources),
        outcome.row,
        free=tuple(sorted({*free, *history.free})),
    )


def _destinations(observation: Observation, contract: Contract) -> tuple[str, ...] | None:
    """The Destinations of the request; None if they cannot be read now."""
    works = observation.works
    if not contract.works or isinstance(works, Absent):
        return ()
    if not isinstance(works, Present):
        return None
    placed = {item.destination for work in works.value for item in work.placements if not item.misplaced}
    return tuple(bounded_names(name for name in placed if name))


def _within_budget(projection: Projection) -> Projection:
    """Cut messages and lists of names where a contract has so many conditions that they would not all fit.

    The limit of a message depends on the number of messages and on the rest of the status, never on other messages: one
    that is carried over is already cut, and the others would grow with each reconcile.
    """
    if len(projection.conditions) <= len(ConditionType):
        return projection
    health = dict(projection.health)
    if isinstance(apps := health.get("subApps"), dict):
        health["subApps"] = apps | {"unhealthy": bounded_names(apps["unhealthy"], limit=_MAX_NAMES)}
    placed = projection.destinations and tuple(bounded_names(projection.destinations, limit=_MAX_NAMES))
    bare = [msgspec.structs.replace(condition, message="") for condition in projection.conditions]
    rest = _MAX_STATUS - sum(len(msgspec.json.encode(part)) for part in (health, placed, bare))
    good = sum(condition.status is ConditionStatus.TRUE for condition in bare)
    room, count = min(rest, _MAX_MESSAGES), 1 + len(bare)
    limit = max(min(room // count, MAX_MESSAGE), _MIN_MESSAGE)
    limits = {}
    if _MIN_MESSAGE < limit < MAX_MESSAGE:
        limits = {ConditionStatus.TRUE: min(limit, _MAX_GOOD)}
        limit = min((room - good * limits[ConditionStatus.TRUE]) // (count - good), MAX_MESSAGE)
    conditions = tuple(
        msgspec.structs.replace(condition, message=clean(condition.message, limits.get(condition.status, limit)))
        for condition in projection.conditions
    )
    return msgspec.structs.replace(
        projection,
        health=health,
        destinations=placed,
        conditions=conditions,
        ready=conditions[0],
        message=None if projection.message is None else clean(projection.message, limit),
    )
