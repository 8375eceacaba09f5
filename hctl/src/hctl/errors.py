"""How hctl ends: five exit codes, and errors that name what is wrong and what would mend it."""

from enum import IntEnum

__all__ = ["ClusterError", "ExitCode", "HctlError", "UsageError"]


class ExitCode(IntEnum):
    """What a script may rely on; documented in docs/hctl.md."""

    READY = 0
    NOT_READY = 1
    USAGE = 2
    UNREACHABLE = 3
    STALE = 4
    INTERRUPTED = 130


class HctlError(Exception):
    """Something that ends the command with one clear line.

    Attributes:
        exit_code: The exit code that goes with it.
    """

    exit_code = ExitCode.UNREACHABLE


class UsageError(HctlError):
    """What was asked for does not exist, is not unique, or cannot be asked like that."""

    exit_code = ExitCode.USAGE


class ClusterError(HctlError):
    """The cluster cannot be reached, or does not let us.

    Attributes:
        status: The HTTP status; 0 if there was no answer.
    """

    def __init__(self, text: str, *, status: int = 0) -> None:
        super().__init__(text)
        self.status = status
