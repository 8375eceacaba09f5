"""Argo CD health: does what was delivered work, as far as Argo CD can tell?"""

from typing import Final

from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict, strict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ApplicationSeen, Observation
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.timers import SourceName, Timer

from .states import Aspect, Judgement, assess_application, health_word, is_empty, with_problems

__all__ = ["assess_argo_health"]

_WORDS: Final = {
    "Healthy": (Verdict.GOOD, Reason.APPLICATION_HEALTHY, "is healthy"),
    "Progressing": (Verdict.PENDING, Reason.APPLICATION_PROGRESSING, "is progressing"),
    "Suspended": (Verdict.PAUSED, Reason.PAUSED, "is suspended"),
    "Degraded": (Verdict.BAD, Reason.APPLICATION_DEGRADED, "is degraded"),
    "Missing": (Verdict.BAD, Reason.APPLICATION_MISSING, "has missing resources"),
}


def assess_argo_health(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Healthy is good, of nothing it is pending, as Progressing is; Degraded, Missing are bad; Suspended is paused."""
    return assess_application(_ASPECT, observation, situation, clock)


def _degraded(seen: ApplicationSeen) -> bool | None:
    """Predicate of timer argoDegraded; Unknown is neither Degraded nor well."""
    word = health_word(seen)
    return None if word == "Unknown" else word == "Degraded"


def _judge(
    what: str,
    seen: ApplicationSeen,
    situation: Situation,
    _: bool,  # noqa: FBT001 - the timer's state, as Aspect.judge has it
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


_ASPECT: Final = Aspect(
    source=SourceName.ARGO_HEALTH,
    condition=ConditionType.ARGO_HEALTHY,
    timer=Timer.ARGO_DEGRADED,
    holds=_degraded,
    word=health_word,
    judge=_judge,
    unknown="health",
    pending=Reason.APPLICATION_PROGRESSING,
    unreadable=Reason.SOURCE_UNREADABLE,
)
