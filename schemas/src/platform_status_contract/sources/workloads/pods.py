"""The rules for one pod: whether it counts, whether it is ready, and if not, whether it is still starting."""

from typing import Final

from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import PodSeen
from platform_status_contract.rules.texts import clean

__all__ = [
    "HANGING_SECONDS",
    "ONE_WORD",
    "RESTARTING_SECONDS",
    "STARTING",
    "STEADY_SECONDS",
    "UNPLACED_SECONDS",
    "belongs",
    "called",
    "counts",
    "culprit",
    "hangs",
    "is_on_its_way",
    "is_ready",
    "is_restarting",
    "is_unplaced",
]

STEADY_SECONDS = 60
"""A pod that is restarting counts as ready only once it has been Ready for this long."""

RESTARTING_SECONDS = 600
"""Seconds after a restart that followed a failure for which a pod counts as restarting; older failures do not."""

HANGING_SECONDS = 60
"""Seconds after its deletionTimestamp, which includes the grace period, after which a pod counts as hanging."""

STARTING: Final = frozenset(("", "ContainerCreating", "PodInitializing"))
"""What a container waits for that only needs time."""

ONE_WORD: Final = dict.fromkeys(
    ("ErrImagePull", "RegistryUnavailable", "SignatureValidationFailed"), "ImagePullBackOff"
)
"""Reasons of a failed image pull; the kubelet alternates them with ImagePullBackOff, so one reason replaces all."""

_UNPLACED: Final = frozenset(("Unschedulable", "SchedulingGated", "SchedulerError"))
"""Why a pod has no node; a new node takes an autoscaler minutes."""

UNPLACED_SECONDS = 300
"""Seconds after its creation for which a pod may have no node before that counts as an error."""


def counts(pod: PodSeen) -> bool:
    """Whether a pod counts: not completed, not terminating, not an evicted pod of a ReplicaSet."""
    if pod.deleted is not None or pod.phase == "Succeeded":
        return False
    return pod.phase != "Failed" or pod.owner_kind in ("", "StatefulSet")


def hangs(pod: PodSeen, clock: Clock) -> bool:
    """Whether a pod is still there although it should be gone, such as one on a node that is lost."""
    return pod.deleted is not None and clock.older_than(min(pod.deleted, clock.now), HANGING_SECONDS)


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


def is_on_its_way(pod: PodSeen, deadline: float, clock: Clock) -> bool:
    """Whether a pod that is not ready may still be starting: younger than the deadline, no error, never ready yet."""
    if is_unplaced(pod):
        deadline = min(deadline, UNPLACED_SECONDS)
    elif pod.waiting not in STARTING:
        return False
    if pod.created is None or pod.fell or pod.phase == "Failed":
        return False
    return not is_restarting(pod, clock) and not clock.older_than(min(pod.created, clock.now), deadline)


def is_unplaced(pod: PodSeen) -> bool:
    """Whether a pod has no node yet."""
    return pod.waiting in _UNPLACED


def belongs(pod: PodSeen, kind: str, name: str) -> bool:
    """Whether a pod is one of the controller of a kind and a name.

    A Deployment owns ReplicaSets, which are not read: theirs are named after it, with a hash behind a hyphen.
    """
    if kind == "Deployment":
        return pod.owner_kind == "ReplicaSet" and pod.owner_name.rpartition("-")[0] == name
    return (pod.owner_kind, pod.owner_name) == (kind, name)


def called(pod: PodSeen) -> str:
    """Name a pod."""
    return f"{pod.namespace}/{pod.name}" if pod.namespace else pod.name


def culprit(pod: PodSeen, clock: Clock) -> str:
    """Name a pod, and what it waits for; of one that restarts also how its container failed."""
    waiting = clean(pod.waiting, 40)
    if pod.deleted is not None:
        waiting = "Terminating"
    elif pod.phase == "Succeeded":
        waiting = "Completed"
    elif pod.failed and is_restarting(pod, clock) and pod.waiting in ("", "CrashLoopBackOff"):
        waiting = ", ".join(filter(None, (waiting, clean(pod.failed, 60))))
    return f"{called(pod)} ({waiting})" if waiting else called(pod)
