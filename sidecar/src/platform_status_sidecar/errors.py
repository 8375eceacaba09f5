"""Errors of the sidecar.

::

    SidecarError
    |- SettingsError       a flag, an environment variable or the connection settings are wrong; nothing was started
    |- TransportError      the API server did not do what was asked
       |- UnansweredError       no answer, a broken answer or 5xx; try again
       |- ThrottledError        429; try again after `retry_after`
       |- ForbiddenError        403
       |- NotFoundError         404 of an object, or of a whole kind
       |- ConflictError         409; read afresh and redo
       |- ExpiredError          410; list again
       |- RefusedError          any other 4xx; trying again changes nothing
"""

__all__ = [
    "ConflictError",
    "ExpiredError",
    "ForbiddenError",
    "NotFoundError",
    "RefusedError",
    "SettingsError",
    "SidecarError",
    "ThrottledError",
    "TransportError",
    "UnansweredError",
]


class SidecarError(Exception):
    """Base of all errors of this distribution."""


class SettingsError(SidecarError):
    """What was asked for cannot work; the message names the setting and the fix."""


class TransportError(SidecarError):
    """The API server did not do what was asked.

    Attributes:
        status: HTTP status, 0 without an answer.
    """

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class UnansweredError(TransportError):
    """No answer, a broken one, 401 or 5xx; the next try may succeed."""


class ThrottledError(TransportError):
    """429: the server asks for patience.

    Attributes:
        retry_after: Seconds that the server asked for, None if it named none.
    """

    def __init__(self, message: str, *, retry_after: float | None) -> None:
        super().__init__(message, status=429)
        self.retry_after = retry_after


class ForbiddenError(TransportError):
    """403: RBAC does not allow it."""


class NotFoundError(TransportError):
    """404: the object, or the kind itself, is not there."""


class ConflictError(TransportError):
    """409: somebody else wrote in between."""


class ExpiredError(TransportError):
    """410: the resourceVersion or the continue token is too old."""


class RefusedError(TransportError):
    """Any other 4xx."""
