"""The door in the wall."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from localnode.errors import NodeError
from localnode.relay import Relay
from localplane.runs import ReservedPort

HERE = Path("/proc/self/ns/net")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may enter a network namespace")


@pytest.fixture
def port() -> Iterator[int]:
    reserved = ReservedPort()
    yield reserved.number
    reserved.close()


@pytest.fixture
def shouting() -> Iterator[int]:
    """A server that answers in capitals once its client has said all, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(everything(connection).upper())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(port: int, said: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)


@needs_root
def test_what_is_said_outside_is_answered_from_the_inside(port: int, shouting: int) -> None:
    relay = Relay(port, HERE, shouting)
    try:
        answers = [ask(port, b"hello"), ask(port, b"x" * 1_000_000)]
    finally:
        relay.close()

    assert answers == [b"HELLO", b"X" * 1_000_000]
    with pytest.raises(OSError, match=r"refused|reset"):
        ask(port, b"anybody there?")


@needs_root
def test_where_nobody_listens_yet_the_connection_is_closed(port: int) -> None:
    reserved = ReservedPort()
    relay = Relay(port, HERE, reserved.number)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            assert connection.recv(1) == b""
    finally:
        relay.close()
        reserved.close()


def test_a_namespace_that_is_not_there_is_named(port: int) -> None:
    with pytest.raises(NodeError, match="/proc/0/ns/net: cannot be entered: No such file"):
        Relay(port, Path("/proc/0/ns/net"), 1)
