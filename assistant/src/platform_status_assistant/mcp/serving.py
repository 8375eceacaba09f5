"""Carrying the protocol: standard streams, or streamable HTTP with everything that keeps strangers out."""

import os
import signal
import socket
import sys
from typing import Any, Final

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from .arguments import Options
from .authentication import Application, Authenticated, read_token
from .connections import Bounded

__all__ = ["application", "serve_http", "serve_stdio"]

_MAX_BODY: Final = 256 * 1024
_ENDING_TIMEOUT: Final = 5
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
    """End in order: before uvicorn has taken the signals over, and when it raises anew the one that it has obeyed."""
    sys.exit(0)
