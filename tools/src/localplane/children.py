"""Child processes: started in one thread, tied to the life of this process, stopped by pid."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["Child", "Nursery", "last_lines"]

_TAIL_BYTES = 64 * 1024
_LIFELINE = Path(__file__).with_name("lifeline.py")


class Nursery:
    """The thread that starts children.

    A child dies with the thread that started it (see ``lifeline``). If that were the caller's thread, a control plane
    started in a short-lived one would lose its servers. So one thread starts all children and runs until ``close``.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="localplane-nursery")

    def run(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a command in its own session, its output appended to a log.

        Args:
            command: Absolute path and arguments.
            log: File for both standard output and standard error.
            environment: All environment variables of the child.
        """
        return self._thread.submit(_start, command, log, environment).result()

    def close(self) -> None:
        """End the thread, and with it every running child."""
        self._thread.shutdown(wait=True)


def _start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    tied = [sys.executable, "-I", "-S", str(_LIFELINE), str(os.getpid()), *command]
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own binary, no shell
            tied,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=log.parent,
            # Ctrl-C reaches the whole terminal session, but servers must stop in order, the API server before etcd.
            start_new_session=True,
        )


class Child:
    """One server: a command that can be started, stopped and started again.

    Args:
        command: Absolute path and arguments.
        log: File for its output; a restart appends.
        nursery: The thread that starts it.
        environment: All environment variables of the child.
    """

    def __init__(self, command: Sequence[str], log: Path, nursery: Nursery, environment: Mapping[str, str]) -> None:
        self.log = log
        self._command = command
        self._nursery = nursery
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The pid while it runs, else None."""
        return None if self._running is None or self._running.poll() is not None else self._running.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code if it has exited by itself; None while it runs, before its start and after ``stop``."""
        return None if self._running is None else self._running.poll()

    def start(self) -> None:
        """Start it, unless it already runs."""
        if self.pid is None:
            self._running = self._nursery.run(self._command, self.log, self._environment)

    def stop(self, *, grace: float) -> None:
        """Stop it and wait for its end; no-op if it does not run.

        Args:
            grace: Seconds between SIGTERM and SIGKILL; 0 kills at once.
        """
        child, self._running = self._running, None
        if child is None:
            return
        if grace > 0 and child.poll() is None:
            child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(grace)
        if child.poll() is None:
            child.kill()
        child.wait()

    def last_lines(self, count: int) -> str:
        """Return the end of the log.

        Args:
            count: Maximum number of lines.
        """
        return last_lines(self.log, count)


def last_lines(log: Path, count: int) -> str:
    """Return the last lines of a log, of at most 64 KiB; empty if it does not exist.

    Args:
        log: The file.
        count: Maximum number of lines.
    """
    if not log.exists():
        return ""
    with log.open("rb") as opened:
        opened.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return "\n".join(opened.read().decode(errors="replace").splitlines()[-count:])
