"""Small GETs over kept-alive connections, with as little work for each as HTTP/1.1 allows.

At rest the sidecar does nothing but ask for Secrets, so what such a question costs is what the sidecar costs, and the
general way (a pool's bookkeeping, a header object, an email parser for every answer) costs five times what is needed
here. The connection, its TLS included, is still urllib3's. Only the answer that an API server gives to a small GET is
understood: HTTP/1.1 with a Content-Length. Of every other one `NotUnderstoodError` is raised, and the caller asks the
general way, which understands all of HTTP.
"""

import threading
import weakref
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from .connection import Connection

__all__ = ["Answer", "KeptConnections", "NotUnderstoodError"]

_CHUNK: Final = 65536
_LONGEST_HEAD: Final = 65536
_LONGEST_BODY: Final = 2**20
_IDLE: Final = 4
_FIRST_WORD: Final = b"HTTP/1.1 "


class NotUnderstoodError(Exception):
    """This must be asked the general way: there is a proxy in between, or the answer has another form."""


class Answer(Struct, frozen=True):
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
            connection: Where, and with which TLS settings; when it gets a new pool, connections are opened anew.
        """
        self._connection = connection
        self._lock = threading.Lock()
        self._idle: list[tuple[Any, Any]] = []
        self._closed = False
        weakref.finalize(self, _close, self._idle)

    def get(self, path: str, headers: Mapping[str, str], *, seconds: float, connect_seconds: float) -> Answer:
        """Ask, on a kept connection if there is one, else on a new one.

        Args:
            path: What to get, quoted.
            headers: Of the request, all but Host.
            seconds: How long each part of the answer may take.
            connect_seconds: How long a new connection may take.

        Raises:
            NotUnderstoodError: Ask the general way.
            OSError: No answer, or half of one; also `urllib3.exceptions.HTTPError`.
        """
        manager = self._connection.pool
        if getattr(manager, "proxy", None) is not None:
            raise NotUnderstoodError("there is a proxy in between")
        while (kept := self._take(manager)) is not None:
            try:
                return self._ask(manager, kept, path, headers, seconds)
            except TimeoutError:
                raise
            except OSError:
                # The server closes what was idle for long, and all when it restarts; a GET may be asked again.
                continue
        pool = manager.connection_from_url(self._connection.host)
        new = pool._new_conn()  # noqa: SLF001 - the public ways give none away; this has the pool's TLS settings
        try:
            new.timeout = connect_seconds
            new.connect()
        except BaseException:
            new.close()
            raise
        return self._ask(manager, new, path, headers, seconds)

    def close(self) -> None:
        """Close what is idle now, and what is in use as soon as it is not."""
        with self._lock:
            self._closed = True
            _close(self._idle)

    def _ask(self, manager: Any, kept: Any, path: str, headers: Mapping[str, str], seconds: float) -> Answer:  # noqa: ANN401 - urllib3's
        try:
            kept.sock.settimeout(seconds)
            kept.sock.sendall(_request(path, kept.host, kept.port, headers))
            answer = _receive(kept.sock)
        except BaseException:
            kept.close()
            raise
        self._give(manager, kept, keep=answer.headers.get("connection", "").lower() != "close")
        return answer

    def _take(self, manager: Any) -> Any:  # noqa: ANN401 - a urllib3 connection
        with self._lock:
            while self._idle:
                of, kept = self._idle.pop()
                if of is manager:
                    return kept
                # It was opened with credentials that have been replaced.
                kept.close()
        return None

    def _give(self, manager: Any, kept: Any, *, keep: bool) -> None:  # noqa: ANN401 - urllib3's
        with self._lock:
            if keep and not self._closed and len(self._idle) < _IDLE:
                self._idle.append((manager, kept))
                return
        kept.close()


def _close(idle: list[tuple[Any, Any]]) -> None:
    while idle:
        idle.pop()[1].close()


def _request(path: str, host: str, port: int, headers: Mapping[str, str]) -> bytes:
    name = f"[{host}]" if ":" in host else host
    # A mapping of HTTP headers may hold one name several times.
    fields = [f"{field}: {value}\r\n" for field, value in headers.items()]
    lines = f"GET {path} HTTP/1.1\r\nHost: {name}:{port}\r\n" + "".join(fields) + "\r\n"
    if lines.count("\n") != len(fields) + 3 or " " in path:
        raise ValueError(f"found {path!r}, expected a quoted path, and headers without line breaks")
    return lines.encode("latin-1")


def _receive(sock: Any) -> Answer:  # noqa: ANN401 - a socket, of TLS or not
    got = b""
    while (end := got.find(b"\r\n\r\n")) < 0:
        if len(got) > _LONGEST_HEAD:
            raise NotUnderstoodError("the head of the answer does not end")
        got += _more(sock)
    first, *lines = got[:end].decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), value.strip())
    length = headers.get("content-length", "")
    code = first[len(_FIRST_WORD) :][:3]
    plain = length.isascii() and length.isdecimal() and len(length) <= len(str(_LONGEST_BODY))
    known = first.startswith(_FIRST_WORD.decode()) and code.isascii() and code.isdecimal() and code >= "200"
    if not plain or not known or int(length) > _LONGEST_BODY or "transfer-encoding" in headers:
        raise NotUnderstoodError("the answer is not one of HTTP/1.1 with a Content-Length")
    body = got[end + 4 :]
    while len(body) < int(length):
        body += _more(sock)
    if len(body) > int(length):
        raise NotUnderstoodError("the answer is longer than it says")
    return Answer(int(code), headers, body)


def _more(sock: Any) -> bytes:  # noqa: ANN401 - a socket, of TLS or not
    chunk = bytes(sock.recv(_CHUNK))
    if not chunk:
        raise ConnectionResetError("the connection ended before the answer did")
    return chunk
