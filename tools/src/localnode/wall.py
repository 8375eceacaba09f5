"""The isolation of a node: namespaces for its processes, mounts and network, and the operations inside them."""

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
    """The namespaces of one node, with a folder and a cgroup of the same name, all removed by ``close``.

    A ``localplane.runs.Place``: etcd and the API server run in the node's network namespace, but share the
    processes and files of this machine.

    Args:
        first: The program of the first process inside.
        parent: Parent of the folder; None: the system's folder for temporary files.

    Raises:
        NodeError: The namespaces cannot be created.
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
            # Ctrl-C reaches the whole terminal session, but the keeper must survive it to clean up.
            start_new_session=True,
        )
        try:
            self._first = int(self._answer()["pid"])
        except BaseException:
            self.close()
            raise

    @property
    def first(self) -> int:
        """The pid of the first process inside, in the PID namespace of this machine."""
        return self._first

    # -- as a Place

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command in the node's network namespace only."""
        return [_tool("nsenter"), f"--net={self._network}", "--", *command]

    def lead(self, port: int) -> None:
        """Forward connections from 127.0.0.1 at a port to the API server inside."""
        self._relay = Relay(port, self._network, _API_SERVER_PORT)

    # -- inside

    def start(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Start a server inside; it runs until ``close``.

        Args:
            name: Its name.
            command: Absolute path and arguments.
            log: File to which its output is appended.
            environment: All its environment variables.
        """
        self._order(do="start", name=name, command=list(command), log=str(log), environment=dict(environment))

    def stop(self, name: str) -> None:
        """Stop a server with SIGTERM, and wait for its end.

        Args:
            name: Its name.
        """
        self._order(do="stop", name=name)

    def ended(self) -> dict[str, int]:
        """Return the exit codes of the ended servers, by name."""
        return self._order(do="ended")

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command inside and wait for it.

        Returns:
            Its standard output.

        Raises:
            NodeError: It failed; the text is its error output.
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
        """Stop everything inside and remove it."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        for end in (self._keeper.stdin, self._keeper.stdout):
            if end is not None:
                with suppress(OSError):  # the keeper has already ended
                    end.close()
        complaint = self._keeper.stderr.read() if self._keeper.stderr and not self._keeper.stderr.closed else ""
        if self._keeper.stderr:
            self._keeper.stderr.close()
        self._keeper.wait()
        if complaint:
            sys.stderr.write(complaint)
        if self.folder.exists():  # its keeper was killed
            _put_away(self.folder)

    # -- internals

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
    """Remove the folders and empty cgroups of nodes whose owner and keeper were both killed.

    Args:
        parent: Folder to search; None: the system's folder for temporary files.
    """
    for lock in (parent or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # it belongs to another user, another sweep, or a running keeper
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
