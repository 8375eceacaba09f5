"""A network namespace for the servers, because some serve metrics on all interfaces.

A ``localplane.runs.Place`` with only a loopback interface, so every server keeps its default port. From outside only
the API server is reachable, through a relay. `why_not` returns what a machine lacks for it.
"""

import platform
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from localnode.relay import Relay
from localplane.children import Child, Nursery
from localplane.errors import StartError

__all__ = ["ADDRESS", "Network"]

_PACKAGES = {"git": "git", "ip": "iproute2", "nsenter": "util-linux"}
"""Programs that every engine requires, and their Debian packages."""

_PROBE_TIMEOUT = 30


def why_not(engine: str, packages: Iterable[str], environ: Mapping[str, str]) -> str:
    """Return why an engine cannot run on this machine; empty if it can.

    Args:
        engine: Its display name, such as ``the real Argo CD``.
        packages: Additional required packages; each contains a program of the same name.
        environ: The environment; programs are found on its PATH.
    """
    if platform.system() != "Linux":
        return f"{engine} needs Linux, and this is {platform.system()}"
    path = environ.get("PATH", "")
    wanted = [*_PACKAGES.items(), *((package, package) for package in packages)]
    missing = sorted(package for name, package in wanted if shutil.which(name, path=path) is None)
    if missing:
        return f"{engine} needs {', '.join(missing)}: apt-get install {' '.join(missing)}"
    try:
        answer = subprocess.run(
            ["unshare", "--net", "ip", "link", "set", "lo", "up"],  # noqa: S607 - programs of the system
            env=dict(environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=_PROBE_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{engine} needs its own network namespace: {error}"
    if answer.returncode != 0:
        said = answer.stderr.strip() or f"exit code {answer.returncode}"
        return f"{engine} needs its own network namespace, which requires root: {said}"
    return ""


ADDRESS = "127.0.0.1"
"""The address on which every server in it listens."""

_START_TIMEOUT = 10.0
_POLL_INTERVAL = 0.01
_LISTENING = "0A"


class Network:
    """A network namespace; it is removed once ``close`` has returned and every server in it has ended.

    Args:
        nursery: The thread that keeps it.
        log: The log for errors.
        environ: The environment; programs are found on its PATH.

    Raises:
        StartError: The namespace cannot be created.
    """

    def __init__(self, nursery: Nursery, log: Path, environ: Mapping[str, str]) -> None:
        self._relay: Relay | None = None
        self._path = environ.get("PATH", "")
        self._holder = Child(
            [self._tool("unshare"), "--net", "--", self._tool("sleep"), "infinity"], log, nursery, environ
        )
        self._holder.start()
        try:
            self._set_up(environ)
        except BaseException:
            self.close()
            raise

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command in the namespace."""
        return [self._tool("nsenter"), f"--net={self._namespace}", "--", *command]

    def lead(self, port: int) -> None:
        """Forward connections from 127.0.0.1 at a port to the same port in the namespace."""
        self._relay = Relay(port, self._namespace, port)

    def listens(self, port: int) -> bool:
        """Whether a server in the namespace accepts connections at a TCP port."""
        tables = [Path(f"/proc/{self._holder.pid}/net/{name}") for name in ("tcp", "tcp6")]
        rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
        return any(row[1].endswith(f":{port:04X}") and row[3] == _LISTENING for row in rows)

    def close(self) -> None:
        """Release the namespace."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        self._holder.stop(grace=0)

    @property
    def _namespace(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/ns/net")

    def _set_up(self, environ: Mapping[str, str]) -> None:
        ours, deadline = Path("/proc/self/ns/net").readlink(), time.monotonic() + _START_TIMEOUT
        while True:
            with suppress(OSError):  # it has ended, or has not started
                if self._namespace.readlink() != ours:
                    break
            if self._holder.exit_code is not None or time.monotonic() > deadline:
                raise StartError(f"no network namespace: {self._holder.last_lines(3)}")
            time.sleep(_POLL_INTERVAL)
        command = self.inside([self._tool("ip"), "link", "set", "lo", "up"])
        answer = subprocess.run(  # noqa: S603 - programs of the system, no shell
            command, env=dict(environ), capture_output=True, text=True, check=False, timeout=_START_TIMEOUT
        )
        if answer.returncode != 0:
            raise StartError(f"{' '.join(command)}: exit code {answer.returncode}: {answer.stderr.strip()}")

    def _tool(self, name: str) -> str:
        return shutil.which(name, path=self._path) or f"/usr/bin/{name}"
