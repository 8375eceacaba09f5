"""Everything that this package raises.

::

    LocalPlaneError
    |-- ToolchainError          no Go that is new enough, and none could be installed
    |-- BuildError              a binary or a file of a Go module could not be made
    |-- StartError              etcd or the API server did not become ready
    |-- ClusterChoiceError      an environment variable names a cluster or a folder that cannot be used
    |-- UnreachableError        the API server did not answer at all
    |-- WaitError               the awaited state of an object did not come in time
    `-- ApiError                the API server answered with an error (status, reason, message)
        |-- UnauthorizedError   401
        |-- ForbiddenError      403
        |-- NotFoundError       404
        `-- ConflictError       409
"""

from collections.abc import Mapping

__all__ = [
    "ApiError",
    "BuildError",
    "ClusterChoiceError",
    "ConflictError",
    "ForbiddenError",
    "LocalPlaneError",
    "NotFoundError",
    "StartError",
    "ToolchainError",
    "UnauthorizedError",
    "UnreachableError",
    "WaitError",
    "api_error",
]

_LONGEST_MESSAGE = 2000


class LocalPlaneError(Exception):
    """Base of all errors of this package."""


class ToolchainError(LocalPlaneError):
    """No Go toolchain that is new enough was found, and none could be installed."""


class BuildError(LocalPlaneError):
    """A binary, or a file out of a Go module, could not be made."""


class StartError(LocalPlaneError):
    """The etcd or the API server did not become ready; the text ends with its last log lines and the log's path."""


class ClusterChoiceError(LocalPlaneError):
    """An environment variable names a cluster or a folder that cannot be used, or asks for what it cannot do."""


class UnreachableError(LocalPlaneError):
    """The API server gave no answer: connection refused, reset, or timed out."""


class WaitError(LocalPlaneError):
    """The awaited state of an object did not come in time."""


class ApiError(LocalPlaneError):
    """The API server refused a request.

    Attributes:
        status: HTTP status code.
        reason: ``reason`` of the returned Status object, such as ``NotFound``; empty if there was none.
        message: ``message`` of the returned Status object, or the start of the body.
    """

    def __init__(self, *, method: str, path: str, status: int, reason: str, message: str) -> None:
        super().__init__(f"{method} {path}: {status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class UnauthorizedError(ApiError):
    """401: the client is not known to the API server."""


class ForbiddenError(ApiError):
    """403: the user is known and may not do this."""


class NotFoundError(ApiError):
    """404: there is no such object or no such resource."""


class ConflictError(ApiError):
    """409: the object exists already, or was changed since it was read."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
}


def api_error(*, method: str, path: str, status: int, body: object) -> ApiError:
    """Choose the error for one refused request.

    Args:
        method: HTTP method.
        path: Path of the request, without the server.
        status: HTTP status code.
        body: The decoded JSON answer, or its text if it was not JSON.
    """
    reason, message = "", str(body)
    if isinstance(body, dict):
        reason, message = str(body.get("reason", "")), str(body.get("message", ""))
    error = _BY_STATUS.get(status, ApiError)
    return error(method=method, path=path, status=status, reason=reason, message=message[:_LONGEST_MESSAGE])
