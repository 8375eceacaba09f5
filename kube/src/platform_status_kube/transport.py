"""The interface to an API server, with six methods; `http_transport` implements it over HTTP.

Bodies are JSON bytes in both directions, so that each caller decodes only the fields that it needs. Every failure is an
`errors.TransportError`. Nothing here retries; the callers decide about retries.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

__all__ = ["Transport"]


class Transport(Protocol):
    """The requests that a controller sends to an API server; tests implement it in memory."""

    def list_page(
        self,
        path: str,
        *,
        limit: int,
        continue_token: str = "",
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
        most: int = 0,
    ) -> bytes:
        """Return one page of a collection, of at most so many bytes; 0 for any.

        Raises:
            TransportError: `ExpiredError` for a stale continue token, `NotFoundError` for a missing kind,
                `TooLargeError` for a page beyond `most`: a smaller `limit` may do.
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

        With `initial` it begins with all existing objects, followed by a bookmark that marks their end.

        Raises:
            TransportError: On opening, or from the iterator when the stream breaks.
        """
        ...

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        """Return one object.

        Raises:
            TransportError: `NotFoundError` if it does not exist.
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
