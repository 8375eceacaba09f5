"""The Argo CD Application: does the cluster hold what Git says (sync), and does it work, as far as Argo CD can tell?"""

from typing import Final

from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict, strict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ApplicationSeen, Observation
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.timers import SourceName, Timer

from .states import (
    FAILED,
    RUNNING,
    Aspect,
    Judgement,
    assess_application,
    health_word,
    is_empty,
    sync_fails,
    sync_word,
    with_problems,
)

__all__ = ["assess_argo"]

HELD_UP_SECONDS: Final = 600
"""Seconds after which a sync that runs beside Synced is a note: it holds up every later one."""

_WORDS: Final = {
    "Healthy": (Verdict.GOOD, Reason.APPLICATION_HEALTHY, "is healthy"),
    "Progressing": (Verdict.PENDING, Reason.APPLICATION_PROGRESSING, "is progressing"),
    "Suspended": (Verdict.PAUSED, Reason.PAUSED, "is suspended"),
    "Degraded": (Verdict.BAD, Reason.APPLICATION_DEGRADED, "is degraded"),
    "Missing": (Verdict.BAD, Reason.APPLICATION_MISSING, "has missing resources"),
}


def assess_argo(observation: Observation, situation: Situation, clock: Clock) -> tuple[Assessment, ...]:
    """Assess sync and health of the Application of a contract; empty if it names none.

    Sync: Synced is good; OutOfSync is bad; absent, empty or Unknown is pending before firstReady. Health: Healthy is
    good, of nothing it is pending, as Progressing is; Degraded and Missing are bad; Suspended is paused.
    """
    found = (assess_application(aspect, observation, situation, clock) for aspect in (_SYNC, _HEALTH))
    return tuple(each for each in found if each is not None)


def _named_controllers(situation: Situation) -> set[str]:
    """The controllers of the contract in the words of `ApplicationSeen.differing`."""
    return {f"{item.kind} {item.name}" for part in situation.contract.workload_parts for item in part.controllers or ()}


def _judge_sync(
    what: str,
    seen: ApplicationSeen,
    situation: Situation,
    failed: bool,  # noqa: FBT001 - the timer's state, as Aspect.judge has it
    clock: Clock,
) -> Judgement:
    if seen.sync_status == "Synced":
        hooks = f"the last operation of {what} failed: {seen.operation_message}"
        note = hooks if seen.operation_phase in FAILED and seen.operation_message else ""
        if seen.problems and not seen.compared_current:
            # what it is to be next cannot be made, such as a hydration that failed
            note = clean(seen.problems, 320)
        if seen.started_at and clock.older_than(seen.started_at, HELD_UP_SECONDS):
            # a hook after the sync, say: until it ends Argo CD begins no other sync
            waits = f": {clean(seen.operation_message, 240)}" if seen.operation_message else ""
            note = f"a sync of {what} has been running since {format_time(seen.started_at)}{waits}"
        return Judgement(Verdict.GOOD, Reason.SYNCED, f"{what} is synced", note=note)
    is_running = seen.operation_phase in RUNNING
    told = clean(seen.operation_message, 240)
    waits = told if is_running and not seen.try_failed else ""
    if not failed:
        # While it syncs one after the other leaves the list, and each would be a write.
        said = waits if is_running else seen.differing
        message = with_problems(f"{what} is out of sync: {said}" if said else f"{what} is out of sync", seen)
        only = set(seen.differing.split(", ")) <= _named_controllers(situation)
        return Judgement(Verdict.BAD, Reason.OUT_OF_SYNC, message, on_its_way=is_running, follows_pause=only)
    message = f"{what} failed to sync"
    said = ("" if waits else told) or clean(seen.problems, 240)
    before = situation.history.conditions.get(ConditionType.ARGO_SYNCED)
    if said:
        message = f"{message}: {said}"
    elif is_running and before is not None and before.message.startswith(message):
        # Argo CD forgets why the last try failed as soon as it begins the next one
        message = before.message
    return Judgement(Verdict.BAD, Reason.SYNC_FAILED, message, ended=seen.operation_phase in FAILED)


_SYNC: Final = Aspect(
    source=SourceName.ARGO_SYNC,
    condition=ConditionType.ARGO_SYNCED,
    timer=Timer.SYNC_FAILED,
    holds=sync_fails,
    word=sync_word,
    judge=_judge_sync,
    unknown="sync state",
    pending=Reason.SYNC_UNKNOWN,
    unreadable=Reason.SYNC_UNKNOWN,
)


def _degraded(seen: ApplicationSeen) -> bool | None:
    """Predicate of timer argoDegraded; Unknown is neither Degraded nor well."""
    word = health_word(seen)
    return None if word == "Unknown" else word == "Degraded"


def _judge_health(
    what: str,
    seen: ApplicationSeen,
    situation: Situation,
    _: bool,  # noqa: FBT001 - the timer's state, as Aspect.judge has it
    _clock: Clock,
) -> Judgement:
    verdict, reason, message = _WORDS[health_word(seen)]
    named = situation.contract.application
    if is_empty(seen) and not (named and named.may_be_empty):
        verdict, reason, message = Verdict.PENDING, Reason.NO_RESOURCES, "holds no resources"
    # Of what is only on its way Argo CD counts replicas; what it blames stays the same.
    blames = verdict is Verdict.BAD or seen.health_message.startswith("Caused by ")
    said = clean(seen.health_message, 200) if blames and verdict is not Verdict.GOOD else ""
    message = f"{what} {message}: {said}" if said else f"{what} {message}"
    if verdict is Verdict.PENDING:
        return Judgement(strict(situation), reason, message, on_its_way=True)
    is_explained = verdict is not Verdict.BAD or said
    return Judgement(verdict, reason, message if is_explained else with_problems(message, seen))


_HEALTH: Final = Aspect(
    source=SourceName.ARGO_HEALTH,
    condition=ConditionType.ARGO_HEALTHY,
    timer=Timer.ARGO_DEGRADED,
    holds=_degraded,
    word=health_word,
    judge=_judge_health,
    unknown="health",
    pending=Reason.APPLICATION_PROGRESSING,
    unreadable=Reason.SOURCE_UNREADABLE,
)
