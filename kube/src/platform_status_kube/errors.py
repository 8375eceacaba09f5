"""The errors of API requests, and the mapping of responses to errors.

::

    AccessError            the kubeconfig, or the ServiceAccount of a pod, cannot be used; nothing was sent
    TransportError         the request failed
    |- UnansweredError         no response, an incomplete one or 5xx; a retry may succeed
    |  |- UnauthorizedError    401; a token may be rotated a moment later
    |  |- CredentialsError     nothing was sent, because there are no credentials at the moment
    |- ThrottledError          429; retry after `retry_after`
    |- ForbiddenError          403
    |- NotFoundError           404 of an object, or of a whole kind
    |- ConflictError           409; read the object again and repeat
    |- ExpiredError            410; list again
    |- RefusedError            any other 4xx; a retry would fail too
"""

from typing import Final

import msgspec
from msgspec import Struct

__all__ = [
    "AccessError",
    "ConflictError",
    "CredentialsError",
    "ExpiredError",
    "ForbiddenError",
    "NotFoundError",
    "RefusedError",
    "ThrottledError",
    "TransportError",
    "UnansweredError",
    "UnauthorizedError",
    "one_line",
    "refusal",
]

_MAX_SAID: Final = 2000
_SERVER_ERROR: Final = 500


class AccessError(Exception):
    """The settings cannot be used as given; the message is one line that names the file, the entry and the fix."""


class TransportError(Exception):
    """An API request failed.

    Attributes:
        status: HTTP status, 0 without a response.
        reason: ``reason`` of the Status that was returned, such as ``NotFound``; empty if there was none.
        said: Its ``message``, or the start of the body; without a response the cause. One line.
    """

    def __init__(self, message: str, *, status: int = 0, reason: str = "", said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.said = said


class UnansweredError(TransportError):
    """No response, an incomplete one, 401 or 5xx; a retry may succeed."""


class UnauthorizedError(UnansweredError):
    """401: the credentials are not accepted."""


class CredentialsError(UnansweredError):
    """Nothing was sent: a token file cannot be read, or a credential plugin returned no credentials."""


class ThrottledError(TransportError):
    """429: too many requests.

    Attributes:
        retry_after: Seconds from the Retry-After header, None without one.
    """

    def __init__(self, message: str, *, retry_after: float | None, reason: str = "", said: str = "") -> None:
        super().__init__(message, status=429, reason=reason, said=said)
        self.retry_after = retry_after


class ForbiddenError(TransportError):
    """403: RBAC does not allow it."""


class NotFoundError(TransportError):
    """404: the object, or the kind itself, does not exist."""


class ConflictError(TransportError):
    """409: the object exists already, or another writer changed it meanwhile."""


class ExpiredError(TransportError):
    """410: the resourceVersion or the continue token is too old."""


class TooLargeError(TransportError):
    """The response is larger than the caller allows; it was discarded."""


class RefusedError(TransportError):
    """Any other 4xx."""


_ERRORS: Final[dict[int, type[TransportError]]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: ExpiredError,
}


class _Status(Struct):
    reason: str | None = None
    message: str | None = None


def refusal(asked: str, status: int, body: bytes, retry_after: str | None = None) -> TransportError:
    """Return the error for an unsuccessful response.

    Args:
        asked: Method and path.
        status: The HTTP status.
        body: The body of the response, or the start of it: a Status, or the page of a proxy.
        retry_after: The Retry-After header, in seconds.
    """
    try:
        found = msgspec.json.decode(body, type=_Status)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = _Status(message=body.decode("utf-8", "replace"))
    reason, said = one_line(found.reason or "", 100), one_line(found.message or "", _MAX_SAID)
    text = f"{asked}: HTTP {status}" + (f" {reason}" if reason else "") + f": {said}"
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        seconds = float(retry_after) if retry_after and retry_after.strip().isdecimal() else None
        return ThrottledError(text, retry_after=seconds, reason=reason, said=said)
    kind = _ERRORS.get(status, UnansweredError if status >= _SERVER_ERROR else RefusedError)
    return kind(text, status=status, reason=reason, said=said)


def one_line(text: str, most: int = 300) -> str:
    """Make untrusted text safe to show in one line: no control or bidirectional characters, no line breaks.

    Args:
        text: Text from a server, a plugin, a parser or a file.
        most: Longest result in characters.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text[: most * 4]).split())[:most]
