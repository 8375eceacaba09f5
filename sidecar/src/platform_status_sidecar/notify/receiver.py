"""One POST to the receiver, by http.client: no redirect, no proxy, and an end to each try however slowly it answers."""

import socket
import ssl
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection  # noqa: TID251 - the receiver is no API server
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult

from platform_status_sidecar.clock import TimeSource

from .event import CONTENT_TYPE, Notification, key_of, signature

__all__ = ["MAX_TRY", "Receiver"]

MAX_TRY: Final = 5.0
"""Seconds to connect, and seconds from the connection to the end of the answer's head."""
_MAX_KEY: Final = 4096


class Receiver:
    """Where notifications go."""

    def __init__(self, url: SplitResult, folder: Path, clock: TimeSource, longest: float = MAX_TRY) -> None:
        """Prepare; nothing is opened or read yet.

        Args:
            url: Where to post: http or https, without user and password.
            folder: Holds the file ``key``, and ``ca.crt`` if the system does not know the receiver's authority. Both
                are read at each try, so a rotated key is used at once.
            clock: For the time in the signature.
            longest: See `MAX_TRY`.
        """
        self._url = url
        self._folder = folder
        self._clock = clock
        self._longest = longest

    def post(self, notification: Notification) -> int:
        """Post once.

        Returns:
            The status code of the answer.

        Raises:
            OSError: If nobody answers HTTP in time, or the key cannot be read.
        """
        body = notification.body()
        with (self._folder / "key").open("rb") as file:
            text = file.read(_MAX_KEY)
        try:
            key = key_of(text)
        except ValueError as error:
            raise OSError("the file key holds none") from error
        seconds = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": "platform-status-sidecar",
            "Connection": "close",
            "webhook-id": notification.unique,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(key, notification.unique, seconds, body),
        }
        connection = self._connection()
        connection.connect()
        # A timeout counts from each byte to the next; this one counts the whole answer.
        guard = threading.Timer(self._longest, _hang_up, [connection.sock])
        guard.daemon = True
        guard.start()
        try:
            target = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        except HTTPException as error:
            raise ConnectionError(type(error).__name__) from error
        finally:
            guard.cancel()
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return HTTPConnection(host, port, timeout=self._longest)
        authority = self._folder / "ca.crt"
        context = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
        return HTTPSConnection(host, port, timeout=self._longest, context=context)


def _hang_up(sock: socket.socket) -> None:
    try:
        # not that of SSLSocket, which takes the TLS state away from the thread that reads
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return
