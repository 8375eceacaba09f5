"""Small GETs over kept-alive connections, with as little work as HTTP/1.1 allows (ADR 0030).

At rest the sidecar only polls Secrets, so the cost of a poll is the cost of the sidecar. The connection comes from
urllib3 and the parser from httptools, without the bookkeeping and the header objects of a pool. A response without a
length, or a very long one, raises `NotUnderstoodError`, and the caller repeats the request with the pool.
"""

import socket
import threading
import weakref
from collections.abc import Iterable
from typing import Final

import httptools
from msgspec import Struct
from urllib3.connection import HTTPConnection

from .access import Access
from .connection import Connection

__all__ = ["HttpAnswer", "KeptConnections", "NotUnderstoodError"]

_CHUNK: Final = 65536
_MAX_ANSWER: Final = 2**20
_MAX_IDLE: Final = 4
_SUCCESS: Final = 200


class NotUnderstoodError(Exception):
    """The request must be sent with the pool: there is a proxy, or the response has another form."""


class HttpAnswer(Struct, frozen=True):
    """A response.

    Attributes:
        status: The HTTP status.
        headers: By name in lower case, the first of each.
        body: The whole body.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class KeptConnections:
    """A few connections, each used by one thread at a time; thread-safe."""

    def __init__(self, connection: Connection) -> None:
        """Prepare; no connection is opened yet.

        Args:
            connection: Opens connections; after a change of its access, new connections replace the kept ones.
        """
        self._connection = connection
        self._lock = threading.Lock()
        self._idle: list[tuple[Access, HTTPConnection]] = []
        self._closed = False
        weakref.finalize(self, _close, self._idle)

    def get(
        self, path: str, headers: Iterable[tuple[str, str]], *, timeout: float, connect_timeout: float
    ) -> HttpAnswer:
        """Send a GET, on a kept connection if there is one, else on a new one.

        Args:
            path: The path, quoted.
            headers: All headers of the request but Host.
            timeout: Seconds for each part of the response.
            connect_timeout: Seconds for a new connection.

        Raises:
            NotUnderstoodError: The request must be sent with the pool.
            OSError: No response, or an incomplete one; also `urllib3.exceptions.HTTPError`.
        """
        access = self._connection.access
        if access.proxy:
            raise NotUnderstoodError("the connection uses a proxy")
        while (kept := self._take(access)) is not None:
            try:
                return self._ask(access, kept, path, headers, timeout)
            except TimeoutError:
                raise
            except OSError:
                # The server closes idle connections, and all when it restarts; a GET may be repeated.
                continue
        return self._ask(access, self._connection.dial(connect_timeout), path, headers, timeout)

    def close(self) -> None:
        """Close the idle connections now, and the others as soon as they are idle."""
        with self._lock:
            self._closed = True
            _close(self._idle)

    def _ask(
        self, access: Access, kept: HTTPConnection, path: str, headers: Iterable[tuple[str, str]], timeout: float
    ) -> HttpAnswer:
        try:
            kept.sock.settimeout(timeout)
            kept.sock.sendall(_request(path, kept.host, kept.port, headers))
            answer, keep = _receive(kept.sock)
        except BaseException:
            kept.close()
            raise
        self._give(access, kept, keep=keep)
        return answer

    def _take(self, access: Access) -> HTTPConnection | None:
        with self._lock:
            while self._idle:
                of, kept = self._idle.pop()
                if of is access:
                    return kept
                # It was opened with credentials that have been replaced since.
                kept.close()
        return None

    def _give(self, access: Access, kept: HTTPConnection, *, keep: bool) -> None:
        with self._lock:
            if keep and not self._closed and len(self._idle) < _MAX_IDLE:
                self._idle.append((access, kept))
                return
        kept.close()


class _Reply:
    """Receives the parser's callbacks for one response."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []
        self.messages = 0
        self._size = 0
        self._headed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._size += len(name) + len(value)
        self.headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        self.parts.append(body)

    def on_message_complete(self) -> None:
        self.messages += 1

    def check(self) -> None:
        """Reject a body without a length, or one that is too long."""
        length = self.headers.get("content-length", "")
        endless = self._headed and not length and "transfer-encoding" not in self.headers
        if endless or self._size > _MAX_ANSWER or (length.isdecimal() and int(length) > _MAX_ANSWER):
            raise NotUnderstoodError("the response has no length, or a very large one")


def _receive(sock: socket.socket) -> tuple[HttpAnswer, bool]:
    """Return the response, and whether the connection can be used again."""
    reply = _Reply()
    parser = httptools.HttpResponseParser(reply)
    while not reply.messages:
        chunk = sock.recv(_CHUNK)
        if not chunk:
            raise ConnectionResetError("the connection was closed before the end of the response")
        try:
            parser.feed_data(chunk)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise NotUnderstoodError("the response is not HTTP") from error
        reply.check()
    status = parser.get_status_code()
    if status < _SUCCESS or reply.messages > 1:
        raise NotUnderstoodError("more than one response arrived")
    keep = reply.headers.get("connection", "").lower() != "close"
    return HttpAnswer(status, reply.headers, b"".join(reply.parts)), keep


def _close(idle: list[tuple[Access, HTTPConnection]]) -> None:
    while idle:
        idle.pop()[1].close()


def _request(path: str, host: str, port: int, headers: Iterable[tuple[str, str]]) -> bytes:
    name = f"[{host}]" if ":" in host else host
    fields = [f"{field}: {value}\r\n" for field, value in headers]
    lines = f"GET {path} HTTP/1.1\r\nHost: {name}:{port}\r\n" + "".join(fields) + "\r\n"
    if lines.count("\n") != len(fields) + 3 or " " in path:
        raise ValueError(f"found {path!r}, expected a quoted path, and headers without line breaks")
    return lines.encode("latin-1")
