"""The workload of a virtual cluster, with real pods: a stand-in for the chart.

The vcluster chart requires images from a registry. The stand-in has the chart's kind, name and labels (those of the
release, see promise/contract.yaml), and idle pods.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from localplane.client import Client, Object
from platform_status_world.cluster import WorldError, container_id, container_status, until

__all__ = ["CONTAINER", "Workload"]

CONTAINER = "syncer"
_IDLE = "import signal; signal.signal(signal.SIGTERM, lambda *_: exit(0)); print('up', flush=True); signal.pause()"
_PATIENCE = 120.0
_SECURITY = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


class Workload:
    """The pods of one virtual cluster.

    Args:
        client: The client that creates the objects.
        controller: ``{kind, name}`` of its controller, from the contract.
        namespace: Its namespace.
        image: An image with python3.
        replicas: Number of pods.
    """

    def __init__(
        self, client: Client, controller: Mapping[str, str], namespace: str, image: str, replicas: int = 2
    ) -> None:
        self._client = client
        self._kind = controller["kind"]
        self._name = controller["name"]
        self._namespace = namespace
        self._image = image
        self._replicas = replicas

    def install(self) -> None:
        """Create the controller, a Deployment or a StatefulSet."""
        self._client.apply(self.document(), field_manager="argocd")

    def document(self) -> dict[str, Any]:
        """Return the controller."""
        labels = {"app": "vcluster", "release": self._name}
        container = {
            "name": CONTAINER,
            "image": self._image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["python3", "-c", _IDLE],
            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "100m", "memory": "32Mi"}},
            "securityContext": _SECURITY,
        }
        spec: dict[str, Any] = {
            "replicas": self._replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [container],
                    "automountServiceAccountToken": False,
                    "terminationGracePeriodSeconds": 5,
                },
            },
        }
        if self._kind == "StatefulSet":
            spec |= {"serviceName": self._name, "podManagementPolicy": "Parallel"}
        metadata = {"name": self._name, "namespace": self._namespace, "labels": labels}
        return {"apiVersion": "apps/v1", "kind": self._kind, "metadata": metadata, "spec": spec}

    def pods(self) -> Sequence[Object]:
        """Return its pods, by name."""
        selector = f"release={self._name}"
        found = self._client.list("v1", "Pod", namespace=self._namespace, label_selector=selector)
        return sorted(found, key=lambda pod: str(pod["metadata"]["name"]))

    def await_ready(self) -> None:
        """Wait until all pods run.

        Raises:
            WorldError: They do not run in time; the text has the reason of each.
        """

        def ready() -> bool:
            pods = self.pods()
            return len(pods) == self._replicas and all(container_status(pod, CONTAINER).get("ready") for pod in pods)

        if not until(ready, _PATIENCE):
            states = [container_status(pod, CONTAINER).get("state") for pod in self.pods()]
            raise WorldError(f"{self._kind} {self._namespace}/{self._name}: not all pods ready: {states}")

    def running(self, pod: str) -> str:
        """Return the ID of the container that a pod runs."""
        found = self._client.get("v1", "Pod", pod, namespace=self._namespace)
        return container_id(container_status(found, CONTAINER))

    def remove(self) -> None:
        """Delete the controller; its pods go with it."""
        self._client.delete("apps/v1", self._kind, self._name, namespace=self._namespace, missing_ok=True)
