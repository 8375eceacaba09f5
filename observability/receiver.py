"""The end of the chain: a webhook on loopback that keeps what Alertmanager sends.

What arrives is text of others: what is no notification is refused with 400 and kept out; texts are kept as they are,
and whoever shows them makes them inert.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec

__all__ = ["Alert", "Notification", "Receiver", "decode", "receiving"]

_LARGEST: Final = 4 << 20


class Alert(msgspec.Struct, frozen=True, rename="camel"):
    """One alert of a notification.

    Attributes:
        status: firing or resolved.
        labels: What makes it this alert and no other.
        annotations: summary, description and runbook_url.
        starts_at: RFC 3339.
        ends_at: RFC 3339; the year 1 while it fires.
        fingerprint: Alertmanager's name for the labels.
    """

    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: str
    ends_at: str
    fingerprint: str

    @property
    def name(self) -> str:
        """Name of the alerting rule."""
        return self.labels.get("alertname", "")


class Notification(msgspec.Struct, frozen=True, rename="camel"):
    """What Alertmanager posts to a webhook, version 4.

    Attributes:
        receiver: Who is meant, by the configuration.
        status: firing if one of the alerts fires.
        group_key: Which group of alerts it speaks of.
        alerts: The alerts of the group, those that were resolved included.
    """

    receiver: str
    status: str
    group_key: str
    alerts: tuple[Alert, ...]


def decode(body: bytes) -> Notification | None:
    """Read the body of a post; None if it is no notification."""
    try:
        return msgspec.json.decode(body, type=Notification)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Receiver:
    """Keeps every notification, in order.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._came = threading.Condition()
        self._kept: list[Notification] = []

    def keep(self, notification: Notification) -> None:
        """Take note of one."""
        with self._came:
            self._kept.append(notification)
            self._came.notify_all()

    @property
    def notifications(self) -> list[Notification]:
        """All that came."""
        with self._came:
            return list(self._kept)

    def of(self, alertname: str, **labels: str) -> list[Alert]:
        """Return what was told of one alert, in order: an entry for each time.

        Args:
            alertname: Name of the rule.
            labels: Labels that must be so.
        """
        wanted = {"alertname": alertname, **labels}.items()
        told = [alert for notification in self.notifications for alert in notification.alerts]
        return [alert for alert in told if wanted <= alert.labels.items()]

    def wait(self, holds: Callable[[Receiver], object], seconds: float) -> bool:
        """Wait until something holds, looking again at each notification.

        Args:
            holds: Looks at this receiver.
            seconds: How long.

        Returns:
            Whether it came to hold in time.
        """
        deadline = time.monotonic() + seconds
        with self._came:
            while not holds(self):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._came.wait(left)
        return True


@contextmanager
def receiving(told: Sequence[Callable[[Notification], None]] = ()) -> Iterator[Receiver]:
    """Listen on a free port of loopback.

    Args:
        told: Each is called with each notification, in a thread of the receiver's, before it is kept.
    """

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            size = int(length) if length.isascii() and length.isdecimal() else 0
            notification = decode(self.rfile.read(size)) if 0 < size <= _LARGEST else None
            if notification is not None:
                for tell in told:
                    tell(notification)
                receiver.keep(notification)
            self.send_response(400 if notification is None else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing; what came is kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, name="receiver", daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
