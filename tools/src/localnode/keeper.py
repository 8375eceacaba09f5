"""Keeps the namespaces of one node, and removes everything when its owner has ended, even by SIGKILL.

Run as a script with the standard library alone: ``python -I -S keeper.py FOLDER CGROUP FIRST_PROCESS``. It creates a
PID, a mount and a network namespace, whose first process is FIRST_PROCESS. Then it runs the commands from standard
input, one JSON document per line, each with a one-line answer:

    {"do": "start", "name": ..., "command": [...], "log": ..., "environment": {...}}    -> {"pid": ...}
    {"do": "stop", "name": ...}                                                         -> {}
    {"do": "ended"}                                                                     -> {"kubelet": 1, ...}

At the end of its input it kills the first process; with it the kernel kills all others, containers included, and
drops the mounts and the network. The keeper then removes the cgroups and the folder. It has its own session, and no
tie to its owner except that input, so that it survives the owner.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).parent))
import cgroups  # type: ignore[import-not-found]

__all__ = ["main"]

_LOCK = "owner.lock"
_LIFELINE = Path(__file__).parents[1] / "localplane" / "lifeline.py"


class _Node:
    def __init__(self, folder: Path, first: str) -> None:
        self._folder = folder
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        tied = [sys.executable, "-I", "-S", str(_LIFELINE), str(os.getpid())]
        unshare = shutil.which("unshare") or "/usr/bin/unshare"
        flags = ["--pid", "--net", "--mount", "--mount-proc", "--fork", "--kill-child=SIGKILL"]
        self._wall = subprocess.Popen([*tied, unshare, *flags, first], stdin=subprocess.DEVNULL)  # noqa: S603 - ours
        self.first = self._await_first(first)

    def start(self, name: str, command: list[str], log: str, environment: dict[str, str]) -> int:
        """Start a command in the namespaces; its output is appended to a log."""
        nsenter = shutil.which("nsenter") or "/usr/bin/nsenter"
        enter = [nsenter, f"--target={self.first}", "--pid", "--net", "--mount", "--"]
        with Path(log).open("ab") as output:
            child = subprocess.Popen(  # noqa: S603 - a command from our owner, no shell
                [*enter, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self._folder,
            )
        self._children[name] = child
        return child.pid

    def stop(self, name: str) -> None:
        """Stop a command; when this returns, it has ended and is no longer listed."""
        child = self._children.pop(name)
        # nsenter waits for its command and does not forward signals.
        for pid in Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split():
            os.kill(int(pid), signal.SIGTERM)
        child.wait()

    def ended(self) -> dict[str, int]:
        """Return the exit codes of the ended commands, by name."""
        codes = {name: child.poll() for name, child in self._children.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def end(self) -> None:
        """Kill all processes in the namespaces; when this returns, none is left, not even a zombie."""
        self._wall.kill()
        self._wall.wait()
        for child in self._children.values():
            # Each nsenter exits after its command; killing it would leave a zombie to another process.
            child.wait()

    def _await_first(self, first: str) -> int:
        deadline = time.monotonic() + 10
        children = Path(f"/proc/{self._wall.pid}/task/{self._wall.pid}/children")
        while self._wall.poll() is None and time.monotonic() < deadline:
            pids = children.read_text().split()
            # Before it has executed that program, its mounts are not set up.
            if pids and Path(f"/proc/{pids[0]}/exe").resolve().samefile(first):
                return int(pids[0])
            time.sleep(0.01)
        raise RuntimeError(f"unshare: exit code {self._wall.poll()}, and no first process within 10 s")


def _obey(node: _Node, orders: IO[str], answers: IO[str]) -> None:
    for line in orders:
        order: dict[str, Any] = json.loads(line)
        match order.pop("do"):
            case "start":
                answer: dict[str, Any] = {"pid": node.start(**order)}
            case "stop":
                node.stop(**order)
                answer = {}
            case _:
                answer = node.ended()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _remove(folder: Path, cgroup: str) -> None:
    left = cgroups.remove(cgroup)
    if left:
        sys.stderr.write(f"localnode: left behind, not empty: {', '.join(map(str, left))}\n")
    shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> None:
    """Keep a node until the end of the input.

    Args:
        arguments: The node's folder, the name of its cgroup, the program of the first process.
    """
    folder, cgroup, first = Path(arguments[0]), arguments[1], arguments[2]
    # The end of our input ends this process; a signal to the terminal's session must not.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        cgroups.make(cgroup)
        node = _Node(folder, first)
        try:
            sys.stdout.write(json.dumps({"pid": node.first}) + "\n")
            sys.stdout.flush()
            _obey(node, sys.stdin, sys.stdout)
        finally:
            node.end()
    finally:
        _remove(folder, cgroup)


if __name__ == "__main__":
    main(sys.argv[1:])
