"""Small GETs over kept-alive connections, with as little work for each as HTTP/1.1 allows (ADR 0030).

At rest the sidecar does nothing but ask for Secrets, so what such a question costs is what the sidecar costs. The
connection is urllib3's and the parser httptools'; left out are a pool's bookkeeping and header objects. Of an answer
without a length, or a very long one, `NotUnderstoodError` is raised, and the caller asks the general way.
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
    """This must be asked the general way: there is a proxy in between, or the answer has another form."""


class HttpAnswer(Struct, frozen=True):
    """What the server said.

    Attributes:
        status: The HTTP status.
        headers: By name in lower case, the first of each.
        body: All of it.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class KeptConnections:
    """A few connections, each used by one thread at a time; thread-safe."""

    def __init__(self, connection: Connection) -> None:
        """Open nothing yet.

        Args:
            connection: Where, and with which TLS settings; when its access changes, connections are opened anew.
        """
        self._connection = connection
        self._lock = threading.Lock()
        self._idle: list[tuple[Access, HTTPConnection]] = []
        self._closed = False
        weakref.finalize(self, _close, self._idle)

    def get(
        self, path: str, headers: Iterable[tuple[str, str]], *, timeout: float, connect_timeout: float
    ) -> HttpAnswer:
        """Ask, on a kept connection if there is one, else on a new one.

        Args:
            path: What to get, quoted.
            headers: Of the request, all but Host.
            timeout: How long each part of the answer may take, in seconds.
            connect_timeout: How long a new connection may take, in seconds.

        Raises:
            NotUnderstoodError: Ask the general way.
            OSError: No answer, or half of one; also `urllib3.exceptions.HTTPError`.
        """
        access = self._connection.access
        if access.proxy:
            raise NotUnderstoodError("there is a proxy in between")
        while (kept := self._take(access)) is not None:
            try:
                return self._ask(access, kept, path, headers, timeout)
            except TimeoutError:
                raise
            except OSError:
                # The server closes what was idle for long, and all when it restarts; a GET may be asked again.
                continue
        return self._ask(access, self._connection.dial(connect_timeout), path, headers, timeout)

    def close(self) -> None:
        """Close what is idle now, and what is in use as soon as it is not."""
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
                # It was opened with credentials that have been replaced.
                kept.close()
        return None

    def _give(self, access: Access, kept: HTTPConnection, *, keep: bool) -> None:
        with self._lock:
            if keep and not self._closed and len(self._idle) < _MAX_IDLE:
                self._idle.append((access, kept))
                return
        kept.close()


class _Reply:
    """What the parser tells of one answer."""

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
        """Refuse what has no end of its own, or is too long to be small."""
        length = self.headers.get("content-length", "")
        endless = self._headed and not length and "transfer-encoding" not in self.headers
        if endless or self._size > _MAX_ANSWER or (length.isdecimal() and int(length) > _MAX_ANSWER):
            raise NotUnderstoodError("the answer has no length, or a very long one")


def _receive(sock: socket.socket) -> tuple[HttpAnswer, bool]:
    """Return the answer, and whether the connection can carry another."""
    reply = _Reply()
    parser = httptools.HttpResponseParser(reply)
    while not reply.messages:
        chunk = sock.recv(_CHUNK)
        if not chunk:
            raise ConnectionResetError("the connection ended before the answer did")
        try:
            parser.feed_data(chunk)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise NotUnderstoodError("the answer is not HTTP") from error
        reply.check()
    status = parser.get_status_code()
    if status < _SUCCESS or reply.messages > 1:
        raise NotUnderstoodError("more than one answer came")
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
