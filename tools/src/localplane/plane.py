"""The control plane: etcd and the API server, started in seconds and removed at the end.

Example::

    with ControlPlane() as plane:
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}})

There is no controller manager: a deleted namespace stays in Terminating, nothing is garbage-collected, and a
Deployment has no Pods. Tests create the objects that they need.
"""

import atexit
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from localplane.binaries import Binaries, find_binaries
from localplane.caches import cache_folder
from localplane.children import Child
from localplane.client import Client
from localplane.clusters import Cluster, existing_cluster
from localplane.commands import Files
from localplane.errors import LocalPlaneError, StartError
from localplane.folders import RunFolder, sweep, sweep_logs
from localplane.runs import HERE, Place, Run

__all__ = ["ControlPlane", "open_cluster"]

_POLL = 0.05
_GRACE = 5.0
_LAST_LINES = 15


class ControlPlane:
    """One etcd and one API server on 127.0.0.1, with their own certificates, ports and temporary folder.

    A context manager, or use ``start`` and ``stop``. The two servers always end with this Python process: at its exit
    and on Ctrl-C in order, on a crash or SIGKILL by the kernel (on Linux). Several may run in parallel. The logs are
    kept if an exception leaves the ``with`` block.

    Args:
        binaries: The binaries; None: find or build them, which takes minutes the first time.
        apiserver_flags: Additional flags of the API server; of a repeated flag the last one counts.
        start_timeout: Timeout of the start in seconds.
        place: Where both run.
        service_accounts: Give each Pod its ServiceAccount and a token, which requires a controller manager.
        environ: Environment variables that select cache and binaries; None: those of this process.
    """

    def __init__(
        self,
        *,
        binaries: Binaries | None = None,
        apiserver_flags: Sequence[str] = (),
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
        self._start_timeout = start_timeout
        self._owner = os.getpid()
        self._run: Run | None = None
        self._keep_logs = False

    # -- while it runs

    @property
    def server(self) -> str:
        """URL of the API server; the same after a restart."""
        return self._running.server

    @property
    def admin(self) -> Client:
        """A client of the group system:masters, which has all permissions."""
        return self._running.admin

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, mode 0600, in the temporary folder."""
        return self._running.files["admin.kubeconfig"]

    @property
    def folder(self) -> Path:
        """The temporary folder, deleted with the control plane."""
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
        """The pids of the running servers, by name: kube-apiserver, etcd."""
        children = {"kube-apiserver": self._running.apiserver, "etcd": self._running.etcd}
        return {name: child.pid for name, child in children.items() if child.pid is not None}

    def client(self, user: str, groups: Sequence[str] = ()) -> Client:
        """Return a client for any user, with a new certificate; it is closed with the control plane.

        Args:
            user: Such as ``jane`` or ``system:serviceaccount:NAMESPACE:NAME`` (at most 64 characters). It has no
                permission until a binding names it or one of its groups.
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
            valid_for: Validity of its certificate; None: longer than any test.
        """
        return self._running.kubeconfig_for(user, groups, namespace, valid_for)

    # -- start and stop

    def start(self) -> Self:
        """Start both servers and wait until the API server is ready.

        Raises:
            StartError: A server exited, or was not ready in time; the text names the log, which is kept.
            BuildError: The binaries had to be built and the build failed.
        """
        if self._run is not None:
            raise StartError("this control plane is already running; create a second ControlPlane")
        binaries = self._binaries or find_binaries(self._environ)
        logs = cache_folder(self._environ) / "logs"
        sweep()
        sweep_logs(logs, time.time())
        run = self._run = Run(RunFolder(logs))
        atexit.register(self.stop)
        try:
            run.prepare(
                binaries,
                self._apiserver_flags,
                self._environ,
                self._place,
                service_accounts=self._service_accounts,
            )
            run.etcd.start()
            self.start_apiserver()
        except BaseException:
            # Logs are kept for StartError already; Ctrl-C needs none.
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop both servers and delete the temporary folder; the logs are kept only after a failure."""
        # A forked copy of this process must not stop the parent's servers.
        run = self._run if os.getpid() == self._owner else None
        if run is None:
            return
        self._run = None
        atexit.unregister(self.stop)
        run.close(keep_logs=self._keep_logs)

    def keep_logs(self) -> Path:
        """Keep the logs after the stop.

        Returns:
            The folder with the logs.
        """
        self._keep_logs = True
        return self._running.folder.logs

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        # Ctrl-C is not a failure.
        if isinstance(error, Exception) and self._run is not None:
            self.keep_logs()
        self.stop()

    # -- faults, for tests

    def stop_apiserver(self, *, grace: float = _GRACE) -> None:
        """Stop only the API server: clients get connection refused.

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
        """Stop only etcd: the API server stays up, but its reads and writes fail.

        Args:
            grace: As for ``stop_apiserver``. By default it is killed at once: acknowledged writes are not lost, and a
                graceful stop would wait for the API server to disconnect.
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

    # -- internals

    @property
    def _running(self) -> Run:
        if self._run is None:
            raise LocalPlaneError("this control plane is not running: use `with ControlPlane() as plane:`")
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


@contextmanager
def open_cluster(environ: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Open the selected cluster for a ``with`` block: the one in PLATFORM_STATUS_CLUSTER, else a new control plane.

    No other setting is used: neither KUBECONFIG nor the kubeconfig in the home folder. Tests create and delete objects
    freely, so a cluster must be selected explicitly.

    Args:
        environ: Environment variables; None: those of this process.

    Yields:
        An ExistingCluster, or a started ControlPlane.

    Raises:
        ClusterChoiceError: PLATFORM_STATUS_CLUSTER is not the path of a usable kubeconfig.
        StartError: The new control plane did not start.
    """
    chosen = os.environ if environ is None else environ
    named = chosen.get("PLATFORM_STATUS_CLUSTER", "")
    if named:
        with closing(existing_cluster(named)) as existing:
            yield existing
    else:
        with ControlPlane(environ=chosen) as plane:
            yield plane
