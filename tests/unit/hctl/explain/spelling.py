"""A golden case of the rules as a dump: what the rules were shown, spelled as the cluster would hold it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from hctl.dump.case import Case, Json, Unread
from platform_status_contract.model.contract import Contract, ObjectEntry, Selector
from platform_status_contract.model.times import LONG_AGO, format_time
from platform_status_contract.observing.sources import PROMISE_LABEL
from platform_status_contract.rules.observation import (
    ApplicationSeen,
    ControllerSeen,
    ObjectSeen,
    PodSeen,
    Present,
    Unreadable,
    Workflow,
    WorkSeen,
)
from platform_status_contract.sources.objects.kinds import source_of_entry
from tests.golden.cases import Case as GoldenCase

__all__ = ["dump_of"]

_ARGO: Final = "argoproj.io/v1alpha1"
_KRATIX: Final = "platform.kratix.io/v1alpha1"
_PROMISE: Final = "vcluster"
_PHASES: Final = {Workflow.COMPLETED: "Succeeded", Workflow.NONE: None}


def dump_of(case: GoldenCase) -> Case:
    """Spell a golden case; what could not be read has become unread just now."""
    facts, status = case.facts, case.status
    stored: Json = dict(status) if isinstance(status, dict) else {}
    contract = facts.contract if isinstance(facts.contract, Contract) else None
    if contract is not None:
        stored["contract"] = msgspec.json.decode(msgspec.json.encode(contract))
    phase = _PHASES.get(facts.workflow, str(facts.workflow).capitalize())
    pipelines = [{"name": "contract", "phase": phase, "message": facts.workflow_message}]
    stored |= {"problems": list(facts.problems), "kratix": {"workflows": {"pipelines": pipelines}}}
    labels = {PROMISE_LABEL: _PROMISE, **case.given.labels}
    metadata = _metadata(facts.name, facts.namespace, labels=labels, generation=facts.generation)
    if facts.deleting:
        metadata["deletionTimestamp"] = format_time(case.now)
    request = {"apiVersion": "example.org/v1", "kind": facts.kind, "metadata": metadata, "status": stored}
    objects = tuple(_objects(case, contract)) if contract else ()
    return Case(case.now, "things.example.org", request, objects, tuple(_unread(case, contract)))


def _values(case: GoldenCase, name: str) -> tuple[Any, ...]:
    reading = getattr(case.observation, name)
    value = getattr(getattr(reading, "last", None) or reading, "value", ())
    return value if isinstance(value, tuple) else (value,)


def _unread(case: GoldenCase, contract: Contract | None) -> Iterator[Unread]:
    plurals = {"works": "works", "application": "applications", "sub_applications": "applications", "pods": "pods"}
    plurals |= {"controllers": "statefulsets"}
    for name, plural in plurals.items():
        reading = getattr(case.observation, name)
        if isinstance(reading, Unreadable):
            yield Unread(plural, "vcluster-media", "", reading.reason, "no answer")
    for entry, found in zip((contract and contract.objects) or (), case.observation.objects or (), strict=False):
        if isinstance(found, Unreadable):
            yield Unread(source_of_entry(entry), entry.namespace or "", "", found.reason, "no answer")
    for named, secret in zip((contract and contract.secrets) or (), case.observation.secrets or (), strict=False):
        if isinstance(secret, Unreadable):
            yield Unread("secrets", named.namespace, named.name, secret.reason, "no answer")


def _foreign(seen: ObjectSeen, entry: ObjectEntry) -> Json:
    annotations, labels = dict(seen.annotations), _labels(entry.selector)
    metadata = _metadata(seen.name, seen.namespace, annotations=annotations, labels=labels, generation=seen.generation)
    metadata |= {"creationTimestamp": _time(seen.created), "deletionTimestamp": _time(seen.deleted)}
    metadata["finalizers"] = list(seen.finalizers)
    said = [
        {
            "type": found.type,
            "status": found.status,
            "reason": found.reason,
            "message": found.message,
            **({} if found.generation is None else {"observedGeneration": found.generation}),
        }
        for found in seen.conditions
    ]
    whole: Json = {"spec": {}, "status": {"conditions": said or [{"type": "Other", "status": "True"}] * seen.speaks}}
    if seen.observed is not None:
        whole["status"]["observedGeneration"] = seen.observed
    for path, value in seen.fields:
        *steps, last = path.split(".")
        part = whole
        for step in steps:
            part = part.setdefault(step, {})
        part[last] = value
    if seen.problem:
        whole["status"]["observedGeneration"] = "none"
    return {"apiVersion": entry.api_version, "kind": entry.kind, "metadata": metadata, **whole}


def _objects(case: GoldenCase, contract: Contract) -> Iterator[Json]:
    for entry, found in zip(contract.objects or (), case.observation.objects or (), strict=False):
        for thing in found.value if isinstance(found, Present) else ():
            yield _foreign(thing, entry)
    for work in _values(case, "works"):
        yield from _work(work, case)
    yield from _applications(case, contract)
    yield from _workloads(case, contract)
    for named, secret in zip(contract.secrets or (), case.observation.secrets or (), strict=False):
        if isinstance(secret, Present):
            metadata = _metadata(named.name, named.namespace, deletionTimestamp=_time(secret.value.deleted))
            yield {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}


def _workloads(case: GoldenCase, contract: Contract) -> Iterator[Json]:
    for part in contract.workload_parts:
        labels = _labels(part.selector)
        for pod in _values(case, "pods"):
            if pod.namespace in ("", part.namespace):
                yield _pod(pod, _metadata(pod.name, part.namespace, labels=labels))
        for seen in _values(case, "controllers"):
            if seen.namespace in ("", part.namespace):
                yield _controller(seen, part.namespace)


def _applications(case: GoldenCase, contract: Contract) -> Iterator[Json]:
    one, several = contract.application, contract.sub_applications
    for seen in _values(case, "application") if one else ():
        assert one is not None
        numbers = {one.generation_annotation: str(seen.written_for)} if one.generation_annotation else {}
        yield _application(seen, _metadata(one.name, one.namespace, annotations=numbers), {})
    for sub in _values(case, "sub_applications") if several else ():
        assert several is not None
        destination = {"server": f"{several.destination.server}/"} if several.destination.server else {}
        destination |= {"name": several.destination.all_names[0]} if several.destination.all_names else {}
        labels, created = _labels(several.selector), _time(sub.created)
        metadata = _metadata(sub.name, several.namespace, labels=labels, creationTimestamp=created)
        yield _application(sub.seen, metadata, destination)


def _metadata(name: str, namespace: str, **more: object) -> Json:
    return {"name": name, "namespace": namespace, "resourceVersion": "7", **more}


def _labels(selector: Selector | None) -> Json:
    return dict(selector.match_labels or {}) if selector else {}


def _time(moment: datetime | None) -> str | None:
    return moment if moment is None else format_time(moment) if moment > LONG_AGO else "nobody knows"


def _work(work: WorkSeen, case: GoldenCase) -> Iterator[Json]:
    namespace = case.facts.namespace
    labels = {PROMISE_LABEL: _PROMISE, "kratix.io/resource-name": case.facts.name}
    said = "ScheduleSucceeded" if work.unscheduled else "Ready"
    yield {
        "apiVersion": _KRATIX,
        "kind": "Work",
        "metadata": _metadata(work.name, namespace, labels=labels, deletionTimestamp=_time(work.deleted)),
        "spec": {"workloadGroups": [{"id": group} for group in work.groups]},
        "status": {"conditions": [{"type": said, "status": "False", "message": work.message}]},
    }
    for placed in work.placements:
        flags = {"kratix.io/work": work.name, "kratix.io/misplaced": str(placed.misplaced).lower()}
        written = {True: "True", False: "False", None: "Unknown"}[placed.written]
        yield {
            "apiVersion": _KRATIX,
            "kind": "WorkPlacement",
            "metadata": _metadata(placed.name, namespace, labels=flags, deletionTimestamp=_time(placed.deleted)),
            "spec": {"targetDestinationName": placed.destination, "id": placed.group},
            "status": {"conditions": [{"type": "WriteSucceeded", "status": written, "message": placed.message}]},
        }


def _application(seen: ApplicationSeen, metadata: Json, destination: Json) -> Json:
    operation = {"phase": seen.operation_phase, "message": seen.operation_message, "retryCount": int(seen.try_failed)}
    # While an operation runs, Argo CD says so only between two tries.
    if seen.finished_at and (seen.try_failed or seen.operation_phase != "Running"):
        operation["finishedAt"] = format_time(seen.finished_at)
    source = {"repoURL": "https://git.example.org/a.git"}
    compared = {**source, **({} if seen.compared_current else {"targetRevision": "old"})}
    kind, _, said = seen.problems.partition(": ")
    status: Json = {
        "sync": {"status": seen.sync_status, "comparedTo": {"source": compared}},
        "health": {"status": seen.health_status, "message": seen.health_message},
        "operationState": operation,
        "conditions": [{"type": kind, "message": said}] if kind else [],
        **({} if seen.resources is None else {"resources": [{"kind": "Pod"}] * seen.resources}),
    }
    metadata["deletionTimestamp"] = _time(seen.deleted)
    spec = {"source": source, "destination": destination}
    return {"apiVersion": _ARGO, "kind": "Application", "metadata": metadata, "spec": spec, "status": status}


def _controller(seen: ControllerSeen, namespace: str) -> Json:
    annotations = {"loft.sh/paused": str(seen.paused).lower()}
    metadata = _metadata(seen.name, namespace, annotations=annotations, deletionTimestamp=_time(seen.deleted))
    whole: Json = {"apiVersion": "apps/v1", "kind": seen.kind, "metadata": metadata | {"generation": 2}}
    if seen.wanted is None:
        return whole
    rolling = {"partition": seen.older, "maxUnavailable": seen.spare}
    spec = {"replicas": seen.wanted, "paused": seen.held, "updateStrategy": {"rollingUpdate": rolling}}
    keys = ("replicas", "readyReplicas", "updatedReplicas")
    if seen.kind == "DaemonSet":
        keys = ("currentNumberScheduled", "numberReady", "updatedNumberScheduled")
    status = dict(zip(keys, (seen.made, seen.ready, seen.updated), strict=True))
    reason, _, said = seen.failure.partition(": ")
    failed = {"type": "ReplicaFailure", "status": "True", "reason": reason, "message": said}
    if reason == "ProgressDeadlineExceeded":
        failed |= {"type": "Progressing", "status": "False"}
    rest = {"desiredNumberScheduled": seen.wanted, "observedGeneration": 1 + seen.current}
    return whole | {"spec": spec, "status": {**status, **rest, "conditions": [failed] if reason else []}}


def _pod(seen: PodSeen, metadata: Json) -> Json:
    metadata["ownerReferences"] = [{"kind": seen.owner_kind, "name": seen.owner_name, "controller": True}]
    metadata |= {"creationTimestamp": _time(seen.created), "deletionTimestamp": _time(seen.deleted)}
    ready = {"type": "Ready", "status": str(seen.ready), "lastTransitionTime": _time(seen.ready_since)}
    reason = "CrashLoopBackOff" if seen.crashing else seen.waiting
    state: Json = {"waiting": {"reason": reason}} if reason else {"running": {"startedAt": _time(seen.restarted)}}
    container = {"name": "main", "restartCount": seen.restarts, "state": state}
    status = {"phase": seen.phase, "conditions": [ready], "containerStatuses": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status}
