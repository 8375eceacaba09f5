"""The pods that count: which one is not ready, which container of it, and why."""

from collections.abc import Mapping
from typing import Any

from hctl.diagnosis.evidence import Absent, Container, Evidence, Grade, Look, Rank
from hctl.diagnosis.orders import Orders
from hctl.reading.read import items, mapping, number
from hctl.texts import count_of
from platform_status_contract.model.contract import Workloads

from .fields import condition, name_of, objects, text, under, unread

__all__ = ["look_at_pods", "sick_container", "sickest"]

_SHOWN = 3
_NO_LOG = ("ContainerCreating", "PodInitializing", "ImagePullBackOff", "ErrImagePull", "InvalidImageName")
_PAUSED = "loft.sh/paused"


def sickest(pods: list[Any]) -> Any | None:  # noqa: ANN401 - JSON
    """The pod to look at first: one with a reason before one without, then by restarts, then by name."""
    sick = [pod for pod in pods if not _well(pod)]
    return min(sick, key=lambda pod: (not _reason(pod), -_restarts(pod), name_of(pod)), default=None)


def sick_container(pod: object) -> Container | None:
    """Whose log explains a sick pod; None if nothing of it ever ran."""
    namespace = text(pod, "metadata", "namespace", limit=63)
    for status in _statuses(pod):
        waiting = text(status, "state", "waiting", "reason", limit=100)
        if status.get("ready") is True or waiting in _NO_LOG or waiting.startswith("Create"):
            continue
        if under(status, "state", "terminated", "exitCode") == 0 or (not waiting and not mapping(status.get("state"))):
            continue
        ran_before = bool(mapping(under(status, "lastState", "terminated")))
        return Container(namespace, name_of(pod), text(status, "name", limit=253), bool(waiting) and ran_before)
    return None


def look_at_pods(named: Workloads, evidence: Evidence, orders: Orders) -> Look:
    """Look at the pods, and at whether their controller is paused."""
    listing = orders.kubectl("get", "pods", namespace=named.namespace)
    if unread(evidence.pods):
        summary = f"in {named.namespace}: {unread(evidence.pods)}"
        return Look("Pods", Grade.UNREADABLE, Rank.PODS, summary, commands=(listing,))
    paused = [name_of(found) for found in evidence.controllers if _is_paused(found)]
    if paused:
        summary = f"{paused[0]} in {named.namespace} is paused"
        return Look("Pods", Grade.PAUSED, Rank.PODS, summary, commands=(f"vcluster resume {paused[0]}",))
    pods = [pod for pod in objects(evidence.pods) if _counts(pod)]
    if not pods:
        gone = [
            f"{controller.kind} {controller.name} does not exist"
            for controller, found in zip(named.controllers or (), evidence.controllers, strict=False)
            if isinstance(found, Absent)
        ]
        summary = f"no pod of it runs in {named.namespace}"
        return Look("Pods", Grade.WAITING, Rank.PODS, summary, tuple(gone), commands=(listing,))
    sick = [pod for pod in pods if not _well(pod)]
    summary = f"{len(pods) - len(sick)} of {len(pods)} ready in {named.namespace}"
    worst = sickest(pods)
    if worst is None:
        restarts = max(_restarts(pod) for pod in pods)
        known = f", up to {count_of(restarts, 'restart')}" if restarts else ""
        return Look("Pods", Grade.GOOD, Rank.PODS, summary + known)
    first = _story(worst)
    others = tuple(f"{name_of(pod)}: {_reason(pod) or 'not ready'}" for pod in sick if pod is not worst)
    describe = orders.kubectl("describe", "pod", name_of(worst), namespace=named.namespace)
    commands, log = [describe], evidence.pod_log
    if log is not None and not log.unread:
        of = log.of
        commands.insert(0, orders.logs(of.namespace, of.pod, of.container, previous=of.previous))
    grade = Grade.WAITING if all(_starting(pod) for pod in sick) else Grade.BAD
    return Look("Pods", grade, Rank.PODS, summary, (*first, *others[:_SHOWN]), log, tuple(commands))


def _story(pod: object) -> tuple[str, ...]:
    """Why this pod is not ready, in sentences."""
    told: list[str] = []
    for status in _statuses(pod):
        name = text(status, "name", limit=253)
        reason = text(status, "state", "waiting", "reason", limit=100)
        ended = mapping(under(status, "state", "terminated")) or mapping(under(status, "lastState", "terminated"))
        if status.get("ready") is True or (not reason and ended.get("exitCode") == 0):
            continue
        restarts = number(status.get("restartCount")) or 0
        facts = [reason or ("is not ready" if mapping(under(status, "state", "running")) else "")]
        facts += [_ended(ended)] if ended and ended.get("exitCode") != 0 else []
        facts += [count_of(restarts, "restart")] if restarts else []
        told.append(f"{name_of(pod)}: container {name}: {', '.join(filter(None, facts)) or 'has not started'}")
        said = text(status, "state", "waiting", "message") or text(ended, "message")
        told += [said] if said else []
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        told.insert(0, f"{name_of(pod)} cannot be scheduled: {text(scheduled, 'message') or 'no reason given'}")
    said = " ".join(filter(None, (text(pod, "status", "reason"), text(pod, "status", "message"))))
    if not told:
        phase = text(pod, "status", "phase", limit=40) or "unknown"
        told.append(f"{name_of(pod)}: phase {phase}" + (f": {said}" if said else ""))
    return tuple(told)


def _ended(ended: Mapping[str, object]) -> str:
    code = ended.get("exitCode")
    reason = text(ended, "reason", limit=100)
    number_of = f"exit code {code}" if type(code) is int else "ended badly"
    return f"{number_of} ({reason})" if reason and reason != "Error" else number_of


def _statuses(pod: object) -> list[Mapping[str, object]]:
    found = (under(pod, "status", field) for field in ("initContainerStatuses", "containerStatuses"))
    return [mapping(entry) for part in found for entry in items(part)]


def _counts(pod: object) -> bool:
    return text(pod, "status", "phase") != "Succeeded" and under(pod, "metadata", "deletionTimestamp") is None


def _well(pod: object) -> bool:
    return condition(pod, "Ready").get("status") == "True"


def _restarts(pod: object) -> int:
    return sum(number(status.get("restartCount")) or 0 for status in _statuses(pod))


def _reason(pod: object) -> str:
    reasons = (text(status, "state", "waiting", "reason", limit=100) for status in _statuses(pod))
    known = next((reason for reason in reasons if reason and reason not in _NO_LOG[:2]), "")
    unscheduled = condition(pod, "PodScheduled").get("status") == "False"
    return known or ("Unschedulable" if unscheduled else text(pod, "status", "reason", limit=100))


def _starting(pod: object) -> bool:
    """Whether nothing speaks for more than a slow start."""
    return not _reason(pod) and not _restarts(pod) and text(pod, "status", "phase") in ("Pending", "")


def _is_paused(found: object) -> bool:
    return under(found, "metadata", "annotations", _PAUSED) == "true"
