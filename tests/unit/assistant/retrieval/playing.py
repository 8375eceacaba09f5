"""A real HTTP server over loopback that plays one part: Prometheus, a model's endpoint, or somebody else."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Asked", "Played", "Stage", "playing"]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Played:
    """What is answered."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: threading.Event | None = None
    """The body is held back until this is set."""
    drip: bool = False
    """The body comes a byte at a time, each after a tenth of a second, until the client leaves."""


@dataclass(frozen=True)
class Stage:
    """The server that plays."""

    url: str
    asked: list[Asked]


@contextmanager
def playing(part: Callable[[Asked], Played], context: ssl.SSLContext | None = None) -> Iterator[Stage]:
    """Serve until the block ends."""
    asked: list[Asked] = []
    ended = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            request = Asked(self.command, self.path, dict(self.headers), body)
            asked.append(request)
            played = part(request)
            self.send_response(played.status)
            for name, value in played.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(played.body)))
            self.end_headers()
            if played.after is not None:
                played.after.wait(30)
            try:
                for piece in [bytes([byte]) for byte in played.body] if played.drip else [played.body]:
                    self.wfile.write(piece)
                    if played.drip and ended.wait(0.1):
                        break
            except OSError:
                self.close_connection = True  # who asked has left

        do_GET = _answer  # noqa: N815 - the name that http.server looks for
        do_POST = _answer  # noqa: N815 - as above

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="stage", daemon=True)
    thread.start()
    try:
        yield Stage(f"http{'s' if context else ''}://127.0.0.1:{server.server_port}", asked)
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
