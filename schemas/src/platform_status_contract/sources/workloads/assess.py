"""Assesses workloads: each named controller has all its desired pods, and every other pod that counts is ready.

A controller defines the number of its pods; the pods show which of them is not ready, and why. Both are needed: the
status of a controller hides a pod that restarts every minute, and the pods do not show that one was never created.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import Workloads
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
from platform_status_contract.rules.observation import Absent, ControllerSeen, Observation, PodSeen
from platform_status_contract.rules.texts import clean, name_culprits
from platform_status_contract.rules.timers import SourceName, Timer, bad_timer

from .groups import Group, WorkloadsLook, is_held, look_at, may_be_zero, none_is_fine
from .pods import called, culprit, is_on_its_way, is_restarting, is_unplaced

__all__ = ["BEHIND_SECONDS", "assess_workloads"]

BEHIND_SECONDS = 10
"""Seconds that a controller may take to observe its new spec, or to create a replacement for a deleted pod."""

_SOURCE = SourceName.PODS
_CONDITION = ConditionType.PODS_READY
_OF_NONE = (Reason.BEING_DELETED, Reason.CONTROLLER_MISSING, Reason.NO_PODS)
_TIMERS = (Timer.BELOW_MIN_READY_RATIO, Timer.CONTROLLERS_BEHIND)


class _Finding(Struct, frozen=True):
    """The finding about one group or controller.

    Attributes:
        verdict: See `Assessment`.
        reason: Reason of the condition if this finding is the worst.
        pods: Pods that the message names.
        text: Further text for the message.
    """

    verdict: Verdict
    reason: Reason = Reason.ALL_PODS_RUNNING
    pods: tuple[PodSeen, ...] = ()
    text: str = ""


def assess_workloads(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """Good: each named controller has its desired pods, all other pods are ready, and there is at least one."""
    parts = situation.contract.workload_parts
    if not parts:
        return None
    reading = settle(observation.pods, situation, clock)
    before = {"workloads": situation.history.workloads} if situation.history.workloads else None
    if isinstance(reading, Blind):
        what = f"pods in {_places(parts)}"
        return blind(_SOURCE, _CONDITION, reading, what, situation, _TIMERS, before)
    asked = settle(observation.controllers, situation, clock) if any(part.controllers for part in parts) else Absent()
    pods = () if isinstance(reading, Absent) else reading.value
    looks = [look_at(part, pods, asked, clock) for part in parts]
    ready, total = sum(look.ready for look in looks), sum(look.total for look in looks)
    timers = _timers(ready, total, situation, clock, is_behind=any(look.is_behind for look in looks))
    excused = situation.once_ready and not _was_bad(situation)
    kept = 0 < _stored_ready(situation) <= ready
    findings = [item for look in looks for item in _of_part(look, timers, situation, clock, excused=excused, kept=kept)]
    if excused and any(finding.verdict is Verdict.BAD for finding in findings):
        findings = [item for look in looks for item in _of_part(look, timers, situation, clock)]
    health: dict[str, object] = {"workloads": {"ready": ready, "total": total}}
    worst = min(findings, key=lambda finding: finding.verdict, default=_Finding(Verdict.GOOD))
    if isinstance(asked, Blind) and worst.verdict is not Verdict.BAD:
        what = f"the controllers of the pods in {_places(parts)}"
        return blind(_SOURCE, _CONDITION, asked, what, situation, _TIMERS, health)
    return _told(worst, findings, f"{ready}/{total}", timers, health, clock)


def _places(parts: Sequence[Workloads]) -> str:
    return f"{'namespace' if len(parts) == 1 else 'namespaces'} {', '.join(part.namespace for part in parts)}"


def _timers(ready: int, total: int, situation: Situation, clock: Clock, *, is_behind: bool) -> dict[str, datetime]:
    """Zero pods is ratio 0 after firstReady, and no ratio before, or where none are fine."""
    ratio = situation.contract.thresholds.min_ready_ratio
    missed = situation.first_ready and ratio > 0 and not all(map(none_is_fine, situation.contract.workload_parts))
    below = ready / total < ratio if total else missed
    return running(Timer.BELOW_MIN_READY_RATIO, below, situation, clock) | running(
        Timer.CONTROLLERS_BEHIND, is_behind, situation, clock
    )


def _is_late(timers: dict[str, datetime], clock: Clock) -> bool:
    return clock.older_than(timers.get(Timer.CONTROLLERS_BEHIND), BEHIND_SECONDS)


def _stored_ready(situation: Situation) -> int:
    found = (situation.history.workloads or {}).get("ready")
    return found if isinstance(found, int) else 0


def _was_bad(situation: Situation) -> bool:
    """Whether workloads are, or were, bad: then they are good again only when no pod is missing."""
    before = situation.history.conditions.get(_CONDITION)
    if before is None:
        return False
    if before.status is ConditionStatus.FALSE:
        return before.reason is not Reason.PAUSED
    # Workloads that were bad before they became unreadable stay bad until a reading shows that they are good.
    return before.status is ConditionStatus.UNKNOWN and bad_timer(_SOURCE) in situation.history.since


def _of_part(
    look: WorkloadsLook,
    timers: dict[str, datetime],
    situation: Situation,
    clock: Clock,
    *,
    excused: bool = False,
    kept: bool = False,
) -> list[_Finding]:
    """The findings about one namespace; see `_of` for the arguments."""
    findings = [] if look.is_blind else _of_controllers(look, situation)
    if look.is_few and not (situation.once_ready and not _is_late(timers, clock)):
        few = f"{look.total} of at least {look.part.minimum} pods exist{look.where(situation)}"
        findings.append(_Finding(missing(situation), Reason.NO_PODS, text=few))
    findings += [_of(group, look, timers, situation, clock, excused=excused, kept=kept) for group in look.groups]
    is_silent = all(finding.verdict is Verdict.GOOD for finding in findings) and not look.is_blind
    if not look.total and is_silent and not none_is_fine(look.part):
        text = f"no pods that count in namespace {look.part.namespace}"
        text += f"; terminating: {name_culprits([called(pod) for pod in look.leaving])}" if look.leaving else ""
        findings.append(_Finding(missing(situation), Reason.NO_PODS, text=text))
    return findings


def _of_controllers(look: WorkloadsLook, situation: Situation) -> list[_Finding]:
    """The findings about controllers themselves: absent, being deleted, or asleep."""
    found, asleep = look.controllers, look.asleep
    there = {(item.kind, item.name) for item in found}
    named = [(item.kind, item.name) for item in look.part.controllers or ()]
    going = [being_deleted(_called(item), item.deleted) for item in found if item.deleted]
    where = look.where(situation)
    gone = [f"{kind} {name} does not exist{where}" for kind, name in named if (kind, name) not in there]
    findings = [_Finding(missing(situation), Reason.BEING_DELETED, text="; ".join(going))] if going else []
    findings += [_Finding(missing(situation), Reason.CONTROLLER_MISSING, text="; ".join(gone))] if gone else []
    if asleep:
        names = name_culprits([_called(item) for item in asleep])
        findings.append(_Finding(Verdict.PAUSED, Reason.PAUSED, text=f"workloads are paused: {names}"))
    held = [_called(item) for item in found if is_held(item) and item not in asleep]
    if held:
        findings.append(_Finding(Verdict.PAUSED, Reason.PAUSED, text=f"rollouts are paused: {name_culprits(held)}"))
    return findings


def _of(
    group: Group,
    look: WorkloadsLook,
    timers: dict[str, datetime],
    situation: Situation,
    clock: Clock,
    *,
    excused: bool,
    kept: bool,
) -> _Finding:
    """The finding about the pods of a group.

    Args:
        group: The group.
        look: The namespace; its share of ready pods applies to pods without a controller.
        timers: The source's timers.
        situation: The context.
        clock: Now.
        excused: Whether a group may lack pods for a while, if enough of them are ready.
        kept: Whether no fewer pods are ready than were; then they are enough, even if more are wanted now, as after a
            step of an autoscaler. Else minReadyRatio of the pods are.
    """
    deadline = situation.contract.thresholds.progress_deadline_seconds
    stuck = (*(pod for pod in group.down if not is_on_its_way(pod, deadline, clock)), *group.hanging)
    named = (*(stuck or group.down), *group.ended)
    restarting = bool(named) and all(is_restarting(pod, clock) and pod.deleted is None for pod in named)
    broken = _Finding(Verdict.BAD, Reason.PODS_RESTARTING if restarting else Reason.PODS_NOT_READY, named)
    if group.is_asleep:
        return _Finding(Verdict.GOOD)
    ratio = situation.contract.thresholds.min_ready_ratio
    is_enough = kept or (look.share >= ratio if group.controller is None else group.ready >= group.total * ratio)
    may_lack = excused and is_enough
    if group.controller is None:
        if stuck or (group.down and not may_lack):
            return broken
        note = f"starting: {name_culprits([called(pod) for pod in group.down])}" if group.down else ""
        return _Finding(Verdict.GOOD, text=note)
    late = group.is_behind and _is_late(timers, clock)
    is_short = group.controller.kind == "DaemonSet" and group.total - group.ready <= group.controller.spare
    is_spared = is_short and is_enough and situation.once_ready
    is_rolling = not late and ((not stuck and may_lack) or is_spared)
    return _of_controller(
        group, group.controller, broken, look.part, situation, clock, is_fine=not stuck, is_rolling=is_rolling
    )


def _of_controller(
    group: Group,
    controller: ControllerSeen,
    broken: _Finding,
    part: Workloads,
    situation: Situation,
    clock: Clock,
    *,
    is_fine: bool,
    is_rolling: bool,
) -> _Finding:
    called = _called(controller)
    if controller.wanted is None or group.total == 0:
        is_fine = controller.current and may_be_zero(controller, part)
        nowhere = controller.kind == "DaemonSet" and controller.wanted == 0 and not is_fine
        text = f"{called} matches no node"
        return _Finding(strict(situation), Reason.NO_PODS, text=text) if nowhere else _Finding(Verdict.GOOD)
    if controller.failure:
        return msgspec.structs.replace(broken, text=f"{called}: {clean(controller.failure, 200)}")
    if is_fine and (group.is_complete or (is_held(controller) and group.ready >= group.total)):
        old = controller.wanted - controller.updated
        return _Finding(Verdict.GOOD, text=f"{old} pods of {called} run an older revision" if old > 0 else "")
    short = _short(group, controller, clock)
    if is_rolling:
        # what a DaemonSet may lack for a while, it may lack for good
        unwell = "" if is_fine else f"; not ready: {_names(broken.pods, clock)}"
        return _Finding(Verdict.GOOD, text=f"{short}{unwell}")
    if not group.ready and not broken.pods:
        return _Finding(missing(situation), Reason.NO_PODS, text=short)
    return broken if broken.pods else msgspec.structs.replace(broken, text=short)


def _called(controller: ControllerSeen) -> str:
    where = f"{controller.namespace}/" if controller.namespace else ""
    return f"{controller.kind} {where}{clean(controller.name, 100)}"


def _names(pods: Sequence[PodSeen], clock: Clock) -> str:
    return name_culprits([culprit(pod, clock) for pod in pods])


def _short(group: Group, controller: ControllerSeen, clock: Clock) -> str:
    """Describe what an incomplete controller lacks."""
    called = _called(controller)
    if group.lacking:
        told = f"; not ready: {_names(group.ended, clock)}" if group.ended else ""
        return f"{called} lacks {group.lacking} of {group.total} pods{told}"
    if not controller.current:
        return f"{called} has not been looked at by its controller since it was changed"
    if group.ready < group.total:
        unplaced = [pod for pod in group.down if is_unplaced(pod)]
        told = f"; not placed: {_names(unplaced, clock)}" if unplaced else ""
        return f"{called} has {group.ready} of {group.total} pods ready{told}"
    return f"{called} is being rolled out"


def _told(
    worst: _Finding,
    findings: Sequence[_Finding],
    count: str,
    timers: dict[str, datetime],
    health: dict[str, object],
    clock: Clock,
) -> Assessment:
    """Build a condition from the worst finding and the others with the same verdict."""
    alike = [finding for finding in findings if finding.verdict is worst.verdict]
    texts = [finding.text for finding in alike if finding.text]
    if worst.verdict is Verdict.PAUSED:
        return Assessment(_SOURCE, _CONDITION, worst.verdict, worst.reason, clean("; ".join(texts)), health=health)
    pods = [pod for finding in alike for pod in finding.pods]
    parts = [] if worst.reason in _OF_NONE and not pods else [f"{count} pods are ready"]
    if pods:
        restarting = all(item.reason is Reason.PODS_RESTARTING for item in alike if item.pods)
        parts.append(f"{'restarting' if restarting else 'not ready'}: {_names(pods, clock)}")
    message = clean("; ".join([*parts, *texts]))
    note = clean("; ".join(texts)) if worst.verdict is Verdict.GOOD else ""
    return Assessment(_SOURCE, _CONDITION, worst.verdict, worst.reason, message, timers, health, note)
