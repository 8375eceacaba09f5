"""The sidecar's port: who waits on it keeps nobody out, and takes no more threads than there are for it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus

import pytest

from platform_status_sidecar.serve import MAX_OF_ADDRESS, ServedPage, StatusServer


@pytest.fixture
def server() -> Iterator[StatusServer]:
    served = StatusServer("127.0.0.1", 0, {"/healthz": lambda: ServedPage(HTTPStatus.OK, "text/plain", b"ok\n")})
    served.start()
    yield served
    served.close()


def _connect(server: StatusServer, address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 5, source_address=(address, 0))


def _asks(server: StatusServer, address: str) -> bytes:
    with _connect(server, address) as asking:
        asking.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: asking.recv(4096), b""))


def test_a_hundred_idle_connections_of_one_address_keep_nobody_else_out(server: StatusServer) -> None:
    before = threading.active_count()
    with ExitStack() as idle:
        for _ in range(100):
            idle.enter_context(_connect(server, "127.0.0.2"))
        began = time.monotonic()
        assert _asks(server, "127.0.0.1").startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 1
        assert threading.active_count() - before <= MAX_OF_ADDRESS + 1


def test_who_has_let_go_may_come_again(server: StatusServer) -> None:
    for _ in range(3 * MAX_OF_ADDRESS):
        assert _asks(server, "127.0.0.1").endswith(b"ok\n")
