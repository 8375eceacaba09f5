"""One life: a request, its Application and its repository, and what a person, a kubelet or a platform does to them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from localargocd.configuration import NAMESPACE
from tests.cluster.truth import objects
from tests.gitops import kubelet
from tests.gitops.manifests import Json
from tests.gitops.scene import Scene

from . import manifests
from .manifests import HERE, application, source

__all__ = ["ArgoScene"]

_APPLICATION = ("argoproj.io/v1alpha1", "Application")
_REFRESH = "argocd.argoproj.io/refresh"
_BEAT_INTERVAL = 5.0
_TAKEN_TIMEOUT = 3.0


class ArgoScene(Scene):
    """A scene with an Application; see `Scene`."""

    kind = (objects.GROUP, "VClusterOrchestratorV2")
    recorded = "applications"

    # -- what people do

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
        self.settle({**named, **observed, **contract}, {"name": self.name})
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
        plane = self.engine.plane
        server = plane.server.replace("127.0.0.1", host)
        self.admin.apply(manifests.cluster(self.name, server, plane.kubeconfig.read_text(), token))
        return server

    # -- what a kubelet does

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

    def argo_says(
        self, holds: Callable[[Json], object], what: str, *, name: str = "", namespace: str = NAMESPACE
    ) -> Json:
        """Wait until an Application is as awaited, and return it."""
        return self._wait(_APPLICATION, name or self.name, namespace, holds, what)

    def comes_back(self, kind: str, name: str, uid: str) -> None:
        """Wait until an object of the core group exists with another uid than this."""
        self._wait(("v1", kind), name, self.name, lambda found: found["metadata"]["uid"] != uid, "it is made anew")

    def is_gone(self) -> None:
        """Wait until the Application is gone."""
        self.admin.wait_gone(*_APPLICATION, self.name, namespace=NAMESPACE, timeout=self._left())

    def application(self) -> Json:
        """Return the Application as it is now."""
        return self.admin.get(*_APPLICATION, self.name, namespace=NAMESPACE)

    def engine_objects(self) -> Iterator[Json]:
        yield self.application()

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
