"""The journey of one request: Ready, Degraded and Ready again, the sidecar killed meanwhile, Deleting at the end.

Each step makes a change, waits for the phase that must follow, and fails otherwise. The steps must be called in the
order of their definition.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kratix_double.world import SUB_REQUEST, World
from localplane.client import Client, Object
from localplane.crds import APP_PROJECT, APPLICATION, fetch_crd, install_crds
from platform_status_demo.phases import PhaseWatch, Sighting
from platform_status_world.cluster import Cluster, JourneyError, container_id, container_status, until
from platform_status_world.gitops import GitOps
from platform_status_world.kratix import Kratix
from platform_status_world.promises import PromiseDocument
from platform_status_world.workload import Workload

__all__ = ["EXPECTED", "SIDECAR", "Journey", "Moment"]

EXPECTED = ("Scheduled", "Progressing", "Ready", "Degraded", "Ready", "Degraded", "Ready", "Deleting")
"""The phases that the request must go through, in this order."""
SIDECAR = "sidecar"
"""Name of the sidecar's container."""

_SYSTEM = "platform-status-system"
_ARGO_CD = "argocd"
_PATIENCE = 180.0
_SUB_REQUESTS = ("argocdapplications.yaml", "argocdclusterregistrations.yaml", "argocdprojects.yaml")


@dataclass(frozen=True)
class Moment:
    """A phase that the request reached.

    Attributes:
        phase: The phase.
        reason: Reason of condition Ready, empty before there is one.
        after: The change that it followed.
        seconds: The time since that change.
    """

    phase: str
    reason: str
    after: str
    seconds: float


@dataclass
class _Cause:
    what: str
    at: float = field(default_factory=time.monotonic)


class Journey:
    """The life of one request, on any cluster.

    Args:
        cluster: The cluster; its nodes have the images of sidecar and pipeline.
        kratix: Kratix, real or simulated.
        promise: The Promise.
        request: The request.
        root: Root of the repository.
        image: An image with python3, for the workload.
        tell: Callback for each step, with one line.
    """

    def __init__(
        self,
        cluster: Cluster,
        kratix: Kratix,
        promise: PromiseDocument,
        request: Mapping[str, Any],
        root: Path,
        image: str,
        tell: Callable[[str], None],
    ) -> None:
        self._cluster = cluster
        self._kratix = kratix
        self._promise = promise
        self._request = dict(request)
        self._root = root
        self._image = image
        self._tell = tell
        self._world = World(cluster.admin, _ARGO_CD)
        self._gitops = GitOps(cluster.admin)
        metadata = request["metadata"]
        self._namespace, self._name = str(metadata["namespace"]), str(metadata["name"])
        facts = promise.facts
        self._kind = (facts.api_version, facts.kind)
        self._watch = PhaseWatch(cluster.admin, self._kind, self._namespace, self._name, self._show)
        self._seen = 0
        self._cause = _Cause("")
        self._workload: Workload
        self._secret: tuple[str, str]
        self._application = ""
        self._documents: Sequence[Object] = ()
        self.moments: list[Moment] = []

    @property
    def phases(self) -> list[str]:
        """The phases so far."""
        return [sighting.phase for sighting in self._watch.phases]

    @property
    def request(self) -> Object:
        """The last state of the request."""
        return self._watch.last

    @property
    def sidecar(self) -> Object:
        """The sidecar's pod.

        Raises:
            JourneyError: There is not exactly one.
        """
        pods = self._admin.list("v1", "Pod", namespace=_SYSTEM, label_selector="app.kubernetes.io/component=sidecar")
        if len(pods) != 1:
            raise JourneyError(f"{_SYSTEM}: expected one pod of the sidecar, found {len(pods)}")
        return pods[0]

    def close(self) -> None:
        """Stop the watch of the request."""
        self._watch.close()

    # -- steps

    def install(self) -> None:
        """Install the CRDs of a platform cluster, then the Promise, whose own workflow delivers the sidecar."""
        ours = [self._root / "promise/crds" / name for name in _SUB_REQUESTS]
        install_crds(self._admin, [*ours, fetch_crd(APPLICATION), fetch_crd(APP_PROJECT)])
        self._world.ensure_namespace(_ARGO_CD)
        self._kratix.install(self._promise)
        delivered = self._gitops.deliver_promise(self._promise.name, self._promise.system_namespace)
        self._tell(f"the Promise's workflow wrote {_kinds(delivered)}; GitOps applied them")
        if not until(self._sidecar_ready, _PATIENCE):
            raise JourneyError(f"the sidecar is not ready after {_PATIENCE:g} s: {self.sidecar.get('status')}")
        self._tell(f"the sidecar runs: pod {self.sidecar['metadata']['name']}")

    def submit(self) -> None:
        """Create the request; Kratix runs its pipeline."""
        self._world.ensure_namespace(self._namespace)
        self._watch.start()
        self._change("the request was created", lambda: self._admin.create(self._request))
        self._expect("Scheduled")
        self._expect("Progressing")

    def come_up(self) -> float:
        """Deliver the output of the pipeline, and start the workload.

        Returns:
            Seconds from the request's creation to Ready.
        """
        created = self._cause.at
        self._documents = self._gitops.deliver_request(self._namespace, self._name)
        self._tell(f"the pipeline wrote {_kinds(self._documents)}; GitOps applied them")
        (sub_request,) = [document for document in self._documents if document["kind"] == SUB_REQUEST]
        self._application = self._world.create_application(sub_request)
        self._world.set_application(self._application, sync="Synced", health="Progressing")
        contract = self.request["status"]["contract"]
        workloads = contract["workloads"]
        (controller,) = workloads["controllers"]
        self._workload = Workload(self._admin, controller, workloads["namespace"], self._image)
        self._workload.install()
        self._workload.await_ready()
        self._tell(f"{controller['kind']} {controller['name']} runs {len(self._workload.pods())} pods")
        self._world.set_application(self._application, sync="Synced", health="Healthy")
        (secret,) = contract["secrets"]
        self._secret = (secret["namespace"], secret["name"])
        self._world.create_kubeconfig(*self._secret)
        self._expect("Ready")
        return self._watch.phases[self._seen - 1].at - created

    def crash(self) -> None:
        """Kill a process of the workload; the kubelet restarts it, and after a minute it counts as ready."""
        pod = self._workload.pods()[0]["metadata"]["name"]
        container = self._workload.running(pod)
        self._change(f"the process of pod {pod} was killed", lambda: self._cluster.kill(container))
        self._expect("Degraded")
        self._expect("Ready")

    def kill_sidecar(self) -> None:
        """Kill the sidecar's process, and change the Application while it is down."""
        pod = self.sidecar
        container = container_id(container_status(pod, SIDECAR))

        def kill() -> None:
            self._cluster.kill(container)
            self._world.set_application(self._application, sync="OutOfSync", health="Healthy")

        self._change("the sidecar was killed, and the Application went out of sync", kill)
        self._expect("Degraded")
        after = self.sidecar
        expected, restarts = _restarts(pod) + 1, _restarts(after)
        if after["metadata"]["uid"] != pod["metadata"]["uid"] or restarts != expected:
            name = after["metadata"]["name"]
            raise JourneyError(f"expected the same pod with {expected} restarts, found {name} with {restarts}")
        synced = lambda: self._world.set_application(self._application, sync="Synced", health="Healthy")  # noqa: E731
        self._change("the Application was synced", synced)
        self._expect("Ready")

    def delete(self) -> None:
        """Delete the request; once it is gone, GitOps prunes its documents."""
        remove = lambda: self._admin.delete(*self._kind, self._name, namespace=self._namespace)  # noqa: E731
        self._change("the request was deleted", remove)
        self._expect("Deleting")
        self._await(lambda: self._watch.gone, "the request to be gone")
        self._workload.remove()
        self._world.delete_kubeconfig(*self._secret)
        self._gitops.withdraw(self._documents, self._namespace)
        self._tell("the request is gone, and GitOps pruned its documents")

    # -- internals

    @property
    def _admin(self) -> Client:
        return self._cluster.admin

    def _sidecar_ready(self) -> bool:
        pods = self._admin.list("v1", "Pod", namespace=_SYSTEM, label_selector="app.kubernetes.io/component=sidecar")
        return bool(pods) and all(container_status(pod, SIDECAR).get("ready") for pod in pods)

    def _change(self, what: str, act: Callable[[], object]) -> None:
        """Make a change and wait for its phase; the time starts before the change."""
        self._cause = _Cause(what)
        act()
        self._tell(what)

    def _expect(self, phase: str) -> None:
        self._await(lambda: len(self._watch.phases) > self._seen, f"phase {phase}")
        found = self._watch.phases[self._seen]
        if found.phase != phase:
            raise JourneyError(f"expected phase {phase}, the status has {found.phase} ({found.reason})")
        self._seen += 1
        seconds = found.at - self._cause.at
        self.moments.append(Moment(found.phase, found.reason, self._cause.what, seconds))

    def _await(self, holds: Callable[[], bool], what: str) -> None:
        if not self._watch.wait(lambda _: holds(), _PATIENCE):
            said = "".join(f"\n  {text}" for text in self._kratix.complaints)
            complaints = f"\nerrors of Kratix:{said}" if said else ""
            status = yaml.safe_dump(self.request.get("status", {}), sort_keys=False)
            raise JourneyError(f"waited {_PATIENCE:g} s for {what}; the status is:\n{status}{complaints}")

    def _show(self, sighting: Sighting) -> None:
        after = f"{sighting.at - self._cause.at:.1f} s after: {self._cause.what}"
        self._tell(f"{sighting.phase:12} {sighting.reason:20} {sighting.message!r} ({after})")


def _restarts(pod: Object) -> int:
    return int(container_status(pod, SIDECAR).get("restartCount", 0))


def _kinds(documents: Sequence[Object]) -> str:
    kinds = [document["kind"] for document in documents]
    return ", ".join(f"{kinds.count(kind)} {kind}" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds))
