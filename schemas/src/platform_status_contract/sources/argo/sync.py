"""Argo CD sync: does the cluster hold what Git says?"""

from typing import Final

from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ApplicationSeen, Observation
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.timers import SourceName, Timer

from .states import FAILED, RUNNING, Aspect, Judgement, assess_application, sync_fails, sync_word, with_problems

__all__ = ["assess_argo_sync"]


def assess_argo_sync(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Synced is good; OutOfSync is bad; absent, empty or Unknown is pending before firstReady."""
    return assess_application(_ASPECT, observation, situation, clock)


def _judge(
    what: str,
    seen: ApplicationSeen,
    situation: Situation,
    failed: bool,  # noqa: FBT001 - the timer's state, as Aspect.judge has it
) -> Judgement:
    if seen.sync_status == "Synced":
        hooks = f"the last operation of {what} failed: {seen.operation_message}"
        note = hooks if seen.operation_phase in FAILED and seen.operation_message else ""
        if seen.problems and not seen.compared_current:
            # what it is to be next cannot be made, such as a hydration that failed
            note = clean(seen.problems, 320)
        return Judgement(Verdict.GOOD, Reason.SYNCED, f"{what} is synced", note=note)
    is_running = seen.operation_phase in RUNNING
    if not failed:
        # While it syncs one after the other leaves the list, and each would be a write.
        differing = f": {seen.differing}" if seen.differing and not is_running else ""
        message = with_problems(f"{what} is out of sync{differing}", seen)
        return Judgement(Verdict.BAD, Reason.OUT_OF_SYNC, message, on_its_way=is_running)
    message = f"{what} failed to sync"
    said = clean(seen.operation_message, 240) or clean(seen.problems, 240)
    before = situation.history.conditions.get(ConditionType.ARGO_SYNCED)
    if said:
        message = f"{message}: {said}"
    elif is_running and before is not None and before.message.startswith(message):
        # Argo CD forgets why the last try failed as soon as it begins the next one
        message = before.message
    return Judgement(Verdict.BAD, Reason.SYNC_FAILED, message, ended=seen.operation_phase in FAILED)


_ASPECT: Final = Aspect(
    source=SourceName.ARGO_SYNC,
    condition=ConditionType.ARGO_SYNCED,
    timer=Timer.SYNC_FAILED,
    holds=sync_fails,
    word=sync_word,
    judge=_judge,
    unknown="sync state",
    pending=Reason.SYNC_UNKNOWN,
    unreadable=Reason.SYNC_UNKNOWN,
)
