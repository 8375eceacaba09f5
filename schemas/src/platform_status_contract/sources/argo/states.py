"""The shared rules of the two Argo CD sources, the sync and the health of one Application."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct

from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    being_deleted,
    blind,
    carried,
    missing,
    running,
    settle,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ApplicationSeen, Observation, Present
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.timers import SourceName, Timer

from .failures import FAILED, RUNNING

__all__ = [
    "AUTOMATED_SECONDS",
    "FAILED",
    "RUNNING",
    "UNKNOWN_SECONDS",
    "Aspect",
    "Judgement",
    "assess_application",
    "health_word",
    "is_empty",
    "is_silent",
    "sync_fails",
    "sync_word",
    "with_problems",
]

UNKNOWN_SECONDS = 60
"""Seconds for which an empty or Unknown state is tolerated once ready, because Argo CD flaps when it restarts."""

_SHARED = (Timer.ARGO_UNKNOWN, Timer.ARGO_PROGRESSING, Timer.OUT_OF_SYNC)
AUTOMATED_SECONDS = 10
"""Seconds that Argo CD may take to begin an automated sync; usually it takes 0.2 s."""

_SYNC = frozenset({"Synced", "OutOfSync"})
_HEALTH = frozenset({"Healthy", "Progressing", "Suspended", "Degraded", "Missing"})


class Judgement(Struct, frozen=True):
    """What a known answer means; see `Assessment`."""

    verdict: Verdict
    reason: Reason
    message: str
    on_its_way: bool = False
    ended: bool = False
    note: str = ""
    follows_pause: bool = False


class Aspect(Struct, frozen=True):
    """One of the two aspects of an Application.

    Attributes:
        source: Which source.
        condition: Its condition.
        timer: Its own timer.
        holds: The timer's predicate: True, False, or None if this Application gives no evidence.
        word: Argo CD's status; ``Unknown`` for any other value.
        judge: Name, known status, situation, whether the timer runs, and now -> the verdict.
        unknown: Text for what is unknown if the status is Unknown.
        pending: Reason for Unknown before firstReady.
        unreadable: Reason for Unknown that lasts, after it.
    """

    source: SourceName
    condition: ConditionType
    timer: Timer
    holds: Callable[[ApplicationSeen], bool | None]
    word: Callable[[ApplicationSeen], str]
    judge: Callable[[str, ApplicationSeen, Situation, bool, Clock], "Judgement"]
    unknown: str
    pending: Reason
    unreadable: Reason


def assess_application(
    aspect: Aspect, observation: Observation, situation: Situation, clock: Clock
) -> Assessment | None:
    """Assess one aspect; total (design.md section 5).

    Absent and being deleted are pending before firstReady and bad after it. Unknown is pending before it; after it the
    previous verdict counts for 60 s, then the source is unreadable.
    """
    application = situation.contract.application
    if application is None:
        return None
    what = f"Application {application.namespace}/{application.name}"
    source, condition = aspect.source, aspect.condition
    reading = settle(observation.application, situation, clock)
    if isinstance(reading, Blind):
        before = {"argocd": situation.history.argocd} if situation.history.argocd else None
        return blind(source, condition, reading, what, situation, [aspect.timer, *_SHARED], before)
    health = _health_keys(reading, situation)
    seen = None if isinstance(reading, Absent) else reading.value
    words = ("", "") if seen is None else (sync_word(seen), health_word(seen))
    timers = running(Timer.ARGO_UNKNOWN, "Unknown" in words, situation, clock)
    progressing = None if words[1] == "Unknown" else words[1] == "Progressing"
    timers |= running(Timer.ARGO_PROGRESSING, progressing, situation, clock)
    drifted = None if words[0] == "Unknown" else words[0] == "OutOfSync" and seen is not None and seen.automated
    timers |= running(Timer.OUT_OF_SYNC, drifted, situation, clock)
    timers |= running(aspect.timer, False if seen is None else aspect.holds(seen), situation, clock)
    apart = _apart(what, seen, situation)
    if seen is None or apart is not None:
        verdict, reason, message = apart or (missing(situation), Reason.APPLICATION_MISSING, f"{what} does not exist")
        return Assessment(source, condition, verdict, reason, clean(message), timers, health)
    if aspect.word(seen) != "Unknown" and is_silent(seen, condition, situation, clock):
        silent = Blind(Reason.ARGOCD_SILENT, lasting=True)
        return blind(source, condition, silent, what, situation, [aspect.timer, *_SHARED])
    if aspect.word(seen) != "Unknown":
        found = aspect.judge(what, seen, situation, aspect.timer in timers, clock)
        told = Assessment(
            source,
            condition,
            found.verdict,
            found.reason,
            clean(found.message),
            timers,
            health,
            clean(found.note),
            on_its_way=found.on_its_way,
            ended=found.ended,
            follows_pause=found.follows_pause,
        )
        return _before_its_sync(told, seen, situation, clock)
    message = clean(with_problems(f"Argo CD does not know the {aspect.unknown} of {what}", seen))
    return _not_known(aspect, message, timers, health, situation, clock)


def _before_its_sync(told: Assessment, seen: ApplicationSeen, situation: Situation, clock: Clock) -> Assessment:
    """Keep the last verdict between Argo CD's comparison and the start of its automated sync."""
    if told.reason is not Reason.OUT_OF_SYNC or not (seen.automated and situation.once_ready):
        return told
    before = carried(told.source, told.condition, situation, told.timers, told.health)
    if before is None or before.verdict is not Verdict.GOOD:
        return told
    if clock.older_than(told.timers.get(Timer.OUT_OF_SYNC), AUTOMATED_SECONDS):
        return told
    return msgspec.structs.replace(before, note=told.message)


def _apart(what: str, seen: ApplicationSeen | None, situation: Situation) -> tuple[Verdict, Reason, str] | None:
    """The finding of the checks that precede Argo CD's status; None if none applies."""
    if seen is None:
        return None
    if seen.foreign:
        return Verdict.BAD, Reason.NOT_OURS, f"{what} belongs to another request"
    if seen.deleted is not None:
        return missing(situation), Reason.BEING_DELETED, with_problems(being_deleted(what, seen.deleted), seen)
    if seen.skipped:
        return Verdict.PAUSED, Reason.PAUSED, f"Argo CD is told to leave {what} alone (skip-reconcile)"
    return None


def _not_known(
    aspect: Aspect,
    message: str,
    timers: dict[str, datetime],
    health: dict[str, object],
    situation: Situation,
    clock: Clock,
) -> Assessment:
    source, condition = aspect.source, aspect.condition
    if not situation.first_ready:
        return Assessment(source, condition, Verdict.PENDING, aspect.pending, message, timers, health)
    if not clock.older_than(timers[Timer.ARGO_UNKNOWN], UNKNOWN_SECONDS):
        carry = carried(source, condition, situation, timers, health)
        if carry is not None:
            return carry
    return Assessment(source, condition, Verdict.UNREADABLE, aspect.unreadable, message, timers, health)


def sync_word(application: ApplicationSeen) -> str:
    """The sync status; Unknown for any other value."""
    return application.sync_status if application.sync_status in _SYNC else "Unknown"


def health_word(application: ApplicationSeen) -> str:
    """The health status; Unknown for any other value.

    Argo CD reports Healthy if no resource is unhealthy, so also for an Application that it could not render and whose
    resources it has not checked. So Healthy with an unknown sync status counts only if it lists resources.
    """
    if application.health_status == "Healthy" and sync_word(application) == "Unknown" and not application.resources:
        return "Unknown"
    return application.health_status if application.health_status in _HEALTH else "Unknown"


def is_empty(application: ApplicationSeen) -> bool:
    """Whether Argo CD compared an Application and found nothing to deploy: Synced, and Healthy of nothing."""
    is_fine = sync_word(application) == "Synced" and application.health_status == "Healthy"
    return is_fine and application.resources is False


def is_silent(application: ApplicationSeen, condition: ConditionType, situation: Situation, clock: Clock) -> bool:
    """Whether the Argo CD of an Application has shown no sign of life for too long.

    A sidecar that has just started keeps an earlier silence: its restart is no sign of life.
    """
    silence = application.silence
    if silence is None or not clock.older_than(silence.at, 0):
        return False
    before = situation.history.conditions.get(condition)
    was_said = before is not None and before.reason is Reason.ARGOCD_SILENT
    return was_said or clock.older_than(silence.earliest, 0)


def sync_fails(application: ApplicationSeen) -> bool | None:
    """Whether the last operation, or a try of the running one, failed; None while one runs without a failed try."""
    if application.sync_status == "Synced":
        return False
    if application.operation_phase in FAILED or application.try_failed:
        return True
    return False if application.operation_phase in ("Succeeded", "") else None


def with_problems(message: str, application: ApplicationSeen) -> str:
    """Add the Application's own error conditions to a message."""
    return f"{message}: {clean(application.problems, 320)}" if application.problems else message


def _health_keys(reading: Present[ApplicationSeen] | Absent, situation: Situation) -> dict[str, object]:
    """`argocd` of `status.health`; an absent Application is Missing, in the plan's words.

    While an operation runs, lastSyncTime stays as it is stored: between two tries Argo CD sets and removes finishedAt.
    """
    if isinstance(reading, Absent):
        return {"argocd": {"syncStatus": "Unknown", "healthStatus": "Missing"}}
    seen = reading.value
    argocd: dict[str, object] = {"syncStatus": sync_word(seen), "healthStatus": health_word(seen)}
    stored = (situation.history.argocd or {}).get("lastSyncTime")
    if seen.operation_phase in RUNNING:
        argocd |= {"lastSyncTime": stored} if stored is not None else {}
    elif seen.finished_at is not None:
        argocd["lastSyncTime"] = format_time(seen.finished_at)
    return {"argocd": argocd}
