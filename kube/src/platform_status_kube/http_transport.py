"""The `Transport` over HTTP/1.1 with urllib3's pool; small GETs use `kept`. Nothing is retried."""

import io
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

import urllib3
from msgspec import Struct

from .connection import Connection
from .errors import TooLargeError, TransportError, UnansweredError, one_line, refusal
from .kept import HttpAnswer, KeptConnections, NotUnderstoodError

__all__ = ["TIMEOUTS", "HttpTransport", "Timeouts"]

_JSON: Final = "application/json"
_METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_METADATA_LIST: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_MERGE_PATCH: Final = "application/merge-patch+json"
_MAX_REFUSAL: Final = 65536
_SUCCESS: Final = range(200, 300)
_WORDS: Final = (
    ("Connection refused", "connection refused"),
    ("timed out", "no answer in time"),
    ("Name or service not known", "its host name is unknown"),
    ("Temporary failure in name resolution", "its host name cannot be resolved"),
    ("No route to host", "no route to it"),
    ("Network is unreachable", "the network is unreachable"),
    ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
    ("ALERT_", "it does not accept the client certificate"),
)


class Timeouts(Struct, frozen=True):
    """The timeouts of the transport, in seconds.

    Attributes:
        connect: For a connection.
        answer: For each part of a response.
        silence: For the next event of a watch: a bookmark arrives about every minute.
    """

    connect: float = 5.0
    answer: float = 30.0
    silence: float = 90.0


TIMEOUTS: Final = Timeouts()


class HttpTransport:
    """A `Transport` with one pooled connection per open watch, a few for other requests, and kept ones for metadata."""

    def __init__(
        self,
        connection: Connection,
        *,
        user_agent: str,
        timeouts: Timeouts = TIMEOUTS,
        on_date: Callable[[str], None] = lambda _date: None,
    ) -> None:
        """Use a connection.

        Args:
            connection: The connection, with its credentials.
            user_agent: The User-Agent; the API server derives our field manager from its first word.
            timeouts: The timeouts.
            on_date: Called with the Date header of each response, the API server's clock.
        """
        self._timeouts = timeouts
        self._on_date = on_date
        self._connection = connection
        self._user_agent = user_agent
        self._kept = KeptConnections(connection)
        self._open: set[urllib3.BaseHTTPResponse] = set()
        self._lock = threading.Lock()
        self._closed = False

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
        """Return one page of a collection; see `Transport.list_page`."""
        query = {"limit": str(limit), "continue": continue_token}
        query |= {"labelSelector": selector, "fieldSelector": fields}
        accept = _METADATA_LIST if metadata_only else _JSON
        return self.request("GET", path, query=query, accept=accept, most=most).body

    @contextmanager
    def watch(
        self,
        path: str,
        *,
        resource_version: str,
        seconds: int,
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
        initial: bool = False,
        bookmarks: bool = True,
    ) -> Iterator[Iterator[bytes]]:
        """Open a watch; see `Transport.watch`."""
        query = {"watch": "1", "timeoutSeconds": str(seconds)}
        query |= {"labelSelector": selector, "fieldSelector": fields}
        query |= {"allowWatchBookmarks": "true"} if bookmarks else {}
        query |= {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"} if initial else {}
        query["resourceVersion"] = resource_version
        accept = _METADATA if metadata_only else _JSON
        # Without bookmarks the server may send nothing until it ends the watch.
        silence = self._timeouts.silence if bookmarks else seconds + self._timeouts.answer
        response = self._send("GET", path, query=query, accept=accept, timeout=silence)
        with self._lock:
            self._open.add(response)
            closed = self._closed
        try:
            if closed:
                raise _stopping("GET", path)
            yield self._lines(path, response)
        finally:
            with self._lock:
                self._open.discard(response)
            response.close()

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        """Return one object; see `Transport.get`."""
        if not metadata_only:
            return self.request("GET", path).body
        try:
            return self._small(path)
        except NotUnderstoodError:
            return self.request("GET", path, accept=_METADATA).body

    def patch(self, path: str, body: bytes) -> bytes:
        """Send a JSON merge patch; see `Transport.patch`."""
        return self.request("PATCH", path, body=body, content_type=_MERGE_PATCH).body

    def create(self, path: str, body: bytes) -> bytes:
        """Create an object; see `Transport.create`."""
        return self.request("POST", path, body=body).body

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = _JSON,
        accept: str = _JSON,
        most: int = 0,
    ) -> HttpAnswer:
        """Send one request and read its response.

        Args:
            method: HTTP method.
            path: Path below the server, quoted.
            query: Parameters; empty ones are left out.
            body: The body, if there is one.
            content_type: Media type of the body.
            accept: Accepted media types.
            most: Longest response in bytes; 0 for any.

        Raises:
            TransportError: There is no response, it is not a success, or it is larger than `most`.
        """
        response = self._send(method, path, query=query, accept=accept, body=body, content_type=content_type)
        try:
            found = _bounded(response, most) if most else bytes(response.read())
        except (urllib3.exceptions.HTTPError, OSError) as error:
            said = f"the response broke off: {_cause(error)}"
            raise UnansweredError(f"{method} {path}: {said}", said=said) from error
        finally:
            response.release_conn()
        if found is None:
            said = f"the response is larger than {most} bytes"
            raise TooLargeError(f"{method} {path}: {said}", said=said)
        return HttpAnswer(response.status, {name.lower(): value for name, value in response.headers.items()}, found)

    def close(self) -> None:
        """End every open watch; later calls fail as `UnansweredError`."""
        self._kept.close()
        with self._lock:
            self._closed = True
            for response in self._open:
                try:
                    response.shutdown()
                except (OSError, ValueError, RuntimeError):
                    # The watch ended between the check and the call.
                    continue

    def _small(self, path: str) -> bytes:
        headers = self._headers("GET", path, _METADATA)
        timeouts = self._timeouts
        try:
            answer = self._kept.get(path, headers, timeout=timeouts.answer, connect_timeout=timeouts.connect)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _unanswered("GET", path, error) from error
        if date := answer.headers.get("date"):
            self._on_date(date)
        if answer.status in _SUCCESS:
            return answer.body
        raise self._refused("GET", path, answer.status, answer.body, answer.headers.get("retry-after"))

    def _headers(self, method: str, path: str, accept: str) -> list[tuple[str, str]]:
        if self._closed:
            raise _stopping(method, path)
        # Before the pool is used, because a reload of expired credentials replaces the pool.
        self._connection.refresh()
        return [("Accept", accept), ("User-Agent", self._user_agent), *self._connection.headers()]

    def _refused(self, method: str, path: str, status: int, body: bytes, retry_after: str | None) -> TransportError:
        if status == 401:  # noqa: PLR2004 - Unauthorized
            self._connection.refresh(doubted=True)
        return refusal(f"{method} {path}", status, body[:_MAX_REFUSAL], retry_after)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        accept: str = _JSON,
        body: bytes | None = None,
        content_type: str = _JSON,
        timeout: float | None = None,
    ) -> urllib3.BaseHTTPResponse:
        headers = urllib3.HTTPHeaderDict()
        for name, value in self._headers(method, path, accept):
            headers.add(name, value)
        if body is not None:
            headers["Content-Type"] = content_type
        parameters = urlencode({name: value for name, value in (query or {}).items() if value})
        try:
            response = self._connection.pool.request(
                method,
                self._connection.access.server + path + (f"?{parameters}" if parameters else ""),
                body=body,
                headers=headers,
                preload_content=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=self._timeouts.connect, read=timeout or self._timeouts.answer),
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _unanswered(method, path, error) from error
        if date := response.headers.get("Date"):
            self._on_date(date)
        if response.status in _SUCCESS:
            return response
        try:
            text = bytes(response.read(_MAX_REFUSAL))
        except (urllib3.exceptions.HTTPError, OSError):
            text = b"the response broke off"
        finally:
            response.close()
        raise self._refused(method, path, response.status, text, response.headers.get("Retry-After"))

    def _lines(self, path: str, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        rest = b""
        try:
            for chunk in response.stream(65536):
                # Of a connection that `close` has shut down Python reads on without TLS: what comes is not decrypted.
                if self._closed:
                    raise _stopping("GET", path)
                *lines, rest = (rest + chunk).split(b"\n") if rest else chunk.split(b"\n")
                for line in lines:
                    if line.strip():
                        yield line
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            said = f"the watch broke off: {_cause(error)}"
            raise UnansweredError(f"GET {path}: {said}", said=said) from error


def _bounded(response: urllib3.BaseHTTPResponse, most: int) -> bytes | None:
    """Read a body; None, with the connection closed, as soon as it is larger than `most`."""
    found = io.BytesIO()
    for chunk in response.stream(65536):
        if found.tell() + len(chunk) > most:
            # The rest of the body is not read.
            response.close()
            return None
        found.write(chunk)
    return found.getvalue()


def _stopping(method: str, path: str) -> UnansweredError:
    return UnansweredError(f"{method} {path}: the client is closed, because its program is stopping")


def _unanswered(method: str, path: str, error: Exception) -> UnansweredError:
    said = _cause(error)
    return UnansweredError(f"{method} {path}: no answer: {said}", said=said)


def _cause(error: BaseException) -> str:
    """Describe the cause of a failure, without object addresses."""
    names, texts, found = [], [], error
    while True:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {one_line(found.verify_message)}"
        names.append(type(found).__name__)
        texts.append(str(found))
        parts = (getattr(found, "reason", None), found.__cause__, *found.args)
        inner = next((part for part in parts if isinstance(part, BaseException)), None)
        if inner is None or len(names) > 5:  # noqa: PLR2004 - deeper than any library wraps
            break
        found = inner
    text = " ".join(texts)
    return next((words for sign, words in _WORDS if sign in text), ": ".join(names))
