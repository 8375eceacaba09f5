"""The real sidecar as a separate process, with only its own rights."""

import http.client
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from localplane.children import Child, Nursery
from localplane.kubeconfigs import write_private
from localplane.plane import ControlPlane
from platform_status_demo import roles
from platform_status_demo.command import StageError
from platform_status_pipeline.promise.manifests import account_of

__all__ = ["Sidecar"]

_START_SECONDS = 20.0
_POLL = 0.05
_LAST_LINES = 15


class Sidecar:
    """Starts `python -m platform_status_sidecar` and waits until it is ready.

    Args:
        plane: The control plane.
        nursery: The thread that starts it; it dies with that thread.
        promise: Name of the Promise.
        log: File for its output.
        environ: The environment of the demo.
        flags: Additional flags.
    """

    def __init__(
        self,
        plane: ControlPlane,
        nursery: Nursery,
        promise: str,
        log: Path,
        environ: Mapping[str, str],
        flags: Sequence[str] = (),
    ) -> None:
        kubeconfig = write_private(log.with_name("sidecar.kubeconfig"), _kubeconfig(plane, promise).encode())
        command = [sys.executable, "-m", "platform_status_sidecar", "--kubeconfig", str(kubeconfig)]
        command += ["--promise", promise, "--lease", f"{roles.NAMESPACE}/{promise}", *flags]
        command += ["--listen", "127.0.0.1:0", "--log-format", "json"]
        # The demo shows the defaults, so settings in the user's environment are removed.
        clean = {name: value for name, value in environ.items() if not name.startswith("PLATFORM_STATUS_")}
        self._child = Child(command, log, nursery, clean)

    @property
    def log(self) -> Path:
        """The path of its log."""
        return self._child.log

    @property
    def exit_code(self) -> int | None:
        """The exit code if it has exited by itself, else None."""
        return self._child.exit_code

    @property
    def address(self) -> str:
        """host:port of its /metrics; empty before it listens."""
        port = self._port()
        return "" if port is None else f"127.0.0.1:{port}"

    def start(self) -> None:
        """Start it, and wait until /readyz returns 200.

        Raises:
            StageError: It exited, or was not ready in time; the text ends with the last lines of its log.
        """
        self._child.start()
        deadline = time.monotonic() + _START_SECONDS
        missing = "no port in its log"
        while time.monotonic() < deadline:
            if self._child.exit_code is not None:
                raise self._failed(f"it ended with exit code {self._child.exit_code}")
            port = self._port()
            if port is not None:
                missing = _not_ready(port)
                if not missing:
                    return
            time.sleep(_POLL)
        raise self._failed(f"not ready within {_START_SECONDS:g} s; last answer: {missing}")

    def stop(self) -> None:
        """Stop it with SIGTERM and wait for its end."""
        self._child.stop(grace=5.0)

    def kill(self) -> None:
        """Stop it with SIGKILL, as in a failure of the node."""
        self._child.stop(grace=0)

    def writes(self) -> int:
        """Return the number of its status writes, from its log."""
        return sum('"Wrote the status"' in line for line in self._lines())

    def _port(self) -> int | None:
        for line in self._lines():
            if '"Started"' in line:
                port: object = json.loads(line).get("port")
                return port if isinstance(port, int) else None
        return None

    def _lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def _failed(self, what: str) -> StageError:
        return StageError(f"sidecar: {what}\nlog: {self.log}\nits last lines:\n{self._child.last_lines(_LAST_LINES)}")


def _kubeconfig(plane: ControlPlane, promise: str) -> str:
    """Return the administrator's kubeconfig, with a token of the sidecar's ServiceAccount as its credentials."""
    path = f"{plane.admin.path('v1', 'ServiceAccount', account_of(promise), roles.NAMESPACE)}/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = plane.admin.request("POST", path, body=body)["status"]["token"]
    config = yaml.safe_load(plane.kubeconfig.read_text())
    (user,) = config["users"]
    user["user"] = {"token": token}
    return yaml.safe_dump(config, sort_keys=False)


def _not_ready(port: int) -> str:
    """Request /readyz; returns the empty string if it is ready, else the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except OSError as error:
        return str(error)
    finally:
        connection.close()
    return "" if answer.status == http.HTTPStatus.OK else text
