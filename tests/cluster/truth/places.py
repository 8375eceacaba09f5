"""One request and everything around it, put into one namespace of a real API server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localplane.client import Client, Object
from platform_status_contract.observing.records import Key
from platform_status_kube.errors import ConflictError

from . import objects

__all__ = ["OWNED", "Past", "Place", "Things", "ready_of"]

OWNED = ("Ready", "WorksReady", "ArgoSynced", "ArgoHealthy", "PodsReady", "KubeconfigAvailable", "SubAppsHealthy")
"""Types of the sidecar's conditions (design.md section 2), in the order in which they are first written."""

_REQUEST = (objects.GROUP, "VClusterOrchestratorV2")
_APPLICATION = ("argoproj.io/v1alpha1", "Application")


@dataclass(frozen=True)
class Things:
    """What is in the cluster; the defaults are a healthy virtual cluster.

    Attributes:
        pods: One pod per entry: whether it is ready.
        paused: Whether the StatefulSet carries vcluster's annotation.
        application: Whether the Application exists.
        sync: What Argo CD says of it.
        operation: Phase of its last sync operation; empty without one.
        written_for: Generation in its annotation.
        sub_application: Health of the one sub-application; empty without one.
        secret: Whether the kubeconfig Secret exists.
        work: Whether Kratix has made a Work.
        written: Whether its WorkPlacement is written.
    """

    pods: tuple[bool, ...] = (True, True)
    paused: bool = False
    application: bool = True
    sync: str = "Synced"
    operation: str = ""
    written_for: int = 1
    sub_application: str = "Healthy"
    secret: bool = True
    work: bool = True
    written: bool = True


@dataclass(frozen=True)
class Past:
    """What the request says when the sidecar first sees it; by default a workflow has just left its contract.

    Attributes:
        phase: Phase and Ready condition, as the sidecar left them; empty if it never wrote.
        since: `health.since`, in seconds before now.
        health: Other keys of `status.health`.
        workflow: completed, running, failed, or empty if Kratix has not come round yet.
        contract: Changes of the contract; None without one.
        replaced: What stands in the place of a contract.
        generation: metadata.generation.
        labels: Labels of the request.
        deleting: Whether it is being deleted; a finalizer holds it.
    """

    phase: str = ""
    since: Mapping[str, float] = field(default_factory=dict)
    health: Mapping[str, object] = field(default_factory=dict)
    workflow: str = "completed"
    contract: Mapping[str, object] | None = field(default_factory=dict)
    replaced: object = None
    generation: int = 1
    labels: Mapping[str, str] = field(default_factory=dict)
    deleting: bool = False


class Place:
    """A namespace with at most one request, which bears the namespace's name."""

    def __init__(self, admin: Client, namespace: str) -> None:
        self.admin = admin
        self.namespace = namespace
        self.key: Key = (namespace, namespace)

    # -- what others put there

    def put(self, things: Things) -> None:
        """Put everything but the request."""
        for index, ready in enumerate(things.pods):
            self.put_pod(f"media-{index}", ready=ready)
        self.admin.create(objects.controller(self.namespace, "StatefulSet", paused=things.paused))
        self.admin.create(objects.controller(self.namespace, "Deployment"))
        if things.application:
            self.put_application(sync=things.sync, operation=things.operation, written_for=things.written_for)
        if things.sub_application:
            self.put_sub_application(things.sub_application)
        if things.secret:
            self.admin.create(objects.secret(self.namespace))
        if things.work:
            self.admin.create(objects.work(self.namespace, self.namespace))
            self.put_placement(written=things.written)

    def put_application(self, **said: Any) -> None:  # noqa: ANN401 - see `objects.application`
        self.admin.create(objects.application(self.namespace, **said))

    def put_sub_application(self, health: str) -> None:
        self.admin.create(objects.application(self.namespace, "media-inner", health=health, destination=self.namespace))

    def put_pod(self, name: str, *, ready: bool, labels: Mapping[str, str] | None = None) -> None:
        self.admin.create(objects.pod(self.namespace, name, labels or {}))
        self.say_pod(name, ready=ready)

    def delete_pod(self, name: str) -> None:
        self.admin.delete("v1", "Pod", name, namespace=self.namespace)

    def say_pod(self, name: str, *, ready: bool) -> None:
        """Say of a pod what a kubelet would."""
        self.admin.patch(
            "v1",
            "Pod",
            name,
            {"status": objects.pod_status(ready=ready)},
            namespace=self.namespace,
            subresource="status",
        )

    def put_placement(self, *, written: bool) -> None:
        created = self.admin.create(objects.work_placement(self.namespace))
        status = objects.condition("WriteSucceeded", "True" if written else "False", "WorkloadsWrittenToStateStore")
        self.admin.replace({**created, "status": {"conditions": [status]}}, subresource="status")

    def say_application(self, status: object, name: str = "vcluster-media") -> None:
        """Say of an Application what Argo CD would; a merge patch of its status."""
        self.admin.patch(*_APPLICATION, name, {"status": status}, namespace=self.namespace)

    # -- the request

    def ask(self, past: Past | None = None) -> Object:
        """Create the request with its past."""
        past = past or Past()
        metadata: dict[str, Any] = {"labels": dict(past.labels)}
        if past.deleting:
            metadata["finalizers"] = ["example.org/hold"]
        self.admin.create(objects.request(*self.key, **metadata))
        for generation in range(2, past.generation + 1):
            # Any change of the spec will do; it is the count that matters.
            self.patch({"spec": {"projectName": f"generation-{generation}"}})
        status = self.status_of(past)
        if status:
            self.say(status)
        if past.deleting:
            self.delete()
        return self.read()

    def delete(self) -> None:
        """Delete the request; a finalizer may hold it."""
        self.admin.delete(*_REQUEST, self.key[1], namespace=self.namespace)

    def status_of(self, past: Past) -> Object:
        """Return the status that a past has left."""
        status: Object = {}
        if past.contract is not None:
            status["contract"] = objects.contract(self.namespace, **past.contract)
        if past.replaced is not None:
            status["contract"] = past.replaced
        if past.workflow:
            conditions = [objects.workflow_condition(past.workflow)]
            status |= {"observedGeneration": past.generation, "message": "Resource requested", "conditions": conditions}
        if past.phase:
            ready = {"Ready": "True", "Unknown": "Unknown"}.get(past.phase, "False")
            status["phase"] = past.phase
            status["conditions"] = [objects.condition("Ready", ready, "AllHealthy"), *status.get("conditions", [])]
        if past.since or past.health:
            since = {name: objects.ago(seconds) for name, seconds in past.since.items()}
            status["health"] = {"observedGeneration": past.generation, "since": since, **past.health}
        return status

    def read(self) -> Object:
        return self.admin.get(*_REQUEST, self.key[1], namespace=self.namespace)

    def say(self, status: object) -> Object:
        """Replace the whole status, whoever writes at the same time."""
        while True:
            try:
                return self.admin.replace({**self.read(), "status": status}, subresource="status")
            except ConflictError:
                continue

    def resolve(self, contract: object) -> None:
        """Replace the contract, as a run of the pipeline does, whoever writes at the same time."""
        while True:
            found = self.read()
            try:
                self.admin.replace({**found, "status": {**found["status"], "contract": contract}}, subresource="status")
            except ConflictError:
                continue
            return

    def patch(self, patch: object, *, subresource: str | None = None) -> Object:
        return self.admin.patch(*_REQUEST, self.key[1], patch, namespace=self.namespace, subresource=subresource)

    def await_status(self, phase: str, reason: str | None = None) -> Object:
        """Wait until the sidecar says this phase, with this reason of Ready."""

        def says(found: Object) -> bool:
            status = found.get("status", {})
            ready = ready_of(status)
            # Our own presets say the phase as well, but not when the sidecar last wrote.
            written = "lastReconciled" in status and ready is not None
            return written and status.get("phase") == phase and (reason is None or ready["reason"] == reason)  # type: ignore[index]  # `written` says that it is there

        return self.admin.wait_for(
            *_REQUEST,
            self.key[1],
            says,
            namespace=self.namespace,
            timeout=20,
            until=f"it says {phase}, {reason or 'for any reason'}",
        )

    def version(self) -> str:
        """Return the resourceVersion: who wrote nothing leaves it as it was."""
        return str(self.read()["metadata"]["resourceVersion"])

    def clear(self) -> None:
        """Take the request away, so that it is nobody's in later tests of this API server."""
        found = self.admin.find(*_REQUEST, self.key[1], namespace=self.namespace)
        if found is None:
            return
        if found["metadata"].get("finalizers"):
            self.patch({"metadata": {"finalizers": None}})
        self.admin.delete(*_REQUEST, self.key[1], namespace=self.namespace, missing_ok=True)


def ready_of(status: Mapping[str, Any]) -> Object | None:
    """Return the Ready condition."""
    return next((entry for entry in status.get("conditions", []) if entry["type"] == "Ready"), None)
