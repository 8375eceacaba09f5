"""Carrying the protocol: standard streams, or streamable HTTP with everything that keeps strangers out."""

import asyncio
import os
import signal
import socket
import sys
from collections import Counter
from typing import Any, ClassVar, Final

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from uvicorn.protocols.http.h11_impl import H11Protocol

from .arguments import Options
from .authentication import Application, Authenticated, read_token

__all__ = ["application", "serve_http", "serve_stdio"]

MAX_OF_ADDRESS: Final = 32
"""Connections of one address; behind a proxy, which is one, so many calls go on at the same time."""

MAX_CONNECTIONS: Final = 512
"""Connections of all addresses; each costs a file of this process."""

_SILENCE: Final = 10.0
"""Seconds within which a new connection must have begun a request; after one, uvicorn counts by itself."""


class Bounded(H11Protocol):
    """uvicorn's protocol for one connection, refused where there are too many and closed where nothing is asked."""

    _held: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, or close it at once."""
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._is_held = self._held[self._address] < MAX_OF_ADDRESS and self._held.total() < MAX_CONNECTIONS
        if not self._is_held:
            transport.abort()
            return
        self._held[self._address] += 1
        super().connection_made(transport)
        self._silence = self.loop.call_later(_SILENCE, self._end_if_silent)

    def data_received(self, data: bytes) -> None:
        """Take what was sent."""
        if self._is_held:
            super().data_received(data)

    def eof_received(self) -> None:
        """Take the end of what was sent."""
        if self._is_held:
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        if self._is_held:
            self._silence.cancel()
            self._held[self._address] -= 1
            if not self._held[self._address]:
                del self._held[self._address]
            super().connection_lost(exc)

    def _end_if_silent(self) -> None:
        # Half a head is as good as none: it is what is sent one byte a minute.
        cycle: Any = self.cycle
        if cycle is None:
            self.transport.close()


_LARGEST_BODY: Final = 256 * 1024
_ENDING_SECONDS: Final = 5
_INTERRUPTED: Final = 130
_OURS: Final = ("127.0.0.1", "localhost", "[::1]")


async def serve_stdio(server: Server[Any]) -> None:
    """Serve whoever started this process, until they close the stream, or interrupt."""
    # A thread waits for the next line and cannot be interrupted; nothing is left to be written when it ends with us.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def application(server: Server[Any], options: Options) -> Application:
    """The ASGI application: the token first, then Host and Origin, then the protocol.

    Raises:
        UsageError: The token file cannot be used.
    """
    names = [*_OURS, *options.allowed_hosts]
    inner: Application = server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=_LARGEST_BODY,
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
    """Serve over HTTP until SIGTERM or SIGINT; says where on standard error.

    Raises:
        UsageError: The token file cannot be used.
        OSError: It cannot listen there.
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
        timeout_graceful_shutdown=_ENDING_SECONDS,
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
    """End in order: before uvicorn has taken the signals over, and when it raises anew the one that it has obeyed."""
    sys.exit(0)
