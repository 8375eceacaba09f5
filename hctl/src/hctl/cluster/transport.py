"""The requests of hctl to an API server, over HTTP/1.1; they change nothing there, and nothing is retried.

Ages are computed from the API server's wall time, which is read from the Date header. The sidecar renews its Lease with
the same time (ADR 0009), and the clock of a laptop may be minutes off.

An API server accepts ten thousand levels of nesting, but msgspec fails at about a thousand, even in a skipped field.
One malformed object must not hide all others, so a list is decoded object by object, and values that are nested too
deep are cut out and decode as null.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from hctl import __version__
from hctl.errors import ClusterError
from hctl.texts import inert
from platform_status_contract.observing.decode.depth import shallow
from platform_status_kube.connection import Connection
from platform_status_kube.dates import DateClock
from platform_status_kube.errors import (
    CredentialsError,
    ForbiddenError,
    TransportError,
    UnauthorizedError,
)
from platform_status_kube.http_transport import TIMEOUTS, HttpTransport, Timeouts

__all__ = ["ClusterReader", "Page", "decode", "decode_page", "segment"]

_PAGE: Final = 250
_MAX_PAGES: Final = 400
_GONE: Final = 410
_JSON: Final = "application/json"


class _Meta(Struct, rename="camel"):
    resource_version: str = ""
    continue_token: str = msgspec.field(default="", name="continue")


class _List(Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    items: list[Raw] | None = None


class Page(Struct, frozen=True):
    """One page of a collection.

    Attributes:
        objects: Its objects.
        resource_version: resourceVersion of the collection, from which a watch continues.
        following: Continue token of the next page; empty on the last one.
    """

    objects: tuple[Any, ...]
    resource_version: str
    following: str


class ClusterReader:
    """Reads from one API server as one user.

    Args:
        connection: The connection, with its credentials.
        connect_seconds: Timeout for opening a connection.
        answer_seconds: Timeout for a response.
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
        """Return the API server's time: its last Date header plus the time since."""
        return self._clock.now()

    def get(self, path: str, *, metadata_only: bool = False, accept: str = _JSON) -> Any:  # noqa: ANN401 - JSON
        """Read one object.

        Args:
            path: Path on the API server.
            metadata_only: Request only the metadata, so that no other field is ever received.
            accept: Accepted media types.

        Raises:
            ClusterError: With the HTTP status, 404 among them.
        """
        if not metadata_only:
            return decode(self._read(path, {}, accept))
        with self._translating_errors(path):
            return decode(self._http.get(path, metadata_only=True))

    def may(self, asked: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Create an access review, as ``kubectl auth can-i`` does; the server does not store it.

        Args:
            asked: The resourceAttributes of a SelfSubjectAccessReview.

        Raises:
            ClusterError: With the HTTP status.
        """
        review = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1"}
        body = msgspec.json.encode({**review, "spec": {"resourceAttributes": asked}})
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        with self._translating_errors(path):
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
            Its objects, and the resourceVersion from which a watch continues.

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
            # The continue token expired (410) between two pages: list again without pages.
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
            version: resourceVersion to start from.
            selector: Label selector.
            fields: Field selector.
            seconds: Duration after which the server ends it.

        Raises:
            ClusterError: On opening, or from the iterator when the stream breaks.
        """
        with (
            self._translating_errors(path),
            self._http.watch(
                path, resource_version=version, selector=selector, fields=fields, seconds=seconds
            ) as lines,
        ):
            yield map(decode, lines)

    def _read(self, path: str, query: Mapping[str, str], accept: str) -> bytes:
        with self._translating_errors(path):
            return self._http.request("GET", path, query=query, accept=accept).body

    @contextmanager
    def _translating_errors(self, path: str) -> Iterator[None]:
        """Convert a `TransportError` into a `ClusterError` with a message for the command line."""
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
                f"{who} denies it: {said or 'GET ' + path}; request a Role that allows it, or choose another --context"
            )
        if error.status:
            return f"{who} answered {error.status} to GET {path}" + (f": {said}" if said else "")
        return f"cannot reach {who}: {said}; is it up, and is this the --context you mean?"


def segment(text: str) -> str:
    """Quote one segment of a path, so that no name can change the path; ``.`` and ``..`` would."""
    return quote(text, safe="") if text.strip(".") else quote(text, safe="").replace(".", "%2E")


def decode(body: bytes | Raw) -> Any:  # noqa: ANN401 - JSON
    """Decode one object.

    Raises:
        ClusterError: The body is not JSON, so it is not from an API server.
    """
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        return msgspec.json.decode(shallow(body))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClusterError("the response is not JSON; is the server of this context an API server?") from error


def decode_page(body: bytes) -> Page:
    """Decode one page of a list.

    Raises:
        ClusterError: The body is not a list of an API server.
    """
    try:
        try:
            page = msgspec.json.decode(body, type=_List)
        except RecursionError:
            page = msgspec.json.decode(shallow(body), type=_List)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClusterError(
            "the response is not a list of objects; is the server of this context an API server?"
        ) from error
    objects = tuple(decode(item) for item in page.items or ())
    return Page(objects, page.metadata.resource_version, page.metadata.continue_token)
