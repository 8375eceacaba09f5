"""The wall around a node: namespaces for its processes, mounts and network, and what is done on their inside."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from localnode import cgroups
from localnode.errors import NodeError
from localnode.relay import Relay

__all__ = ["Wall", "sweep"]

_PREFIX = "localnode-"
_LOCK = "owner.lock"
_KEEPER = Path(__file__).with_name("keeper.py")
_API_SERVER_PORT = 443


class Wall:
    """The namespaces of one node, a folder and a cgroup of the same name, all gone after ``close``.

    A ``localplane.runs.Place``: etcd and the API server run in the node's network, but see this machine's processes
    and files as they are.

    Args:
        first: The program that is the first process inside.
        parent: Where to make the folder; None takes the system's folder for temporary files.

    Raises:
        NodeError: If the namespaces cannot be made.
    """

    def __init__(self, first: Path, parent: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self.cgroup = self.folder.name
        self._relay: Relay | None = None
        self._keeper = subprocess.Popen(  # noqa: S603 - a script of ours, no shell
            [sys.executable, "-I", "-S", str(_KEEPER), str(self.folder), self.cgroup, str(first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches the whole terminal session, and somebody has to be left to put things away.
            start_new_session=True,
        )
        try:
            self._first = int(self._answer()["pid"])
        except BaseException:
            self.close()
            raise

    @property
    def first(self) -> int:
        """The pid of the first process inside, as seen from outside."""
        return self._first

    # -- as a Place

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command that starts this one in the node's network, and in nothing else of it."""
        return [_tool("nsenter"), f"--net={self._network}", "--", *command]

    def lead(self, port: int) -> None:
        """Carry connections to 127.0.0.1 at that port to the API server inside."""
        self._relay = Relay(port, self._network, _API_SERVER_PORT)

    # -- inside

    def start(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Start a server inside; it runs until the wall is closed.

        Args:
            name: What to call it.
            command: Absolute path and arguments.
            log: File that its output is appended to.
            environment: All its environment variables.
        """
        self._order(do="start", name=name, command=list(command), log=str(log), environment=dict(environment))

    def stop(self, name: str) -> None:
        """Have a server end, as SIGTERM does, and wait until it has.

        Args:
            name: What it is called.
        """
        self._order(do="stop", name=name)

    def ended(self) -> dict[str, int]:
        """Return the exit codes of the servers that have ended, by name."""
        return self._order(do="ended")

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command inside and wait for it.

        Returns:
            Its standard output.

        Raises:
            NodeError: If it fails; the text is what it said.
        """
        enter = [_tool("nsenter"), f"--target={self._first}", "--pid", "--net", "--mount", "--"]
        answer = subprocess.run(  # noqa: S603 - commands of this package, no shell
            [*enter, *command], capture_output=True, text=True, check=False, env=environment, timeout=120
        )
        if answer.returncode != 0:
            said = (answer.stderr or answer.stdout).strip()[-2000:]
            raise NodeError(f"{' '.join(command)}: exit code {answer.returncode}: {said}")
        return answer.stdout

    def close(self) -> None:
        """End everything inside and put it away."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        for end in (self._keeper.stdin, self._keeper.stdout):
            if end is not None:
                with suppress(OSError):  # the keeper was gone before us
                    end.close()
        complaint = self._keeper.stderr.read() if self._keeper.stderr and not self._keeper.stderr.closed else ""
        if self._keeper.stderr:
            self._keeper.stderr.close()
        self._keeper.wait()
        if complaint:
            sys.stderr.write(complaint)
        if self.folder.exists():  # its keeper was killed
            _put_away(self.folder)

    # -- how

    @property
    def _network(self) -> Path:
        return Path(f"/proc/{self._first}/ns/net")

    def _order(self, **order: object) -> dict[str, Any]:
        assert self._keeper.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._keeper.stdin.write(json.dumps(order) + "\n")
            self._keeper.stdin.flush()
        except OSError as error:
            raise NodeError(f"the keeper of {self.folder} has ended: {error}") from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._keeper.stdout is not None  # noqa: S101 - it is a pipe
        line = self._keeper.stdout.readline()
        if not line:
            complaint = self._keeper.stderr.read().strip()[-2000:] if self._keeper.stderr else ""
            raise NodeError(f"the keeper of {self.folder} has ended: {complaint}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def sweep(parent: Path | None = None) -> None:
    """Put away what is left of nodes whose owner and keeper were both killed: a folder and empty cgroups.

    Args:
        parent: Where to look; None takes the system's folder for temporary files.
    """
    for lock in (parent or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # another user's, another sweep's, or its keeper is alive
            descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if lock.parent.lstat().st_uid == os.getuid():
                    _put_away(lock.parent)
            finally:
                os.close(descriptor)


def _put_away(folder: Path) -> None:
    cgroups.remove(folder.name)
    shutil.rmtree(folder, ignore_errors=True)


def _tool(name: str) -> str:
    return shutil.which(name) or f"/usr/bin/{name}"
