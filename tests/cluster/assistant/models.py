"""A language model that lies: an OpenAI-compatible endpoint on loopback that says whatever it is told to say."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Heard", "answering", "saying"]

Reply = Callable[[Any], tuple[int, bytes]]
"""What was asked -> HTTP status and body."""


@dataclass
class Heard:
    """An endpoint, and what it was asked.

    Attributes:
        endpoint: Its URL, with the version in it.
        bodies: Each request's JSON.
    """

    endpoint: str
    bodies: list[Any] = field(default_factory=list)

    @property
    def prompt(self) -> str:
        """All that the last request said."""
        return "\n".join(str(message["content"]) for message in self.bodies[-1]["messages"])


def saying(text: str) -> Reply:
    """A model that says a text, whatever it is asked."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "liar", "choices": [choice]}
    return lambda _asked: (200, json.dumps(body).encode())


@contextmanager
def answering(reply: Reply) -> Iterator[Heard]:
    """Serve one, over real HTTP."""
    heard = Heard("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.bodies.append(asked)
            status, body = reply(asked)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="model")
    thread.start()
    heard.endpoint = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
