"""/healthz, /readyz and /metrics over HTTP; read-only, the path is the only input."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from typing import Any, Final

from msgspec import Struct

from . import __version__
from .clock import TimeSource
from .health import HealthAnswer, liveness, readiness
from .metrics import CONTENT_TYPE, ProcessMetrics, collect, exposition
from .outcomes import Outcomes
from .store import Store
from .watch.lease import LeaseKeeper

__all__ = ["ServedPage", "StatusServer", "pages", "text_page"]

MAX_OF_ADDRESS: Final = 16
MAX_CONNECTIONS: Final = 64
"""Connections of one address, and of all addresses. A probe or a scrape needs one; it is closed after 10 s idle."""

_log = logging.getLogger(__name__)


class ServedPage(Struct, frozen=True):
    """One response.

    Attributes:
        status: 200 or 503.
        content_type: Of the body.
        body: The whole body; or its chunks, which are sent as they are made, so that a long body needs no memory.
    """

    status: HTTPStatus
    content_type: str
    body: bytes | Iterator[bytes]


def text_page(answer: HealthAnswer) -> ServedPage:
    """Render the result of a check: 200 or 503, a word first, then the reasons."""
    status = HTTPStatus.OK if answer.ok else HTTPStatus.SERVICE_UNAVAILABLE
    lines = ("ok" if answer.ok else "not ok", *answer.lines)
    return ServedPage(status, "text/plain; charset=utf-8", ("\n".join(lines) + "\n").encode())


def pages(
    threads: Sequence[threading.Thread], store: Store, lease: LeaseKeeper, outcomes: Outcomes, clock: TimeSource
) -> dict[str, Callable[[], ServedPage]]:
    """Return the function that makes the response of each path.

    Args:
        threads: The threads that must be alive.
        store: The store.
        lease: The thread that renews our Lease.
        outcomes: The conclusions and counters.
        clock: The clocks.
    """
    process = ProcessMetrics()

    def metrics() -> ServedPage:
        scrape = collect(outcomes, store, version=__version__, lease=lease.lease, lease_age=lease.age, now=clock.now())
        return ServedPage(HTTPStatus.OK, CONTENT_TYPE, exposition(scrape, process.text()))

    return {
        "/healthz": lambda: text_page(liveness(threads)),
        "/readyz": lambda: text_page(readiness(store, lease.role)),
        "/metrics": metrics,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "platform-status-sidecar"
    sys_version = ""
    timeout = 10
    server: "_Server"

    def do_GET(self) -> None:
        """Answer a known path."""
        make = self.server.pages.get(self.path.partition("?")[0])
        if make is None:
            known = ", ".join(self.server.pages)
            page = ServedPage(
                HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", f"not found; there is {known}\n".encode()
            )
        else:
            page = make()
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        if isinstance(page.body, bytes):
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.body)
            return
        in_chunks = self.request_version == "HTTP/1.1"
        if in_chunks:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            # HTTP/1.0 has no chunks: the end of the connection is the end of the body.
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self._stream(page.body, in_chunks=in_chunks)

    def _stream(self, parts: Iterator[bytes], *, in_chunks: bool) -> None:
        for part in parts:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if in_chunks else part)
        if in_chunks:
            self.wfile.write(b"0\r\n\r\n")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def handle(self) -> None:
        """Serve requests until the client disconnects; a disconnect during a response is not logged as an error."""
        try:
            super().handle()
        except (ConnectionError, TimeoutError) as error:
            _log.debug("A client went before its answer was finished", extra={"cause": str(error)})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Log at debug: probes come every few seconds."""
        _log.debug(format, *args)


class _Server(ThreadingHTTPServer):
    """A server with a thread per connection; their number is limited, because any client can open connections."""

    daemon_threads = True
    # With the default of 5 a burst of connections fills the backlog, and every other client retries its SYN after 1 s.
    request_queue_size = 128
    pages: Mapping[str, Callable[[], ServedPage]]

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - those of the base class
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()
        super().__init__(*given, **named)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Accept a connection, or close it at once."""
        address = str(client_address[0])
        with self._lock:
            taken = self._held[address] < MAX_OF_ADDRESS and self._held.total() < MAX_CONNECTIONS
            if taken:
                self._held[address] += 1
        if taken:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Serve a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._held[str(client_address[0])] -= 1
                self._held += Counter()  # drops the addresses with a count of 0


class _Server6(_Server):
    address_family = AF_INET6


class StatusServer(threading.Thread):
    """The HTTP server, on a thread."""

    def __init__(self, host: str, port: int, pages: Mapping[str, Callable[[], ServedPage]]) -> None:
        """Bind the port.

        Args:
            host: Address; empty for all.
            port: Port; 0 for a free one.
            pages: Path -> the function that makes its response.

        Raises:
            OSError: If the port cannot be bound.
        """
        super().__init__(name="serve", daemon=True)
        self._server = (_Server6 if ":" in host else _Server)((host, port), _Handler)
        self._server.pages = pages
        self.port: int = self._server.server_address[1]

    def run(self) -> None:
        """Serve until closed."""
        self._server.serve_forever(poll_interval=0.5)

    def close(self) -> None:
        """Stop serving and free the port."""
        if self.is_alive():
            self._server.shutdown()
        self._server.server_close()
