"""Argo CD sync: does the cluster hold what Git says?"""

from typing import Final

from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ApplicationSeen, Observation
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.timers import SourceName, Timer

from .argo import Aspect, assess_application, sync_word

__all__ = ["assess_argo_sync"]

_FAILED = ("Failed", "Error")


def assess_argo_sync(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Synced is good; OutOfSync is bad; absent, empty or Unknown is pending before firstReady."""
    return assess_application(_ASPECT, observation, situation, clock)


def _sync_failed(seen: ApplicationSeen) -> bool | None:
    """Predicate of timer syncFailed; None while an operation runs or says what nobody knows."""
    if seen.sync_status == "Synced":
        return False
    if seen.operation_phase in _FAILED:
        return True
    return False if seen.operation_phase in ("Succeeded", "") else None


def _judge(
    what: str,
    seen: ApplicationSeen,
    _: Situation,
    failed: bool,  # noqa: FBT001 - the timer's state, as Aspect.judge has it
) -> tuple[Verdict, Reason, str]:
    if seen.sync_status == "Synced":
        return Verdict.GOOD, Reason.SYNCED, f"{what} is synced"
    reason = Reason.SYNC_FAILED if failed else Reason.OUT_OF_SYNC
    # while another try runs, the operation's message counts tries and tells the time; only a verdict is repeated
    said = clean(seen.operation_message, 200) if seen.operation_phase in _FAILED else ""
    message = f"{what} failed to sync" if failed else f"{what} is out of sync"
    return Verdict.BAD, reason, f"{message}: {said}" if said else message


_ASPECT: Final = Aspect(
    source=SourceName.ARGO_SYNC,
    condition=ConditionType.ARGO_SYNCED,
    timer=Timer.SYNC_FAILED,
    holds=_sync_failed,
    word=sync_word,
    judge=_judge,
    unknown="sync state",
    pending=Reason.SYNC_UNKNOWN,
    unreadable=Reason.SYNC_UNKNOWN,
)
