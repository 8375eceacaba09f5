"""The control plane: etcd and the API server, started in seconds, gone when you are.

Example::

    with ControlPlane() as plane:
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}})

There is no controller manager: a deleted namespace stays in Terminating, nothing is garbage-collected, and a
Deployment makes no Pods. Tests that need those objects create them.
"""

import atexit
import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from localplane.binaries import Binaries, find_binaries
from localplane.caches import cache_folder
from localplane.children import Child
from localplane.client import Client
from localplane.commands import Files
from localplane.errors import LocalPlaneError, StartError
from localplane.folders import RunFolder, sweep, sweep_logs
from localplane.runs import HERE, Place, Run

__all__ = ["ControlPlane"]

_POLL = 0.05
_GRACE = 5.0
_LAST_LINES = 15


class ControlPlane:
    """One etcd and one API server on 127.0.0.1, with certificates, ports and a temporary folder of their own.

    A context manager; ``start`` and ``stop`` do the same by hand. Whatever happens to this Python, the two servers
    end with it: on exit and Ctrl-C in order, on a crash or SIGKILL by the kernel (on Linux). Several may run side
    by side. An exception that leaves the ``with`` block keeps the logs.

    Args:
        binaries: What to start; None finds or builds them, which takes minutes the first time.
        apiserver_flags: Further flags of the API server; for one given twice the last counts.
        etcd_flags: Further flags of etcd.
        start_timeout: Seconds until a start is given up.
        place: Where both run.
        service_accounts: Give each Pod its ServiceAccount and a token; for that a controller manager has to run.
        environ: Environment variables that choose cache and binaries; None takes this process's own.
    """

    def __init__(
        self,
        *,
        binaries: Binaries | None = None,
        apiserver_flags: Sequence[str] = (),
        etcd_flags: Sequence[str] = (),
        start_timeout: float = 60,
        place: Place = HERE,
        service_accounts: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._place = place
        self._service_accounts = service_accounts
        self._environ = os.environ if environ is None else environ
        self._binaries = binaries
        self._apiserver_flags = tuple(apiserver_flags)
        self._etcd_flags = tuple(etcd_flags)
        self._start_timeout = start_timeout
        self._owner = os.getpid()
        self._run: Run | None = None
        self._keep_logs = False

    # -- what is there while it runs

    @property
    def server(self) -> str:
        """URL of the API server; the same after a restart."""
        return self._running.server

    @property
    def admin(self) -> Client:
        """A client of the group system:masters, which may do everything."""
        return self._running.admin

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, mode 0600, in the temporary folder."""
        return self._running.files["admin.kubeconfig"]

    @property
    def folder(self) -> Path:
        """The temporary folder; it goes with the control plane."""
        return self._running.files.folder

    @property
    def files(self) -> Files:
        """Certificates and keys by file name, such as ``ca.crt`` and ``service-accounts.key``."""
        return self._running.files

    @property
    def apiserver_log(self) -> Path:
        """Log of the API server."""
        return self._running.apiserver.log

    @property
    def etcd_log(self) -> Path:
        """Log of etcd."""
        return self._running.etcd.log

    @property
    def pids(self) -> dict[str, int]:
        """The pids of the servers that run, by name: kube-apiserver, etcd."""
        children = {"kube-apiserver": self._running.apiserver, "etcd": self._running.etcd}
        return {name: child.pid for name, child in children.items() if child.pid is not None}

    def client(self, user: str, groups: Sequence[str] = ()) -> Client:
        """Return a client for any user, by a fresh certificate; it is closed with the control plane.

        Args:
            user: Such as ``jane`` or ``system:serviceaccount:NAMESPACE:NAME`` (at most 64 characters). It may do
                nothing until a binding names it or one of its groups.
            groups: Such as ``system:masters``.
        """
        return self._running.client(user, groups)

    def kubeconfig_for(
        self,
        user: str,
        groups: Sequence[str] = (),
        namespace: str = "default",
        valid_for: dt.timedelta | None = None,
    ) -> Path:
        """Write a kubeconfig for any user, mode 0600, into the temporary folder.

        Args:
            user: As for ``client``.
            groups: As for ``client``.
            namespace: Default namespace of its context.
            valid_for: How long its certificate is valid; None is longer than any test.
        """
        return self._running.kubeconfig_for(user, groups, namespace, valid_for)

    # -- life

    def start(self) -> Self:
        """Start both servers and wait until the API server is ready.

        Raises:
            StartError: If one of them ends, or is not ready in time; the text names the log, which is kept.
            BuildError: If the binaries had to be built and could not.
        """
        if self._run is not None:
            raise StartError("this control plane runs already; make another ControlPlane for a second one")
        binaries = self._binaries or find_binaries(self._environ)
        logs = cache_folder(self._environ) / "logs"
        sweep()
        sweep_logs(logs, time.time())
        run = self._run = Run(RunFolder(logs))
        atexit.register(self.stop)
        try:
            run.prepare(
                binaries,
                self._etcd_flags,
                self._apiserver_flags,
                self._environ,
                self._place,
                service_accounts=self._service_accounts,
            )
            run.etcd.start()
            self.start_apiserver()
        except BaseException:
            # StartError has had its logs kept; Ctrl-C needs none.
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop both servers and delete the temporary folder; the logs stay only if something failed."""
        # A forked copy of this process must not stop what is not its own.
        run = self._run if os.getpid() == self._owner else None
        if run is None:
            return
        self._run = None
        atexit.unregister(self.stop)
        run.close(keep_logs=self._keep_logs)

    def keep_logs(self) -> Path:
        """Have the logs kept when it stops.

        Returns:
            The folder with the logs.
        """
        self._keep_logs = True
        return self._running.folder.logs

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Ctrl-C is no failure.
        if isinstance(error, Exception) and self._run is not None:
            self.keep_logs()
        self.stop()

    # -- faults, for tests

    def stop_apiserver(self, *, grace: float = _GRACE) -> None:
        """Stop the API server alone: clients get connection refused.

        Args:
            grace: Seconds between SIGTERM and SIGKILL; 0 kills at once.
        """
        self._running.apiserver.stop(grace=grace)

    def start_apiserver(self) -> None:
        """Start the API server on its old port and wait until it is ready."""
        run = self._running
        run.apiserver.start()
        self._await(run.ready, "kube-apiserver ready")

    def restart_apiserver(self, *, grace: float = _GRACE) -> None:
        """Restart the API server on the same port, with the same data and certificates."""
        self.stop_apiserver(grace=grace)
        self.start_apiserver()

    def stop_etcd(self, *, grace: float = 0) -> None:
        """Stop etcd alone: the API server stays up and fails to read and write.

        Args:
            grace: As for ``stop_apiserver``. It is killed at once by default: nothing that it has acknowledged is
                lost, and to stop in order it would wait for the API server to hang up.
        """
        self._running.etcd.stop(grace=grace)

    def start_etcd(self) -> None:
        """Start etcd on its old port with its old data; wait until the API server is ready again, if it runs."""
        run = self._running
        run.etcd.start()
        if run.apiserver.pid is not None:
            self._await(run.ready, "kube-apiserver ready again")

    def restart_etcd(self, *, grace: float = 0) -> None:
        """Restart etcd on the same port with the same data."""
        self.stop_etcd(grace=grace)
        self.start_etcd()

    # -- inside

    @property
    def _running(self) -> Run:
        if self._run is None:
            raise LocalPlaneError("this control plane does not run: use `with ControlPlane() as plane:`")
        return self._run

    def _await(self, ready: Callable[[], str], what: str) -> None:
        run = self._running
        deadline = time.monotonic() + self._start_timeout
        while missing := ready():
            for name, child in (("etcd", run.etcd), ("kube-apiserver", run.apiserver)):
                if child.exit_code is not None:
                    raise self._failed(child, f"{name} ended with exit code {child.exit_code}")
            if time.monotonic() > deadline:
                raise self._failed(
                    run.apiserver, f"{what}: not within {self._start_timeout:g} s; last answer: {missing}"
                )
            time.sleep(_POLL)

    def _failed(self, child: Child, what: str) -> StartError:
        self.keep_logs()
        return StartError(f"{what}\nlog: {child.log}\nits last lines:\n{child.last_lines(_LAST_LINES)}")
