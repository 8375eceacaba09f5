"""Everything that the story needs, started in order and stopped in reverse order."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import yaml

from kratix_double.double import KratixDouble
from kratix_double.job import Command, Pipeline
from kratix_double.requests import Promise
from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from kratix_double.world import World
from localplane.children import Nursery
from localplane.client import Client
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from platform_status_demo import roles
from platform_status_demo.command import StageError
from platform_status_demo.screen import Screen
from platform_status_demo.sidecar import Sidecar
from platform_status_pipeline.promise.manifests import account_of

__all__ = ["PROMISE", "Stage", "braced", "repository"]

PROMISE = Promise(
    name=roles.PROMISE,
    api_version="platform.integratn.tech/v1alpha1",
    kind="VClusterOrchestratorV2",
    plural="vclusterorchestratorv2s",
    version="v0.1.0",
)


def braced(text: str) -> str:
    """Escape the braces of a text for an argument or a variable of a `Command`, which would expand them."""
    return text.replace("{", "{{").replace("}", "}}")


def repository(folder: Path) -> Path:
    """Return the root of the repository.

    Args:
        folder: The working folder of the demo.

    Raises:
        StageError: It is not the root.
    """
    for part in (
        "promise/crds",
        "promise/contract.yaml",
        "promise/examples/media.yaml",
        roles.PARTS,
        roles.PROMISE_FILE,
        "tools/double/src/kratix_double/crds",
    ):
        if not (folder / part).exists():
            raise StageError(f"{folder}/{part} is missing: run `make demo` from the root of the repository")
    return folder


class Stage:
    """A control plane, its CRDs, the Kratix double with the real pipeline, and the real sidecar.

    Args:
        root: Root of the repository.
        logs: Folder for the logs of pipeline and sidecar, and for the Jobs' folders.
        screen: The output of each step.
        environ: The environment of the demo.

    Attributes:
        shows_jobs: Whether the double creates pods for its Jobs.
        simulates: One line on what is real and what is simulated.
        promise: The Promise of the requests.
    """

    shows_jobs = True
    simulates = (
        "real: API server, etcd, the pipeline's containers, the sidecar; simulated: Kratix, Argo CD, GitOps, the pods"
    )
    promise = PROMISE

    def __init__(self, root: Path, logs: Path, screen: Screen, environ: Mapping[str, str] = os.environ) -> None:
        self._root = root
        self._logs = logs
        self._screen = screen
        self._environ = environ
        self._stack = ExitStack()
        self.plane = ControlPlane(environ=environ)
        self.kratix: KratixDouble
        self.world: World
        self.sidecar: Sidecar

    @property
    def admin(self) -> Client:
        """The client for all simulated components, that is all but the sidecar."""
        return self.plane.admin

    def keep_logs(self) -> Path:
        """Keep the logs of the servers, and return their folder."""
        return self.plane.keep_logs()

    def request(self) -> dict[str, Any]:
        """Return the example request."""
        loaded: dict[str, Any] = yaml.safe_load((self._root / "promise/examples/media.yaml").read_text())
        return loaded

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Ctrl-C is not a failure, so its logs are not needed; the control plane keeps its logs after an error.
        if isinstance(error, Exception):
            self._stack.__exit__(kind, error, trace)
        else:
            self._stack.close()

    def _open(self) -> None:
        screen = self._screen
        self._start_plane(screen)
        screen.doing("installing the CRDs")
        names = install_crds(self.admin, [self._treated(), CRDS, fetch_crd(APPLICATION)])
        self.world = World(self.admin)
        for name in (self.world.argocd, self.request()["metadata"]["namespace"]):
            self.world.ensure_namespace(name)
        for document in self._rights():
            self.admin.apply(document, field_manager="demo")
        screen.step(f"{len(names)} CRDs in: ours as Kratix treats them, Kratix's Work and WorkPlacement, Argo CD's own")
        screen.doing("starting the sidecar")
        nursery = Nursery()
        self._stack.callback(nursery.close)
        log, promise = self._logs / "sidecar.log", self.promise.name
        self.sidecar = Sidecar(self.plane, nursery, promise, log, self._environ, self._flags())
        self._stack.callback(self.sidecar.stop)
        self.sidecar.start()
        screen.step(f"sidecar runs as system:serviceaccount:{roles.NAMESPACE}:{account_of(promise)}")
        jobs = self._logs / "jobs"
        jobs.mkdir()
        self.kratix = self._stack.enter_context(
            KratixDouble(
                self.admin,
                self.promise,
                configure=self._configure(),
                delete=self._delete(),
                folder=jobs,
                pods=self.shows_jobs,
            )
        )

    def _start_plane(self, screen: Screen) -> None:
        screen.doing("starting the control plane")
        self._stack.enter_context(self.plane)
        screen.step(f"control plane up: {self.plane.server}")

    def _crds(self) -> list[dict[str, Any]]:
        """Return the CRDs of the Promise."""
        return [yaml.safe_load(path.read_text()) for path in sorted((self._root / "promise/crds").glob("*.yaml"))]

    def _treated(self) -> Path:
        """Write the CRDs as Kratix would create them."""
        folder = self._logs / "crds"
        folder.mkdir()
        for number, crd in enumerate(self._crds()):
            (folder / f"{number}.yaml").write_text(yaml.safe_dump(treat(crd), sort_keys=False))
        return folder

    def _rights(self) -> list[dict[str, Any]]:
        """Return the RBAC objects of the sidecar."""
        return roles.rights(self._root)

    def _flags(self) -> Sequence[str]:
        """Return the flags of the sidecar other than the name of its Promise."""
        return ()

    def _configure(self) -> list[Pipeline]:
        template = ("--template", str(self._root / "promise/contract.yaml"))
        return [Pipeline("configure", (self._container("configure"), self._container("contract", *template)))]

    def _delete(self) -> Pipeline | None:
        return Pipeline("delete", (self._container("delete"),))

    def _container(self, command: str, *arguments: str, own: Mapping[str, str] = MappingProxyType({})) -> Command:
        # Neither settings of the user nor the kubeconfig of another cluster may leak in.
        foreign = ("PLATFORM_STATUS_", "KRATIX_", "KUBE")
        given = {name: value for name, value in self._environ.items() if not name.startswith(foreign)}
        # Braces in a value are literal, not placeholders: `make demo KEEP=1` exports a MAKEOVERRIDES=${...}.
        environment = {name: braced(value) for name, value in {**given, **own}.items()}
        folders = ("--input-dir", "{input}", "--output-dir", "{output}", "--metadata-dir", "{metadata}")
        program = (sys.executable, "-m", "platform_status_pipeline", command)
        return Command([*program, *folders, *arguments], environment, self._logs / "pipeline.log")
