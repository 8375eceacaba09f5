"""What a scene has with Flux: a GitRepository and a Kustomization, as the golden path's pipeline makes them."""

import time
from collections.abc import Callable, Iterator, Mapping

from tests.gitops.manifests import Json, deployment
from tests.gitops.scene import Scene

from .golden_path import API_VERSION, KIND, contract_of, manifests_of

__all__ = ["KRATIX", "KUSTOMIZATION", "PLATFORM", "SOURCE", "FluxScene", "web"]

KUSTOMIZATION = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization")
SOURCE = ("source.toolkit.fluxcd.io/v1", "GitRepository")

KRATIX = "kratix-requests"
"""Namespace of the requests that the double of Kratix answers; of the others a life plays what it would do."""

PLATFORM = ("flux-system", "state-store")
"""Namespace and name of the source and the Kustomization that apply what Kratix wrote."""

_REQUESTED = "reconcile.fluxcd.io/requestedAt"


def web() -> Mapping[str, str]:
    """Return what a life has in Git: the Deployment that its contract names."""
    return {"web.yaml": deployment("web")}


class FluxScene(Scene):
    """A scene with a Kustomization; see `Scene`."""

    kind = (API_VERSION, KIND)
    recorded = "objects/flux"

    # -- what people do

    def begin(self, files: Mapping[str, str], **contract: object) -> None:
        """Make the namespace, what lies in Git, and the request as it is once its workflow is over.

        Args:
            files: What lies in Git.
            contract: Keys of the contract, in the place of the golden path's.
        """
        self.make_namespace()
        self.commit(files, refresh=False)
        resolved = contract_of(self._request)
        del resolved["works"]  # there is no Kratix here
        self.settle({**resolved, **contract}, self._request["spec"])
        self.becomes("Progressing", "ObjectMissing", "GitRepository", "does not exist")

    def deploy(self, **spec: object) -> None:
        """Apply what the pipeline makes of the request.

        Args:
            spec: Fields of the spec of the Kustomization, in the place of the golden path's.
        """
        for document in manifests_of(self._request):
            if document["kind"] == KUSTOMIZATION[1]:
                document["spec"] |= spec
            self.admin.apply(document, field_manager="gitops")

    def run_web(self) -> None:
        """Let the pods of the Deployment come up, and the request with them."""
        self.roll_out("Deployment", "web")
        self.becomes_ready()

    def come_up(self, files: Mapping[str, str] | None = None) -> None:
        """Begin, deploy, and be Ready.

        Args:
            files: What lies in Git; None for what the contract names.
        """
        self.begin(web() if files is None else files)
        self.deploy()
        self.run_web()

    def deploy_beside(self, name: str, path: str) -> None:
        """Create another Kustomization that applies a folder of the same source."""
        source = {"kind": SOURCE[1], "name": self.name}
        # while it reconciles anew, what depends on it says so
        spec = {"sourceRef": source, "path": path, "targetNamespace": self.name, "prune": True, "interval": "10m"}
        metadata = {"name": name, "namespace": self.name}
        self.admin.create(
            {"apiVersion": KUSTOMIZATION[0], "kind": KUSTOMIZATION[1], "metadata": metadata, "spec": spec}
        )

    def ask_kratix(self) -> Json:
        """Make the repository and the request, and return it as it is then; the double of Kratix does the rest."""
        self.home = KRATIX
        return self.admin.create(self._request)

    def make_source(self, kind: str, name: str = "", **spec: object) -> Json:
        """Create a source, and return it as it is before Flux has looked at it.

        Args:
            kind: Its kind.
            name: Its name; empty is that of the life.
            spec: Fields of its spec beside the interval.
        """
        metadata = {"name": name or self.name, "namespace": self.name}
        spec = {"interval": "10s", **spec}
        return self.admin.create({"apiVersion": SOURCE[0], "kind": kind, "metadata": metadata, "spec": spec})

    def make_git_repository(self) -> Json:
        """Create the source that the contract names; see `make_source`."""
        return self.make_source(SOURCE[1], url=self.repository.url, ref={"branch": "main"}, timeout="5s")

    def edit(self, tag: str) -> None:
        """Ask for another version."""
        self._say({"spec": {"tag": tag}})

    def suspend_platform(self, *, suspend: bool) -> None:
        """Have Flux leave alone, or take up again, what Kratix writes."""
        namespace, name = PLATFORM
        self.admin.patch(*KUSTOMIZATION, name, {"spec": {"suspend": suspend}}, namespace=namespace)

    def change(self, spec: Json, kind: tuple[str, str] = KUSTOMIZATION) -> None:
        """Change the spec of the Kustomization or of the source."""
        self.admin.patch(*kind, self.name, {"spec": spec}, namespace=self.name)

    def refresh(self) -> None:
        asked = self.reconcile(SOURCE)
        self.flux_says(lambda found: found["status"].get("lastHandledReconcileAt") == asked, "it looked", SOURCE)

    def reconcile(self, kind: tuple[str, str] = KUSTOMIZATION) -> str:
        """Have Flux look at the Kustomization or the source now, and return what it calls this once it has."""
        now = f"{time.time()}"
        self.admin.patch(*kind, self.name, {"metadata": {"annotations": {_REQUESTED: now}}}, namespace=self.name)
        return now

    def delete(self, kind: tuple[str, str] = KUSTOMIZATION) -> None:
        """Delete the Kustomization or the source."""
        self.admin.delete(*kind, self.name, namespace=self.name)

    # -- what is waited for

    def flux_says(self, holds: Callable[[Json], object], what: str, kind: tuple[str, str] = KUSTOMIZATION) -> Json:
        """Wait until the Kustomization or the source is as awaited, and return it."""
        return self._wait(kind, self.name, self.name, holds, what)

    def is_gone(self) -> None:
        """Wait until the Kustomization is gone."""
        self.admin.wait_gone(*KUSTOMIZATION, self.name, namespace=self.name, timeout=self._left())

    def is_applied(self) -> None:
        """Wait until Flux says that the Kustomization is ready."""

        def holds(found: Json) -> bool:
            conditions = found.get("status", {}).get("conditions", [])
            return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)

        self.flux_says(holds, "it is applied")

    def has_image(self, image: str) -> None:
        """Wait until the Deployment asks for this image."""

        def holds(found: Json) -> bool:
            return bool(found["spec"]["template"]["spec"]["containers"][0]["image"] == image)

        self._wait(("apps/v1", "Deployment"), "web", self.name, holds, image)

    def engine_objects(self) -> Iterator[Json]:
        for kind in (KUSTOMIZATION, SOURCE):
            found = self.admin.find(*kind, self.name, namespace=self.name)
            if found is not None:
                yield found

    @property
    def _request(self) -> Json:
        metadata = {"name": self.name, "namespace": self.home, "generation": 1}
        spec = {"repository": self.repository.url, "tag": "1"}
        return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}
