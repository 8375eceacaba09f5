"""A TLS-terminating proxy in front of the API server that breaks what it is told to, and counts all it is asked.

The client's Authorization header is forwarded, so it acts with its own permissions. One upstream connection per
request; the client may keep its own. Everything runs on an event loop in a thread of its own; faults are switched on
and off from the test's thread.
"""

import asyncio
import contextlib
import random
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from localplane.certificates import new_authority

from .faults import Fault, Move, Piece, Reply
from .wire import Request, chunk, head, read_body, read_head, read_request

__all__ = ["FaultProxy", "Rule", "Seen"]

T = TypeVar("T")
_LONGEST_LINE = 16 * 1024 * 1024
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass
class Rule:
    """A fault, and the requests that it is for.

    Attributes:
        fault: What goes wrong.
        verbs: Such as list, watch, get, patch, create; empty for all.
        resources: Such as ``pods``; empty for all.
        chance: Probability that it strikes.
        left: How often it still strikes, None for ever.
        applied: How often it struck.
    """

    fault: Fault
    verbs: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    chance: float = 1.0
    left: int | None = None
    applied: int = 0

    def is_for(self, request: Request) -> bool:
        """Say whether it may strike this request now."""
        if self.left == 0 or (self.verbs and request.verb not in self.verbs):
            return False
        return not self.resources or request.resource in self.resources

    def strikes(self) -> None:
        """Count one."""
        self.applied += 1
        self.left = None if self.left is None else self.left - 1


@dataclass(frozen=True)
class Seen:
    """One request that was answered.

    Attributes:
        verb: As in `Rule`.
        resource: As in `Rule`.
        path: The whole path.
        status: What the client was told; 0 if nothing.
    """

    verb: str
    resource: str
    path: str
    status: int


@dataclass(eq=False)
class _Client:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: set[str] = field(default_factory=set)


class FaultProxy:
    """The proxy; a context manager.

    Args:
        upstream: URL of the API server.
        authority: PEM of the authority that signed its certificate.
        folder: Where the proxy's own certificate goes.
        seed: Of the chances.
    """

    def __init__(self, upstream: str, authority: bytes, folder: Path, seed: int = 0) -> None:
        where = urlsplit(upstream)
        self._upstream = (str(where.hostname), int(where.port or 443))
        self._trust = ssl.create_default_context(cadata=authority.decode())
        now = datetime.now(UTC)
        own = new_authority("fault-proxy", now)
        pair = own.server("fault-proxy", ["127.0.0.1", "localhost"], now)
        self.authority = own.certificate
        certificate, key = folder / "proxy.crt", folder / "proxy.key"
        certificate.write_bytes(pair.certificate)
        key.write_bytes(pair.key)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._clients: set[_Client] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._rules: tuple[Rule, ...] = ()
        self._random = random.Random(seed)  # noqa: S311 - repeatable faults
        self._seen: list[Seen] = []
        self.port = 0

    def __enter__(self) -> Self:
        """Start, on a free port of 127.0.0.1."""
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up on everybody, and stop."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # -- for tests

    @contextlib.contextmanager
    def fault(
        self, fault: Fault, *, verbs: str = "", resources: str = "", times: int | None = None, chance: float = 1.0
    ) -> Iterator[Rule]:
        """Switch a fault on for a while.

        Args:
            fault: What goes wrong; of several that are for one request, the one switched on first counts.
            verbs: Separated by spaces; empty for all.
            resources: Separated by spaces; empty for all.
            times: How often it strikes at most.
            chance: Probability that it strikes.
        """
        rule = Rule(fault, frozenset(verbs.split()), frozenset(resources.split()), chance, times)
        self._rules = (*self._rules, rule)
        try:
            yield rule
        finally:
            self._rules = tuple(item for item in self._rules if item is not rule)

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse connections for a while; those that are open are reset."""
        self._run(self._unlisten())
        try:
            yield
        finally:
            self._run(self._listen())

    def break_connections(self) -> None:
        """Reset every connection, so that the client has to come back."""
        self._run(self._reset_all())

    def mark(self) -> int:
        """A point in the sequence of requests, for `seen`."""
        return len(self._seen)

    def seen(self, since: int = 0, *, verb: str = "", resource: str = "", name: str = "") -> list[Seen]:
        """List the requests that were asked.

        Args:
            since: From `mark`.
            verb: Only this verb.
            resource: Only this resource.
            name: Only paths that hold this segment.
        """
        return [
            item
            for item in self._seen[since:]
            if (not verb or item.verb == verb)
            and (not resource or item.resource == resource)
            and (not name or name in item.path.split("/"))
        ]

    # -- on the loop

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls, limit=_LONGEST_LINE, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _unlisten(self) -> None:
        if self._server:
            self._server.close()
        await self._reset_all()

    async def _reset_all(self) -> None:
        for client in tuple(self._clients):
            _reset(client.writer)
        await asyncio.sleep(0)

    async def _close(self) -> None:
        await self._unlisten()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(reader, writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._clients.add(client)
        try:
            while await self._exchange(client, await read_request(reader)):
                pass
        except (OSError, EOFError, ssl.SSLError, asyncio.CancelledError, asyncio.LimitOverrunError):
            pass
        finally:
            self._clients.discard(client)
            self._tasks.discard(task)
            _reset(writer)

    async def _exchange(self, client: _Client, request: Request) -> bool:
        """Answer one request; returns whether the connection may be kept."""
        found: Reply | Move | None = None
        for rule in self._striking(request):
            if rule.fault.delay:
                rule.strikes()
                await rule.fault.pause()
            found = rule.fault.before(request)
            if found:
                rule.strikes()
                break
        if isinstance(found, Move):
            self._note(request, 0)
            if found is Move.HUSH:
                await client.reader.read(1)
            return False
        if isinstance(found, Reply):
            await self._reply(client, request, found)
            return True
        return await self._forward(client, request)

    async def _reply(self, client: _Client, request: Request, reply: Reply) -> None:
        self._note(request, reply.status)
        headers = {"content-type": "application/json", "content-length": str(len(reply.body))}
        if reply.retry_after:
            headers["retry-after"] = reply.retry_after
        client.writer.write(head(f"HTTP/1.1 {reply.status} Fault", headers) + reply.body)
        await client.writer.drain()

    async def _forward(self, client: _Client, request: Request) -> bool:
        try:
            reader, writer = await asyncio.open_connection(*self._upstream, ssl=self._trust, limit=_LONGEST_LINE)
        except OSError:
            self._note(request, 0)
            return False
        try:
            kept = {name: value for name, value in request.headers.items() if name not in _HOP}
            own = {"host": f"{self._upstream[0]}:{self._upstream[1]}", "content-length": str(len(request.body))}
            writer.write(head(f"{request.method} {request.target} HTTP/1.1", {**kept, **own}) + request.body)
            await writer.drain()
            first, headers = await read_head(reader)
            status = int(first.split(" ")[1])
            if request.verb == "watch" and status == 200:
                self._note(request, status)
                await self._stream(client, request, reader, headers)
                return False
            body = b"".join([piece async for piece in read_body(reader, headers)])
            self._note(request, status)
            kept = {name: value for name, value in headers.items() if name not in _HOP}
            own = {"date": self._date(request), "content-length": str(len(body))}
            client.writer.write(head(first, {**kept, **own}) + body)
            await client.writer.drain()
            return True
        finally:
            writer.transport.abort()

    async def _stream(
        self, client: _Client, request: Request, upstream: asyncio.StreamReader, headers: dict[str, str]
    ) -> None:
        """Relay a watch until one side ends it, or a fault does."""
        own = {"content-type": headers.get("content-type", ""), "transfer-encoding": "chunked", "connection": "close"}
        client.writer.write(head("HTTP/1.1 200 OK", {**own, "date": self._date(request)}))
        await client.writer.drain()
        relay = asyncio.create_task(self._relay(client, request, upstream, headers))
        hung_up = asyncio.create_task(client.reader.read(1))
        try:
            await asyncio.wait({relay, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            if relay.done():
                move = relay.result()
                if move is Move.HUSH:
                    await hung_up
                elif move is Move.END:
                    client.writer.write(chunk(b""))
                    await client.writer.drain()
                    client.writer.close()
                    await client.writer.wait_closed()
        finally:
            for task in (relay, hung_up):
                task.cancel()
            await asyncio.gather(relay, hung_up, return_exceptions=True)

    async def _relay(
        self, client: _Client, request: Request, upstream: asyncio.StreamReader, headers: dict[str, str]
    ) -> Move:
        state: dict[str, bytes] = {}
        move = await self._say(client, self._opening(request))
        if move:
            return move
        rest = b""
        try:
            async for piece in read_body(upstream, headers):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    move = await self._say(client, await self._bend(request, line + b"\n", state))
                    if move:
                        return move
        except (OSError, EOFError):
            return Move.RESET
        return Move.END

    def _opening(self, request: Request) -> list[Piece]:
        return self._first(request, lambda fault: fault.opening()) or []

    async def _bend(self, request: Request, line: bytes, state: dict[str, bytes]) -> list[Piece]:
        if b'"BOOKMARK"' in line[:40]:
            return [line]
        for rule in self._striking(request):
            await asyncio.sleep(rule.fault.delay)
        return self._first(request, lambda fault: fault.relay(line, state)) or [line]

    def _first(self, request: Request, ask: Callable[[Fault], list[Piece] | None]) -> list[Piece] | None:
        for rule in self._striking(request):
            found = ask(rule.fault)
            if found is not None:
                rule.strikes()
                return found
        return None

    async def _say(self, client: _Client, pieces: list[Piece]) -> Move | None:
        for piece in pieces:
            if isinstance(piece, Move):
                return piece
            client.writer.write(chunk(piece))
            await client.writer.drain()
        return None

    def _date(self, request: Request) -> str:
        skew = 0.0
        for rule in self._striking(request):
            if rule.fault.skew:
                rule.strikes()
                skew = rule.fault.skew
        return format_datetime(datetime.now(UTC) + timedelta(seconds=skew), usegmt=True)

    def _striking(self, request: Request) -> list[Rule]:
        return [rule for rule in self._rules if rule.is_for(request) and self._random.random() < rule.chance]

    def _note(self, request: Request, status: int) -> None:
        self._seen.append(Seen(request.verb, request.resource, request.path, status))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection off, with an RST instead of a farewell."""
    plain = writer.get_extra_info("socket")
    if plain is not None and plain.fileno() >= 0:
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
