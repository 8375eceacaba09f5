"""Pods: do the workloads run? Crash loops are not readiness, and leftovers of evictions are not workloads."""

from datetime import datetime

from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.rules.assessment import (
    Assessment,
    Blind,
    Situation,
    Verdict,
    being_deleted,
    blind,
    running,
    settle,
)
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Absent, ControllerSeen, Observation, PodSeen, Present
from platform_status_contract.rules.texts import clean, name_culprits
from platform_status_contract.rules.timers import SourceName, Timer

__all__ = ["RESTARTING_SECONDS", "STEADY_SECONDS", "assess_pods", "counts", "is_ready", "is_restarting"]

STEADY_SECONDS = 60
"""A pod that is restarting counts as ready only once it has been Ready for this long."""

RESTARTING_SECONDS = 600
"""So long after a start that followed a failure a pod is restarting; what happened before that explains nothing now."""

_SOURCE = SourceName.PODS
_CONDITION = ConditionType.PODS_READY


def counts(pod: PodSeen) -> bool:
    """Whether a pod is one of the workloads: not done, not going, not an evicted leftover of a ReplicaSet."""
    if pod.terminating or pod.phase == "Succeeded":
        return False
    return pod.phase != "Failed" or pod.owner_kind in ("", "StatefulSet")


def is_ready(pod: PodSeen, clock: Clock) -> bool:
    """Whether a pod is ready; while it is restarting it must have stayed so for 60 s."""
    if not pod.ready or pod.phase == "Failed":
        return False
    return not is_restarting(pod, clock) or clock.older_than(pod.ready_since, STEADY_SECONDS)


def is_restarting(pod: PodSeen, clock: Clock) -> bool:
    """Whether a container waits to be started again, or was started less than 10 min ago after a failure."""
    if pod.crashing:
        return True
    return pod.restarted is not None and not clock.older_than(min(pod.restarted, clock.now), RESTARTING_SECONDS)


def assess_pods(observation: Observation, situation: Situation, clock: Clock) -> Assessment | None:
    """All ready and at least one is good; none is pending before firstReady and bad after it; one not ready is bad."""
    if situation.contract.workloads is None:
        return None
    namespace = situation.contract.workloads.namespace
    reading = settle(observation.pods, situation, clock)
    if isinstance(reading, Blind):
        before = {"workloads": situation.history.workloads} if situation.history.workloads else None
        what = f"pods in namespace {namespace}"
        return blind(_SOURCE, _CONDITION, reading, what, situation, [Timer.BELOW_MIN_READY_RATIO], before)
    pods = () if isinstance(reading, Absent) else reading.value
    counted = [pod for pod in pods if counts(pod)]
    down = [pod for pod in counted if not is_ready(pod, clock)]
    ready = len(counted) - len(down)
    health: dict[str, object] = {"workloads": {"ready": ready, "total": len(counted)}}
    paused = _paused(observation, situation, clock, down, health)
    if paused is not None:
        return paused
    timers = _ratio_timer(ready, len(counted), situation, clock)
    going = _going(observation, situation, clock)
    if going or not counted:
        verdict = Verdict.BAD if situation.first_ready else Verdict.PENDING
        reason = Reason.BEING_DELETED if going else Reason.NO_PODS
        message = clean(going or f"no pods that count in namespace {namespace}")
        return Assessment(_SOURCE, _CONDITION, verdict, reason, message, timers, health)
    if not down:
        message = f"{ready}/{ready} pods are ready"
        return Assessment(_SOURCE, _CONDITION, Verdict.GOOD, Reason.ALL_PODS_RUNNING, message, timers, health)
    restarting = all(is_restarting(pod, clock) for pod in down)
    names = name_culprits([_culprit(pod) for pod in down])
    message = clean(f"{ready}/{len(counted)} pods are ready; {'restarting' if restarting else 'not ready'}: {names}")
    reason = Reason.PODS_RESTARTING if restarting else Reason.PODS_NOT_READY
    return Assessment(_SOURCE, _CONDITION, Verdict.BAD, reason, message, timers, health)


def _ratio_timer(ready: int, counted: int, situation: Situation, clock: Clock) -> dict[str, datetime]:
    """Timer belowMinReadyRatio; zero pods is ratio 0 after firstReady and no ratio before."""
    if counted:
        below = ready / counted < situation.contract.thresholds.min_ready_ratio
    else:
        below = situation.first_ready and situation.contract.thresholds.min_ready_ratio > 0
    return running(Timer.BELOW_MIN_READY_RATIO, below, situation, clock)


def _paused(
    observation: Observation, situation: Situation, clock: Clock, down: list[PodSeen], health: dict[str, object]
) -> Assessment | None:
    """A paused controller makes its pods paused; pods of others that are down are still bad."""
    reading = settle(observation.controllers, situation, clock)
    if isinstance(reading, Blind):
        if reading.lasting or not _was_paused(situation):
            return None
        # whether it still is cannot be asked just now: the last known value counts
        return blind(_SOURCE, _CONDITION, reading, "controllers", situation, [], health)
    found = reading.value if isinstance(reading, Present) else ()
    paused = [controller for controller in found if controller.paused]
    if not paused or not all(_belongs(pod, paused) for pod in down):
        return None
    names = name_culprits([f"{controller.kind} {controller.name}" for controller in paused])
    message = clean(f"workloads are paused: {names}")
    return Assessment(_SOURCE, _CONDITION, Verdict.PAUSED, Reason.PAUSED, message, health=health)


def _going(observation: Observation, situation: Situation, clock: Clock) -> str:
    """Name the controllers that are being deleted: their pods may still run, and will not for long."""
    reading = settle(observation.controllers, situation, clock)
    found = reading.value if isinstance(reading, Present) else ()
    return "; ".join(being_deleted(f"{item.kind} {item.name}", item.deleted) for item in found if item.deleted)


def _was_paused(situation: Situation) -> bool:
    before = situation.history.conditions.get(_CONDITION)
    return before is not None and before.reason is Reason.PAUSED


def _belongs(pod: PodSeen, paused: list[ControllerSeen]) -> bool:
    # a Deployment's pods are owned by a ReplicaSet whose name begins with the Deployment's
    return any(
        (pod.owner_kind == controller.kind and pod.owner_name == controller.name)
        or (
            controller.kind == "Deployment"
            and pod.owner_kind == "ReplicaSet"
            and pod.owner_name.rpartition("-")[0] == controller.name
        )
        for controller in paused
    )


def _culprit(pod: PodSeen) -> str:
    waiting = clean(pod.waiting, 40)
    return f"{pod.name} ({waiting})" if waiting else pod.name
