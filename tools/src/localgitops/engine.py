"""A GitOps engine beside a control plane of its own, started in seconds, gone when you are.

kube-controller-manager makes the pods of a Deployment, and there is no node to run them: a test says of them what a
kubelet would.
"""

import atexit
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
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
    """The servers of one engine, a control plane, and a network that nobody else is in.

    A context manager; ``start`` and ``stop`` do the same by hand. The servers end with this Python, however it ends.
    An exception that leaves the ``with`` block keeps the logs.

    Args:
        apiserver_flags: Further flags of the API server.
        engine_flags: Further flags of the server that decides what is applied.
        start_timeout: Seconds until a start is given up.
        environ: Environment variables that choose cache and programs; None takes this process's own.
    """

    name: ClassVar[str]
    """What it is called."""

    tools: ClassVar[tuple[GoTool, ...]]
    """What is built for it."""

    packages: ClassVar[tuple[str, ...]] = ()
    """Packages of Debian that it needs beside those of every engine; each holds a program of its name."""

    leftovers: ClassVar[tuple[Path, ...]] = ()
    """What its servers make outside of their folder."""

    controllers: ClassVar[tuple[str, ...]]
    """The servers that write the statuses of its objects."""

    namespace: ClassVar[str]
    """Where its servers live, as the cluster sees them."""

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

    # -- what is there while it runs

    @property
    def admin(self) -> Client:
        """A client that may do everything."""
        return self.plane.admin

    @property
    def users(self) -> set[str]:
        """Who its controllers are to the API server."""
        return {self._user(name) for name in self.controllers}

    @property
    def folder(self) -> Path:
        """The temporary folder; it goes when the engine goes."""
        return self._running.path

    @property
    def pids(self) -> dict[str, int]:
        """The pids of all servers that run, by name."""
        ours = {name: child.pid for name, child in self._children.items() if child.pid is not None}
        return self.plane.pids | ours

    @property
    def logs(self) -> Path:
        """Where the logs are."""
        return self._running.logs

    def repository(self, name: str) -> Repository:
        """Make a Git repository.

        Args:
            name: A name that no other one bears.
        """
        return Repository(self._repositories / name, self._environ, f"{self._served}/{name}")

    # -- life

    @classmethod
    def why_not(cls, environ: Mapping[str, str] = os.environ) -> str:
        """Say why it cannot run on this machine; the empty string if it can.

        Args:
            environ: PATH says where programs are.
        """
        return why_not(f"the real {cls.name}", cls.packages, environ)

    def build(self) -> None:
        """Build what is missing, which takes minutes and says so; ``start`` does it too.

        Raises:
            BuildError: If something cannot be built.
            ToolchainError: If there is no Go.
        """
        find_binaries(self._environ)
        for tool in (CONTROLLER_MANAGER, *self.tools):
            self._ensure_built(tool)

    def start(self) -> Self:
        """Start everything and wait until all servers listen.

        Raises:
            StartError: If one of them ends or is not ready in time; the text names its log, which is kept.
            BuildError: If a program had to be built and could not.
        """
        if self._run is not None:
            raise StartError(f"this {self.name} runs already; make another {type(self).__name__} for a second one")
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
        """End everything; nothing of it is left when this returns."""
        self._end(failed=False)

    def stop_controller(self, name: str) -> None:
        """Stop one of its servers alone."""
        self._children[name].stop(grace=_STOP_TIMEOUT)

    def start_controller(self, name: str) -> None:
        """Start it, and wait until it listens."""
        self._children[name].start()
        self._await(name, lambda: self._network.listens(self._ports[name]))

    def keep_logs(self) -> Path:
        """Have the logs kept when it stops, and return their folder."""
        self._keep = True
        return self._running.logs

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Ctrl-C is no failure.
        self._end(failed=isinstance(error, Exception))

    # -- what one engine adds

    @abstractmethod
    def _start_servers(self) -> None:
        """Install its kinds and start its servers; the control plane runs."""

    @property
    def _served(self) -> str:
        """The URL below which it finds the repositories."""
        return f"file://{self._repositories}"

    # -- inside

    @property
    def _running(self) -> RunFolder:
        if self._run is None:
            raise StartError(f"this {self.name} does not run: use `with {type(self).__name__}() as engine:`")
        return self._run

    @property
    def _repositories(self) -> Path:
        return self._running.path / _REPOSITORIES

    @property
    def _direct(self) -> dict[str, str]:
        """The environment without proxies: all that servers talk to is on this machine."""
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
        """Start a server in the network, and wait until it listens at a port."""
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
        # A forked copy of this process must not stop what is not its own.
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
                with suppress(OSError):  # it was not made, or another engine on this machine uses it
                    path.rmdir() if path.is_dir() else path.unlink()
