"""Adoption of an older status and the request-wide timers, before any source is assessed (design.md section 5)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from platform_status_contract.model.contract import Application, Contract, ObjectEntry
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason

from .assessment import Blind, Situation, settle
from .clock import Clock
from .history import History
from .observation import (
    Absent,
    Facts,
    ObjectSeen,
    Observation,
    Present,
    Reading,
    Unreadable,
    Workflow,
    named,
    written_for,
)
from .texts import clean
from .timers import Timer

__all__ = ["NOT_COMPARED", "adopt", "situate"]

NOT_COMPARED: Final = "Argo CD has not yet compared"
"""Prefix of the lag text if the Application lags."""

T = TypeVar("T")


def adopt(history: History, contract: Contract | None, now: datetime) -> History:
    """Convert the previous status into one that these rules could have written.

    Times in the future become now, and the timer degraded is kept only in its phases. A status that was not written by
    a sidecar of this version (it has no `health.observedGeneration`) with phase Ready, Degraded or Failed was once
    Ready: firstReady becomes the time of its Ready condition, else now. Our own Failed of a request that was never
    Ready is not adopted.
    """
    since = {name: min(time, now) for name, time in history.since.items()}
    if history.phase not in (Phase.DEGRADED, Phase.FAILED, Phase.UNKNOWN):
        since.pop(Timer.DEGRADED, None)
    ready = history.conditions.get(ConditionType.READY)
    was_ready = history.phase in (Phase.READY, Phase.DEGRADED, Phase.FAILED) or (
        ready is not None and ready.status is ConditionStatus.TRUE
    )
    if history.observed_generation is None and Timer.FIRST_READY not in since and was_ready:
        known = ready.since if ready is not None else None
        since[Timer.FIRST_READY] = now if known is None else min(known, now)
    ready_generation = history.ready_generation
    if Timer.FIRST_READY in since:
        since.setdefault(Timer.STARTED, since[Timer.FIRST_READY])
        if ready_generation is None and contract is not None:
            ready_generation = contract.generation
    return msgspec.structs.replace(history, since=since, ready_generation=ready_generation)


def situate(history: History, contract: Contract, observation: Observation, facts: Facts, clock: Clock) -> Situation:
    """Advance the request-wide timers and compute the situation of the request.

    Args:
        history: After `adopt`.
        contract: The readable contract.
        observation: The readings.
        facts: The request's own facts.
        clock: Now.
    """
    since = dict(history.since)
    if Timer.STARTED not in since and _has_started(contract, observation):
        since[Timer.STARTED] = clock.now
    deadline = contract.thresholds.progress_deadline_seconds
    updating, updating_generation = False, None
    # A wait for an approval is not slow progress, so the deadline of an edit counts from its approval.
    suspended = facts.workflow is Workflow.SUSPENDED
    edited = history.ready_generation is not None and facts.generation > history.ready_generation
    if edited and not suspended:
        updating_generation = facts.generation
        if history.updating_generation != facts.generation:
            since[Timer.UPDATING] = clock.now
        updating = Timer.UPDATING in since and not clock.older_than(since[Timer.UPDATING], deadline)
    else:
        since.pop(Timer.UPDATING, None)
    first_ready = Timer.FIRST_READY in since
    told = history.conditions.get(ConditionType.READY)
    if not first_ready and not suspended and told is not None and told.reason is Reason.WORKFLOW_SUSPENDED:
        # The first deadline counts from the approval too.
        since[Timer.STARTED] = clock.now
    overdue = not first_ready and not suspended and clock.older_than(since.get(Timer.STARTED), deadline)
    history = msgspec.structs.replace(history, since=since, updating_generation=updating_generation)
    situation = Situation(contract, history, first_ready=first_ready, updating=updating, overdue=overdue)
    lag = _lag(situation, observation, facts, clock)
    if lag:
        since.pop(Timer.CAUGHT_UP, None)
        since.setdefault(Timer.BEHIND, clock.now)
    elif lag is not None:
        since.setdefault(Timer.CAUGHT_UP, clock.now)
        since.pop(Timer.BEHIND, None)
    if suspended:
        since.pop(Timer.BEHIND, None)
    return msgspec.structs.replace(situation, lag=lag, request=named(facts.kind, facts.namespace, facts.name))


def _lag(situation: Situation, observation: Observation, facts: Facts, clock: Clock) -> str | None:
    """Say what lags behind the spec: nothing if the text is empty; None if what would tell does not exist or answer.

    Behind: the contract was resolved for another generation; the Application or an object was written for an older
    one, or does not say for which although the contract names the annotation; or Argo CD compared another source than
    the Application now has. Without an answer the last known value counts for 60 s, as everywhere.
    """
    contract = situation.contract
    if facts.generation != contract.generation:
        # it is of a later one where a backup brought an old status back
        return f"the contract is that of generation {contract.generation}, not of generation {facts.generation}"
    answers = [_lag_of_object(entry, reading, situation, clock) for entry, reading in _annotated(observation, contract)]
    if contract.application is not None:
        answers.append(_lag_of_application(contract.application, situation, observation, clock))
    return next(filter(None, answers), None if None in answers else "")


def _annotated(
    observation: Observation, contract: Contract
) -> Iterator[tuple[ObjectEntry, Reading[tuple[ObjectSeen, ...]] | None]]:
    readings = (*(observation.objects or ()), *([None] * len(contract.objects or ())))
    for entry, reading in zip(contract.objects or (), readings, strict=False):
        if entry.generation_annotation is not None:
            yield entry, reading


def _lag_of_object(
    entry: ObjectEntry, reading: Reading[tuple[ObjectSeen, ...]] | None, situation: Situation, clock: Clock
) -> str | None:
    """Return the name of an object of the entry that was written for an older or an unknown generation."""
    settled = settle(reading, situation, clock)
    wanted = f"not yet written for generation {situation.contract.generation}"
    if isinstance(settled, Blind):
        return _while_blind(settled, situation, f"{entry.kind} was last seen {wanted}")
    seen = () if isinstance(settled, Absent) else settled.value
    if not seen:
        return None
    key = entry.generation_annotation or ""
    old = [item for item in seen if written_for(item.annotation(key)) < situation.contract.generation]
    return f"{entry.kind} {clean(old[0].name, 100)} is {wanted}" if old else ""


def _while_blind(blindness: Blind, situation: Situation, last: str) -> str | None:
    return last if not blindness.lasting and Timer.BEHIND in situation.history.since else None


def _lag_of_application(
    application: Application, situation: Situation, observation: Observation, clock: Clock
) -> str | None:
    reading = settle(observation.application, situation, clock)
    where = f"{application.namespace}/{application.name}"
    generation = situation.contract.generation
    if isinstance(reading, Blind):
        return _while_blind(reading, situation, f"Application {where} was last seen behind generation {generation}")
    if isinstance(reading, Absent) or reading.value.foreign:
        return None
    seen = reading.value
    if application.generation_annotation is not None and (seen.written_for or 0) < generation:
        # Nobody has rewritten it yet, which is not Argo CD's doing.
        old, new = f"still that of generation {seen.written_for}", f"not yet written for generation {generation}"
        return f"Application {where} is {old if seen.written_for else new}"
    if seen.compared_current:
        return ""
    return f"{NOT_COMPARED} Application {where} as it was written for generation {generation}"


def _has_started(contract: Contract, observation: Observation) -> bool:
    """Whether a source was ever present, or no source is observed that Kratix delivers and that could be awaited."""
    if not contract.works and contract.application is None:
        return True
    if isinstance(_latest(observation.application), Present):
        return True
    if any(isinstance(_latest(secret), Present) for secret in observation.secrets or ()):
        return True
    objects = [_latest(reading) for reading in observation.objects or ()]
    if any(isinstance(reading, Present) and bool(reading.value) for reading in objects):
        return True
    several = (_latest(observation.works), _latest(observation.pods), _latest(observation.sub_applications))
    return any(isinstance(reading, Present) and bool(reading.value) for reading in several)


def _latest(reading: Reading[T] | None) -> Present[T] | Absent | None:
    return reading.last if isinstance(reading, Unreadable) else reading
