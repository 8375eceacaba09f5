"""The node: it runs pods a few seconds after ``start``, and ``stop`` removes all of it.

Example::

    with LocalNode() as node:
        node.load(Path("sidecar.tar"))
        node.admin.create({"apiVersion": "v1", "kind": "Pod", ...})
"""

import atexit
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TextIO

import yaml

from localnode import configuration, images
from localnode.binaries import NodeBinaries, find_node_binaries
from localnode.configuration import API_SERVER, NODE, Layout
from localnode.errors import NodeError, NotPossibleError
from localnode.requirements import why_not
from localnode.sampler import Measured, Sampler
from localnode.wall import Wall, sweep
from localplane.client import Client
from localplane.errors import FAILURES
from localplane.kubeconfigs import write_private
from localplane.plane import ControlPlane

__all__ = ["LocalNode"]

_POLL = 0.1
_LAST_LINES = 15


class LocalNode:
    """A control plane with all its controllers and one node, in their own namespaces.

    A context manager, or use ``start`` and ``stop``. Several may run in parallel. The logs are kept if an exception
    leaves the ``with`` block.

    Args:
        controller_flags: Additional flags of the controller manager; of a repeated flag the last one counts.
        start_timeout: Timeout of the start in seconds.
        environ: Environment variables that select cache and binaries; None: those of this process.
        stream: Stream for the progress of builds; None: standard error.
    """

    def __init__(
        self,
        *,
        controller_flags: Sequence[str] = (),
        start_timeout: float = 120,
        environ: Mapping[str, str] | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._controller_flags = tuple(controller_flags)
        self._timeout = start_timeout
        self._stream = stream or sys.stderr
        self._owner = os.getpid()
        self._wall: Wall | None = None
        self._binaries: NodeBinaries
        self.plane: ControlPlane

    # -- while it runs

    @property
    def admin(self) -> Client:
        """A client of the group system:masters, which has all permissions."""
        return self.plane.admin

    @property
    def folder(self) -> Path:
        """The node's folder, deleted with the node."""
        return self._running.folder

    @property
    def logs(self) -> Path:
        """Folder with the logs of all servers; kept only after a failure."""
        return self.plane.apiserver_log.parent

    def load(self, *archives: Path) -> list[str]:
        """Import images from archives, in the format of ``docker save`` or of an OCI layout.

        Args:
            archives: The tar files.

        Returns:
            The names of all images on the node.

        Raises:
            NodeError: containerd cannot read one.
        """
        for archive in archives:
            try:
                self._ctr("images", "import", str(archive))
            except NodeError as error:
                raise NodeError(f"{archive}: containerd cannot import it as an image: {error}") from error
        return [name for name in self._ctr("images", "list", "--quiet").split() if not name.startswith("sha256:")]

    def kill(self, container: str, signal: str = "SIGKILL") -> None:
        """Send a signal to the first process of a container.

        Args:
            container: Its ID, the last part of ``status.containerStatuses[].containerID`` of its pod.
            signal: The signal's name.
        """
        self._ctr("tasks", "kill", "--signal", signal, container)

    def stop_kubelet(self) -> None:
        """Stop the kubelet: for the control plane the node is lost, but its containers keep running."""
        self._running.stop("kubelet")

    def start_kubelet(self) -> None:
        """Start the kubelet again and wait until the node is Ready."""
        flags = configuration.kubelet_flags(self._layout, self._kubelet_kubeconfig)
        self._start("kubelet", self._binaries.tools["kubelet"], *flags)
        self._await("the node is Ready and takes pods", self._ready)

    def measured(self) -> Mapping[str, Measured]:
        """Return peak memory and user of every container that has run on the node, by ID."""
        return self._sampler.measured()

    def watch(self) -> None:
        """Block until a server exits.

        Raises:
            NodeError: A server has exited; the text names its log.
        """
        while not (ended := self._running.ended()):
            time.sleep(5 * _POLL)
        why = ", ".join(f"{name} ended with exit code {code}" for name, code in ended.items())
        raise NodeError(f"{why}\n{self._log_ends(ended)}")

    # -- start and stop

    def start(self) -> Self:
        """Start all servers and wait until the node is Ready.

        Raises:
            NotPossibleError: This machine cannot run a node; the text names what is missing.
            NodeError: A part did not start, or exited; the text names its log.
            LocalPlaneError: The control plane did not start, or a build failed.
        """
        if self._wall is not None:
            raise NodeError("this node is already running; create a second LocalNode")
        reason = why_not(self._environ)
        if reason:
            raise NotPossibleError(reason)
        self._binaries = find_node_binaries(self._environ, self._stream)
        sweep()
        self._wall = wall = Wall(self._binaries.pause)
        atexit.register(self.stop)
        try:
            self._layout = Layout(wall.folder)
            wall.run("sh", "-c", configuration.setup_script(self._layout))
            self.plane = ControlPlane(
                binaries=self._binaries.plane,
                apiserver_flags=configuration.API_SERVER_FLAGS,
                start_timeout=self._timeout,
                place=wall,
                service_accounts=True,
                environ=self._environ,
            ).start()
            self._start_controllers()
            self._start_containerd()
            self._sampler = Sampler(wall.cgroup)
            self._configure_kubelet()
            self.start_kubelet()
        except BaseException as error:
            self._end(failed=isinstance(error, Exception))
            raise
        return self

    def stop(self) -> None:
        """Stop everything; when this returns, nothing is left."""
        self._end(failed=False)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        # Ctrl-C is not a failure.
        self._end(failed=isinstance(error, Exception))

    # -- internals

    @property
    def _running(self) -> Wall:
        if self._wall is None:
            raise NodeError("this node is not running: use `with LocalNode() as node:`")
        return self._wall

    def _end(self, *, failed: bool) -> None:
        # A forked copy of this process must not stop the parent's servers.
        wall = self._wall if os.getpid() == self._owner else None
        if wall is None:
            return
        self._wall = None
        atexit.unregister(self.stop)
        sampler = getattr(self, "_sampler", None)
        if sampler is not None:
            sampler.close()
        plane = getattr(self, "plane", None)
        if plane is not None and failed:
            # A control plane that failed to start has kept its own logs.
            try:
                plane.keep_logs()
            except FAILURES:
                plane = None
        try:
            if plane is not None:
                plane.stop()
        finally:
            wall.close()

    def _start_controllers(self) -> None:
        names = {name: self.plane.files[name] for name in ("ca.crt", "service-accounts.key")}
        manager, scheduler = "kube-controller-manager", "kube-scheduler"
        flags = configuration.controller_flags(self._kubeconfig(f"system:{manager}"), names)
        self._start(manager, self._binaries.tools[manager], *flags, *self._controller_flags)
        flags = configuration.scheduler_flags(self._kubeconfig(f"system:{scheduler}"))
        self._start(scheduler, self._binaries.tools[scheduler], *flags)

    def _start_containerd(self) -> None:
        layout, runtime = self._layout, self._binaries.runtime
        layout["cni"].mkdir()
        layout["cni/node.conflist"].write_text(configuration.cni_configuration(layout))
        layout["containerd.toml"].write_text(configuration.containerd_configuration(layout, runtime))
        self._start("containerd", runtime.containerd, f"--config={layout['containerd.toml']}")
        self._await("containerd answers", lambda: bool(self._ctr("version")))
        pause = images.layer([images.Entry("pause", self._binaries.pause.read_bytes(), mode=0o755)])
        images.new_image(layout["pause.tar"], configuration.PAUSE, pause, {"Entrypoint": ["/pause"]})
        self.load(layout["pause.tar"])

    def _configure_kubelet(self) -> None:
        layout = self._layout
        settings = configuration.kubelet_configuration(layout, self._running.cgroup, self.plane.files["ca.crt"])
        layout["kubelet.yaml"].write_text(settings)
        self._kubelet_kubeconfig = self._kubeconfig(f"system:node:{NODE}", "system:nodes")

    def _ready(self) -> bool:
        node = self.admin.find("v1", "Node", NODE)
        # A pod is rejected before the controller manager has created the ServiceAccount of its namespace.
        account = self.admin.find("v1", "ServiceAccount", "default", namespace="default")
        return node is not None and account is not None and _is_ready(node)

    def _kubeconfig(self, user: str, *groups: str) -> Path:
        """Write a kubeconfig that is valid inside the namespaces."""
        told: dict[str, Any] = yaml.safe_load(self.plane.kubeconfig_for(user, groups).read_text())
        told["clusters"][0]["cluster"]["server"] = API_SERVER
        return write_private(self._layout[f"{user.replace(':', '-')}.kubeconfig"], yaml.safe_dump(told).encode())

    def _start(self, name: str, binary: Path, *flags: str) -> None:
        environment = {key: value for key, value in self._environ.items() if not key.lower().endswith("_proxy")}
        runtime = self._binaries.runtime
        path = [runtime.shim.parent, runtime.runc.parent, environment.get("PATH", "")]
        environment["PATH"] = os.pathsep.join(map(str, path))
        self._running.start(name, [str(binary), *flags], self.logs / f"{name}.log", environment)

    def _ctr(self, *arguments: str) -> str:
        # The client of containerd must not find another containerd of this machine.
        command = [str(self._binaries.runtime.ctr), "--address", str(self._layout.socket), "--namespace", "k8s.io"]
        return self._running.run(*command, *arguments)

    def _await(self, what: str, holds: Callable[[], bool]) -> None:
        deadline, last = time.monotonic() + self._timeout, ""
        while True:
            try:
                if holds():
                    return
            except FAILURES as error:
                last = str(error)
            ended = self._running.ended()
            if ended or time.monotonic() > deadline:
                why = ", ".join(f"{name} ended with exit code {code}" for name, code in ended.items())
                raise NodeError(f"{what}: {why or f'not within {self._timeout:g} s; {last}'}\n{self._log_ends(ended)}")
            time.sleep(_POLL)

    def _log_ends(self, names: Mapping[str, int]) -> str:
        ends = []
        for log in sorted(self.logs.glob("*.log")):
            if not names or log.stem in names:
                lines = log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
                ends.append(f"log: {log}\nits last lines:\n" + "\n".join(lines))
        return "\n".join(ends)


def _is_ready(node: Mapping[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
