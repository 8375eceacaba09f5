"""Deployments that roll while the sidecar is shaken: the real kube-controller-manager, and a kubelet of ours."""

import contextlib
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from localplane.builds import ensure_built
from localplane.caches import cache_folder
from localplane.children import Child, Nursery
from localplane.client import Client, Object
from localplane.errors import FAILURES
from localplane.plane import ControlPlane
from localplane.versions import CONTROLLER_MANAGER
from tests.bench.load import NAMESPACE
from tests.cluster.sidecar.world import REQUEST
from tests.cluster.truth.objects import ago

__all__ = ["Rolling", "controllers"]

REPLICAS = 4
_LOOK_INTERVAL = 0.3
_STARTS_AFTER = (1.0, 3.0)
"""Seconds until a pod that was made is ready."""
_LABELS = {"app": "web"}


@contextlib.contextmanager
def controllers(plane: ControlPlane, folder: Path) -> Iterator[None]:
    """Run the controllers that make the pods of a Deployment."""
    binary = ensure_built(CONTROLLER_MANAGER, cache_folder(os.environ), os.environ)
    names = ("deployment-controller", "replicaset-controller")
    command = [
        str(binary),
        f"--kubeconfig={plane.kubeconfig_for('controllers', ['system:masters'])}",
        f"--controllers={','.join(names)}",
        "--leader-elect=false",
        "--secure-port=0",
    ]
    nursery = Nursery()
    child = Child(command, folder / "controllers.log", nursery, os.environ)
    child.start()
    try:
        yield
        assert child.exit_code is None, f"kube-controller-manager ended: {child.last_lines(10)}"
    finally:
        child.stop(grace=0)
        nursery.close()


class Rolling(threading.Thread):
    """Requests r0, r1, ..., each with a Deployment that its contract names; as a thread the kubelet of their pods.

    Args:
        client: A client of its own.
        size: How many requests.
        chance: When pods become ready.
    """

    def __init__(self, client: Client, size: int, chance: random.Random) -> None:
        super().__init__(name="kubelet", daemon=True)
        self.names = tuple(f"r{number}" for number in range(size))
        self.rollouts = 0
        self._client = client
        self._chance = chance
        self._ready_at: dict[str, float] = {}
        self._ending = threading.Event()
        for name in self.names:
            client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
            client.create(_deployment(name))
            client.create(_request(name))
            client.patch(*REQUEST, name, {"status": _status(name)}, namespace=NAMESPACE, subresource="status")

    def run(self) -> None:
        """Say of each pod that it runs, some time after it was made."""
        while not self._ending.wait(_LOOK_INTERVAL):
            with contextlib.suppress(*FAILURES):
                for pod in self._client.list("v1", "Pod", label_selector="app=web"):
                    self._start_pod(pod)

    def end(self) -> None:
        """End soon."""
        self._ending.set()
        self.join(5 * _LOOK_INTERVAL)

    def roll(self, name: str) -> None:
        """Change the template of a Deployment, so that all its pods are replaced one after the other."""
        self.rollouts += 1
        template = {"metadata": {"annotations": {"rollout": str(self.rollouts)}}}
        self._client.patch("apps/v1", "Deployment", "web", {"spec": {"template": template}}, namespace=name)

    def is_true(self, name: str) -> bool:
        """Whether a Deployment has what it wants, and the request is Ready."""
        found = self._client.get("apps/v1", "Deployment", "web", namespace=name)
        status = found.get("status", {})
        numbers = [status.get(key, 0) for key in ("replicas", "updatedReplicas", "readyReplicas")]
        is_done = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        phase = self._client.get(*REQUEST, name, namespace=NAMESPACE)["status"].get("phase")
        return is_done and numbers == [REPLICAS] * 3 and phase == "Ready"

    def _start_pod(self, pod: Object) -> None:
        if pod["status"].get("phase") == "Running":
            return
        meta = pod["metadata"]
        due = self._ready_at.setdefault(meta["uid"], time.monotonic() + self._chance.uniform(*_STARTS_AFTER))
        if time.monotonic() < due:
            return
        conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": ago(0)}]
        container = {"name": "main", "image": "x.invalid/web:1", "imageID": "", "restartCount": 0, "ready": True}
        state = {"state": {"running": {"startedAt": ago(0)}}}
        status = {"phase": "Running", "conditions": conditions, "containerStatuses": [container | state]}
        where = meta["namespace"]
        self._client.patch("v1", "Pod", meta["name"], {"status": status}, namespace=where, subresource="status")


def _deployment(name: str) -> Object:
    containers = [{"name": "main", "image": "x.invalid/web:1"}]
    template = {"metadata": {"labels": _LABELS}, "spec": {"containers": containers}}
    spec = {"replicas": REPLICAS, "selector": {"matchLabels": _LABELS}, "template": template}
    metadata = {"name": "web", "namespace": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def _request(name: str) -> Object:
    metadata = {"name": name, "namespace": NAMESPACE}
    spec = {"name": name, "targetNamespace": name}
    return {"apiVersion": REQUEST[0], "kind": REQUEST[1], "metadata": metadata, "spec": spec}


def _status(name: str) -> Object:
    completed = {
        "type": "ConfigureWorkflowCompleted",
        "status": "True",
        "reason": "PipelinesExecutedSuccessfully",
        "message": "Pipelines completed",
        "lastTransitionTime": ago(60),
    }
    workloads = {"namespace": name, "controllers": [{"kind": "Deployment", "name": "web"}]}
    contract = {"version": "v1", "generation": 1, "displayName": "Web", "name": name, "workloads": workloads}
    return {"phase": "Scheduled", "observedGeneration": 1, "conditions": [completed], "contract": contract}
