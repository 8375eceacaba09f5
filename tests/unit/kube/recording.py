"""A server that records every request and refuses it as an API server would; with TLS if it is given a certificate."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["Recorded", "recording"]


class Recorded:
    """What arrived.

    Attributes:
        url: Where it listens.
        port: Its port.
        requests: Path and headers of each request, in order.
    """

    def __init__(self, url: str, port: int) -> None:
        self.url = url
        self.port = port
        self.requests: list[tuple[str, list[tuple[str, str]]]] = []

    def impersonations(self) -> set[tuple[tuple[str, str], ...]]:
        """The impersonation headers of the requests; names in lower case, as HTTP compares them."""
        return {
            tuple(sorted((name.lower(), value) for name, value in headers if name.lower().startswith("impersonate-")))
            for _, headers in self.requests
        }


@contextmanager
def recording(certificate: Path | None = None, host: str = "127.0.0.1") -> Iterator[Recorded]:
    """Listen on loopback.

    Args:
        certificate: PEM of a certificate and its key; None speaks HTTP.
        host: What the URL names.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _refuse(self) -> None:
            recorded.requests.append((self.path, list(self.headers.items())))
            status: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403}
            body = json.dumps(status | {"reason": "Forbidden", "message": "recorded"}).encode()
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PATCH = do_POST = _refuse  # noqa: N815 - the base class names them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of clients that do not trust us."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    port = server.server_address[1]
    recorded = Recorded(f"{'http' if certificate is None else 'https'}://{host}:{port}", port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
