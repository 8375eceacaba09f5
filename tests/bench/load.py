"""Puts N settled requests and their world on an API server: per request 1 Application, 3 sub-applications, 10 pods."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from localplane.client import Client, Object
from localplane.crds import APPLICATION, fetch_crd, install_crds
from tests.bench.objects import entries, objects_of

__all__ = [
    "API",
    "KIND",
    "NAMESPACE",
    "PODS",
    "SUB_APPS",
    "application_names",
    "crash",
    "heal",
    "install",
    "load_requests",
    "pod_name",
    "pod_status",
]

NAMESPACE = "bench"
PODS = 10
SUB_APPS = 3
SETTLED = "2026-02-26T10:00:00Z"
_FALLEN = "2100-01-01T00:00:00Z"
"""Later than any pod here is made: one that fell before could be a new one, which is excused."""
API, KIND = "platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2"
_ROOT = Path(__file__).parents[2]


def install(admin: Client) -> None:
    """Install the CRDs and the namespaces that every request needs."""
    request_crd = yaml.safe_load((_ROOT / "promise/crds/vclusterorchestratorv2s.yaml").read_text())
    install_crds(admin, [_ROOT / "promise/crds", CRDS, fetch_crd(APPLICATION)])
    admin.apply(treat(request_crd))
    for name in (NAMESPACE, "argocd", "platform-status-system"):
        admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def load_requests(admin: Callable[[], Client], count: int, *, objects: bool = False) -> None:
    """Create the world of `count` requests, several at a time.

    Args:
        admin: Makes a client; one per thread.
        count: How many requests.
        objects: Whether each has two objects of `objects` besides.
    """

    def load_some(numbers: range) -> None:
        client = admin()
        for number in numbers:
            for obj in _world(number, objects=objects):
                _put(client, obj)

    threads = 4
    with ThreadPoolExecutor(threads) as pool:
        for done in pool.map(load_some, [range(first, count, threads) for first in range(threads)]):
            assert done is None


def pod_name(number: int, index: int = 0) -> str:
    """Name of a pod of request `number`; also the namespace prefix is derived from the number."""
    return f"v{number}-{index}"


def application_names(number: int) -> list[str]:
    """Names of the Applications of request `number`, its own first."""
    return [f"vcluster-v{number}", *(f"v{number}-addon-{index}" for index in range(SUB_APPS))]


def pod_status(*, ready: bool) -> Object:
    """Patch of a pod's status that sets its Ready."""
    return {"status": {"conditions": [_ready(ready=ready)]}}


def crash(client: Client, number: int) -> None:
    """Take the first pod of a request down."""
    _set_ready(client, number, ready=False)


def heal(client: Client, number: int) -> None:
    """Bring the first pod of a request back."""
    _set_ready(client, number, ready=True)


def _set_ready(client: Client, number: int, *, ready: bool) -> None:
    patch = pod_status(ready=ready)
    client.patch("v1", "Pod", pod_name(number), patch, namespace=f"v{number}", subresource="status")


def _put(client: Client, obj: Object) -> None:
    status = obj.pop("status", None)
    client.create(obj)
    if status is None:
        return
    subresource = None if obj["kind"] == "Application" else "status"
    client.patch(
        obj["apiVersion"],
        obj["kind"],
        obj["metadata"]["name"],
        {"status": status},
        namespace=obj["metadata"].get("namespace"),
        subresource=subresource,
    )


def _world(number: int, *, objects: bool) -> Iterator[Object]:
    name = f"v{number}"
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    if objects:
        yield from objects_of(name)
    yield {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"vcluster-{name}-kubeconfig", "namespace": name},
    }
    own, *others = application_names(number)
    yield _application(own, "https://kubernetes.default.svc")
    for other in others:
        yield _application(other, f"https://{name}.integratn.tech:443")
    for index in range(PODS):
        yield _pod(number, index)
    labels = {
        "kratix.io/promise-name": "vcluster-orchestrator-v2",
        "kratix.io/resource-name": name,
        "kratix.io/work-type": "resource",
    }
    yield {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "Work",
        "metadata": {"name": f"{name}-work", "namespace": NAMESPACE, "labels": labels},
        "spec": {"promiseName": "vcluster-orchestrator-v2", "resourceName": name, "workloadGroups": [{"id": "x"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True", "message": "Ready"}]},
    }
    yield {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "WorkPlacement",
        "metadata": {
            "name": f"{name}-work.worker",
            "namespace": NAMESPACE,
            "labels": {"kratix.io/work": f"{name}-work"},
        },
        "spec": {"targetDestinationName": "worker", "id": "x"},
        "status": {"conditions": [{"type": "WriteSucceeded", "status": "True"}]},
    }
    status = _settled(name)
    if objects:
        status["contract"]["objects"] = entries(name)
    yield {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"name": name, "targetNamespace": name},
        "status": status,
    }


def _settled(name: str) -> Object:
    return {
        "phase": "Scheduled",
        "observedGeneration": 1,
        "message": "Resource requested",
        "kratix": {"workflows": {"pipelines": [{"name": "configure", "phase": "Succeeded"}]}},
        "conditions": [
            {
                "type": "ConfigureWorkflowCompleted",
                "status": "True",
                "reason": "PipelinesExecutedSuccessfully",
                "message": "Pipelines completed",
                "lastTransitionTime": SETTLED,
            },
        ],
        "contract": {
            "version": "v1",
            "generation": 1,
            "displayName": "VCluster",
            "name": name,
            "application": {"namespace": "argocd", "name": f"vcluster-{name}"},
            "subApplications": {
                "namespace": "argocd",
                "destination": {"server": f"https://{name}.integratn.tech:443"},
            },
            "workloads": {
                "namespace": name,
                "selector": {"matchExpressions": [{"key": "vcluster.loft.sh/managed-by", "operator": "DoesNotExist"}]},
            },
            "secrets": [{"role": "kubeconfig", "namespace": name, "name": f"vcluster-{name}-kubeconfig"}],
            "works": True,
        },
    }


def _application(name: str, server: str) -> Object:
    # about the size that an Application with complete Helm values has
    values = {f"key{index}": {"enabled": True, "image": "a.invalid/image", "replicas": index} for index in range(40)}
    chart = {"repoURL": "https://charts.example.org", "chart": "vcluster", "targetRevision": "0.30.4"}
    source = {**chart, "helm": {"valuesObject": values}}
    destination = {"server": server, "namespace": "default"}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": source,
            "destination": destination,
        },
        "status": {
            "sync": {
                "status": "Synced",
                "revision": "0.30.4",
                "comparedTo": {"source": source, "destination": destination},
            },
            "health": {"status": "Healthy", "lastTransitionTime": SETTLED},
            "resources": [
                {"version": "v1", "kind": "ConfigMap", "namespace": name, "name": f"c{index}", "status": "Synced"}
                for index in range(12)
            ],
            "controllerNamespace": "argocd",
            "reconciledAt": SETTLED,
            "sourceType": "Helm",
        },
    }


def _ready(*, ready: bool) -> Object:
    return {
        "type": "Ready",
        "status": "True" if ready else "False",
        "lastTransitionTime": SETTLED if ready else _FALLEN,
    }


def _pod(number: int, index: int) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pod_name(number, index),
            "namespace": f"v{number}",
            "labels": {
                "app": "vcluster",
                "release": f"v{number}",
                "statefulset.kubernetes.io/pod-name": f"v{number}-{index}",
            },
        },
        "spec": {
            "nodeName": "node",
            "containers": [
                {
                    "name": "syncer",
                    "image": "example.invalid/vcluster",
                    "env": [{"name": f"VARIABLE_{number}", "value": "x" * 40} for number in range(20)],
                }
            ],
        },
        "status": {
            "phase": "Running",
            "conditions": [_ready(ready=True)],
            "containerStatuses": [
                {
                    "name": "syncer",
                    "image": "example.invalid/vcluster",
                    "imageID": "sha256:0",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": SETTLED}},
                }
            ],
        },
    }
