"""Documents of the cluster around one request, as the others write them. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from platform_status_contract.model.times import format_time

__all__ = [
    "ANNOTATION",
    "GROUP",
    "PROMISE",
    "application",
    "condition",
    "contract",
    "controller",
    "pod",
    "pod_status",
    "request",
    "secret",
    "work",
    "work_placement",
    "workflow_condition",
]

Json = dict[str, Any]

GROUP = "platform.integratn.tech/v1alpha1"
PROMISE = "vcluster-orchestrator-v2"
ANNOTATION = "platform.integratn.tech/request-generation"

_WORKFLOWS: Mapping[str, tuple[str, str, str]] = {
    "completed": ("True", "PipelinesExecutedSuccessfully", "Pipelines completed"),
    "running": ("False", "PipelinesInProgress", "Pipelines are still in progress"),
    "failed": ("False", "ConfigureWorkflowFailed", "A Configure Pipeline has failed: configure"),
}


def ago(seconds: float) -> str:
    return format_time(datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=seconds))


def condition(kind: str, status: str, reason: str, message: str = "", *, seconds_ago: float = 3600) -> Json:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": ago(seconds_ago),
    }


def workflow_condition(state: str) -> Json:
    """Return ConfigureWorkflowCompleted of a workflow that is completed, running or failed."""
    return condition("ConfigureWorkflowCompleted", *_WORKFLOWS[state])


def request(namespace: str, name: str, **metadata: object) -> Json:
    return {
        "apiVersion": GROUP,
        "kind": "VClusterOrchestratorV2",
        "metadata": {"namespace": namespace, "name": name, **metadata},
        "spec": {"name": name},
    }


def contract(namespace: str, **changes: object) -> Json:
    """Return a contract that observes every source, all of them in one namespace."""
    return {
        "version": "v1",
        "generation": 1,
        "displayName": "VCluster",
        "name": "media",
        "application": {"namespace": namespace, "name": "vcluster-media", "generationAnnotation": ANNOTATION},
        "subApplications": {"namespace": namespace, "destination": {"name": namespace}, "minimum": 1},
        "workloads": {
            "namespace": namespace,
            "selector": {"matchExpressions": [{"key": "vcluster.loft.sh/managed-by", "operator": "DoesNotExist"}]},
            # The pods here are nobody's. Both kinds are named so that both are watched.
            "controllers": [
                {"kind": kind, "name": "vcluster-media", "zero": "allowed"} for kind in ("StatefulSet", "Deployment")
            ],
        },
        "secrets": [{"role": "kubeconfig", "namespace": namespace, "name": "media-kubeconfig"}],
        "works": True,
        **changes,
    }


def application(
    namespace: str,
    name: str = "vcluster-media",
    *,
    sync: str = "Synced",
    health: str = "Healthy",
    operation: str = "",
    written_for: int = 1,
    destination: str = "",
) -> Json:
    """Return an Application; without a destination it goes to the host cluster."""
    source = {"repoURL": "https://charts.example.org", "chart": "vcluster", "targetRevision": "0.30.0"}
    target = {"name": destination} if destination else {"server": "https://kubernetes.default.svc"}
    found: Json = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"namespace": namespace, "name": name, "annotations": {ANNOTATION: str(written_for)}},
        "spec": {"project": "default", "source": source, "destination": target},
        "status": {
            "sync": {"status": sync, "comparedTo": {"source": source, "destination": target}},
            "health": {"status": health},
        },
    }
    if operation:
        found["status"]["operationState"] = {
            "operation": {"sync": {"revision": "0.30.0"}},
            "phase": operation,
            "message": "one or more objects failed to apply",
            "startedAt": ago(300),
            "finishedAt": ago(290),
        }
    return found


def pod(namespace: str, name: str, labels: Mapping[str, str]) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": dict(labels)},
        "spec": {"containers": [{"name": "main", "image": "vcluster"}]},
    }


def pod_status(*, ready: bool) -> Json:
    # These pods are seconds old: one that is not ready is told to have fallen later, so that it is not a new one.
    since = ago(3600) if ready else ago(-60)
    return {
        "phase": "Running",
        "conditions": [
            {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": since},
        ],
    }


def secret(namespace: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"namespace": namespace, "name": "media-kubeconfig"},
        "stringData": {"config": "secret"},
    }


def controller(namespace: str, kind: str, *, paused: bool = False) -> Json:
    """Return a controller that wants no pods."""
    labels = {"app": "vcluster"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "vcluster"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "namespace": namespace,
            "name": "vcluster-media",
            "annotations": {"loft.sh/paused": "true"} if paused else {},
        },
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        | ({"serviceName": "vcluster"} if kind == "StatefulSet" else {}),
    }


def work(namespace: str, resource: str) -> Json:
    return {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "Work",
        "metadata": {
            "namespace": namespace,
            "name": "media-work",
            "labels": {"kratix.io/promise-name": PROMISE, "kratix.io/resource-name": resource},
        },
        "spec": {"promiseName": PROMISE, "resourceName": resource, "workloadGroups": [{"id": "a", "directory": "."}]},
    }


def work_placement(namespace: str) -> Json:
    return {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "WorkPlacement",
        "metadata": {"namespace": namespace, "name": "media-work.a", "labels": {"kratix.io/work": "media-work"}},
        "spec": {"targetDestinationName": "platform", "id": "a"},
    }
