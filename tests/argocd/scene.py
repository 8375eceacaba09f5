"""One life: a request, its Application and its repository, and what a person, a kubelet or a platform does to them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import Any

from localargocd.argocd import LocalArgoCD
from localargocd.configuration import NAMESPACE
from localplane.client import Client
from localplane.errors import WaitError
from platform_status_kube.errors import ConflictError
from tests.cluster.truth import objects

from . import kubelet, manifests
from .manifests import HERE, Json, application, source
from .records import Recorder

__all__ = ["Scene"]

_APPLICATION = ("argoproj.io/v1alpha1", "Application")
_REQUEST = (objects.GROUP, "VClusterOrchestratorV2")
_REFRESH = "argocd.argoproj.io/refresh"
_COUNTS = {"DaemonSet": ("desiredNumberScheduled", "numberReady", "updatedNumberScheduled")}
_BEAT_INTERVAL = 5.0
_POLL_INTERVAL = 0.1
_TAKEN_TIMEOUT = 3.0


class Scene:
    """Request, namespace, Application and repository of one life; they bear its name.

    Args:
        argocd: The Argo CD of the lane.
        name: Name of the life.
        seconds: The life ends in an error if it has not ended by then.
        recorder: Keeps objects of Argo CD that are worth it.
    """

    def __init__(self, argocd: LocalArgoCD, name: str, seconds: float, recorder: Recorder) -> None:
        self.argocd = argocd
        self.name = name
        self.repository = argocd.repository(name)
        self._deadline = time.monotonic() + seconds
        self._recorder = recorder

    @property
    def admin(self) -> Client:
        return self.argocd.admin

    # -- what people do

    def commit(self, files: Mapping[str, str | None], *, refresh: bool = True) -> None:
        """Commit to main and have Argo CD look, as a webhook would."""
        self.repository.commit({f"app/{name}": text for name, text in files.items()})
        if refresh:
            self.refresh()

    def make_namespace(self, name: str = "") -> None:
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name or self.name}})

    def begin(self, files: Mapping[str, str], namespace: str = NAMESPACE, **contract: object) -> None:
        """Make the namespace, what lies in Git, and the request as it is once its workflow is over.

        Args:
            files: What lies in Git.
            namespace: Of the Application that the request will have.
            contract: Keys of the contract beside ``application``, or in its place.
        """
        self.make_namespace()
        self.commit(files, refresh=False)
        self.ask(namespace, **contract)

    def ask(self, namespace: str = NAMESPACE, **contract: object) -> None:
        """Make the request alone; see `begin`."""
        named = {"version": "v1", "displayName": "VCluster", "name": self.name}
        delivered = {"namespace": namespace, "name": self.name, "generationAnnotation": objects.ANNOTATION}
        observed = {"application": delivered}
        made = self.admin.create(objects.request("requests", self.name))
        resolved = {"contract": {**named, **observed, **contract, "generation": 1}, "observedGeneration": 1}
        status = {**resolved, "conditions": [objects.workflow_condition("completed")]}
        self.admin.replace({**made, "status": status}, subresource="status")
        self.becomes("Scheduled", "WaitingForWorks", "does not exist")

    def edit(self) -> None:
        """Change the request, and have the pipeline resolve its contract anew."""
        self._say({"spec": {"projectName": "edited"}})
        self._say({"status": {"contract": {"generation": 2}, "observedGeneration": 2}}, "status")

    @staticmethod
    def written_for(generation: int) -> Json:
        """Return metadata of an Application that was written for this generation of the request."""
        return {"annotations": {objects.ANNOTATION: str(generation)}}

    def deploy(
        self, name: str = "", namespace: str = NAMESPACE, finalizers: Sequence[str] = (), **spec: object
    ) -> None:
        """Create an Application that Argo CD syncs by itself, in one try.

        Args:
            name: Of the Application; empty takes the life's.
            namespace: Of the Application.
            finalizers: Of the Application.
            spec: Fields of its spec, in the place of the usual ones; None leaves one out.
        """
        usual: Json = {
            "project": "default",
            "source": source(self.repository.url),
            "destination": {"server": HERE, "namespace": self.name},
            "syncPolicy": {"automated": {"prune": True}, "retry": {"limit": 0}},
        }
        chosen = {key: value for key, value in {**usual, **spec}.items() if value is not None}
        metadata = {**self.written_for(1), "finalizers": [*finalizers]}
        self.admin.create(application(name or self.name, namespace, chosen, **metadata))

    def change(self, patch: object, *, name: str = "", namespace: str = NAMESPACE) -> None:
        """Change the Application, but for its status."""
        self.admin.patch(*_APPLICATION, name or self.name, patch, namespace=namespace)

    def refresh(self, name: str = "", namespace: str = NAMESPACE, *, hard: bool = False) -> None:
        """Have Argo CD look at Git again."""
        asked = {"metadata": {"annotations": {_REFRESH: "hard" if hard else "normal"}}}
        self._ask_argo_cd(asked, lambda app: _REFRESH in app["metadata"]["annotations"], name, namespace)

    def sync(self, name: str = "") -> None:
        """Ask for a sync, as the button of the UI does."""

        def waits(app: Json) -> bool:
            return "operation" in app and app.get("status", {}).get("operationState", {}).get("phase") != "Running"

        asked = {"operation": {"initiatedBy": {"username": "jane"}, "sync": {"prune": True}}}
        self._ask_argo_cd(asked, waits, name, NAMESPACE)

    def sync_once_compared(self) -> None:
        """Ask for a sync once Argo CD has compared.

        It refuses to sync while its conditions say that it could not compare; it sometimes reads its own old ones then,
        and an automatic sync is not tried twice.
        """
        self.argo_says(lambda app: app.get("status", {}).get("sync", {}).get("status") == "OutOfSync", "it compared")
        self.sync()

    def leave(self) -> None:
        """Take the request away: what happens to all from now on is nothing of this life."""
        self.admin.delete(*_REQUEST, self.name, namespace="requests")

    def delete(self, name: str = "") -> None:
        """Delete the Application."""
        self.admin.delete(*_APPLICATION, name or self.name, namespace=NAMESPACE)

    def register(self, host: str, *, token: str = "") -> str:
        """Register this cluster once more, as a destination that bears the name of the life.

        Args:
            host: A name of 127.0.0.1 that no other life uses: Argo CD knows clusters by their URL.
            token: What to log in with; empty takes good credentials.

        Returns:
            The URL.
        """
        plane = self.argocd.plane
        server = plane.server.replace("127.0.0.1", host)
        self.admin.apply(manifests.cluster(self.name, server, plane.kubeconfig.read_text(), token))
        return server

    # -- what a kubelet does

    def run_pods(self, count: int = 1, **labels: str) -> None:
        """Let the pods of this life start: wait until so many are there, and say that they run."""
        self._until(lambda: kubelet.run(self.admin, self.name, labels) >= count, f"{count} pods with {labels}")

    def fail_pods(self, **labels: str) -> None:
        """Let a pod end with exit code 1."""
        self._until(lambda: kubelet.fail(self.admin, self.name, labels), f"a pod with {labels}")

    def crash_pods(self) -> None:
        """Let the pods of this life crash again and again."""
        self._until(lambda: kubelet.crash(self.admin, self.name), "a pod")

    def roll_out(self, kind: str, name: str, *, updated: int | None = None) -> None:
        """Let pods start until a controller has as many as it wants.

        Args:
            kind: Its kind.
            name: Its name.
            updated: So many of its pods are to be of the newest revision; None is all.
        """
        total, ready, new = _COUNTS.get(kind, ("replicas", "readyReplicas", "updatedReplicas"))

        def is_over() -> bool:
            kubelet.run(self.admin, self.name, {})
            found = self.admin.find("apps/v1", kind, name, namespace=self.name)
            if found is None:
                return False
            status, metadata = found.get("status", {}), found["metadata"]
            wanted = found["spec"].get("replicas", status.get(total))
            counts = [status.get(key, 0) for key in (total, ready, new)]
            is_seen = status.get("observedGeneration") == metadata["generation"]
            return bool(wanted) and is_seen and counts == [wanted, wanted, wanted if updated is None else updated]

        self._until(is_over, f"{kind} {name} rolls out")

    def scale(self, name: str, replicas: int) -> None:
        """Scale a Deployment as an autoscaler does, by its subresource and as another field manager."""
        self.admin.patch(
            "apps/v1",
            "Deployment",
            name,
            {"spec": {"replicas": replicas}},
            namespace=self.name,
            subresource="scale",
            field_manager="autoscaler",
        )

    def has_pods(self, count: int) -> None:
        """Wait until there are so many pods, ready or not."""
        self._until(lambda: len(self.admin.list("v1", "Pod", namespace=self.name)) == count, f"{count} pods")

    def limit_pods(self, count: int) -> None:
        """Allow so many pods in the namespace, and wait until that counts."""
        quota = {"metadata": {"name": "pods", "namespace": self.name}, "spec": {"hard": {"pods": str(count)}}}
        self.admin.apply({"apiVersion": "v1", "kind": "ResourceQuota", **quota})

        def counts(found: Json) -> bool:
            return bool(found.get("status", {}).get("hard", {}).get("pods") == str(count))

        self._wait(("v1", "ResourceQuota"), "pods", self.name, counts, "the quota counts")

    def make_node(self, name: str) -> None:
        """Make a node of a zone of its own, from whose kubelet nobody hears any more."""
        labels = {"life": self.name, "topology.kubernetes.io/zone": self.name}
        self.admin.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
        kubelet.beat(self.admin, name)

    @contextmanager
    def node_lives(self, name: str) -> Iterator[None]:
        """Make a node whose kubelet is heard of for as long as this lasts."""
        self.make_node(name)
        over = threading.Event()

        def beat() -> None:
            while not over.wait(_BEAT_INTERVAL):
                kubelet.beat(self.admin, name)

        with ThreadPoolExecutor(1) as thread:
            beating = thread.submit(beat)
            try:
                yield
            finally:
                over.set()
            beating.result()

    def bind_pods(self, node: str, count: int) -> None:
        """Bind the pods of this life to a node, as a scheduler does, once so many are there."""
        self.has_pods(count)
        for pod in self.admin.list("v1", "Pod", namespace=self.name):
            name = pod["metadata"]["name"]
            target = {"apiVersion": "v1", "kind": "Node", "name": node}
            binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target}
            self.admin.request("POST", self.admin.path("v1", "Pod", name, self.name, "binding"), body=binding)

    # -- what is waited for

    def becomes(self, phase: str, reason: str, *says: str, condition: str = "Ready") -> None:
        """Wait until the status says this phase, this reason of a condition and these words in its message.

        Raises:
            AssertionError: If it does not in time; the text is what it says instead.
        """

        def holds(found: Json) -> bool:
            told = _told(found, condition)
            fits = told[:2] == (phase, reason)
            return fits and all(word in told[2] for word in says)

        try:
            self._wait(_REQUEST, self.name, "requests", holds, reason)
        except WaitError:
            last = _told(self.admin.get(*_REQUEST, self.name, namespace="requests"), condition)
            wanted = f"phase {phase}, {condition} {reason}, {says}"
            raise AssertionError(f"{self.name}: waited for {wanted}; it says {last}") from None

    def progresses(self) -> None:
        """Wait until the phase is Progressing: what starts sooner than the status is written would skip it."""
        self._wait(
            _REQUEST, self.name, "requests", lambda found: _told(found, "Ready")[0] == "Progressing", "it progresses"
        )

    def becomes_ready(self, *says: str) -> None:
        """Wait until all is good."""
        self.becomes("Ready", "AllHealthy", *says)

    def argo_says(
        self, holds: Callable[[Json], object], what: str, *, name: str = "", namespace: str = NAMESPACE
    ) -> Json:
        """Wait until an Application is as awaited, and return it."""
        return self._wait(_APPLICATION, name or self.name, namespace, holds, what)

    def comes_back(self, kind: str, name: str, uid: str) -> None:
        """Wait until an object of the core group exists with another uid than this."""
        self._wait(("v1", kind), name, self.name, lambda found: found["metadata"]["uid"] != uid, "it is made anew")

    def said_at(self, condition: str) -> datetime:
        """Return since when a condition of the request says what it says."""
        conditions = self.admin.get(*_REQUEST, self.name, namespace="requests")["status"]["conditions"]
        [told] = [entry for entry in conditions if entry["type"] == condition]
        return datetime.fromisoformat(told["lastTransitionTime"])

    def version(self) -> str:
        """Return the resourceVersion of the request as it is now."""
        return str(self.admin.get(*_REQUEST, self.name, namespace="requests")["metadata"]["resourceVersion"])

    def writes_since(self, version: str, seconds: int = 1) -> int:
        """Count how often the request was written since a resourceVersion, and is for so many seconds to come."""
        watch = self.admin.watch(*_REQUEST, namespace="requests", resource_version=version, timeout=seconds)
        with closing(watch) as events:
            return sum(event.object["metadata"].get("name") == self.name for event in events)

    def is_gone(self) -> None:
        """Wait until the Application is gone."""
        self.admin.wait_gone(*_APPLICATION, self.name, namespace=NAMESPACE, timeout=self._left())

    def record(self, situation: str) -> None:
        """Keep the Application as it is now, if objects are recorded in this run."""
        self._recorder.keep(situation, self.application())

    def application(self) -> Json:
        """Return the Application as it is now."""
        return self.admin.get(*_APPLICATION, self.name, namespace=NAMESPACE)

    def _say(self, patch: object, subresource: str = "") -> None:
        self.admin.patch(*_REQUEST, self.name, patch, namespace="requests", subresource=subresource or None)

    def _ask_argo_cd(self, asked: object, waits: Callable[[Json], bool], name: str, namespace: str) -> None:
        """Ask something of Argo CD until it has seen it: what it is told while it writes a status, it may forget."""
        self.change(asked, name=name, namespace=namespace)
        asked_at = time.monotonic()

        def taken() -> bool:
            nonlocal asked_at
            if not waits(self.admin.get(*_APPLICATION, name or self.name, namespace=namespace)):
                return True
            if time.monotonic() - asked_at > _TAKEN_TIMEOUT:
                asked_at = time.monotonic()
                nudge = {"metadata": {"annotations": {"example.org/asked-again": f"{asked_at}"}}}
                self.change(nudge, name=name, namespace=namespace)
            return False

        self._until(taken, f"Argo CD takes {asked}")

    def _wait(
        self, kind: tuple[str, str], name: str, namespace: str, holds: Callable[[Json], object], what: str
    ) -> Json:
        found: dict[str, Any] = self.admin.wait_for(
            *kind, name, holds, namespace=namespace, timeout=self._left(), until=what
        )
        return found

    def _until(self, holds: Callable[[], object], what: str) -> None:
        while True:
            with suppress(ConflictError):
                if holds():
                    return
            if self._left() <= _POLL_INTERVAL:
                raise WaitError(f"{self.name}: {what}: not in time")
            time.sleep(_POLL_INTERVAL)

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), _POLL_INTERVAL)


def _told(request: Json, condition: str) -> tuple[str, str, str]:
    """Phase, and reason and message of a condition."""
    status = request.get("status", {})
    conditions: list[dict[str, str]] = status.get("conditions", [])
    told = next((entry for entry in conditions if entry["type"] == condition), {})
    return status.get("phase", ""), told.get("reason", ""), told.get("message", "")
