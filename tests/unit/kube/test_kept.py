"""Small GETs on kept connections, against a scripted socket: what is not plain is asked the general way."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from platform_status_kube.connection import Connection
from platform_status_kube.errors import (
    ForbiddenError,
    NotFoundError,
    ThrottledError,
    UnansweredError,
    UnauthorizedError,
)
from platform_status_kube.http_transport import TIMEOUTS, HttpTransport, Timeouts
from platform_status_kube.kept import KeptConnections

from .loads import Loads

HANG_UP = b""
"""Instead of an answer: close the connection after the question."""


def plain(body: bytes = b"{}", status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%b\r\n%b" % (status, len(body), more, body)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"


class Scripted:
    """Each connection is a list of answers, given one after the other; then it is closed."""

    def __init__(self, connections: tuple[tuple[bytes, ...], ...]) -> None:
        self.connections = connections
        self.questions: list[tuple[int, str]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)

    def serve(self) -> None:
        for number, answers in enumerate(self.connections):
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                for answer in answers:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        got = connection.recv(65536)
                        if not got:
                            break
                        head += got
                    if not head:
                        break
                    self.questions.append((number, head.decode()))
                    # in two pieces: nobody may count on a whole answer at once
                    connection.sendall(answer[:20])
                    connection.sendall(answer[20:])


@contextmanager
def served(
    *connections: tuple[bytes, ...], timeouts: Timeouts = TIMEOUTS
) -> Iterator[tuple[Scripted, HttpTransport, list[str]]]:
    server = Scripted(connections)
    server.thread.start()
    loads = Loads()
    loads.port = server.port
    connection = Connection(loads)
    dates: list[str] = []
    transport = HttpTransport(connection, user_agent="test", timeouts=timeouts, on_date=dates.append)
    try:
        yield server, transport, dates
    finally:
        transport.close()
        connection.close()
        server.listener.close()
        server.thread.join(30)
        assert not server.thread.is_alive()


def ask(transport: HttpTransport) -> bytes:
    return transport.get("/api/v1/namespaces/n/secrets/s", metadata_only=True)


def test_one_connection_carries_many_questions_and_each_says_what_it_must() -> None:
    with served((plain(b'{"a":1}', more=b"Date: Tue\r\n"), plain(b""), plain(b"x" * 100_000))) as (
        server,
        transport,
        dates,
    ):
        assert [ask(transport) for _ in range(3)] == [b'{"a":1}', b"", b"x" * 100_000]
        assert dates == ["Tue"]
    assert [number for number, _ in server.questions] == [0, 0, 0]
    first, *fields = server.questions[0][1].rstrip().split("\r\n")
    assert first == "GET /api/v1/namespaces/n/secrets/s HTTP/1.1"
    assert fields == [
        f"Host: 127.0.0.1:{server.port}",
        "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
        "User-Agent: test",
        "Authorization: Bearer token-1",
    ]


@pytest.mark.parametrize(
    ("status", "more", "error"),
    [
        (b"404 Not Found", b"", NotFoundError),
        (b"403 Forbidden", b"", ForbiddenError),
        (b"429 Too Many Requests", b"Retry-After: 7\r\n", ThrottledError),
        (b"503 Service Unavailable", b"", UnansweredError),
        (b"401 Unauthorized", b"", UnauthorizedError),
    ],
)
def test_a_refusal_is_the_same_error_as_everywhere_and_keeps_the_connection(
    status: bytes, more: bytes, error: type[Exception]
) -> None:
    with served((plain(b"why", status, more), plain())) as (server, transport, _):
        with pytest.raises(error, match=r"GET /api/v1/namespaces/n/secrets/s: HTTP \d+: why") as caught:
            ask(transport)
        assert ask(transport) == b"{}"
    assert [number for number, _ in server.questions] == [0, 0]
    if isinstance(caught.value, ThrottledError):
        assert caught.value.retry_after == 7


@pytest.mark.parametrize("first", [(plain(),), (plain(), HANG_UP)])
def test_a_kept_connection_that_the_server_closed_is_replaced_at_once(first: tuple[bytes, ...]) -> None:
    with served(first, (plain(b"again"),)) as (server, transport, _):
        assert ask(transport) == b"{}"
        assert ask(transport) == b"again"
    assert server.questions[-1][0] == 1


def test_a_server_that_closes_after_the_answer_gets_a_new_connection() -> None:
    with served((plain(more=b"Connection: close\r\n"),), (plain(b"again"),)) as (server, transport, _):
        assert [ask(transport), ask(transport)] == [b"{}", b"again"]
    assert [number for number, _ in server.questions] == [0, 1]


@pytest.mark.parametrize("broken", [HANG_UP, plain()[:30], plain(b"{}" * 50)[:60]])
def test_half_an_answer_on_a_new_connection_is_no_answer(broken: bytes) -> None:
    with served((broken,)) as (_, transport, _dates), pytest.raises(UnansweredError, match="no answer"):
        ask(transport)


def test_an_answer_in_chunks_is_understood() -> None:
    with served((CHUNKED, plain(b"next"))) as (server, transport, _):
        assert [ask(transport), ask(transport)] == [b"{}", b"next"]
    assert [number for number, _ in server.questions] == [0, 0]


@pytest.mark.parametrize(
    "odd",
    [
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n" + plain(),
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
        plain() + b"more",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n\r\n",
    ],
)
def test_what_is_not_plain_is_asked_the_general_way(odd: bytes) -> None:
    with served((odd,), (CHUNKED,)) as (server, transport, _):
        assert ask(transport) == b"{}"
    assert [number for number, _ in server.questions] == [0, 1]


def test_behind_a_proxy_everything_is_asked_the_general_way() -> None:
    with served((CHUNKED,)) as (server, _, _dates):
        loads = Loads(proxy=f"http://127.0.0.1:{server.port}")
        connection = Connection(loads)
        transport = HttpTransport(connection, user_agent="test")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(KeptConnections, "_ask", None)
            assert ask(transport) == b"{}"
        connection.close()
    assert server.questions[0][1].startswith("GET http://127.0.0.1:1/api/")


def test_silence_on_a_kept_connection_is_not_waited_for_twice() -> None:
    with served((plain(), b"", plain()), timeouts=Timeouts(answer=0.5)) as (server, transport, _):
        assert ask(transport) == b"{}"
        with pytest.raises(UnansweredError, match="no answer: no answer in time"):
            ask(transport)
    assert [number for number, _ in server.questions] == [0, 0]


def test_connections_of_replaced_credentials_are_not_used_again() -> None:
    with served((plain(),), (plain(b"new"),)) as (server, transport, _):
        assert ask(transport) == b"{}"
        connection = transport._connection
        connection._look_at[True] = 0.0
        connection.refresh(doubted=True)
        assert ask(transport) == b"new"
    assert "Authorization: Bearer token-2" in server.questions[-1][1]


def test_a_line_break_in_what_is_asked_is_refused() -> None:
    with served() as (_, transport, _dates), pytest.raises(ValueError, match="expected a quoted path"):
        transport._kept.get("/a\r\nX: y", [], timeout=1, connect_timeout=1)


def test_after_the_end_an_open_watch_tells_nothing_more() -> None:
    """What is read after the close may be what TLS has not decrypted."""
    events = b"3\r\n{}\n\r\n5\r\n\xe6\xff\xfe\x00\n\r\n0\r\n\r\n"
    with (
        served((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + events,)) as (_, transport, _dates),
        transport.watch("/api", resource_version="1", seconds=1) as lines,
    ):
        assert next(lines) == b"{}"
        transport.close()
        with pytest.raises(UnansweredError, match="stopping"):
            next(lines)


def test_after_the_end_nothing_is_asked() -> None:
    with served((plain(),)) as (_, transport, _dates):
        ask(transport)
        transport.close()
        with pytest.raises(UnansweredError, match="stopping"):
            ask(transport)
