"""Executes a command that the kernel kills as soon as its parent has ended, for whatever reason.

Run as a script, before the command: ``python -I -S lifeline.py PARENT_PID COMMAND ...``. It execs the command, so the
pid stays the same. A preexec function would do the same, but is not safe with threads.

The kernel monitors the *thread* that started the command, not its whole process: see ``children``. Only Linux
supports this. Elsewhere the command simply starts, and outlives a parent that was killed with SIGKILL.
"""

import ctypes
import os
import signal
import sys

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent, then exec the command.

    Args:
        arguments: The pid of the parent, the command's absolute path, its arguments.

    Raises:
        SystemExit: The parent ended before the tie was set up.
    """
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(f"{command[0]}: not started, its parent {parent} has ended")
    os.execv(command[0], command)  # noqa: S606 - the command is ours, and needs no shell


if __name__ == "__main__":
    main(sys.argv[1:])
