"""How the sidecar talks to an API server, as a port of seven verbs; `http_transport` is the one over HTTP.

Bodies are JSON bytes in both directions: whoever asks decodes only what it needs. Every failure is one of
`errors.TransportError`. Nothing here retries; the callers know how patient they may be.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final, Protocol

from .errors import (
    ConflictError,
    ExpiredError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
)

__all__ = ["Transport", "error_of"]

_ERRORS: Final[dict[int, type[TransportError]]] = {
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: ExpiredError,
}


class Transport(Protocol):
    """What the sidecar needs of an API server; tests bring one in memory."""

    def list_page(
        self,
        path: str,
        *,
        limit: int,
        continue_token: str = "",
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
    ) -> bytes:
        """Return one page of a collection.

        Raises:
            TransportError: `ExpiredError` for a stale continue token, `NotFoundError` for a missing kind.
        """
        ...

    def watch(
        self,
        path: str,
        *,
        resource_version: str,
        seconds: int,
        selector: str = "",
        metadata_only: bool = False,
        initial: bool = False,
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Open a watch with bookmarks and yield one JSON event per item, until the server ends it.

        With `initial` it begins with every object there is, and a bookmark that says that these were all.

        Raises:
            TransportError: On opening, or from the iterator when the stream breaks.
        """
        ...

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        """Return one object.

        Raises:
            TransportError: `NotFoundError` if it is not there.
        """
        ...

    def patch(self, path: str, body: bytes) -> bytes:
        """Send a JSON merge patch and return the object after it.

        Raises:
            TransportError: `ConflictError` if the precondition in the body does not hold.
        """
        ...

    def create(self, path: str, body: bytes) -> bytes:
        """Create an object in a collection.

        Raises:
            TransportError: `ConflictError` if it exists.
        """
        ...

    def close(self) -> None:
        """End every open watch; later calls fail as `UnansweredError`."""
        ...


def error_of(status: int, text: str, retry_after: str | None = None) -> TransportError:
    """Map an HTTP status of 400 or more to the error of the port.

    Args:
        status: The HTTP status.
        text: What was asked and what the server said, for people.
        retry_after: The Retry-After header.
    """
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        seconds = float(retry_after) if retry_after and retry_after.strip().isdecimal() else None
        return ThrottledError(text, retry_after=seconds)
    if status in _ERRORS:
        return _ERRORS[status](text, status=status)
    if status == 401 or status >= 500:  # noqa: PLR2004 - a token may be rotated a moment later
        return UnansweredError(text, status=status)
    return RefusedError(text, status=status)
