"""The kinds that Kubernetes brings: one row each, because few of them have a condition Ready (ADR 0037).

Controllers are judged as in the source of the workloads, but without their pods: so a missing pod is never excused as
young, and who wants that names the controller under `workloads`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from platform_status_contract.rules.observation import ConditionSeen, ControllerSeen, ObjectSeen
from platform_status_contract.rules.texts import clean
from platform_status_contract.sources.workloads.groups import Group, is_held

from .standard import KindPreset, Said, Word, is_behind, judge_by_conditions, judge_by_existence

__all__ = ["BUILTIN", "JOB", "Builtin"]


class Builtin(Struct, frozen=True):
    """A row of the table.

    Attributes:
        judge: What an object means that is neither paused nor being deleted.
        fields: Fields that it looks at; a list counts its items.
        conditions: Types of conditions that it looks at.
        suspend: Whether ``spec.suspend`` pauses it.
        leaving: Conditions that say why one that is being deleted is still there.
    """

    judge: Callable[[ObjectSeen], Said]
    fields: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    suspend: bool = False
    leaving: tuple[str, ...] = ()


def _controller(seen: ObjectSeen) -> Said:
    found = seen.controller
    if found is None or found.wanted is None:
        return Said(Word.SILENT, "says nothing of its pods")
    wanted = found.wanted
    ready = max(min(found.ready, wanted), 0)
    group = Group(found, ready, wanted, (), ())
    by_itself = _of_itself(seen, found, wanted)
    if by_itself is not None:
        return by_itself
    counted = f"has {ready} of {wanted} pods ready"
    if group.is_complete:
        old = wanted - found.updated
        return Said(Word.READY, counted, note=f"{old} pods run an older revision" if old > 0 else "")
    if ready == wanted:
        return Said(Word.NOT_READY, f"{counted} and is being rolled out", share=1)
    is_spared = found.kind == "DaemonSet" and wanted - ready <= found.spare
    return Said(Word.NOT_READY, counted, share=ready / wanted if is_spared else None)


def _of_itself(seen: ObjectSeen, found: ControllerSeen, wanted: int) -> Said | None:
    """What decides before pods are counted."""
    said: Said | None = None
    if found.paused or (wanted == 0 and found.kind != "DaemonSet"):
        said = Said(Word.PAUSED, "is put to sleep" if found.paused else "is scaled to zero")
    elif found.held or is_held(found):
        said = Said(Word.PAUSED, "has its rollout paused")
    elif found.failure:
        said = Said(Word.FAILED, f"reports {clean(found.failure, 300)}")
    elif not found.current:
        looked = f"has a generation {seen.generation} that its controller has not looked at"
        said = Said(Word.BEHIND, looked) if seen.observed else Said(Word.SILENT, "has no status yet")
    elif wanted == 0:
        said = Said(Word.NOT_READY, "matches no node")
    return said


def _replica_set(seen: ObjectSeen) -> Said:
    wanted, ready = seen.field("spec.replicas"), seen.field("status.readyReplicas")
    wanted = wanted if isinstance(wanted, int) else 1
    if seen.observed is None or is_behind(seen, seen.observed):
        return Said(Word.BEHIND if seen.observed else Word.SILENT, "has not been looked at by its controller")
    if wanted == 0:
        return Said(Word.PAUSED, "is scaled to zero")
    failed = seen.condition_of("ReplicaFailure", "True")
    if failed:
        return Said(Word.FAILED, _quoted(failed))
    ready = ready if isinstance(ready, int) else 0
    return Said(Word.READY if ready >= wanted else Word.NOT_READY, f"has {ready} of {wanted} pods ready")


def _job(seen: ObjectSeen) -> Said:
    for kind in ("Failed", "FailureTarget"):
        failed = seen.condition_of(kind, "True")
        if failed:
            return Said(Word.FAILED, _quoted(failed))
    complete = seen.condition("Complete")
    if complete is not None and complete.status == "True":
        return Said(Word.READY, "has completed")
    if seen.field("spec.suspend") is True:
        return Said(Word.PAUSED, "is suspended")
    active = seen.field("status.active")
    return Said(Word.NOT_READY, "is running" if active else "has no pod that runs")


def _cron_job(seen: ObjectSeen) -> Said:
    return Said(Word.PAUSED, "is suspended") if seen.field("spec.suspend") is True else Said(Word.READY, "is scheduled")


def _service(seen: ObjectSeen) -> Said:
    if seen.field("spec.type") != "LoadBalancer":
        return Said(Word.READY, "exists")
    has_address = bool(seen.field("status.loadBalancer.ingress"))
    return Said(Word.READY, "has an address") if has_address else Said(Word.NOT_READY, "has no address yet")


def _volume(good: tuple[str, ...], bad: tuple[str, ...], waits: str) -> Callable[[ObjectSeen], Said]:
    def judge(seen: ObjectSeen) -> Said:
        phase = seen.field("status.phase")
        if not isinstance(phase, str) or not phase:
            return Said(Word.SILENT, "has no phase yet")
        if phase in good:
            return Said(Word.READY, f"is {phase}")
        if phase in bad:
            return Said(Word.FAILED, f"is {phase}")
        return Said(Word.NOT_READY, f"is {clean(phase, 64)}{waits if phase == 'Pending' else ''}")

    return judge


def _pod(seen: ObjectSeen) -> Said:
    phase = seen.field("status.phase")
    if phase == "Failed":
        reason = seen.field("status.reason")
        return Said(Word.FAILED, f"has failed: {reason}" if reason else "has failed")
    if phase == "Succeeded":
        return Said(Word.READY, "has completed")
    if not phase:
        return Said(Word.SILENT, "has no phase yet")
    ready, scheduled = seen.condition("Ready"), seen.condition("PodScheduled")
    if ready is not None and ready.status == "True":
        return Said(Word.READY, "is ready")
    told = scheduled if scheduled is not None and scheduled.status == "False" else ready
    if told is not None and told.message:
        return Said(Word.NOT_READY, _quoted(told))
    return Said(Word.NOT_READY, f"is {clean(str(phase), 64)} and not ready")


def _autoscaler(seen: ObjectSeen) -> Said:
    """Good once it can scale and does; a target of zero replicas is somebody's wish."""
    if not seen.speaks:
        return Said(Word.SILENT, "has no conditions yet")
    for kind in ("AbleToScale", "ScalingActive"):
        found = seen.condition(kind)
        if found is None or found.status != "True":
            paused = found is not None and found.reason == "ScalingDisabled"
            word = Word.PAUSED if paused else Word.NOT_READY
            return Said(word, _quoted(found) if found else f"has no condition {kind}")
    return Said(Word.READY, "scales its target")


def _quoted(found: ConditionSeen) -> str:
    said = clean(found.message, 300)
    what = clean(found.reason, 64) or f"{found.type} {clean(found.status, 16)}"
    return f"reports {what}: {said}" if said else f"reports {what}"


def _with(*conditions: str, failures: tuple[str, ...] = ()) -> Builtin:
    preset = KindPreset("", ready=conditions)
    return Builtin(judge_by_conditions(preset), conditions=(*preset.conditions, *failures))


def _exists() -> Builtin:
    return Builtin(judge_by_existence)


_PODS: Final = Builtin(_controller)
JOB: Final = ("batch", "Job")

BUILTIN: Final[Mapping[tuple[str, str], Builtin]] = {
    ("apps", "Deployment"): _PODS,
    ("apps", "StatefulSet"): _PODS,
    ("apps", "DaemonSet"): _PODS,
    ("apps", "ReplicaSet"): Builtin(
        _replica_set, fields=("spec.replicas", "status.readyReplicas"), conditions=("ReplicaFailure",)
    ),
    JOB: Builtin(_job, ("spec.suspend", "status.active"), ("Complete", "Failed", "FailureTarget")),
    ("batch", "CronJob"): Builtin(_cron_job, ("spec.suspend",)),
    ("", "Service"): Builtin(_service, ("spec.type", "status.loadBalancer.ingress")),
    ("", "PersistentVolumeClaim"): Builtin(
        _volume(("Bound",), ("Lost",), ": it waits for a volume, or for the first pod that uses it"), ("status.phase",)
    ),
    ("", "PersistentVolume"): Builtin(_volume(("Bound", "Available"), ("Failed",), ""), ("status.phase",)),
    ("", "Pod"): Builtin(_pod, ("status.phase", "status.reason"), ("PodScheduled", "Ready")),
    ("", "Namespace"): Builtin(
        judge_by_existence,
        leaving=("NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure"),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): Builtin(_autoscaler, conditions=("AbleToScale", "ScalingActive")),
    ("policy", "PodDisruptionBudget"): _with("DisruptionAllowed"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _with("Established"),
    ("apiregistration.k8s.io", "APIService"): _with("Available"),
    **{("", kind): _exists() for kind in ("ServiceAccount", "ResourceQuota", "LimitRange", "Endpoints")},
    ("", "Node"): _with("Ready"),
    **{("networking.k8s.io", kind): _exists() for kind in ("Ingress", "IngressClass", "NetworkPolicy")},
    ("discovery.k8s.io", "EndpointSlice"): _exists(),
    ("scheduling.k8s.io", "PriorityClass"): _exists(),
    ("storage.k8s.io", "StorageClass"): _exists(),
    ("node.k8s.io", "RuntimeClass"): _exists(),
    ("coordination.k8s.io", "Lease"): _exists(),
}
"""By group and kind; the version does not matter."""
