"""What hctl asks of an API server, over HTTP/1.1; nothing is written, and nothing is retried.

The wall time that ages are counted from is the API server's, out of the Date header: the sidecar stamps its Lease by it
too (ADR 0009), and the clock of somebody's laptop may be minutes off.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import urllib3

from hctl import __version__
from hctl.errors import ClusterError
from hctl.texts import inert

from .connection import Connection
from .documents import Page, decode, decode_page

__all__ = ["Transport", "segment"]

_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 30.0
_SILENCE_SECONDS: Final = 90.0
_PAGE: Final = 250
_MOST_PAGES: Final = 400
_ERROR_TEXT: Final = 4096
_METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_JSON: Final = "application/json"
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_GONE: Final = 410


class Transport:
    """Reads from one API server as one user.

    Args:
        connection: Where, and with which credentials.
        connect_seconds: After which an attempt to connect is given up.
    """

    def __init__(self, connection: Connection, *, connect_seconds: float = _CONNECT_SECONDS) -> None:
        self.connection = connection
        self._patience = connect_seconds
        self._date: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Return the API server's time: its last Date header, and what has passed since."""
        if self._date is None:
            return datetime.now(UTC)
        date, at = self._date
        return date + timedelta(seconds=time.monotonic() - at)

    def get(self, path: str, *, metadata_only: bool = False, accept: str = _JSON) -> Any:  # noqa: ANN401 - JSON
        """Read one object.

        Args:
            path: Path on the API server.
            metadata_only: Ask for its metadata alone; nothing else of it ever reaches us.
            accept: Media types that are understood.

        Raises:
            ClusterError: With the HTTP status, 404 among them.
        """
        return decode(self._read(path, {}, _METADATA if metadata_only else accept))

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
        for _ in range(_MOST_PAGES):
            page = self.page(path, query | ({"continue": following} if following else {}))
            objects += page.objects
            following = page.following
            if not following:
                return objects, page.resource_version
        raise ClusterError(f"GET {path}: more than {_MOST_PAGES * _PAGE} objects; choose a namespace with -n")

    @contextmanager
    def watch(self, path: str, *, version: str, fields: str = "", seconds: int = 240) -> Iterator[Iterator[Any]]:
        """Open a watch and yield its events, until the server ends it.

        Args:
            path: Path of the collection.
            version: State to watch on from.
            fields: Field selector.
            seconds: After which the server ends it.

        Raises:
            ClusterError: On opening, or from the iterator when the stream breaks.
        """
        query = {"watch": "1", "allowWatchBookmarks": "true", "resourceVersion": version}
        query |= {"timeoutSeconds": str(seconds)} | ({"fieldSelector": fields} if fields else {})
        response = self._send(path, query, _JSON, _SILENCE_SECONDS)
        try:
            yield self._events(response)
        finally:
            response.close()

    def _events(self, response: Any) -> Iterator[Any]:  # noqa: ANN401 - a urllib3 response, from an untyped pool
        rest = b""
        try:
            for chunk in response.stream(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    if line.strip():
                        yield decode(line)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise ClusterError("the watch broke off") from error

    def _read(self, path: str, query: dict[str, str], accept: str) -> bytes:
        response = self._send(path, query, accept, _ANSWER_SECONDS)
        try:
            return bytes(response.read())
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ClusterError(f"{self._server()} broke off its answer to GET {path}; try again") from error
        finally:
            response.release_conn()

    def _send(self, path: str, query: dict[str, str], accept: str, silence: float) -> Any:  # noqa: ANN401 - untyped
        headers = urllib3.HTTPHeaderDict({"Accept": accept, "User-Agent": f"hctl/{__version__}"})
        # Before the pool is taken: credentials that expired are replaced, and the pool with them.
        if authorization := self.connection.authorization():
            headers["Authorization"] = authorization
        for name, value in self.connection.impersonation:
            headers.add(name, value)
        url = self.connection.host + path + ("?" + urlencode(query) if query else "")
        timeout = urllib3.Timeout(connect=self._patience, read=silence)
        try:
            response = self.connection.pool.request(
                "GET", url, headers=headers, preload_content=False, redirect=False, timeout=timeout
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise ClusterError(
                f"cannot reach {self._server()}: {_cause(error)}; is it up, and is this the --context you mean?"
            ) from error
        self._hear(response.headers.get("Date"))
        if response.status < 300:  # noqa: PLR2004 - success
            return response
        try:
            body = bytes(response.read(_ERROR_TEXT))
        except (urllib3.exceptions.HTTPError, OSError):
            body = b""
        finally:
            response.close()
        raise ClusterError(self._refusal(response.status, path, body), status=response.status)

    def _hear(self, date: str | None) -> None:
        try:
            found = parsedate_to_datetime(date or "")
        except (ValueError, TypeError, OverflowError):
            return
        if found.tzinfo is not None:
            self._date = (found.astimezone(UTC), time.monotonic())

    def _refusal(self, status: int, path: str, body: bytes) -> str:
        said = _message(body)
        who = self._server()
        if status == _UNAUTHORIZED:
            return f"{who} does not accept your credentials (401); log in again, or choose another --context"
        if status == _FORBIDDEN:
            return (
                f"{who} forbids it: {said or 'GET ' + path}; ask for a Role that allows it, or choose another --context"
            )
        return f"{who} answered {status} to GET {path}" + (f": {said}" if said else "")

    def _server(self) -> str:
        context = self.connection.context
        return f"{self.connection.host}" + (f" (context {context})" if context else "")


def segment(text: str) -> str:
    """Quote one segment of a path, so that no name can leave it; a dot alone would."""
    return quote(text, safe="") if text.strip(".") else quote(text, safe="").replace(".", "%2E")


def _message(body: bytes) -> str:
    try:
        found = decode(body)
    except ClusterError:
        return inert(body.decode("utf-8", "replace"), 300)
    return inert(found.get("message") if isinstance(found, dict) else "", 600)


def _cause(error: BaseException) -> str:
    """Say in words what kept us, without object addresses."""
    reason = getattr(error, "reason", None) or error.__cause__ or error
    text = " ".join(str(part) for part in (reason, error))
    for sign, words in (
        ("CERTIFICATE_VERIFY_FAILED", "its certificate is not signed by the authority of this kubeconfig"),
        ("Connection refused", "connection refused"),
        ("timed out", "no answer in time"),
        ("Name or service not known", "its name is not known"),
        ("Temporary failure in name resolution", "its name cannot be resolved"),
        ("No route to host", "no route to it"),
        ("Network is unreachable", "the network is unreachable"),
        ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
        ("ALERT_", "it does not accept the client certificate"),
    ):
        if sign in text:
            return words
    return inert(f"{type(reason).__name__}", 100)
