"""The kinds that Kubernetes brings: one row each, because few of them have a condition Ready (ADR 0037).

Controllers are judged as in the source of the workloads, but without their pods: so a missing pod is never excused as
young, and who wants that names the controller under `workloads`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.times import parse_time
from platform_status_contract.rules.observation import ControllerSeen, FieldValue, ObjectSeen
from platform_status_contract.rules.texts import clean
from platform_status_contract.sources.workloads.controller_record import NOT_CREATED
from platform_status_contract.sources.workloads.groups import Group, is_held

from .standard import (
    TEXT,
    KindPreset,
    Mark,
    Said,
    Word,
    behind,
    is_behind,
    judge_by_conditions,
    judge_by_existence,
    quoted,
    shown,
    texts,
    told,
)

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
    unavailable = seen.condition_of("Available", "False")
    if group.is_complete and unavailable:  # they have not been ready for minReadySeconds
        return Said(Word.NOT_READY, f"{counted}, and {quoted(unavailable)}")
    if group.is_complete:
        old = wanted - found.updated
        note = f"{old} pods run an older revision" if old > 0 else _not_for_long(seen, wanted)
        return Said(Word.READY, counted, note=note)
    if ready == wanted:
        return Said(Word.NOT_READY, f"{counted} and is being rolled out", share=1)
    is_spared = found.kind == "DaemonSet" and wanted - ready <= found.spare
    return Said(Word.NOT_READY, counted, share=ready / wanted if is_spared else None)


def _not_for_long(seen: ObjectSeen, wanted: int) -> str:
    """Remark that pods are ready, and may fail yet: no number, which would be a write for each of them."""
    wait, *counts = (seen.field(path) for path in _AVAILABLE)
    is_new = type(wait) is int and wait > 0 and all(type(found) is not int or found < wanted for found in counts)
    return "has pods that are not ready for minReadySeconds yet" if is_new else ""


_AVAILABLE: Final = ("spec.minReadySeconds", "status.availableReplicas", "status.numberAvailable")


def _of_itself(seen: ObjectSeen, found: ControllerSeen, wanted: int) -> Said | None:
    """What decides before pods are counted."""
    said: Said | None = None
    if found.paused or (wanted == 0 and found.kind != "DaemonSet"):
        said = Said(Word.PAUSED, "is put to sleep" if found.paused else "is scaled to zero")
    elif found.held or is_held(found):
        said = Said(Word.PAUSED, "has its rollout paused")
    elif found.failure.startswith(NOT_CREATED):  # tried again; it counts no generation as observed until it succeeds
        said = Said(Word.NOT_READY, f"reports {clean(found.failure, 300)}")
    elif not found.current:  # and what failed is an older generation
        said = Said(Word.BEHIND, behind(seen)) if seen.observed else Said(Word.SILENT, "has no status yet")
    elif found.failure:
        said = Said(Word.FAILED, f"reports {clean(found.failure, 300)}")
    elif wanted == 0:
        said = Said(Word.NOT_READY, "matches no node")
    return said


def _replica_set(seen: ObjectSeen) -> Said:
    wanted, ready = _number(seen, "spec.replicas", 1), _number(seen, "status.readyReplicas", 0)
    if wanted is None or ready is None:
        return Said(Word.UNREADABLE, "cannot be read: what should be a number of pods is none")
    if seen.observed is None or is_behind(seen, seen.observed):
        return Said(Word.BEHIND if seen.observed else Word.SILENT, "has not been looked at by its controller")
    if wanted == 0:
        return Said(Word.PAUSED, "is scaled to zero")
    failed = seen.condition_of("ReplicaFailure", "True")
    if failed:
        return Said(Word.FAILED, quoted(failed))
    text = f"has {min(ready, wanted)} of {wanted} pods ready"
    return Said(Word.READY, text, note=_not_for_long(seen, wanted)) if ready >= wanted else Said(Word.NOT_READY, text)


def _number(seen: ObjectSeen, path: str, default: int) -> int | None:
    """Return a number of pods, which is left out where it is the default; None if something else stands there."""
    value = default if seen.field(path) is None and not seen.is_odd(path) else seen.field(path)
    return value if type(value) is int and value >= 0 else None


def _job(seen: ObjectSeen) -> Said:
    for kind in ("Failed", "FailureTarget"):
        failed = seen.condition_of(kind, "True")
        if failed:
            return Said(Word.FAILED, quoted(failed))
    complete = seen.condition("Complete")
    if complete is not None and complete.status == "True":
        return Said(Word.READY, "has completed")
    if seen.field("spec.suspend") is True:
        return Said(Word.PAUSED, "is suspended")
    active = seen.field("status.active")
    return Said(Word.NOT_READY, "is running" if active else "has no pod that runs")


def _cron_job(seen: ObjectSeen) -> Said:
    if seen.field("spec.suspend") is True:
        return Said(Word.PAUSED, "is suspended")
    last, good = (_time(seen, f"status.last{name}Time") for name in ("Schedule", "Successful"))
    failed = last is not None and not seen.field("status.active") and (good is None or good < last)
    return Said(Word.READY, "is scheduled", note="has not succeeded in its last run" if failed else "")


def _time(seen: ObjectSeen, path: str) -> datetime | None:
    value = seen.field(path)
    return parse_time(value) if isinstance(value, str) else None


def _service(seen: ObjectSeen) -> Said:
    kind = seen.field("spec.type")
    if kind == "LoadBalancer":
        has_address = any(isinstance(found := seen.field(path), str) and found for path in _ADDRESSES)
        return Said(Word.READY, "has an address") if has_address else Said(Word.NOT_READY, "has no address yet")
    if kind in ("ClusterIP", "NodePort", "ExternalName") or (kind is None and not seen.is_odd("spec.type")):
        return Said(Word.READY, "exists")
    return Said(Word.UNREADABLE, "cannot be read: spec.type is none that Kubernetes has")


_ADDRESSES: Final = ("status.loadBalancer.ingress.0.ip", "status.loadBalancer.ingress.0.hostname")


def _volume(good: tuple[str, ...], bad: tuple[str, ...], waits: str) -> Callable[[ObjectSeen], Said]:
    def judge(seen: ObjectSeen) -> Said:
        phase = seen.field("status.phase")
        if not isinstance(phase, str) or not phase:
            return Said(Word.SILENT, "has no phase yet")
        if phase in good:
            resizing = next((found for name in _RESIZING if (found := seen.condition_of(name, "True"))), None)
            return Said(Word.READY, f"is {phase}", note=quoted(resizing) if resizing else "")
        if phase in bad:
            return Said(Word.FAILED, told(f"is {phase}", seen, _MESSAGE))
        return Said(Word.NOT_READY, f"is {shown(phase)}{waits if phase == 'Pending' else ''}")

    return judge


_RESIZING: Final = ("ControllerResizeError", "NodeResizeError", "Resizing", "FileSystemResizePending")
"""Conditions of a volume that is used, and does not have the size that it should; the worst first."""


def _pod(seen: ObjectSeen) -> Said:
    phase = seen.field("status.phase")
    if phase == "Failed":
        return Said(Word.FAILED, _of_pod("has failed", seen))
    if phase == "Succeeded":
        return Said(Word.READY, "has completed")
    return _living_pod(seen, phase) if phase else Said(Word.SILENT, "has no phase yet")


def _of_pod(text: str, seen: ObjectSeen) -> str:
    """Add why: what the pod itself has (Evicted, NodeLost), else the first of its containers in trouble."""
    reason = seen.field("status.reason")
    own = [shown(reason) if reason else "", texts(seen, _MESSAGE)]
    first = "" if any(own) else next(filter(None, (texts(seen, path) for path in _CONTAINERS)), "")
    return ": ".join(filter(None, (text, *own, first)))


_MESSAGE: Final = "status.message"
_CONTAINERS: Final = ("status.initContainerStatuses", "status.containerStatuses")


def _living_pod(seen: ObjectSeen, phase: FieldValue) -> Said:
    ready, scheduled = seen.condition("Ready"), seen.condition("PodScheduled")
    if is_behind(seen, seen.observed if ready is None or ready.generation is None else ready.generation):
        return Said(Word.BEHIND, behind(seen))
    if ready is not None and ready.status == "True":
        return Said(Word.READY, "is ready")
    unplaced = scheduled if scheduled is not None and scheduled.status == "False" else None
    plain, why = f"is {shown(phase)} and not ready", unplaced or ready
    text = plain if unplaced else _of_pod(plain, seen)
    return Said(Word.NOT_READY, quoted(why) if text == plain and why is not None and why.message else text)


def _autoscaler(seen: ObjectSeen) -> Said:
    """Good once it can scale and does; a target of zero replicas is somebody's wish."""
    if not seen.speaks:
        return Said(Word.SILENT, "has no conditions yet; autoscaling/v1 shows none")
    for kind in ("AbleToScale", "ScalingActive"):
        found = seen.condition(kind)
        if found is None or found.status != "True":
            paused = found is not None and found.reason == "ScalingDisabled"
            word = Word.PAUSED if paused else Word.NOT_READY
            return Said(word, quoted(found) if found else f"has no condition {kind}")
    return Said(Word.READY, "scales its target")


def _with(*conditions: str) -> Builtin:
    """Good while each of the conditions is True; nobody looks again while one is Unknown, so that is a verdict too."""
    judges = [judge_by_conditions(KindPreset("", ready=(kind,))) for kind in conditions]

    def judge(seen: ObjectSeen) -> Said:
        every = [judge(seen) for judge in judges]
        said = next((found for found in every if found.word is not Word.READY), every[0])
        return msgspec.structs.replace(said, word=Word.NOT_READY) if said.word is Word.CHECKING else said

    return Builtin(judge, conditions=(*conditions, "Stalled"))


def _signing_request(seen: ObjectSeen) -> Said:
    for kind in ("Denied", "Failed"):
        refused = seen.condition_of(kind, "True")
        if refused:
            return Said(Word.FAILED, quoted(refused))
    if seen.field("status.certificate"):
        return Said(Word.READY, "has its certificate")
    is_approved = seen.condition_of("Approved", "True") is not None
    return Said(Word.NOT_READY, "is approved, and has no certificate yet" if is_approved else "waits for approval")


def _notifier(seen: ObjectSeen) -> Said:
    """Flux writes a status of these kinds no more; what still has one is judged by it."""
    return _BY_READY(seen) if seen.speaks else judge_by_existence(seen)


def _claim(seen: ObjectSeen) -> Said:
    """Devices are chosen for the first pod that uses a claim, so none need be at first."""
    results = seen.field("status.allocation.devices.results")
    if type(results) is int and results > 0:
        return Said(Word.READY, "is allocated")
    return Said(Word.NOT_READY, "is not allocated: it waits for the first pod that uses it, or for a driver")


def _attachment(seen: ObjectSeen) -> Said:
    if seen.field("status.attached") is True:
        return Said(Word.READY, "is attached")
    return Said(Word.NOT_READY, told("is not attached", seen, _ATTACH_ERROR))


_ATTACH_ERROR: Final = "status.attachError.message"


def _exists() -> Builtin:
    return Builtin(judge_by_existence)


_BY_READY: Final = judge_by_conditions(KindPreset(""))
_PODS: Final = Builtin(_controller, _AVAILABLE, conditions=("Available",))
_REPLICAS: Final = Builtin(
    _replica_set, ("spec.replicas", "status.readyReplicas", *_AVAILABLE), conditions=("ReplicaFailure",)
)
JOB: Final = ("batch", "Job")
_ADMISSION: Final = (
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
)

BUILTIN: Final[Mapping[tuple[str, str], Builtin]] = {
    ("apps", "Deployment"): _PODS,
    ("apps", "StatefulSet"): _PODS,
    ("apps", "DaemonSet"): _PODS,
    ("apps", "ReplicaSet"): _REPLICAS,
    ("", "ReplicationController"): _REPLICAS,
    JOB: Builtin(_job, ("spec.suspend", "status.active"), ("Complete", "Failed", "FailureTarget")),
    ("batch", "CronJob"): Builtin(
        _cron_job, ("spec.suspend", "status.active", "status.lastScheduleTime", "status.lastSuccessfulTime")
    ),
    ("", "Service"): Builtin(_service, ("spec.type", *_ADDRESSES)),
    ("", "PersistentVolumeClaim"): Builtin(
        _volume(("Bound",), ("Lost",), ": it waits for a volume, or for the first pod that uses it"),
        ("status.phase",),
        _RESIZING,
    ),
    ("", "PersistentVolume"): Builtin(
        _volume(("Bound", "Available"), ("Failed",), ""), ("status.phase", f"{_MESSAGE}{TEXT}")
    ),
    ("", "Pod"): Builtin(
        _pod,
        ("status.phase", "status.reason", *(f"{path}{TEXT}" for path in (_MESSAGE, *_CONTAINERS))),
        ("PodScheduled", "Ready"),
    ),
    ("", "Namespace"): Builtin(
        judge_by_existence,
        leaving=(
            "NamespaceContentRemaining",
            "NamespaceFinalizersRemaining",
            "NamespaceDeletionContentFailure",
            "NamespaceDeletionDiscoveryFailure",
            "NamespaceDeletionGroupVersionParsingFailure",
        ),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): Builtin(_autoscaler, conditions=("AbleToScale", "ScalingActive")),
    ("policy", "PodDisruptionBudget"): _with("DisruptionAllowed"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): msgspec.structs.replace(
        _with("Established", "NamesAccepted"), leaving=("Terminating",)
    ),
    ("apiregistration.k8s.io", "APIService"): _with("Available"),
    ("certificates.k8s.io", "CertificateSigningRequest"): Builtin(
        _signing_request, ("status.certificate",), ("Approved", "Denied", "Failed")
    ),
    ("storage.k8s.io", "VolumeAttachment"): Builtin(_attachment, ("status.attached", f"{_ATTACH_ERROR}{TEXT}")),
    ("storagemigration.k8s.io", "StorageVersionMigration"): Builtin(
        judge_by_conditions(KindPreset("", ready=("Succeeded",), failures=(Mark("Failed", "True"),))),
        conditions=("Failed", "Stalled", "Succeeded"),
    ),
    ("resource.k8s.io", "ResourceClaim"): Builtin(_claim, ("status.allocation.devices.results",)),
    **{
        ("resource.k8s.io", kind): _exists()
        for kind in ("DeviceClass", "DeviceTaintRule", "ResourceClaimTemplate", "ResourceSlice")
    },
    **{("flowcontrol.apiserver.k8s.io", kind): _exists() for kind in ("FlowSchema", "PriorityLevelConfiguration")},
    **{
        ("", kind): _exists()
        for kind in ("ServiceAccount", "ResourceQuota", "LimitRange", "Endpoints", "PodTemplate", "Event")
    },
    ("events.k8s.io", "Event"): _exists(),
    ("certificates.k8s.io", "ClusterTrustBundle"): _exists(),
    ("apps", "ControllerRevision"): _exists(),
    ("", "Node"): _with("Ready"),
    **{("networking.k8s.io", kind): _exists() for kind in ("Ingress", "IngressClass", "IPAddress", "NetworkPolicy")},
    ("discovery.k8s.io", "EndpointSlice"): _exists(),
    **{("scheduling.k8s.io", kind): _exists() for kind in ("PriorityClass", "Workload")},
    **{
        ("storage.k8s.io", kind): _exists()
        for kind in ("StorageClass", "CSIDriver", "CSINode", "CSIStorageCapacity", "VolumeAttributesClass")
    },
    **{("admissionregistration.k8s.io", kind): _exists() for kind in _ADMISSION},
    ("argoproj.io", "AppProject"): _exists(),
    **{
        ("notification.toolkit.fluxcd.io", kind): Builtin(_notifier, conditions=("Ready", "Stalled"))
        for kind in ("Alert", "Provider")
    },
    ("node.k8s.io", "RuntimeClass"): _exists(),
    **{("coordination.k8s.io", kind): _exists() for kind in ("Lease", "LeaseCandidate")},
}
"""By group and kind; the version does not matter."""
