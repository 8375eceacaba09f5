"""The five exit codes of hctl, and its errors, which name the cause and the fix."""

from enum import IntEnum
from typing import Final

__all__ = ["FORBIDDEN", "NOT_FOUND", "ClusterError", "ExitCode", "HctlError", "UsageError"]

FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
"""Values of `ClusterError.status` that a user may expect: no right, or no such object or kind."""


class ExitCode(IntEnum):
    """The exit codes, a stable interface for scripts; documented in docs/hctl.md."""

    READY = 0
    NOT_READY = 1
    USAGE = 2
    UNREACHABLE = 3
    STALE = 4
    INTERRUPTED = 130


class HctlError(Exception):
    """An error that ends the command with one line on standard error.

    Attributes:
        exit_code: The exit code of the command.
    """

    exit_code = ExitCode.UNREACHABLE


class UsageError(HctlError):
    """The named object does not exist or is not unique, or the arguments are invalid."""

    exit_code = ExitCode.USAGE


class ClusterError(HctlError):
    """The cluster cannot be reached, or denies the request.

    Attributes:
        status: The HTTP status; 0 without a response.
    """

    def __init__(self, text: str, *, status: int = 0) -> None:
        super().__init__(text)
        self.status = status
