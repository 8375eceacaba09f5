"""Workloads: have the named controllers all the pods that they want, and is every other pod that counts ready?

A controller says how many pods there are to be; its pods say which of them is not ready, and why. Both must agree: the
controller alone forgets a pod that restarts every minute, the pods alone forget one that was never made.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    being_deleted,
    blind,
    missing,
    running,
    settle,
    strict,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ControllerSeen, Observation, PodSeen, Present
from platform_status_contract.rules.texts import clean, name_culprits
from platform_status_contract.rules.timers import SourceName, Timer, bad_timer

from .groups import Group, grouped, is_held
from .pods import culprit, is_on_its_way, is_restarting

__all__ = ["BEHIND_SECONDS", "assess_workloads"]

BEHIND_SECONDS = 10
"""So long a controller may take to see its new spec, or to make the pod that takes the place of one that went."""

_SOURCE = SourceName.PODS
_CONDITION = ConditionType.PODS_READY
_OF_NONE = (Reason.BEING_DELETED, Reason.CONTROLLER_MISSING, Reason.NO_PODS)
_TIMERS = (Timer.BELOW_MIN_READY_RATIO, Timer.CONTROLLERS_BEHIND)


class _Finding(Struct, frozen=True):
    """What one group or controller means.

    Attributes:
        verdict: See `Assessment`.
        reason: Reason of the condition if this finding is the worst.
        pods: Pods to name.
        text: What else there is to say.
    """

    verdict: Verdict
    reason: Reason = Reason.ALL_PODS_RUNNING
    pods: tuple[PodSeen, ...] = ()
    text: str = ""


def assess_workloads(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Good: each named controller has what it wants, all other pods are ready, and there is at least one."""
    wanted = situation.contract.workloads
    if wanted is None:
        return None
    reading = settle(observation.pods, situation, clock)
    before = {"workloads": situation.history.workloads} if situation.history.workloads else None
    if isinstance(reading, Blind):
        what = f"pods in namespace {wanted.namespace}"
        return blind(_SOURCE, _CONDITION, reading, what, situation, _TIMERS, before)
    asked = settle(observation.controllers, situation, clock) if wanted.controllers else Absent()
    controllers = asked.value if isinstance(asked, Present) else ()
    pods = () if isinstance(reading, Absent) else reading.value
    asleep = [item for item in controllers if _is_asleep(item, situation)]
    groups = grouped(pods, controllers, asleep, clock)
    ready, total = sum(group.ready for group in groups), sum(group.total for group in groups)
    is_few = total < wanted.minimum
    timers = _timers(ready, total, situation, clock, is_behind=is_few or any(group.is_behind for group in groups))
    findings = _of_controllers(asked, asleep, situation)
    if is_few and not (situation.once_ready and not _is_late(timers, clock)):
        few = f"{total} of at least {wanted.minimum} pods exist"
        findings.append(_Finding(missing(situation), Reason.NO_PODS, text=few))
    share = ready / total if total else 0.0
    findings += _of_groups(groups, share, timers, situation, clock, findings)
    is_silent = all(finding.verdict is Verdict.GOOD for finding in findings) and not isinstance(asked, Blind)
    if not total and is_silent:
        findings += _of_none(situation)
    health: dict[str, object] = {"workloads": {"ready": ready, "total": total}}
    worst = min(findings, key=lambda finding: finding.verdict, default=_Finding(Verdict.GOOD))
    if isinstance(asked, Blind) and worst.verdict is not Verdict.BAD:
        what = f"the controllers of the pods in namespace {wanted.namespace}"
        return blind(_SOURCE, _CONDITION, asked, what, situation, _TIMERS, health)
    return _told(worst, findings, f"{ready}/{total}", timers, health)


def _is_asleep(controller: ControllerSeen, situation: Situation) -> bool:
    """Whether somebody has put a controller to sleep: vcluster itself, or who scaled it to zero."""
    if controller.paused:
        return True
    return controller.wanted == 0 and controller.kind != "DaemonSet" and not _may_be_zero(controller, situation)


def _may_be_zero(controller: ControllerSeen, situation: Situation) -> bool:
    workloads = situation.contract.workloads
    named = (workloads.controllers if workloads else None) or ()
    return any((item.kind, item.name, item.zero) == (controller.kind, controller.name, "allowed") for item in named)


def _timers(ready: int, total: int, situation: Situation, clock: Clock, *, is_behind: bool) -> dict[str, datetime]:
    """Zero pods is ratio 0 after firstReady, and no ratio before, or where none are fine."""
    ratio = situation.contract.thresholds.min_ready_ratio
    missed = situation.first_ready and ratio > 0 and not _none_is_fine(situation)
    below = ready / total < ratio if total else missed
    return running(Timer.BELOW_MIN_READY_RATIO, below, situation, clock) | running(
        Timer.CONTROLLERS_BEHIND, is_behind, situation, clock
    )


def _none_is_fine(situation: Situation) -> bool:
    workloads = situation.contract.workloads
    return any(item.zero for item in (workloads.controllers if workloads else None) or ())


def _is_late(timers: dict[str, datetime], clock: Clock) -> bool:
    return clock.older_than(timers.get(Timer.CONTROLLERS_BEHIND), BEHIND_SECONDS)


def _of_controllers(
    asked: Present[tuple[ControllerSeen, ...]] | Absent | Blind, asleep: Sequence[ControllerSeen], situation: Situation
) -> list[_Finding]:
    """What controllers mean by themselves: gone, going, or asleep."""
    if isinstance(asked, Blind) or situation.contract.workloads is None:
        return []
    found = asked.value if isinstance(asked, Present) else ()
    there = {(item.kind, item.name) for item in found}
    named = [(item.kind, item.name) for item in situation.contract.workloads.controllers or ()]
    going = [being_deleted(f"{item.kind} {item.name}", item.deleted) for item in found if item.deleted]
    gone = [f"{kind} {name} does not exist" for kind, name in named if (kind, name) not in there]
    findings = [_Finding(missing(situation), Reason.BEING_DELETED, text="; ".join(going))] if going else []
    findings += [_Finding(missing(situation), Reason.CONTROLLER_MISSING, text="; ".join(gone))] if gone else []
    if asleep:
        names = name_culprits([f"{item.kind} {item.name}" for item in asleep])
        findings.append(_Finding(Verdict.PAUSED, Reason.PAUSED, text=f"workloads are paused: {names}"))
    held = [f"{item.kind} {item.name}" for item in found if is_held(item) and item not in asleep]
    if held:
        findings.append(_Finding(Verdict.PAUSED, Reason.PAUSED, text=f"rollouts are paused: {name_culprits(held)}"))
    return findings


def _of_groups(
    groups: Sequence[Group],
    share: float,
    timers: dict[str, datetime],
    situation: Situation,
    clock: Clock,
    others: Sequence[_Finding],
) -> list[_Finding]:
    """What the pods mean. Workloads that are bad, or were, are good again only when nothing is missing."""
    before = situation.history.conditions.get(_CONDITION)
    was_bad = before is not None and before.status is ConditionStatus.FALSE and before.reason is not Reason.PAUSED
    # What was bad before an outage is still bad until it is seen to be well.
    was_bad |= (
        before is not None
        and before.status is ConditionStatus.UNKNOWN
        and bad_timer(_SOURCE) in situation.history.since
    )
    is_bad = any(finding.verdict is Verdict.BAD for finding in others)
    excused = situation.once_ready and not was_bad and not is_bad
    found = [_of(group, share, timers, situation, clock, excused=excused) for group in groups]
    if excused and any(finding.verdict is Verdict.BAD for finding in found):
        return [_of(group, share, timers, situation, clock, excused=False) for group in groups]
    return found


def _of(
    group: Group,
    share: float,
    timers: dict[str, datetime],
    situation: Situation,
    clock: Clock,
    *,
    excused: bool,
) -> _Finding:
    """What the pods of a group mean.

    Args:
        group: The group.
        share: Share of all pods that is ready, by which the pods of no controller are measured.
        timers: The source's timers.
        situation: See there.
        clock: Now.
        excused: Whether a group may be short for a while, with at least the smallest share of its pods ready.
    """
    deadline = situation.contract.thresholds.progress_deadline_seconds
    stuck = (*(pod for pod in group.down if not is_on_its_way(pod, deadline, clock)), *group.hanging)
    named = stuck or group.down
    restarting = bool(named) and all(is_restarting(pod, clock) and pod.deleted is None for pod in named)
    broken = _Finding(Verdict.BAD, Reason.PODS_RESTARTING if restarting else Reason.PODS_NOT_READY, named)
    if group.is_asleep:
        return _Finding(Verdict.GOOD)
    ratio = situation.contract.thresholds.min_ready_ratio
    is_enough = share >= ratio if group.controller is None else group.ready >= group.total * ratio
    may_lack = excused and is_enough
    if group.controller is None:
        if stuck or (group.down and not may_lack):
            return broken
        note = f"starting: {name_culprits([pod.name for pod in group.down])}" if group.down else ""
        return _Finding(Verdict.GOOD, text=note)
    late = group.is_behind and _is_late(timers, clock)
    is_short = group.controller.kind == "DaemonSet" and group.total - group.ready <= group.controller.spare
    is_spared = is_short and is_enough and situation.once_ready
    is_rolling = not late and ((not stuck and may_lack) or is_spared)
    return _of_controller(group, group.controller, broken, situation, is_fine=not stuck, is_rolling=is_rolling)


def _of_controller(
    group: Group,
    controller: ControllerSeen,
    broken: _Finding,
    situation: Situation,
    *,
    is_fine: bool,
    is_rolling: bool,
) -> _Finding:
    called = _called(controller)
    if controller.wanted is None or group.total == 0:
        is_fine = controller.current and _may_be_zero(controller, situation)
        nowhere = controller.kind == "DaemonSet" and controller.wanted == 0 and not is_fine
        text = f"{called} matches no node"
        return _Finding(strict(situation), Reason.NO_PODS, text=text) if nowhere else _Finding(Verdict.GOOD)
    if controller.failure:
        return msgspec.structs.replace(broken, text=f"{called}: {clean(controller.failure, 200)}")
    if is_fine and (group.is_complete or (is_held(controller) and group.ready >= group.total)):
        old = controller.wanted - controller.updated
        return _Finding(Verdict.GOOD, text=f"{old} pods of {called} run an older revision" if old > 0 else "")
    short = _short(group, controller)
    if is_rolling:
        return _Finding(Verdict.GOOD, text=short)
    if not group.ready and not broken.pods:
        return _Finding(missing(situation), Reason.NO_PODS, text=short)
    return broken if broken.pods else msgspec.structs.replace(broken, text=short)


def _called(controller: ControllerSeen) -> str:
    return f"{controller.kind} {clean(controller.name, 100)}"


def _short(group: Group, controller: ControllerSeen) -> str:
    """Say what a controller that is not complete lacks."""
    called = _called(controller)
    if group.lacking:
        return f"{called} lacks {group.lacking} of {group.total} pods"
    if not controller.current:
        return f"{called} has not been looked at by its controller since it was changed"
    if group.ready < group.total:
        return f"{called} has {group.ready} of {group.total} pods ready"
    return f"{called} is being rolled out"


def _of_none(situation: Situation) -> list[_Finding]:
    workloads = situation.contract.workloads
    if workloads is None or _none_is_fine(situation):
        return []
    text = f"no pods that count in namespace {workloads.namespace}"
    return [_Finding(missing(situation), Reason.NO_PODS, text=text)]


def _told(
    worst: _Finding, findings: Sequence[_Finding], count: str, timers: dict[str, datetime], health: dict[str, object]
) -> Assessment:
    """Put the worst finding into a condition, with what else is as bad."""
    alike = [finding for finding in findings if finding.verdict is worst.verdict]
    texts = [finding.text for finding in alike if finding.text]
    if worst.verdict is Verdict.PAUSED:
        return Assessment(_SOURCE, _CONDITION, worst.verdict, worst.reason, clean("; ".join(texts)), health=health)
    pods = [pod for finding in alike for pod in finding.pods]
    parts = [] if worst.reason in _OF_NONE and not pods else [f"{count} pods are ready"]
    if pods:
        restarting = all(item.reason is Reason.PODS_RESTARTING for item in alike if item.pods)
        names = name_culprits([culprit(pod) for pod in pods])
        parts.append(f"{'restarting' if restarting else 'not ready'}: {names}")
    message = clean("; ".join([*parts, *texts]))
    note = clean("; ".join(texts)) if worst.verdict is Verdict.GOOD else ""
    return Assessment(_SOURCE, _CONDITION, worst.verdict, worst.reason, message, timers, health, note)
