"""The sidecar under faults: a child process with a pod's credentials, which talks to the proxy only."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localplane.client import Client
from platform_status_demo import roles
from tests.cluster.rights import grant
from tests.cluster.sidecar.world import until
from tests.variables import image_environment

__all__ = ["FaultySidecar", "credentials"]

_ROOT = Path(__file__).parents[2]
_STOP_SECONDS = 15


def credentials(admin: Client, authority: bytes, folder: Path) -> None:
    """Apply the sidecar's real RBAC, let it read Secrets, and put its token and its authority into a folder."""
    for document in roles.rights(_ROOT):
        admin.apply(document)
    namespace, name = roles.NAMESPACE, roles.ACCOUNT
    # the pipeline ships one Role per request; here one rule stands for all of them
    grant(admin, roles.USER, [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}])
    token = admin.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
        body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
    )
    (folder / "token").write_text(token["status"]["token"])
    (folder / "ca.crt").write_bytes(authority)


class FaultySidecar:
    """A sidecar whose API server is the proxy; `start` and `kill` as often as a test likes.

    Args:
        folder: With its credentials; its logs go there too.
        port: Of the proxy.
        flags: Further flags.
        environ: Further environment variables; any makes it run through `runner`.
    """

    def __init__(self, folder: Path, port: int, *flags: str, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._flags = flags
        self._environ = dict(environ or {})
        self._port = port
        self._child: subprocess.Popen[bytes] | None = None
        self._logs: list[Path] = []

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it says that it started."""
        module = "tests.faults.runner" if self._environ else "platform_status_sidecar"
        command = [sys.executable, "-m", module, "--listen", "127.0.0.1:0", "--service-account", str(self._folder)]
        server = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self._port)}
        log = self._folder / f"sidecar-{time.monotonic_ns()}.log"
        self._logs.append(log)
        environ = {**os.environ, **server, **image_environment(), **self._environ}
        with log.open("wb") as stream:
            self._child = subprocess.Popen([*command, *self._flags], env=environ, stderr=stream)  # noqa: S603 - our own
        if wait:
            child = self._child
            until(lambda: '"Started"' in log.read_text() or child.poll() is not None, "the sidecar starts")
            assert child.poll() is None, f"the sidecar did not start: {self._tail()}"

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        assert self._child
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()
        self._child = None

    def stop(self) -> None:
        """Stop it in order; it must end by itself, with exit code 0, and must not have met a defect of its own."""
        if self._child is None:
            return
        child, self._child = self._child, None
        early = child.poll()
        child.terminate()
        try:
            code = child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise
        assert early is None, f"the sidecar ended by itself with {early}: {self._tail()}"
        assert code == 0, f"exit code {code}: {self._tail()}"
        defects = [line for line in self.lines() if "defect" in line["message"] or "thread died" in line["message"]]
        assert not defects, defects

    def abandon(self) -> None:
        """Kill it if it runs; for a test that failed already."""
        if self._child:
            self.kill()

    def lines(self) -> list[dict[str, Any]]:
        """Every whole line of its logs."""
        lines = [line for log in self._logs for line in log.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.endswith("}")]

    def resident_kib(self) -> int:
        """Resident memory now, KiB."""
        assert self._child
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self._child.pid}/status").read_text())
        assert found
        return int(found.group(1))

    def _tail(self) -> str:
        return self._logs[-1].read_text()[-3000:]
