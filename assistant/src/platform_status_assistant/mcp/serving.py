"""The transports of the protocol: standard streams, or streamable HTTP with authentication and connection limits.

Over HTTP a client must send the bearer token of a file, which is never an argument and never logged. The number of
connections per address is limited, and an idle one is closed: uvicorn only limits the total, so a hundred idle
connections of one client would be an outage.
"""

import asyncio
import hmac
import os
import signal
import socket
import stat
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, ClassVar, Final

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from uvicorn.protocols.http.h11_impl import H11Protocol

from hctl.public.facts import UsageError, inert

from .arguments import Options

__all__ = ["Authenticated", "application", "bears", "read_token", "serve_http", "serve_stdio"]

_SHORTEST, _LONGEST = 16, 4096
_PRINTABLE = range(0x21, 0x7F)
_BEARER = b"bearer "

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def read_token(path: Path) -> bytes:
    """Read the token from a file that other users can neither read nor write.

    Raises:
        UsageError: The file cannot be read, is open to other users, or has no valid token.
    """
    shown = inert(str(path), 400)
    try:
        with path.open("rb") as file:
            # Check the open file, not its path, which could be replaced between the check and the read.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(_LONGEST + 1).strip()
    except OSError as error:
        raise UsageError(
            f"--token-file {shown}: {error.strerror or 'cannot be read'}; expected a readable file"
        ) from None
    if mode & 0o007:
        raise UsageError(f"--token-file {shown}: mode {mode:04o} gives all users access; chmod it to 0600 or 0640")
    if not _SHORTEST <= len(text) <= _LONGEST or not all(byte in _PRINTABLE for byte in text):
        raise UsageError(
            f"--token-file {shown}: has no valid token; expected {_SHORTEST} to {_LONGEST} printable ASCII "
            "characters without a space"
        )
    return text


def bears(headers: list[tuple[bytes, bytes]], token: bytes) -> bool:
    """Return whether a request has the token; False for two Authorization headers."""
    given = [value for name, value in headers if name.lower() == b"authorization"]
    if len(given) != 1 or given[0][: len(_BEARER)].lower() != _BEARER:
        return False
    return hmac.compare_digest(given[0][len(_BEARER) :].strip(), token)


class Authenticated:
    """An ASGI middleware that rejects HTTP requests without the token."""

    def __init__(self, application: Application, token: bytes) -> None:
        self._application = application
        self._token = token

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on lifespan messages, and requests with the token."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and bears(scope["headers"], self._token)):
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            headers = [(b"www-authenticate", b'Bearer realm="platform-status-mcp"'), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.close", "code": 1008})


MAX_OF_ADDRESS: Final = 32
"""Connections per client address; a proxy is a single address, so behind one it limits all clients together."""

MAX_CONNECTIONS: Final = 512
"""Connections in total; each needs a file descriptor."""

_SILENCE_TIMEOUT: Final = 10.0
"""Seconds in which a new connection must send a request; after the first, uvicorn's own timeout applies."""


class Bounded(H11Protocol):
    """uvicorn's protocol for one connection, with limits on the number of connections and on the idle time."""

    _held: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Accept the connection, or close it at once if there are too many."""
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._is_held = self._held[self._address] < MAX_OF_ADDRESS and self._held.total() < MAX_CONNECTIONS
        if not self._is_held:
            transport.abort()
            return
        self._held[self._address] += 1
        super().connection_made(transport)
        self._silence = self.loop.call_later(_SILENCE_TIMEOUT, self._end_if_silent)

    def data_received(self, data: bytes) -> None:
        """Process received data."""
        if self._is_held:
            super().data_received(data)

    def eof_received(self) -> None:
        """Process the end of the received data."""
        if self._is_held:
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Release the slot of the connection."""
        if self._is_held:
            self._silence.cancel()
            self._held[self._address] -= 1
            if not self._held[self._address]:
                del self._held[self._address]
            super().connection_lost(exc)

    def _end_if_silent(self) -> None:
        # An incomplete head counts as no request, because a slow client could send one byte per minute.
        cycle: Any = self.cycle
        if cycle is None:
            self.transport.close()


_MAX_BODY: Final = 256 * 1024
_ENDING_TIMEOUT: Final = 5
_INTERRUPTED: Final = 130
_OURS: Final = ("127.0.0.1", "localhost", "[::1]")


async def serve_stdio(server: Server[Any]) -> None:
    """Serve the parent process over standard streams, until it closes them or interrupts."""
    # The thread that reads the next line cannot be interrupted, so exit at once; no output is pending then.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def application(server: Server[Any], options: Options) -> Application:
    """Return the ASGI application, which checks the token, then Host and Origin, then handles the protocol.

    Raises:
        UsageError: The token file cannot be used.
    """
    names = [*_OURS, *options.allowed_hosts]
    inner: Application = server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=_MAX_BODY,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=[host for name in names for host in (name, f"{name}:*")],
            allowed_origins=[
                f"{scheme}://{host}" for name in names for host in (name, f"{name}:*") for scheme in ("http", "https")
            ],
        ),
    )
    return Authenticated(inner, read_token(options.token_file)) if options.token_file else inner


def serve_http(server: Server[Any], options: Options) -> None:
    """Serve over HTTP until SIGTERM or SIGINT; the URL is printed on standard error.

    Raises:
        UsageError: The token file cannot be used.
        OSError: It cannot listen on the address.
    """
    asgi: Any = application(server, options)
    config = uvicorn.Config(
        asgi,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        ssl_certfile=options.certificate,
        ssl_keyfile=str(options.key) if options.key else None,
        timeout_graceful_shutdown=_ENDING_TIMEOUT,
        http=Bounded,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.create_server((options.host, options.port), family=family) as listening:
        scheme = "https" if options.certificate else "http"
        host = f"[{options.host}]" if ":" in options.host else options.host
        sys.stderr.write(f"serving on {scheme}://{host}:{listening.getsockname()[1]}/mcp\n")
        sys.stderr.flush()
        uvicorn.Server(config).run(sockets=[listening])


def _leave(*_: object) -> None:
    """Exit normally on a signal before uvicorn handles signals, and on the one that it raises again after its stop."""
    sys.exit(0)
