"""Sub-applications: do the Applications that target what this request created work?"""

from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    blind,
    lenient,
    running,
    settle,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, Observation, SubApplicationSeen
from platform_status_contract.rules.texts import bounded_names, clean, name_culprits
from platform_status_contract.rules.timers import SourceName, Timer

__all__ = ["assess_sub_apps"]

_SOURCE = SourceName.SUB_APPS
_CONDITION = ConditionType.SUB_APPS_HEALTHY


def assess_sub_apps(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """All Healthy and at least the minimum is good; young or shortly progressing ones are excused once ready."""
    wanted = situation.contract.sub_applications
    if wanted is None:
        return None
    reading = settle(observation.sub_applications, situation, clock)
    if isinstance(reading, Blind):
        before = {"subApps": situation.history.sub_apps} if situation.history.sub_apps else None
        what = f"sub-applications in namespace {wanted.namespace}"
        return blind(_SOURCE, _CONDITION, reading, what, situation, [Timer.SUB_APPS_PROGRESSING], before)
    apps = () if isinstance(reading, Absent) else reading.value
    unhealthy = [app for app in apps if app.health_status != "Healthy"]
    healthy = len(apps) - len(unhealthy)
    health: dict[str, object] = {
        "subApps": {
            "healthy": healthy,
            "total": len(apps),
            "unhealthy": bounded_names(app.name for app in unhealthy),
        }
    }
    progressing = any(app.health_status == "Progressing" for app in unhealthy)
    timers = running(Timer.SUB_APPS_PROGRESSING, progressing, situation, clock)
    long_progressing = clock.older_than(
        timers.get(Timer.SUB_APPS_PROGRESSING), situation.contract.thresholds.progress_deadline_seconds
    )
    blocking = [app for app in unhealthy if not _is_excused(app, situation, clock, long_progressing=long_progressing)]
    suspended = [app for app in blocking if app.health_status == "Suspended"]
    note = ""
    if blocking and len(blocking) > len(suspended):
        verdict, reason = Verdict.BAD, Reason.SUB_APPS_UNHEALTHY
        broken = [app for app in blocking if app not in suspended]
        message = f"{healthy}/{len(apps)} sub-applications are healthy; not: {name_culprits([a.name for a in broken])}"
    elif len(apps) < wanted.minimum and (situation.first_ready or not suspended):
        verdict = Verdict.BAD if situation.first_ready else Verdict.PENDING
        reason = Reason.SUB_APPS_MISSING
        message = f"{len(apps)} of at least {wanted.minimum} sub-applications exist in namespace {wanted.namespace}"
    elif suspended:  # paused outranks pending, as everywhere
        verdict, reason = Verdict.PAUSED, Reason.PAUSED
        message = f"suspended sub-applications: {name_culprits([app.name for app in suspended])}"
    elif unhealthy:
        verdict, reason = lenient(situation), Reason.SUB_APPS_PROGRESSING
        message = f"sub-applications still on their way: {name_culprits([app.name for app in unhealthy])}"
        note = message if verdict is Verdict.GOOD else ""
    elif not apps:
        verdict, reason, message = Verdict.GOOD, Reason.NO_SUB_APPS, "no sub-applications, and none is required"
    else:
        verdict, reason = Verdict.GOOD, Reason.ALL_SUB_APPS_HEALTHY
        message = f"{healthy}/{healthy} sub-applications are healthy"
    return Assessment(_SOURCE, _CONDITION, verdict, reason, clean(message), timers, health, note)


def _is_excused(app: SubApplicationSeen, situation: Situation, clock: Clock, *, long_progressing: bool) -> bool:
    """Younger than the deadline, or Progressing while none has been Progressing for longer than it."""
    if app.health_status == "Progressing" and not long_progressing:
        return True
    if app.health_status == "Suspended" or app.created is None:
        return False
    deadline = situation.contract.thresholds.progress_deadline_seconds
    return not clock.older_than(min(app.created, clock.now), deadline)
