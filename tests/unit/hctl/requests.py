"""Requests as a cluster holds them, in every phase; times are told as seconds before `now`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from platform_status_contract.model.times import format_time

__all__ = ["CONDITIONS", "LEASE", "NOW", "PHASES", "RESOURCE", "Value", "request", "status"]

Json = dict[str, Any]
Value: TypeAlias = Any
"""Any JSON value."""

NOW: Final = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
LEASE: Final = "platform-status-system/vcluster-orchestrator-v2"
RESOURCE: Final = "vclusterorchestratorv2s.platform.integratn.tech"
_REPORTER: Final = {"lease": LEASE, "version": "0.1.0"}

CONDITIONS: Final[Mapping[str, tuple[str, str]]] = {
    "Ready": ("AllHealthy", "All components healthy"),
    "WorksReady": ("WorksWritten", "2 of 2 Works are written"),
    "ArgoSynced": ("Synced", "The cluster holds what Argo CD was told to deliver"),
    "ArgoHealthy": ("ApplicationHealthy", "Argo CD says Healthy"),
    "PodsReady": ("AllPodsRunning", "3/3 pods are ready"),
    "KubeconfigAvailable": ("SecretExists", "Secret vcluster-media/vcluster-media-kubeconfig exists"),
    "SubAppsHealthy": ("AllSubAppsHealthy", "3 of 3 Applications are healthy"),
}
"""Type -> reason and message of a healthy request's conditions."""

PHASES: Final[Mapping[str, tuple[str, str, Mapping[str, tuple[str, str, str]], tuple[int, int] | None]]] = {
    "Scheduled": (
        "WaitingForWorks",
        "VCluster media is scheduled: nothing of it has been seen yet",
        {"WorksReady": ("False", "WaitingForWorks", "no Work exists yet")},
        None,
    ),
    "Progressing": (
        "PodsNotReady",
        "VCluster media is progressing: 1/3 pods are ready; not ready: media-1, media-2",
        {"PodsReady": ("False", "PodsNotReady", "1/3 pods are ready; not ready: media-1, media-2")},
        (1, 3),
    ),
    "Ready": ("AllHealthy", "VCluster media is fully operational", {}, (3, 3)),
    "Degraded": (
        "PodsNotReady",
        "VCluster media is degraded: 2/3 pods are ready; not ready: media-6d5f9c7b8-2kq7x",
        {
            "PodsReady": ("False", "PodsNotReady", "2/3 pods are ready; not ready: media-6d5f9c7b8-2kq7x"),
            "ArgoHealthy": ("False", "ApplicationDegraded", "Argo CD says Degraded"),
        },
        (2, 3),
    ),
    "Failed": (
        "WorkloadsDown",
        "VCluster media has failed: 0/3 pods are ready; not ready: media-0, media-1, media-2",
        {"PodsReady": ("False", "PodsRestarting", "0/3 pods are ready; not ready: media-0, media-1, media-2")},
        (0, 3),
    ),
    "Deleting": ("Deleting", "VCluster media is being deleted", {}, (3, 3)),
    "Unknown": (
        "Forbidden",
        "Nobody can tell how VCluster media is: the pods cannot be read",
        {"PodsReady": ("Unknown", "Forbidden", "pods in vcluster-media: the API server refuses access (403)")},
        None,
    ),
}
"""Phase -> reason of Ready, message, the conditions that are not True, ready pods."""


def status(
    phase: str, *, now: datetime = NOW, namespace: str = "vcluster-media", name: str = "media", **other: Value
) -> Json:
    """Return the status of a request in a phase; `other` replaces whole keys of it."""
    reason, message, differing, pods = PHASES[phase]
    health: Json = {"observedGeneration": 3, "reporter": dict(_REPORTER)}
    if phase != "Scheduled":
        word = "Degraded" if "ArgoHealthy" in differing else "Progressing" if phase == "Progressing" else "Healthy"
        health["argocd"] = {"syncStatus": "Synced", "healthStatus": word}
        health["subApps"] = {"healthy": 3, "total": 3, "unhealthy": [], "summary": "3/3"}
        health["since"] = {"started": ago(7200, now), "firstReady": ago(7000, now)}
    if pods is not None:
        health["workloads"] = {"ready": pods[0], "total": pods[1], "summary": f"{pods[0]}/{pods[1]}"}
    ready = {"Ready": "True", "Unknown": "Unknown"}.get(phase, "False")
    found = {"Ready": (ready, reason, message)}
    if phase not in ("Scheduled", "Deleting"):
        found |= {kind: ("True", *words) for kind, words in CONDITIONS.items() if kind != "Ready"}
    found |= differing
    conditions = [
        {"type": kind, "status": answer, "reason": why, "message": said, "lastTransitionTime": ago(300, now)}
        for kind, (answer, why, said) in found.items()
    ]
    conditions.append(
        {
            "type": "ConfigureWorkflowCompleted",
            "status": "True",
            "reason": "PipelinesExecutedSuccessfully",
            "message": "Pipelines completed",
            "lastTransitionTime": ago(7150, now),
        }
    )
    return {
        "phase": phase,
        "message": message,
        "lastReconciled": ago(290, now),
        "contract": contract(namespace, name),
        "endpoints": {
            "api": f"https://{name}.integratn.tech:443",
            "argocd": f"https://argocd.cluster.integratn.tech/applications/vcluster-{name}",
        },
        "credentials": {
            "kubeconfigSecret": f"vcluster-{name}-kubeconfig",
            "onePasswordItem": f"vcluster-{name}-kubeconfig",
        },
        "problems": [],
        "health": health,
        "conditions": conditions,
        **other,
    }


def contract(namespace: str, name: str) -> Json:
    """Return a contract that observes every source."""
    return {
        "version": "v1",
        "generation": 3,
        "displayName": "VCluster",
        "name": name,
        "application": {"namespace": "argocd", "name": f"vcluster-{name}"},
        "subApplications": {"namespace": "argocd", "destination": {"name": name}},
        "workloads": {
            "namespace": namespace,
            "selector": {"matchLabels": {"release": name}},
            "controllers": [{"kind": "StatefulSet", "name": name}],
        },
        "secrets": [{"role": "kubeconfig", "namespace": namespace, "name": f"vcluster-{name}-kubeconfig"}],
        "works": True,
    }


def request(
    phase: str, *, now: datetime = NOW, namespace: str = "vcluster-media", name: str = "media", **other: Value
) -> Json:
    """Return a request in a phase; `other` replaces whole keys of its status."""
    metadata: Json = {
        "namespace": namespace,
        "name": name,
        "generation": 3,
        "resourceVersion": "4711",
        "creationTimestamp": ago(7300, now),
    }
    if phase == "Deleting":
        metadata |= {"deletionTimestamp": ago(120, now), "finalizers": ["kratix.io/work-cleanup"]}
    return {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": "VClusterOrchestratorV2",
        "metadata": metadata,
        "spec": {"name": name},
        "status": status(phase, now=now, namespace=namespace, name=name, **other),
    }


def ago(seconds: float, now: datetime = NOW) -> str:
    """A time so many seconds before now."""
    return format_time(now - timedelta(seconds=seconds))
