"""Forwards connections from a port of 127.0.0.1 on this machine to a port of 127.0.0.1 in a network namespace.

A socket belongs to the network namespace of the thread that created it. So one thread enters the node's namespace, and
serves a socket that was bound before, outside. The routes and interfaces of this machine do not change.
"""

import asyncio
import ctypes
import os
import socket
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from localnode.errors import NodeError

__all__ = ["Relay"]

_CLONE_NEWNET = 0x40000000
_CHUNK = 64 * 1024


class Relay:
    """Forwards connections until it is closed.

    Args:
        port: Port of 127.0.0.1 on this machine, which this process has reserved (``localplane.runs``).
        namespace: The network namespace, such as ``/proc/4711/ns/net``.
        target: Port of 127.0.0.1 in the namespace.

    Raises:
        NodeError: The namespace cannot be entered.
    """

    def __init__(self, port: int, namespace: Path, target: int) -> None:
        self._target = target
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(128)
        self._loop = asyncio.new_event_loop()
        self._entered: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(namespace,), name="localnode-relay", daemon=True)
        self._thread.start()
        refusal = self._entered.result()
        if refusal:
            self._thread.join()
            raise NodeError(f"{namespace}: cannot be entered: {os.strerror(refusal)}")

    def close(self) -> None:
        """Close all connections and end the thread."""
        if self._thread.is_alive():
            with suppress(RuntimeError):  # the loop has already ended
                self._loop.call_soon_threadsafe(self._stop)
            self._thread.join()

    # -- in the thread

    def _run(self, namespace: Path) -> None:
        refusal = _enter(namespace)
        if refusal:
            self._socket.close()
            self._loop.close()
            self._entered.set_result(refusal)
            return
        asyncio.set_event_loop(self._loop)
        serving = self._loop.create_task(self._serve())
        self._entered.set_result(0)
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(serving)
        self._loop.close()

    def _stop(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    async def _serve(self) -> None:
        carried: set[asyncio.Task[None]] = set()

        def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._carry(reader, writer))
            carried.add(task)
            task.add_done_callback(carried.discard)

        server = await asyncio.start_server(carry, sock=self._socket)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            await asyncio.gather(*carried, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # the API server is down or not yet up: close the client's connection too
            writer.close()
            return
        try:
            await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))
        finally:
            for each in (writer, far_writer):
                each.transport.abort()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()


def _enter(namespace: Path) -> int:
    """Enter a network namespace with this thread only; return errno, 0 on success."""
    try:
        descriptor = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return error.errno or -1
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return ctypes.get_errno() if libc.setns(descriptor, _CLONE_NEWNET) else 0
    finally:
        os.close(descriptor)
