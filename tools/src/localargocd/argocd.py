"""The real Argo CD beside a control plane of its own, started in seconds, gone when you are.

Example::

    with LocalArgoCD() as argocd:
        repository = argocd.repository("media")
        repository.commit({"app/settings.yaml": "..."})
        argocd.admin.create({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", ...})

kube-controller-manager makes the pods of a Deployment, and there is no node to run them: a test says of them what a
kubelet would.
"""

import atexit
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from localargocd import configuration
from localargocd.configuration import COMMIT_SERVER, CONTROLLER, NAMESPACE, REPO_SERVER, VERIFY_WRAPPER
from localargocd.network import Network
from localargocd.programs import Programs, find_programs
from localargocd.repositories import Repository
from localnode.configuration import controller_flags
from localplane.caches import cache_folder
from localplane.children import Child, Nursery
from localplane.client import Client
from localplane.crds import ARGO_CD_CRDS, fetch_crd, install_crds
from localplane.errors import StartError
from localplane.folders import RunFolder, sweep
from localplane.plane import ControlPlane

__all__ = ["LocalArgoCD"]

_POLL_INTERVAL = 0.05
_STOP_TIMEOUT = 5.0
_MAX_LINES = 15
_FOLDERS = ("bin", "gnupg", "gpg", "plugins", "ssh", "tls", "tmp", "repositories")


class LocalArgoCD:
    """Redis, the servers of Argo CD, a control plane, and a network that nobody else is in.

    A context manager; ``start`` and ``stop`` do the same by hand. The servers end with this Python, however it ends.
    An exception that leaves the ``with`` block keeps the logs.

    Args:
        programs: What to start; None finds or builds them, which takes minutes the first time.
        apiserver_flags: Further flags of the API server.
        controller_flags: Further flags of the application controller.
        start_timeout: Seconds until a start is given up.
        environ: Environment variables that choose cache and programs; None takes this process's own.
    """

    def __init__(
        self,
        *,
        programs: Programs | None = None,
        apiserver_flags: Sequence[str] = (),
        controller_flags: Sequence[str] = (),
        start_timeout: float = 60,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._programs = programs
        self._apiserver_flags = tuple(apiserver_flags)
        self._controller_flags = tuple(controller_flags)
        self._timeout = start_timeout
        self._owner = os.getpid()
        self._children: dict[str, Child] = {}
        self._run: RunFolder | None = None
        self._keep = False

    # -- what is there while it runs

    @property
    def admin(self) -> Client:
        """A client that may do everything."""
        return self.plane.admin

    @property
    def user(self) -> str:
        """Who the application controller is to the API server."""
        return f"system:serviceaccount:{NAMESPACE}:{CONTROLLER}"

    @property
    def folder(self) -> Path:
        """The temporary folder; it goes when Argo CD goes."""
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
        return Repository(self._running.path / "repositories" / name, self._environ)

    # -- life

    def start(self) -> Self:
        """Start everything and wait until all servers listen.

        Raises:
            StartError: If one of them ends or is not ready in time; the text names its log, which is kept.
            BuildError: If a program had to be built and could not.
        """
        if self._run is not None:
            raise StartError("this Argo CD runs already; make another LocalArgoCD for a second one")
        programs = self._programs or find_programs(self._environ)
        sweep()
        run = self._run = RunFolder(cache_folder(self._environ) / "logs")
        atexit.register(self.stop)
        self._nursery = Nursery()
        try:
            self._network = Network(self._nursery, run.logs / "network.log", self._environ)
            self.plane = ControlPlane(
                binaries=programs.plane,
                apiserver_flags=self._apiserver_flags,
                start_timeout=self._timeout,
                place=self._network,
                service_accounts=True,
                environ=self._environ,
            ).start()
            self._start_controller_manager(programs.controller_manager)
            self._start_argo_cd(programs)
        except BaseException as error:
            self._end(failed=isinstance(error, Exception))
            raise
        return self

    def stop(self) -> None:
        """End everything; nothing of it is left when this returns."""
        self._end(failed=False)

    def stop_controller(self) -> None:
        """Stop the application controller alone."""
        self._children[CONTROLLER].stop(grace=_STOP_TIMEOUT)

    def start_controller(self) -> None:
        """Start the application controller again."""
        self._start(CONTROLLER, configuration.CONTROLLER_PORT)

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

    # -- inside

    @property
    def _running(self) -> RunFolder:
        if self._run is None:
            raise StartError("this Argo CD does not run: use `with LocalArgoCD() as argocd:`")
        return self._run

    def _start_controller_manager(self, binary: Path) -> None:
        kubeconfig = self.plane.kubeconfig_for("system:kube-controller-manager")
        names = {name: self.plane.files[name] for name in ("ca.crt", "service-accounts.key")}
        command = [str(binary), *controller_flags(kubeconfig, names)]
        environ = {name: value for name, value in self._environ.items() if not name.lower().endswith("_proxy")}
        self._add("kube-controller-manager", command, environ)
        self._start("kube-controller-manager", configuration.CONTROLLER_MANAGER_PORT)

    def _start_argo_cd(self, programs: Programs) -> None:
        folder = self._running.path
        for name in _FOLDERS:
            (folder / name).mkdir()
        for name in (CONTROLLER, REPO_SERVER, COMMIT_SERVER):
            (folder / "bin" / name).symlink_to(programs.argocd)
        wrapper = folder / "bin" / VERIFY_WRAPPER
        wrapper.write_text("#!/bin/sh\n")
        wrapper.chmod(0o755)
        install_crds(self.admin, [fetch_crd(crd, self._environ) for crd in ARGO_CD_CRDS])
        for item in configuration.objects():
            self.admin.apply(item)
        kubeconfig = self.plane.kubeconfig_for(self.user, ["system:masters"], NAMESPACE)
        environ = configuration.environment(folder, self._environ, kubeconfig)
        self._add("redis", configuration.redis_command(programs.redis, folder), environ)
        self._add(REPO_SERVER, configuration.repo_server_command(folder), environ)
        self._add(COMMIT_SERVER, configuration.commit_server_command(folder), environ)
        self._add(CONTROLLER, configuration.controller_command(folder, self._controller_flags), environ)
        self._start("redis", configuration.REDIS_PORT)
        self._start(REPO_SERVER, configuration.REPO_SERVER_PORT)
        self._start(COMMIT_SERVER, configuration.COMMIT_SERVER_PORT)
        self._start(CONTROLLER, configuration.CONTROLLER_PORT)

    def _add(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        log = self._running.logs / f"{name}.log"
        self._children[name] = Child(self._network.inside(command), log, self._nursery, environ)

    def _start(self, name: str, port: int) -> None:
        self._children[name].start()
        self._await(name, lambda: self._network.listens(port))

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
            for path in configuration.COMMIT_SERVER_LEFTOVERS:
                with suppress(OSError):  # it was not made, or another Argo CD on this machine uses it
                    path.rmdir() if path.is_dir() else path.unlink()
