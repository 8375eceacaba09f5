"""A GitOps engine with its own control plane, started in seconds and removed at the end.

kube-controller-manager creates the pods of a Deployment, but there is no node to run them: tests write the pod status
that a kubelet would write.
"""

import atexit
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Self

from localgitops.network import Network, why_not
from localgitops.repositories import Repository
from localnode.configuration import controller_flags
from localplane.binaries import find_binaries
from localplane.builds import ensure_built
from localplane.caches import cache_folder
from localplane.children import Child, Nursery
from localplane.client import Client
from localplane.errors import StartError
from localplane.folders import RunFolder, sweep
from localplane.plane import ControlPlane
from localplane.versions import CONTROLLER_MANAGER, GoTool

__all__ = ["Engine"]

_CONTROLLER_MANAGER_PORT = 10257
_POLL_INTERVAL = 0.05
_STOP_TIMEOUT = 5.0
_MAX_LINES = 15
_REPOSITORIES = "repositories"


class Engine(ABC):
    """The servers of one engine, a control plane, and a network namespace for them.

    A context manager, or use ``start`` and ``stop``. The servers end with this Python process, also after a crash. The
    logs are kept if an exception leaves the ``with`` block.

    Args:
        apiserver_flags: Additional flags of the API server.
        engine_flags: Additional flags of the server that applies manifests.
        start_timeout: Timeout of the start in seconds.
        environ: Environment variables that select cache and programs; None: those of this process.
    """

    name: ClassVar[str]
    """Its display name."""

    tools: ClassVar[tuple[GoTool, ...]]
    """The programs to build for it."""

    packages: ClassVar[tuple[str, ...]] = ()
    """Debian packages in addition to those of every engine; each contains a program of the same name."""

    leftovers: ClassVar[tuple[Path, ...]] = ()
    """Files that its servers create outside of their folder."""

    controllers: ClassVar[tuple[str, ...]]
    """The servers that write the statuses of its objects."""

    namespace: ClassVar[str]
    """The namespace of its servers in the cluster."""

    def __init__(
        self,
        *,
        apiserver_flags: Sequence[str] = (),
        engine_flags: Sequence[str] = (),
        start_timeout: float = 60,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._apiserver_flags = tuple(apiserver_flags)
        self._engine_flags = tuple(engine_flags)
        self._timeout = start_timeout
        self._owner = os.getpid()
        self._children: dict[str, Child] = {}
        self._ports: dict[str, int] = {}
        self._run: RunFolder | None = None
        self._keep = False

    # -- while it runs

    @property
    def admin(self) -> Client:
        """A client with all permissions."""
        return self.plane.admin

    @property
    def users(self) -> set[str]:
        """The API server's user names for its controllers."""
        return {self._user(name) for name in self.controllers}

    @property
    def folder(self) -> Path:
        """The temporary folder, deleted at the end."""
        return self._running.path

    @property
    def pids(self) -> dict[str, int]:
        """The pids of all running servers, by name."""
        ours = {name: child.pid for name, child in self._children.items() if child.pid is not None}
        return self.plane.pids | ours

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self._running.logs

    def repository(self, name: str) -> Repository:
        """Create a Git repository.

        Args:
            name: A unique name.
        """
        return Repository(self._repositories / name, self._environ, f"{self._served}/{name}")

    # -- start and stop

    @classmethod
    def why_not(cls, environ: Mapping[str, str] = os.environ) -> str:
        """Return why it cannot run on this machine; empty if it can.

        Args:
            environ: The environment; programs are found on its PATH.
        """
        return why_not(f"the real {cls.name}", cls.packages, environ)

    def build(self) -> None:
        """Build what is missing, which takes minutes and shows progress; ``start`` does it too.

        Raises:
            BuildError: A build failed.
            ToolchainError: There is no Go.
        """
        find_binaries(self._environ)
        for tool in (CONTROLLER_MANAGER, *self.tools):
            self._ensure_built(tool)

    def start(self) -> Self:
        """Start all servers and wait until they listen.

        Raises:
            StartError: A server exited or was not ready in time; the text names its log, which is kept.
            BuildError: A program had to be built and the build failed.
        """
        if self._run is not None:
            raise StartError(f"this {self.name} is already running; create a second {type(self).__name__}")
        self.build()
        sweep()
        run = self._run = RunFolder(cache_folder(self._environ) / "logs")
        atexit.register(self.stop)
        self._nursery = Nursery()
        try:
            self._network = Network(self._nursery, run.logs / "network.log", self._environ)
            self.plane = ControlPlane(
                binaries=find_binaries(self._environ),
                apiserver_flags=self._apiserver_flags,
                start_timeout=self._timeout,
                place=self._network,
                service_accounts=True,
                environ=self._environ,
            ).start()
            self._repositories.mkdir()
            self._start_controller_manager()
            self._start_servers()
        except BaseException as error:
            self._end(failed=isinstance(error, Exception))
            raise
        return self

    def stop(self) -> None:
        """Stop everything; when this returns, nothing is left."""
        self._end(failed=False)

    def stop_controller(self, name: str) -> None:
        """Stop one of its servers."""
        self._children[name].stop(grace=_STOP_TIMEOUT)

    def start_controller(self, name: str) -> None:
        """Start one of its servers, and wait until it listens."""
        self._children[name].start()
        self._await(name, lambda: self._network.listens(self._ports[name]))

    def keep_logs(self) -> Path:
        """Keep the logs after the stop, and return their folder."""
        self._keep = True
        return self._running.logs

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        # Ctrl-C is not a failure.
        self._end(failed=isinstance(error, Exception))

    # -- specific to an engine

    @abstractmethod
    def _start_servers(self) -> None:
        """Install its CRDs and start its servers; the control plane already runs."""

    @property
    def _served(self) -> str:
        """The base URL of the repositories."""
        return f"file://{self._repositories}"

    # -- internals

    @property
    def _running(self) -> RunFolder:
        if self._run is None:
            raise StartError(f"this {self.name} is not running: use `with {type(self).__name__}() as engine:`")
        return self._run

    @property
    def _repositories(self) -> Path:
        return self._running.path / _REPOSITORIES

    @property
    def _direct(self) -> dict[str, str]:
        """The environment without proxies: all servers connect to this machine only."""
        return {name: value for name, value in self._environ.items() if not name.lower().endswith("_proxy")}

    def _ensure_built(self, tool: GoTool) -> Path:
        return ensure_built(tool, cache_folder(self._environ), self._environ)

    def _user(self, controller: str) -> str:
        return f"system:serviceaccount:{self.namespace}:{controller}"

    def _kubeconfig(self, controller: str) -> Path:
        return self.plane.kubeconfig_for(self._user(controller), ["system:masters"], self.namespace)

    def _start_controller_manager(self) -> None:
        kubeconfig = self.plane.kubeconfig_for("system:kube-controller-manager")
        names = {name: self.plane.files[name] for name in ("ca.crt", "service-accounts.key")}
        command = [str(self._ensure_built(CONTROLLER_MANAGER)), *controller_flags(kubeconfig, names)]
        self._serve("kube-controller-manager", _CONTROLLER_MANAGER_PORT, command, self._direct)

    def _serve(self, name: str, port: int, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Start a server in the network namespace, and wait until it listens on a port."""
        log = self._running.logs / f"{name}.log"
        self._children[name] = Child(self._network.inside(command), log, self._nursery, environ)
        self._ports[name] = port
        self.start_controller(name)

    def _await(self, name: str, holds: Callable[[], bool]) -> None:
        child, deadline = self._children[name], time.monotonic() + self._timeout
        while not holds():
            if child.exit_code is not None:
                why = f"ended with exit code {child.exit_code}"
            elif time.monotonic() > deadline:
                why = f"does not listen after {self._timeout:g} s"
            else:
                time.sleep(_POLL_INTERVAL)
                continue
            raise StartError(f"{name} {why}\nlog: {child.log}\nits last lines:\n{child.last_lines(_MAX_LINES)}")

    def _end(self, *, failed: bool) -> None:
        # A forked copy of this process must not stop the parent's servers.
        run = self._run if os.getpid() == self._owner else None
        if run is None:
            return
        self._run = None
        atexit.unregister(self.stop)
        keep = failed or self._keep
        plane, network = getattr(self, "plane", None), getattr(self, "_network", None)
        try:
            for child in reversed(self._children.values()):
                child.stop(grace=0)
            if plane is not None:
                if keep:
                    plane.keep_logs()
                plane.stop()
        finally:
            if network is not None:
                network.close()
            self._nursery.close()
            run.remove(keep_logs=keep)
            for path in self.leftovers:
                with suppress(OSError):  # it was not created, or another engine on this machine uses it
                    path.rmdir() if path.is_dir() else path.unlink()
