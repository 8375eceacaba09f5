"""The simulated environment of Kratix: GitOps, the sub-requests' Promises, Argo CD, the vcluster chart.

There is no kubelet and no Argo CD: their writes are made through the API when a test or the demo calls a method. This
module uses no phase, condition or contract; it only changes objects that a contract may name.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kratix_double import workload
from localplane.client import Client, Object
from platform_status_kube.errors import ConflictError

__all__ = ["APPLICATION", "SUB_REQUEST", "World", "is_written"]

APPLICATION = ("argoproj.io/v1alpha1", "Application")
SUB_REQUEST = "ArgoCDApplication"
"""Kind of the sub-request whose Promise creates an Application."""


def is_written(placement: Mapping[str, Any]) -> bool:
    """Whether the status of a WorkPlacement shows that its content is in the state store."""
    conditions = placement.get("status", {}).get("conditions", [])
    return any(entry["type"] == "WriteSucceeded" and entry["status"] == "True" for entry in conditions)


def _time(later: int = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=later)).strftime("%Y-%m-%dT%H:%M:%SZ")


_IMAGE = "world.invalid/vcluster"
_FALLS_LATER = 10


def _owned(pod: Object, kind: str, name: str) -> bool:
    owners = pod["metadata"].get("ownerReferences", [])
    owner, wanted = ("ReplicaSet", f"{name}-") if kind == "Deployment" else (kind, name)
    return any(entry["kind"] == owner and entry["name"].startswith(wanted) for entry in owners)


def _is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


class World:
    """Everything except Kratix and our two writers; every method makes one change, which is sent when it returns.

    Args:
        client: The client, with all permissions.
        argocd: Namespace of Argo CD.
    """

    def __init__(self, client: Client, argocd: str = "argocd") -> None:
        self.argocd = argocd
        self._client = client
        self._controllers: set[tuple[str, str, str]] = set()

    def ensure_namespace(self, name: str) -> None:
        """Create a namespace, unless it exists."""
        try:
            self._client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        except ConflictError:
            return

    # -- GitOps and the Promises of the sub-requests

    def placements(self, namespace: str, request: str) -> list[Object]:
        """Return the WorkPlacements of one request."""
        found = self._client.list(workload.API_VERSION, "WorkPlacement", namespace=namespace)
        return [entry for entry in found if entry["spec"].get("resourceName") == request]

    def deliver(self, namespace: str, request: str) -> list[Object]:
        """Apply the documents that Kratix has written for a request, as a GitOps agent on the platform cluster does.

        Returns:
            The documents, as applied; empty if none is written yet.
        """
        written = [entry for entry in self.placements(namespace, request) if is_written(entry)]
        documents = [document for entry in written for document in workload.documents(entry)]
        for document in documents:
            self.ensure_namespace(document["metadata"].get("namespace", namespace))
            self._client.apply(document, namespace=namespace, field_manager="gitops")
        return documents

    def withdraw(self, documents: Sequence[Object], namespace: str) -> None:
        """Delete applied documents, as GitOps prunes; the Applications of sub-requests are deleted with them."""
        for document in reversed(documents):
            if document["kind"] == SUB_REQUEST:
                self.delete_application(document["spec"]["name"])
            metadata = document["metadata"]
            where = metadata.get("namespace", namespace)
            kind = (document["apiVersion"], document["kind"])
            self._client.delete(*kind, metadata["name"], namespace=where, missing_ok=True)

    # -- Argo CD

    def create_application(self, sub_request: Mapping[str, Any]) -> str:
        """Create the Application of an ArgoCDApplication document, annotations and labels included.

        Returns:
            Its name.
        """
        spec = sub_request["spec"]
        metadata = {key: spec[key] for key in ("name", "annotations", "labels", "finalizers") if key in spec}
        wanted = {key: spec[key] for key in ("project", "source", "destination", "syncPolicy") if key in spec}
        self._application(metadata, wanted)
        return str(spec["name"])

    def create_sub_application(self, name: str, server: str, *, health: str = "Healthy") -> None:
        """Create an Application that targets the cluster of the request."""
        spec = {
            "project": "default",
            "source": {"repoURL": "https://git.example.org/apps", "path": name, "targetRevision": "main"},
            "destination": {"server": server, "namespace": "default"},
        }
        self._application({"name": name}, spec)
        self.set_application(name, sync="Synced", health=health)

    def set_application(
        self,
        name: str,
        *,
        sync: str,
        health: str,
        message: str = "",
        operation: str = "Succeeded",
        behind: bool = False,
    ) -> None:
        """Write the status of Argo CD: sync with comparedTo, health, and the last operation.

        Args:
            name: Name of the Application.
            sync: Synced, OutOfSync or Unknown.
            health: Healthy, Progressing, Suspended, Degraded, Missing or Unknown.
            message: Message of the health.
            operation: Running, Succeeded, Failed or Error.
            behind: Whether the comparison is of another source than the Application's present one.
        """
        application = self._client.get(*APPLICATION, name, namespace=self.argocd)
        spec = application["spec"]
        compared = {**spec["source"], "targetRevision": "0.0.0-before"} if behind else spec["source"]
        now = _time()
        # A merge patch: null removes the fields of an earlier call.
        finished = None if operation == "Running" else now
        status = {
            "sync": {"status": sync, "comparedTo": {"source": compared, "destination": spec["destination"]}},
            "health": {"status": health, "lastTransitionTime": now, "message": message or None},
            "operationState": {"phase": operation, "startedAt": now, "operation": {"sync": {}}, "finishedAt": finished},
            "reconciledAt": now,
        }
        # Argo CD's CRD has no status subresource.
        self._client.patch(*APPLICATION, name, {"status": status}, namespace=self.argocd)

    def delete_application(self, name: str) -> None:
        """Delete an Application, without its finalizers."""
        if self._client.find(*APPLICATION, name, namespace=self.argocd) is None:
            return
        self._client.patch(*APPLICATION, name, {"metadata": {"finalizers": None}}, namespace=self.argocd)
        self._client.delete(*APPLICATION, name, namespace=self.argocd, missing_ok=True)

    def _application(self, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
        application = {"apiVersion": APPLICATION[0], "kind": APPLICATION[1]}
        self._client.apply({**application, "metadata": {**metadata, "namespace": self.argocd}, "spec": dict(spec)})

    # -- the vcluster chart and the kubelet

    def create_controller(
        self, namespace: str, kind: str, name: str, *, labels: Mapping[str, str], replicas: int
    ) -> None:
        """Create a controller, whose status then follows its pods; `create_pod` creates each pod.

        Args:
            namespace: Its namespace.
            kind: ``Deployment`` or ``StatefulSet``.
            name: Its name.
            labels: Labels of its pods.
            replicas: Its desired number of pods.
        """
        template = {"metadata": {"labels": dict(labels)}, "spec": {"containers": [{"name": "syncer", "image": _IMAGE}]}}
        spec = {"replicas": replicas, "selector": {"matchLabels": dict(labels)}, "template": template}
        spec |= {"serviceName": name} if kind == "StatefulSet" else {}
        metadata = {"name": name, "namespace": namespace, "labels": dict(labels)}
        self._client.create({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec})
        self.follow(namespace, kind, name)

    def follow(self, namespace: str, kind: str, name: str) -> None:
        """Update the status of a controller from its pods from now on, as kube-controller-manager does."""
        self._controllers.add((namespace, kind, name))
        self._count(namespace)

    def _count(self, namespace: str) -> None:
        for _, kind, name in sorted(entry for entry in self._controllers if entry[0] == namespace):
            generation = self._client.get("apps/v1", kind, name, namespace=namespace)["metadata"]["generation"]
            own = [pod for pod in self._client.list("v1", "Pod", namespace=namespace) if _owned(pod, kind, name)]
            counts = {"replicas": len(own), "updatedReplicas": len(own), "readyReplicas": sum(map(_is_ready, own))}
            status = {"observedGeneration": generation, **counts}
            self._client.patch("apps/v1", kind, name, {"status": status}, namespace=namespace, subresource="status")

    def create_pod(
        self,
        namespace: str,
        name: str,
        *,
        labels: Mapping[str, str],
        owner: tuple[str, str] | None = None,
        spec: Mapping[str, Any] | None = None,
        ready: bool = False,
    ) -> None:
        """Create a pod as its controller would, with a status as from a kubelet.

        Args:
            namespace: Its namespace.
            name: Its name.
            labels: Its labels.
            owner: Kind and name of its controller, such as ("StatefulSet", "media"); the controller need not exist.
            spec: Its spec; None: one container.
            ready: Whether it is Ready at once; else it is Pending.
        """
        metadata: dict[str, Any] = {"name": name, "namespace": namespace, "labels": dict(labels)}
        if owner is not None:
            kind, owner_name = owner
            uid = "00000000-0000-0000-0000-000000000001"
            reference = {"apiVersion": "apps/v1", "kind": kind, "name": owner_name, "uid": uid, "controller": True}
            metadata["ownerReferences"] = [reference]
        # No scheduler may place it if the tests run on a cluster with nodes.
        unscheduled = {"containers": [{"name": "syncer", "image": _IMAGE}], **(spec or {}), "schedulerName": "world"}
        self._client.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": unscheduled})
        if ready:
            self.set_pod(namespace, name, ready=True)
        else:
            self._count(namespace)

    def set_pod(
        self, namespace: str, name: str, *, ready: bool, restarts: int = 0, waiting: str = "", phase: str = "Running"
    ) -> None:
        """Write a pod's status.

        Args:
            namespace: Its namespace.
            name: Its name.
            ready: Status of condition Ready.
            restarts: restartCount of its container. Above 0 it counts as ready only after 60 s (design.md section 5).
            waiting: Reason of its container's waiting state, such as CrashLoopBackOff; empty: it runs.
            phase: Its phase.
        """
        now = _time()
        state = {"waiting": {"reason": waiting}} if waiting else {"running": {"startedAt": now}}
        container = {"name": "syncer", "ready": ready, "restartCount": restarts, "state": state}
        container.update(image=_IMAGE, imageID="")
        # The pod is only seconds old: with its real start time it would count as one that is still starting.
        since = now if ready else _time(_FALLS_LATER)
        condition = {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": since}
        status = {"phase": phase, "conditions": [condition], "containerStatuses": [container]}
        self._client.patch("v1", "Pod", name, {"status": status}, namespace=namespace, subresource="status")
        self._count(namespace)

    def crash_pod(self, namespace: str, name: str, *, restarts: int) -> None:
        """Make a pod crash repeatedly."""
        self.set_pod(namespace, name, ready=False, restarts=restarts, waiting="CrashLoopBackOff")

    def delete_pod(self, namespace: str, name: str) -> None:
        """Delete a pod at once, because there is no kubelet to confirm its end."""
        path = self._client.path("v1", "Pod", name, namespace)
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0}
        self._client.request("DELETE", path, body=body)
        self._count(namespace)

    def create_kubeconfig(self, namespace: str, name: str) -> None:
        """Create the Secret that the chart creates once the virtual cluster answers."""
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}}
        self._client.create({**secret, "stringData": {"config": "apiVersion: v1\nkind: Config\n"}})

    def delete_kubeconfig(self, namespace: str, name: str) -> None:
        """Delete that Secret."""
        self._client.delete("v1", "Secret", name, namespace=namespace, missing_ok=True)
