"""Sub-applications: do the Applications that target what this request created work?"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import SubApplications
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    blind,
    carried,
    lenient,
    missing,
    running,
    settle,
    strict,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ApplicationSeen, Observation, SubApplicationSeen
from platform_status_contract.rules.texts import bounded_names, clean, name_culprits
from platform_status_contract.rules.timers import SourceName, Timer
from platform_status_contract.sources.argo.states import (
    FAILED,
    UNKNOWN_SECONDS,
    health_word,
    is_empty,
    is_silent,
    sync_fails,
    sync_word,
)

__all__ = ["assess_sub_apps"]

_SOURCE = SourceName.SUB_APPS
_CONDITION = ConditionType.SUB_APPS_HEALTHY

_EMPTY, _FAILING, _GOING = "without resources", "failing to sync", "being deleted"
"""States of a sub-application beside Argo CD's words for its health."""


class _App(Struct, frozen=True):
    """A sub-application that counts, and the one word that says how it is."""

    name: str
    state: str
    seen: ApplicationSeen
    created: datetime | None
    silent: bool = False


class _Look(Struct, frozen=True):
    """What one look at the sub-applications gave, for the table in `_judge`."""

    wanted: SubApplications
    apps: list[_App]
    timers: dict[str, datetime]
    excused: list[_App]
    notes: list[str]
    foreign: int

    def are(self, *states: str) -> list[_App]:
        """Those in one of these states."""
        return [app for app in self.apps if app.state in states]

    @property
    def blocking(self) -> list[_App]:
        """Those that are not healthy and not excused, as far as their Argo CD shows a sign of life."""
        return [app for app in self.apps if app.state != "Healthy" and app not in self.excused and not app.silent]

    @property
    def health(self) -> dict[str, object]:
        """`subApps` of `status.health`."""
        unhealthy = [app.name for app in self.apps if app.state != "Healthy"]
        healthy = len(self.apps) - len(unhealthy)
        return {"subApps": {"healthy": healthy, "total": len(self.apps), "unhealthy": bounded_names(unhealthy)}}


def assess_sub_apps(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """All Healthy and at least the minimum is good; young or shortly progressing ones are excused once ready."""
    wanted = situation.contract.sub_applications
    if wanted is None:
        return None
    reading = settle(observation.sub_applications, situation, clock)
    if isinstance(reading, Blind):
        before = {"subApps": situation.history.sub_apps} if situation.history.sub_apps else None
        what = f"sub-applications in {wanted.where}"
        kept = [Timer.SUB_APPS_PROGRESSING, Timer.SUB_APPS_UNKNOWN]
        return blind(_SOURCE, _CONDITION, reading, what, situation, kept, before)
    found = () if isinstance(reading, Absent) else reading.value
    look = _look(found, wanted, situation, clock)
    if look.foreign:
        what = f"{look.foreign} of the Applications with this destination in {wanted.where}"
        return _found(look, Verdict.BAD, Reason.NOT_OURS, f"{what} belong to other requests")
    return _judge(look, situation, clock)


def _look(found: Sequence[SubApplicationSeen], wanted: SubApplications, situation: Situation, clock: Clock) -> _Look:
    deadline = situation.contract.thresholds.progress_deadline_seconds
    own = [app for app in found if not app.seen.foreign]
    # one that goes does not count, for as long as that may take
    leaving = [
        app for app in own if app.seen.deleted and not clock.older_than(min(app.seen.deleted, clock.now), deadline)
    ]
    apps = [
        _App(
            app.name,
            (state := _state(app.seen, wanted)),
            app.seen,
            app.created,
            silent=_is_silent(app, state, situation, clock),
        )
        for app in own
        if app not in leaving
    ]
    timers: dict[str, datetime] = {}
    for timer, state in ((Timer.SUB_APPS_PROGRESSING, "Progressing"), (Timer.SUB_APPS_UNKNOWN, "Unknown")):
        timers |= running(timer, any(app.state == state for app in apps), situation, clock)
    is_late = clock.older_than(timers.get(Timer.SUB_APPS_PROGRESSING), deadline)
    excused = [app for app in apps if _is_excused(app, deadline, clock, is_late=is_late)]
    # OutOfSync alone breaks nothing, nor does what lives and cannot be compared
    drifted = {"OutOfSync": "out of sync", "Unknown": "sync state unknown"}
    notes = [
        f"{words}: {name_culprits([app.name for app in those])}{_because(those)}"
        for word, words in drifted.items()
        if (those := [app for app in apps if app.state == "Healthy" and sync_word(app.seen) == word])
    ]
    stale = [app for app in apps if app.state == "Healthy" and not app.seen.compared_current]
    unmade = [app for app in stale if app.seen.problems]  # such as a hydration that failed
    notes += [f"{app.name}: {_said(app)}" for app in unmade if sync_word(app.seen) == "Synced"][:1]
    unseen = [app.name for app in stale if app not in unmade]
    notes += [f"not compared by Argo CD since they were changed: {name_culprits(unseen)}"] if unseen else []
    hooks = [app.name for app in apps if sync_word(app.seen) == "Synced" and app.seen.operation_phase in FAILED]
    notes += [f"last operation failed: {name_culprits(hooks)}"] if hooks else []
    notes += [f"being deleted: {name_culprits([app.name for app in leaving])}"] if leaving else []
    return _Look(wanted, apps, timers, excused, notes, len(found) - len(own))


def _state(seen: ApplicationSeen, wanted: SubApplications) -> str:
    if seen.deleted is not None:
        return _GOING
    if seen.skipped:
        return "Suspended"
    if sync_fails(seen):
        return _FAILING
    return _EMPTY if is_empty(seen) and not wanted.may_be_empty else health_word(seen)


def _is_silent(app: SubApplicationSeen, state: str, situation: Situation, clock: Clock) -> bool:
    """Whether what Argo CD says of it may be out of date; a deletion is not Argo CD's word, and Unknown is none."""
    return state not in (_GOING, "Unknown") and is_silent(app.seen, _CONDITION, situation, clock)


def _is_excused(app: _App, deadline: int, clock: Clock, *, is_late: bool) -> bool:
    """Younger than the deadline, or Progressing while none has been Progressing for longer than it."""
    if app.state == "Progressing" and not is_late:
        return True
    is_over = app.state == _FAILING and app.seen.operation_phase in FAILED
    if app.state in ("Healthy", "Suspended", _GOING) or is_over or app.created is None:
        return False
    return not clock.older_than(min(app.created, clock.now), deadline)


def _judge(look: _Look, situation: Situation, clock: Clock) -> Assessment:
    suspended, empty = ([app for app in look.blocking if app.state == state] for state in ("Suspended", _EMPTY))
    unknown = [app for app in look.blocking if app.state == "Unknown" and situation.first_ready]
    if unknown and clock.older_than(look.timers[Timer.SUB_APPS_UNKNOWN], UNKNOWN_SECONDS):
        unknown = []
    broken = [app for app in look.blocking if app not in (*suspended, *empty, *unknown)]
    if broken:
        return _broken(look, broken)
    if len(look.apps) < look.wanted.minimum and (situation.first_ready or not suspended):
        verdict = missing(situation)
        wanted = f"{len(look.apps)} of at least {look.wanted.minimum} sub-applications"
        return _found(look, verdict, Reason.SUB_APPS_MISSING, f"{wanted} exist in {look.wanted.where}")
    if suspended:  # paused outranks pending, as everywhere
        return _found(look, Verdict.PAUSED, Reason.PAUSED, f"suspended sub-applications: {_names(suspended)}")
    if unknown:  # the last verdict counts for a minute, as with the main Application
        before = {"subApps": situation.history.sub_apps} if situation.history.sub_apps else {}
        return carried(_SOURCE, _CONDITION, situation, look.timers, before) or _broken(look, unknown)
    if empty:
        message = f"sub-applications without resources: {_names(empty)}"
        return _found(look, strict(situation), Reason.NO_RESOURCES, message, on_its_way=True)
    return _fine(look, situation)


def _silent(look: _Look, situation: Situation) -> Assessment:
    what = f"sub-applications {_names([app for app in look.apps if app.silent])}"
    kept = [Timer.SUB_APPS_PROGRESSING, Timer.SUB_APPS_UNKNOWN]
    return blind(_SOURCE, _CONDITION, Blind(Reason.ARGOCD_SILENT, lasting=True), what, situation, kept)


def _fine(look: _Look, situation: Situation) -> Assessment:
    if any(app.silent for app in look.apps):
        return _silent(look, situation)
    if look.excused:
        message = f"sub-applications still on their way: {_names(look.excused)}"
        return _found(look, lenient(situation), Reason.SUB_APPS_PROGRESSING, message, note=message)
    if not look.apps:
        return _found(look, Verdict.GOOD, Reason.NO_SUB_APPS, "no sub-applications, and none is required")
    count = len(look.apps)
    return _found(look, Verdict.GOOD, Reason.ALL_SUB_APPS_HEALTHY, f"{count}/{count} sub-applications are healthy")


def _broken(look: _Look, broken: Sequence[_App]) -> Assessment:
    healthy = len(look.are("Healthy"))
    message = f"{healthy}/{len(look.apps)} sub-applications are healthy; not: {_names(broken)}"
    on_its_way = all(app.state == "Progressing" for app in broken)
    # Of a cluster that sleeps Argo CD knows nothing, or waits for it.
    asleep = all(app.state in ("Progressing", "Unknown") for app in broken)
    message += _because(broken)
    found = _found(look, Verdict.BAD, Reason.SUB_APPS_UNHEALTHY, message, on_its_way=on_its_way)
    return msgspec.structs.replace(found, follows_pause=asleep)


def _found(
    look: _Look, verdict: Verdict, reason: Reason, message: str, *, note: str = "", on_its_way: bool = False
) -> Assessment:
    if verdict is Verdict.GOOD:
        note = "; ".join([*([note] if note else []), *look.notes])
        message = "; ".join(dict.fromkeys([message, *look.notes]))
    else:
        note = ""
    return Assessment(
        _SOURCE, _CONDITION, verdict, reason, clean(message), look.timers, look.health, note, on_its_way=on_its_way
    )


def _names(apps: Sequence[_App]) -> str:
    return name_culprits([f"{app.name} ({app.state})" if app.state in (_FAILING, _GOING) else app.name for app in apps])


def _because(apps: Sequence[_App]) -> str:
    """What Argo CD says of the first of them of which it says anything."""
    said = next((text for app in sorted(apps, key=lambda app: app.name) if (text := _said(app))), "")
    return f": {said}" if said else ""


def _said(app: _App) -> str:
    """What Argo CD says about it; one that syncs fails for its operation's reason, any other for its own."""
    if app.state == _FAILING and app.seen.operation_message:
        return clean(app.seen.operation_message, 250)
    return clean(app.seen.problems or app.seen.health_message, 250)
