"""A virtual cluster that is Ready, as documents of the API server. Every field in it can be replaced."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from platform_status_contract.observing.sources import Source

__all__ = ["PROMISE", "QUEUE", "QUEUES", "REQUEST", "SECRET", "Path", "encode", "healthy", "paths", "replaced", "under"]

Json = Any
Path = tuple[str | int, ...]

QUEUES = "queues.v1.example.org"
PROMISE = "vcluster-orchestrator-v2"
REQUEST = ("team", "media")
SECRET = ("vcluster-media", "media-kubeconfig")

QUEUE: Json = {
    "name": "queue",
    "apiVersion": "example.org/v1",
    "kind": "Queue",
    "resource": "queues",
    "scope": "Namespaced",
    "namespace": "team",
    "object": "media",
}
"""The entry of the contract that observes an object of a kind of its own."""

_THEN = "2026-02-26T09:00:00Z"
_SOURCE = {"repoURL": "https://charts.example.org", "chart": "vcluster", "targetRevision": "0.30.0"}


def _metadata(namespace: str, name: str, **more: object) -> Json:
    return {
        "namespace": namespace,
        "name": name,
        "uid": f"uid-of-{name}",
        "resourceVersion": "7",
        "creationTimestamp": _THEN,
        "labels": {},
        "annotations": {},
        **more,
    }


def _condition(kind: str, status: str, reason: str) -> Json:
    return {"type": kind, "status": status, "reason": reason, "message": "text", "lastTransitionTime": _THEN}


def _contract() -> Json:
    return {
        "version": "v1",
        "generation": 1,
        "displayName": "VCluster",
        "name": "media",
        "application": {"namespace": "argocd", "name": "vcluster-media", "generationAnnotation": "example.org/for"},
        "subApplications": {"namespace": "argocd", "destination": {"name": "media"}, "minimum": 1},
        "workloads": {
            "namespace": "vcluster-media",
            "selector": {"matchLabels": {"app": "vcluster"}},
            "controllers": [{"kind": "StatefulSet", "name": "media"}],
        },
        "objects": [QUEUE],
        "secrets": [{"role": "kubeconfig", "namespace": SECRET[0], "name": SECRET[1]}],
        "works": True,
        "thresholds": {"progressDeadlineSeconds": 900, "degradedAfterSeconds": 0, "failedAfterSeconds": 600},
    }


def _application(name: str, destination: Json) -> Json:
    # Copies, so that a change of the one is no change of the other.
    return {
        "metadata": _metadata("argocd", name, annotations={"example.org/for": "1"}),
        "spec": {"project": "default", "source": dict(_SOURCE), "destination": dict(destination)},
        "status": {
            "sync": {"status": "Synced", "comparedTo": {"source": dict(_SOURCE), "destination": dict(destination)}},
            "health": {"status": "Healthy", "message": "fine"},
            "operationState": {"phase": "Succeeded", "message": "done", "finishedAt": _THEN},
        },
    }


def healthy() -> dict[str, list[Json]]:
    """Return one document of each kind, and two Applications: the second is the sub-application."""
    completed = _condition("ConfigureWorkflowCompleted", "True", "PipelinesExecutedSuccessfully")
    pipelines = [{"name": "configure", "phase": "Succeeded"}]
    status = {
        "contract": _contract(),
        "observedGeneration": 1,
        "message": "Resource requested",
        "problems": [],
        "conditions": [completed, _condition("example.org/Backup", "False", "Never")],
        "kratix": {"workflows": {"pipelines": pipelines}},
        "health": {"observedGeneration": 1, "since": {"started": _THEN}},
        "phase": "Progressing",
    }
    pod_status = {
        "phase": "Running",
        "conditions": [_condition("Initialized", "True", "x"), _condition("Ready", "True", "x")],
        "containerStatuses": [{"name": "main", "restartCount": 0, "state": {"running": {"startedAt": _THEN}}}],
        "initContainerStatuses": [{"name": "init", "restartCount": 0, "state": {"terminated": {"exitCode": 0}}}],
    }
    owner = {"kind": "StatefulSet", "name": "media", "controller": True}
    work_labels = {"kratix.io/promise-name": PROMISE, "kratix.io/resource-name": "media"}
    return {
        QUEUES: [
            {
                "metadata": _metadata("team", "media", generation=1),
                "status": {"phase": "Up", "conditions": [_condition("Ready", "True", "x")]},
            }
        ],
        Source.REQUESTS: [
            {
                "kind": "VClusterOrchestratorV2",
                "metadata": _metadata(*REQUEST, generation=1),
                "spec": {"name": "media"},
                "status": status,
            }
        ],
        Source.APPLICATIONS: [
            _application("vcluster-media", {"server": "https://kubernetes.default.svc"}),
            _application("inner", {"name": "media"}),
        ],
        Source.PODS: [
            {
                "metadata": _metadata("vcluster-media", "media-0", labels={"app": "vcluster"}, ownerReferences=[owner]),
                "spec": {"containers": [{"name": "main"}]},
                "status": pod_status,
            }
        ],
        Source.WORKS: [
            {
                "metadata": _metadata("team", "media-work", labels=work_labels),
                "spec": {"workloadGroups": [{"id": "a"}]},
                "status": {"conditions": [_condition("Ready", "True", "AllWorkplacementsScheduled")]},
            }
        ],
        Source.WORK_PLACEMENTS: [
            {
                "metadata": _metadata("team", "media-work.a", labels={"kratix.io/work": "media-work"}),
                "spec": {"targetDestinationName": "platform", "id": "a"},
                "status": {"conditions": [_condition("WriteSucceeded", "True", "x"), _condition("Ready", "True", "x")]},
            }
        ],
        Source.STATEFUL_SETS: [
            {
                "metadata": _metadata("vcluster-media", "media"),
                "spec": {"replicas": 1},
                "status": {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1},
            }
        ],
    }


def paths(value: Json, here: Path = ()) -> Iterator[Path]:
    """Yield the path of every part of a document, the document itself last of all."""
    items: list[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        yield from paths(item, (*here, key))
    yield here


def _has(value: Json, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def under(document: Json, path: Path) -> Json:
    """Return what stands at a path, None if there is nothing."""
    for step in path:
        if not _has(document, step):
            return None
        document = document[step]
    return document


def replaced(document: Json, path: Path, value: Json) -> Json:
    """Return the document with something else at a path; missing mappings on the way are made.

    A place that an earlier replacement took away, say inside what is null now, stays away.
    """
    if not path:
        return value
    changed = deepcopy(document)
    inner = changed
    for step in path[:-1]:
        if isinstance(inner, dict) and isinstance(step, str):
            inner = inner.setdefault(step, {})
        elif _has(inner, step):
            inner = inner[step]
        else:
            return document
    if isinstance(inner, dict) or _has(inner, path[-1]):
        inner[path[-1]] = value
    return changed


def encode(world: Mapping[str, list[Json]]) -> dict[str, list[bytes]]:
    return {
        source: [json.dumps(item, ensure_ascii=False, allow_nan=False).encode() for item in documents]
        for source, documents in world.items()
    }
