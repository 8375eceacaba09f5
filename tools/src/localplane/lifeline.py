"""Becomes a command that the kernel kills as soon as the one who started it is gone, however it went.

Run as a script, before the command: ``python -I -S lifeline.py PARENT_PID COMMAND ...``. It replaces itself by the
command, so the pid stays. A function between fork and exec would do the same, but is not safe beside threads.

The kernel watches the *thread* that started the command, not its whole process: see ``children``.
Only Linux can do it. Elsewhere the command simply starts, and outlives a parent that was killed with SIGKILL.
"""

import ctypes
import os
import signal
import sys

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent, then become the command.

    Args:
        arguments: The pid of the parent, the command's absolute path, its arguments.

    Raises:
        SystemExit: If the parent was gone before the tie held.
    """
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(f"{command[0]}: not started, its parent {parent} has ended")
    os.execv(command[0], command)  # noqa: S606 - the command is ours, and no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
