"""The end of the chain: a webhook on loopback that records the notifications of Alertmanager.

The input is untrusted: a body that is not a notification is rejected with 400 and not recorded. Texts are recorded
unchanged; code that prints them must escape them.
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
        labels: The labels that identify the alert.
        annotations: summary, description and runbook_url.
        starts_at: RFC 3339.
        ends_at: RFC 3339; the year 1 while it fires.
        fingerprint: Alertmanager's hash of the labels.
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
        receiver: Name of the receiver in the configuration.
        status: firing if at least one alert fires.
        group_key: Key of the group of alerts.
        alerts: The alerts of the group, resolved ones included.
    """

    receiver: str
    status: str
    group_key: str
    alerts: tuple[Alert, ...]


def decode(body: bytes) -> Notification | None:
    """Decode the body of a request; None if it is not a notification."""
    try:
        return msgspec.json.decode(body, type=Notification)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Receiver:
    """Records every notification, in order.

    Attributes:
        url: Its URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._came = threading.Condition()
        self._kept: list[Notification] = []

    def keep(self, notification: Notification) -> None:
        """Record a notification."""
        with self._came:
            self._kept.append(notification)
            self._came.notify_all()

    @property
    def notifications(self) -> list[Notification]:
        """All notifications so far."""
        with self._came:
            return list(self._kept)

    def of(self, alertname: str, **labels: str) -> list[Alert]:
        """Return the entries of one alert in all notifications, in order.

        Args:
            alertname: Name of the rule.
            labels: Labels that must match.
        """
        wanted = {"alertname": alertname, **labels}.items()
        told = [alert for notification in self.notifications for alert in notification.alerts]
        return [alert for alert in told if wanted <= alert.labels.items()]

    def wait(self, holds: Callable[[Receiver], object], seconds: float) -> bool:
        """Wait until a predicate holds; it is evaluated at each notification.

        Args:
            holds: The predicate of this receiver.
            seconds: The timeout.

        Returns:
            Whether it held in time.
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
        told: Callbacks for each notification, called in a thread of the receiver before it is recorded.
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
            """Suppress the log; the notifications are recorded."""

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
