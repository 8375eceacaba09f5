"""What hctl asks of an API server, over HTTP/1.1; nothing is kept there, and nothing is retried.

The wall time that ages are counted from is the API server's, out of the Date header: the sidecar stamps its Lease by it
too (ADR 0009), and the clock of somebody's laptop may be minutes off.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec

from hctl import __version__
from hctl.errors import ClusterError
from hctl.texts import inert
from platform_status_kube.connection import Connection
from platform_status_kube.dates import DateClock
from platform_status_kube.errors import (
    CredentialsError,
    ForbiddenError,
    TransportError,
    UnauthorizedError,
)
from platform_status_kube.http_transport import TIMEOUTS, HttpTransport, Timeouts

from .documents import Page, decode, decode_page

__all__ = ["ClusterReader", "segment"]

_PAGE: Final = 250
_MAX_PAGES: Final = 400
_GONE: Final = 410
_JSON: Final = "application/json"


class ClusterReader:
    """Reads from one API server as one user.

    Args:
        connection: Where, and with which credentials.
        connect_seconds: After which an attempt to connect is given up.
        answer_seconds: After which an answer is no longer waited for.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        connect_seconds: float = TIMEOUTS.connect,
        answer_seconds: float = TIMEOUTS.answer,
    ) -> None:
        self.connection = connection
        self._clock = DateClock()
        self._http = HttpTransport(
            connection,
            user_agent=f"hctl/{__version__}",
            timeouts=Timeouts(connect=connect_seconds, answer=answer_seconds),
            on_date=self._clock.hear,
        )

    def now(self) -> datetime:
        """Return the API server's time: its last Date header, and what has passed since."""
        return self._clock.now()

    def get(self, path: str, *, metadata_only: bool = False, accept: str = _JSON) -> Any:  # noqa: ANN401 - JSON
        """Read one object.

        Args:
            path: Path on the API server.
            metadata_only: Ask for its metadata alone; nothing else of it ever reaches us.
            accept: Media types that are understood.

        Raises:
            ClusterError: With the HTTP status, 404 among them.
        """
        if not metadata_only:
            return decode(self._read(path, {}, accept))
        with self._telling(path):
            return decode(self._http.get(path, metadata_only=True))

    def may(self, asked: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Ask what we may, as ``kubectl auth can-i`` does; the server keeps nothing of it.

        Args:
            asked: The resourceAttributes of a SelfSubjectAccessReview.

        Raises:
            ClusterError: With the HTTP status.
        """
        review = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1"}
        body = msgspec.json.encode({**review, "spec": {"resourceAttributes": asked}})
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        with self._telling(path):
            return decode(self._http.create(path, body))

    def text(self, path: str, query: dict[str, str]) -> str:
        """Read a text, such as a log.

        Raises:
            ClusterError: With the HTTP status.
        """
        return self._read(path, query, "*/*").decode("utf-8", "replace")

    def page(self, path: str, query: dict[str, str]) -> Page:
        """Read one page of a collection.

        Raises:
            ClusterError: With the HTTP status.
        """
        return decode_page(self._read(path, query, _JSON))

    def list_all(self, path: str, *, selector: str = "", fields: str = "") -> tuple[list[Any], str]:
        """Read a collection, page by page.

        Args:
            path: Path of the collection.
            selector: Label selector.
            fields: Field selector.

        Returns:
            Its objects, and the state to watch on from.

        Raises:
            ClusterError: With the HTTP status.
        """
        query = {"limit": str(_PAGE)}
        query |= {"labelSelector": selector} if selector else {}
        query |= {"fieldSelector": fields} if fields else {}
        try:
            return self._pages(path, query)
        except ClusterError as error:
            if error.status != _GONE:
                raise
            # Compacted between two pages: once more, in one piece.
            return self._pages(path, {key: value for key, value in query.items() if key != "limit"})

    def _pages(self, path: str, query: dict[str, str]) -> tuple[list[Any], str]:
        objects: list[Any] = []
        following = ""
        for _ in range(_MAX_PAGES):
            page = self.page(path, query | ({"continue": following} if following else {}))
            objects += page.objects
            following = page.following
            if not following:
                return objects, page.resource_version
        raise ClusterError(f"GET {path}: more than {_MAX_PAGES * _PAGE} objects; choose a namespace with -n")

    @contextmanager
    def watch(
        self, path: str, *, version: str, selector: str = "", fields: str = "", seconds: int = 240
    ) -> Iterator[Iterator[Any]]:
        """Open a watch and yield its events, until the server ends it.

        Args:
            path: Path of the collection.
            version: State to watch on from.
            selector: Label selector.
            fields: Field selector.
            seconds: After which the server ends it.

        Raises:
            ClusterError: On opening, or from the iterator when the stream breaks.
        """
        with (
            self._telling(path),
            self._http.watch(
                path, resource_version=version, selector=selector, fields=fields, seconds=seconds
            ) as lines,
        ):
            yield map(decode, lines)

    def _read(self, path: str, query: Mapping[str, str], accept: str) -> bytes:
        with self._telling(path):
            return self._http.request("GET", path, query=query, accept=accept).body

    @contextmanager
    def _telling(self, path: str) -> Iterator[None]:
        """Say what went wrong in the words of a command line."""
        try:
            yield
        except TransportError as error:
            raise ClusterError(self._words(path, error), status=error.status) from error

    def _words(self, path: str, error: TransportError) -> str:
        context = self.connection.access.context
        who = self.connection.access.server + (f" (context {context})" if context else "")
        said = inert(error.said, 600)
        if isinstance(error, CredentialsError):
            return said
        if isinstance(error, UnauthorizedError):
            return f"{who} does not accept your credentials (401); log in again, or choose another --context"
        if isinstance(error, ForbiddenError):
            return (
                f"{who} forbids it: {said or 'GET ' + path}; ask for a Role that allows it, or choose another --context"
            )
        if error.status:
            return f"{who} answered {error.status} to GET {path}" + (f": {said}" if said else "")
        return f"cannot reach {who}: {said}; is it up, and is this the --context you mean?"


def segment(text: str) -> str:
    """Quote one segment of a path, so that no name can leave it; a dot alone would."""
    return quote(text, safe="") if text.strip(".") else quote(text, safe="").replace(".", "%2E")
