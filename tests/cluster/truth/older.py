"""Statuses as the older Go implementation left them, in every shape that it and its neighbours may have given them."""

from collections.abc import Callable, Mapping
from typing import Any

from . import objects

__all__ = ["SHAPES", "Shape"]

Json = dict[str, Any]
Shape = Callable[[str], Json]
"""The name of a request -> its status."""

_GO = ("Ready", "ArgoSynced", "PodsReady", "KubeconfigAvailable")


def _conditions(good: bool) -> list[Json]:  # noqa: FBT001 - private, and called with a keyword's clarity
    status = "True" if good else "False"
    reasons = ("AllHealthy", "Synced", "AllPodsRunning", "SecretExists") if good else ("NotReady",) * len(_GO)
    return [objects.condition(kind, status, reason) for kind, reason in zip(_GO, reasons, strict=True)]


def _kratix() -> list[Json]:
    return [
        objects.workflow_condition("completed"),
        objects.condition("Reconciled", "True", "Reconciled", "Reconciled"),
        objects.condition("WorksSucceeded", "True", "WorksSucceeded"),
    ]


def _base(name: str, phase: str, message: str) -> Json:
    """What the older pipeline and Kratix put there, and the phase."""
    return {
        "phase": phase,
        "message": message,
        "lastReconciled": objects.ago(45),
        "endpoints": {"api": f"https://{name}.example.org:443", "argocd": f"https://argocd.example.org/{name}"},
        "credentials": {"kubeconfigSecret": f"vcluster-{name}-kubeconfig", "onePasswordItem": name},
        "observedGeneration": 1,
        "workflows": 1,
        "workflowsSucceeded": 1,
        "workflowsFailed": 0,
        "kratix": {"workflows": {"pipelines": [{"name": "configure", "phase": "Succeeded"}]}},
    }


def _health(ready: int = 2, sync: str = "Synced", health: str = "Healthy") -> Json:
    return {
        "argocd": {"syncStatus": sync, "healthStatus": health},
        "workloads": {"ready": ready, "total": 2},
        "subApps": {"healthy": 0, "total": 0, "unhealthy": None},
    }


def _ready(name: str) -> Json:
    base = _base(name, "Ready", f"VCluster {name} is fully operational")
    return {**base, "health": _health(), "conditions": [*_conditions(good=True), *_kratix()]}


def _foreign_conditions_wiped(name: str) -> Json:
    """Its merge patch carried its own conditions only; Kratix's are gone."""
    return {**_ready(name), "conditions": _conditions(good=True)}


def _all_conditions_wiped(name: str) -> Json:
    return {key: value for key, value in _ready(name).items() if key != "conditions"}


def _no_trace_of_kratix(name: str) -> Json:
    """The same patch over a status of which Kratix's own keys were lost too, as out of a backup."""
    kept = ("phase", "message", "lastReconciled", "endpoints", "credentials", "health")
    return {key: value for key, value in _ready(name).items() if key in kept} | {"conditions": _conditions(good=True)}


def _degraded(name: str) -> Json:
    base = _base(name, "Degraded", f"VCluster {name} is degraded")
    return {**base, "health": _health(1), "conditions": [*_conditions(good=False), *_kratix()]}


def _failed(name: str) -> Json:
    base = _base(name, "Failed", f"VCluster {name} has failed")
    return {
        **base,
        "health": _health(0, "OutOfSync", "Degraded"),
        "conditions": [*_conditions(good=False), *_kratix()],
    }


def _texts_for_health(name: str) -> Json:
    """The shape of its first release: texts where there are objects now."""
    health = {"argocd": "Healthy", "workloads": "5/5 Ready", "lastSync": "2m ago", "subApps": ["a", "b"]}
    return {**_ready(name), "health": health}


def _keys_of_ours_with_other_types(name: str) -> Json:
    """Keys that mean something to us, and meant something else to it."""
    odd = {"since": "yesterday", "observedGeneration": "1", "readyGeneration": [1], "reporter": "go", "nodes": {"n": 1}}
    return {**_ready(name), "health": {**_health(), **odd}}


def _progressing(name: str) -> Json:
    base = _base(name, "Progressing", f"VCluster {name} is being provisioned")
    return {
        **base,
        "health": _health(0, "Unknown", "Missing"),
        "conditions": [*_conditions(good=False), *_kratix()],
    }


def _scheduled_by_the_pipeline(name: str) -> Json:
    base = _base(name, "Scheduled", "VCluster resources scheduled for creation")
    return {key: value for key, value in base.items() if key != "lastReconciled"} | {"conditions": _kratix()}


SHAPES: Mapping[str, Shape] = {
    "ready": _ready,
    "foreign-wiped": _foreign_conditions_wiped,
    "all-wiped": _all_conditions_wiped,
    "no-trace": _no_trace_of_kratix,
    "degraded": _degraded,
    "failed": _failed,
    "texts": _texts_for_health,
    "other-types": _keys_of_ours_with_other_types,
    "progressing": _progressing,
    "scheduled": _scheduled_by_the_pipeline,
}
