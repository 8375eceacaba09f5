"""The port over HTTP/1.1, by urllib3's pool; small questions go by `kept`."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

import urllib3
from msgspec import Struct

from .connection import Connection
from .errors import TransportError, UnansweredError
from .kept import KeptConnections, NotUnderstoodError
from .transport import error_of

__all__ = ["TIMEOUTS", "HttpTransport", "Timeouts"]

_JSON: Final = "application/json"
_METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_METADATA_LIST: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_MERGE_PATCH: Final = "application/merge-patch+json"
_MAX_ERROR_TEXT: Final = 300


class Timeouts(Struct, frozen=True):
    """How long the transport waits; all in seconds.

    Attributes:
        connect: For a connection.
        answer: For each part of an answer.
        silence: For the next word of a watch: it sends a bookmark about every minute.
    """

    connect: float = 5.0
    answer: float = 30.0
    silence: float = 90.0


TIMEOUTS: Final = Timeouts()


class HttpTransport:
    """The port over HTTP/1.1: one pooled connection per open watch, a few for the rest, and kept ones for metadata."""

    def __init__(
        self,
        connection: Connection,
        *,
        user_agent: str,
        timeouts: Timeouts = TIMEOUTS,
        on_date: Callable[[str], None] = lambda _date: None,
    ) -> None:
        """Talk over a connection.

        Args:
            connection: Where, and with which credentials.
            user_agent: Names us; the API server takes our field manager from its first word.
            timeouts: After how long what is silent counts as broken.
            on_date: Hears the Date header of each answer: the API server's clock.
        """
        self._timeouts = timeouts
        self._on_date = on_date
        self._connection = connection
        self._user_agent = user_agent
        self._kept = KeptConnections(connection)
        self._open: set[Any] = set()
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
    ) -> bytes:
        """Return one page of a collection; see `Transport.list_page`."""
        query = {"limit": str(limit)}
        if continue_token:
            query["continue"] = continue_token
        if selector:
            query["labelSelector"] = selector
        if fields:
            query["fieldSelector"] = fields
        return self._exchange("GET", path, query=query, accept=_METADATA_LIST if metadata_only else _JSON)

    @contextmanager
    def watch(
        self,
        path: str,
        *,
        resource_version: str,
        seconds: int,
        selector: str = "",
        metadata_only: bool = False,
        initial: bool = False,
    ) -> Iterator[Iterator[bytes]]:
        """Open a watch; see `Transport.watch`."""
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(seconds),
        }
        if initial:
            query |= {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
        if selector:
            query["labelSelector"] = selector
        accept = _METADATA if metadata_only else _JSON
        response = self._send("GET", path, query=query, accept=accept, silence=self._timeouts.silence)
        with self._lock:
            self._open.add(response)
            closed = self._closed
        try:
            if closed:
                raise UnansweredError(f"GET {path}: the connection is closed, the sidecar is stopping")
            yield self._lines(path, response)
        finally:
            with self._lock:
                self._open.discard(response)
            response.close()

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        """Return one object; see `Transport.get`."""
        if not metadata_only:
            return self._exchange("GET", path)
        try:
            return self._small(path)
        except NotUnderstoodError:
            return self._exchange("GET", path, accept=_METADATA)

    def patch(self, path: str, body: bytes) -> bytes:
        """Send a JSON merge patch; see `Transport.patch`."""
        return self._exchange("PATCH", path, body=body, content_type=_MERGE_PATCH)

    def create(self, path: str, body: bytes) -> bytes:
        """Create an object; see `Transport.create`."""
        return self._exchange("POST", path, body=body, content_type=_JSON)

    def close(self) -> None:
        """End every open watch."""
        self._kept.close()
        with self._lock:
            self._closed = True
            for response in self._open:
                try:
                    response.shutdown()
                except (OSError, ValueError, RuntimeError):
                    # It ended by itself between our look and our call.
                    continue

    def _small(self, path: str) -> bytes:
        if self._closed:
            raise UnansweredError(f"GET {path}: the connection is closed, the sidecar is stopping")
        self._connection.refresh()
        try:
            headers = self._headers(_METADATA)
            seconds, connect_seconds = self._timeouts.answer, self._timeouts.connect
            answer = self._kept.get(path, headers, seconds=seconds, connect_seconds=connect_seconds)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise UnansweredError(f"GET {path}: no answer: {_cause(error)}") from error
        if date := answer.headers.get("date"):
            self._on_date(date)
        if answer.status < 300:  # noqa: PLR2004 - success
            return answer.body
        text = answer.body[: _MAX_ERROR_TEXT * 4].decode("utf-8", "replace")[:_MAX_ERROR_TEXT]
        raise self._refused("GET", path, answer.status, text, answer.headers.get("retry-after"))

    def _headers(self, accept: str) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict({"Accept": accept, "User-Agent": self._user_agent})
        if authorization := self._connection.authorization():
            headers["Authorization"] = authorization
        for name, value in self._connection.impersonation:
            headers.add(name, value)
        return headers

    def _refused(self, method: str, path: str, status: int, text: str, retry_after: str | None) -> TransportError:
        if status == 401:  # noqa: PLR2004 - Unauthorized
            self._connection.refresh(doubted=True)
        return error_of(status, f"{method} {path}: HTTP {status}: {text}", retry_after)

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        accept: str = _JSON,
        body: bytes | None = None,
        content_type: str = "",
    ) -> bytes:
        response = self._send(method, path, query=query, accept=accept, body=body, content_type=content_type)
        try:
            return bytes(response.read())
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise UnansweredError(f"{method} {path}: the answer broke off: {type(error).__name__}") from error
        finally:
            response.release_conn()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        accept: str = _JSON,
        body: bytes | None = None,
        content_type: str = "",
        silence: float | None = None,
    ) -> Any:  # noqa: ANN401 - a urllib3 response, from an untyped pool
        if self._closed:
            raise UnansweredError(f"{method} {path}: the connection is closed, the sidecar is stopping")
        self._connection.refresh()
        url = self._connection.host + path + ("?" + urlencode(query) if query else "")
        try:
            headers = self._headers(accept)
            if content_type:
                headers["Content-Type"] = content_type
            response = self._connection.pool.request(
                method,
                url,
                body=body,
                headers=headers,
                preload_content=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=self._timeouts.connect, read=silence or self._timeouts.answer),
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise UnansweredError(f"{method} {path}: no answer: {_cause(error)}") from error
        if date := response.headers.get("Date"):
            self._on_date(date)
        if response.status < 300:  # noqa: PLR2004 - success
            return response
        try:
            text = bytes(response.read(_MAX_ERROR_TEXT * 4)).decode("utf-8", "replace")[:_MAX_ERROR_TEXT]
        except (urllib3.exceptions.HTTPError, OSError):
            text = "the answer broke off"
        finally:
            response.close()
        raise self._refused(method, path, response.status, text, response.headers.get("Retry-After"))

    def _lines(self, path: str, response: Any) -> Iterator[bytes]:  # noqa: ANN401 - a urllib3 response
        rest = b""
        try:
            for chunk in response.stream(65536):
                *lines, rest = (rest + chunk).split(b"\n") if rest else chunk.split(b"\n")
                for line in lines:
                    if line.strip():
                        yield line
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise UnansweredError(f"watch {path}: the stream broke off: {_cause(error)}") from error


def _cause(error: BaseException) -> str:
    """Name the error and the one that caused it, without urllib3's object addresses; of TLS, what is wrong with it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    parts = (getattr(error, "reason", None), error.__cause__, *error.args)
    inner = next((item for item in parts if isinstance(item, BaseException)), None)
    return type(error).__name__ + (f" ({_cause(inner)})" if inner is not None else "")
