"""The pods that are not ready by the rules: which container, and why; and the controllers that lack pods."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from hctl.diagnosis.evidence import Container, Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.explain.inputs import Input
from hctl.reading.fields import (
    CONTAINERS,
    condition,
    container_statuses,
    holds_in_deletion,
    name_of,
    namespace_of,
    text,
)
from hctl.reading.read import number
from hctl.texts import age_of, count_of, duration
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.model.times import parse_time
from platform_status_contract.rules.assessment import Verdict

__all__ = ["pod_details", "sick_container", "sick_pods"]

_SHOWN: Final = 3
_SHOWN_CONTROLLERS: Final = 4
_NEVER_RAN: Final = ("ContainerCreating", "PodInitializing", "ImagePullBackOff", "ErrImagePull", "InvalidImageName")
_STARTING: Final = _NEVER_RAN[:2]
_LONG_AGO: Final = 600
"""Seconds after which the exit of an earlier run no longer explains why the present one is not ready."""


def sick_pods(found: Explained, evidence: Evidence) -> list[tuple[Any, Input]]:
    """Return the pods at fault: those with a reason first, then by restarts, then by name."""
    paused = found.assessment.verdict is Verdict.PAUSED  # a paused source is not the fault of its pods
    pods = [(evidence.object(entry), entry) for entry in found.culprits if entry.kind == "Pod" and not paused]
    return sorted(pods, key=lambda pod: (not _reason(pod[0]), -_restarts(pod[0]), pod[1].name))


def sick_container(pod: object) -> Container | None:
    """Return the container whose log explains a pod; None if none ever ran, or if the pod should be gone."""
    if under(pod, "metadata", "deletionTimestamp") is not None:
        return None
    namespace = namespace_of(pod)
    for status in container_statuses(pod):
        waiting = text(status, "state", "waiting", "reason", limit=100)
        if status.get("ready") is True or waiting in _NEVER_RAN or waiting.startswith("Create"):
            continue
        if under(status, "state", "terminated", "exitCode") == 0 or (not waiting and not mapping(status.get("state"))):
            continue
        ran_before = bool(mapping(under(status, "lastState", "terminated")))
        return Container(namespace, name_of(pod), text(status, "name", limit=253), bool(waiting) and ran_before)
    return None


def pod_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe the worst pod, and list the others and the errors of controllers; without pods, only the controllers."""
    sick = sick_pods(found, evidence)
    if not sick:
        details, commands = _controller_details(found, evidence, orders)
        contract = evidence.explanation.facts.contract
        parts = contract.workload_parts if isinstance(contract, Contract) else ()
        return details, commands or [orders.kubectl("get", "pods", namespace=part.namespace) for part in parts]
    (worst, entry), *others = sick
    story = _story(worst, entry, evidence.explanation.now)
    others_say = [f"{each.name}: {_reason(pod) or each.says}" for pod, each in others[:_SHOWN]]
    commands, log = [orders.kubectl("describe", "pod", entry.name, namespace=entry.namespace)], evidence.pod_log
    node = text(worst, "spec", "nodeName", limit=253)
    if node and (_is_left(worst, evidence.explanation.now) or _is_unheard(worst)):
        commands.insert(0, orders.kubectl("describe", "node", node))
    if log is not None and not log.unread:
        of = log.of
        commands.insert(0, orders.logs(of.namespace, of.pod, of.container, previous=of.previous))
    return [*story, *others_say, *_failures(found)], commands


def _is_left(pod: object, now: datetime) -> bool:
    """Whether a terminating pod is past its deadline without finalizers, so that it waits only for its node."""
    metadata = mapping(under(pod, "metadata"))
    due = parse_time(metadata.get("deletionTimestamp"))
    is_due = metadata.get("deletionTimestamp") is not None and (due is None or due <= now)
    return is_due and not items(metadata.get("finalizers"))


def _is_unheard(pod: object) -> bool:
    """Whether a pod is not ready although each container was, and no gate is closed: its node has stopped reporting."""
    ran = [status.get("ready") for status in container_statuses(pod, "containerStatuses")]
    return condition(pod, "Ready").get("status") == "False" and bool(ran) and all(ran) and not list(_gates(pod))


def _going(pod: object, now: datetime) -> str:
    """Describe what delays the deletion of a pod."""
    due = parse_time(under(pod, "metadata", "deletionTimestamp"))
    if due is not None and due > now:
        return f"being deleted; due to be gone in {duration((due - now).total_seconds())}"
    if not _is_left(pod, now):
        return holds_in_deletion(pod, now)[0]
    node = " ".join(filter(None, ("its node", text(pod, "spec", "nodeName", limit=253))))
    return f"its deletion is {age_of(due, now)} overdue: {node} has not confirmed it"


def _story(pod: object, entry: Input, now: datetime) -> list[str]:
    """Return sentences that explain why a pod is not ready."""
    name = entry.name
    if under(pod, "metadata", "deletionTimestamp") is not None:
        # The container statuses are as old as the last report of the node.
        said = text(pod, "status", "message") or text(pod, "status", "reason")
        return [f"{name}: {told}" for told in (_going(pod, now), said) if told]
    scheduled = condition(pod, "PodScheduled")
    told: list[str] = []
    if scheduled.get("status") == "False":
        told.append(f"{name} cannot be scheduled: {text(scheduled, 'message') or 'no reason given'}")
    for field, what in CONTAINERS.items():
        for status in container_statuses(pod, field):
            told += _container(pod, what, status, now)
    told += [f"{name}: readiness gate {said}" for said in _gates(pod)]
    if told:
        return told
    said = " ".join(filter(None, (text(pod, "status", "reason"), text(pod, "status", "message"))))
    said = said or text(condition(pod, "Ready"), "message")
    if not said and _is_unheard(pod):
        said = f"its node {text(pod, 'spec', 'nodeName', limit=253)}".rstrip() + " has not reported since it was ready"
    return [f"{name}: {entry.says}" + (f": {said}" if said else "")]


def _gates(pod: object) -> Iterator[str]:
    """Yield the readiness gates that are not True: those of the spec, and conditions with a qualified name."""
    declared = [text(gate, "conditionType", limit=316) for gate in items(under(pod, "spec", "readinessGates"))]
    if condition(pod, "Ready").get("reason") == "ReadinessGatesNotReady":
        declared += [text(found, "type", limit=316) for found in items(under(pod, "status", "conditions"))]
    for kind in dict.fromkeys(declared):
        found = condition(pod, kind)
        if found.get("status") == "True" or "/" not in kind:
            continue
        said = ": ".join(filter(None, (text(found, "reason", limit=200), text(found, "message"))))
        word = text(found, "status", limit=40) or "not set yet"
        yield f"{kind} is {word}" + (f": {said}" if said else "")


def _container(pod: object, what: str, status: Mapping[str, object], now: datetime) -> list[str]:
    waiting = text(status, "state", "waiting", "reason", limit=100)
    ended = mapping(under(status, "state", "terminated"))
    if status.get("ready") is True or (not waiting and ended.get("exitCode") == 0):
        return []
    before = mapping(under(status, "lastState", "terminated"))
    finished = parse_time(before.get("finishedAt"))
    if not ended and (waiting or finished is None or (now - finished).total_seconds() < _LONG_AGO):
        ended = before
    restarts = number(status.get("restartCount")) or 0
    began = parse_time(under(status, "state", "running", "startedAt"))
    runs = f"has run for {age_of(began, now)}" if what.startswith("init") and began else "is not ready"
    facts = [waiting or (runs if mapping(under(status, "state", "running")) else "")]
    facts += [_ended(ended)] if ended and ended.get("exitCode") != 0 else []
    facts += [count_of(restarts, "restart")] if restarts else []
    name = text(status, "name", limit=253)
    said = text(status, "state", "waiting", "message") or text(ended, "message")
    told = [f"{name_of(pod)}: {what} {name}: {', '.join(filter(None, facts)) or 'has not started'}", said]
    told += [_more_memory(pod, name)] if ended.get("reason") == "OOMKilled" else []
    return [line for line in told if line]


def _more_memory(pod: object, name: str) -> str:
    """Return advice for a container that was killed for its memory."""
    fields = ("initContainers", "containers")
    named = (entry for field in fields for entry in items(under(pod, "spec", field)) if under(entry, "name") == name)
    limit = text(next(named, None), "resources", "limits", "memory", limit=40)
    if limit:
        return f"raise the memory limit of container {name}, which is {limit}, or find what uses it"
    return f"container {name} has no memory limit of its own: check the limit of the pod and the memory of its node"


def _ended(ended: Mapping[str, object]) -> str:
    code = ended.get("exitCode")
    reason = text(ended, "reason", limit=100)
    number_of = f"exit code {code}" if type(code) is int else "ended badly"
    return f"{number_of} ({reason})" if reason and reason != "Error" else number_of


def _restarts(pod: object) -> int:
    return sum(number(status.get("restartCount")) or 0 for status in container_statuses(pod))


def _reason(pod: object) -> str:
    reasons = (text(status, "state", "waiting", "reason", limit=100) for status in container_statuses(pod))
    known = next((reason for reason in reasons if reason and reason not in _STARTING), "")
    unscheduled = condition(pod, "PodScheduled").get("status") == "False"
    return known or ("Unschedulable" if unscheduled else text(pod, "status", "reason", limit=100))


def _controller_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe desired and present pods of each controller, and what prevents more; commands are for the first one."""
    is_paused = found.assessment.verdict is Verdict.PAUSED
    culprits = [entry for entry in found.culprits if entry.kind != "Pod"]
    known = [(entry, _release(entry, evidence.object(entry), orders, is_paused=is_paused)) for entry in culprits]
    # A paused controller explains a paused source, but rarely a bad one, so it comes first or last accordingly.
    known.sort(key=lambda each: bool(each[1]) is not is_paused)
    details: list[str] = []
    for entry, _ in known[:_SHOWN_CONTROLLERS]:
        counts, failure = _counts_and_failure(entry)
        holds = holds_in_deletion(evidence.object(entry), evidence.explanation.now)
        details += [f"{entry.kind} {entry.name}: {said}" for said in (counts, failure, *holds) if said]
    for entry, release in known[:1]:
        if release:
            return details, [orders.once_approved(release)]
        if entry.found == "absent":
            there = "deployments,statefulsets,daemonsets"
            return details, [orders.kubectl("get", there, namespace=entry.namespace)]
        describe = orders.kubectl("describe", entry.kind.lower(), entry.name, namespace=entry.namespace)
        return details, [describe, orders.warnings(entry.namespace)]
    return details, []


def _failures(found: Explained) -> list[str]:
    """Return the errors that prevent more pods, one line per controller that reports one."""
    said = [(entry, _counts_and_failure(entry)[1]) for entry in found.culprits if entry.kind != "Pod"]
    return [f"{entry.kind} {entry.name}: {failure}" for entry, failure in said if failure][:_SHOWN_CONTROLLERS]


def _counts_and_failure(entry: Input) -> tuple[str, str]:
    """Return desired and present pods of a controller, and the error that prevents more."""
    counts, _, failure = entry.says.partition(": ")
    return counts, failure


def _release(entry: Input, controller: object, orders: Orders, *, is_paused: bool) -> str:
    """Return the command that resumes a paused controller; empty if it is not paused."""
    name, namespace, kind = entry.name, entry.namespace, entry.kind.lower()
    metadata = under(controller, "metadata")
    if "true" in (under(metadata, "annotations", "loft.sh/paused"), under(metadata, "labels", "loft.sh/sleep-mode")):
        return orders.vcluster("resume", name, namespace=namespace)
    if is_paused and under(controller, "spec", "paused") is True:
        return orders.kubectl("rollout", "resume", kind, name, namespace=namespace)
    if under(controller, "spec", "replicas") == 0:
        return orders.kubectl("scale", kind, name, "--replicas=N", namespace=namespace)
    return ""
