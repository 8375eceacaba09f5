"""Watches one request and records each of its phases, with the time of the watch event."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localplane.client import Client, Object
from localplane.errors import FAILURES

__all__ = ["PhaseWatch", "Sighting", "sighting"]

_WATCH_SECONDS = 3600


@dataclass(frozen=True)
class Sighting:
    """The status at one time.

    Attributes:
        at: Seconds, monotonic.
        phase: `.status.phase`, empty before it is written.
        reason: Reason of condition Ready, empty before it is written.
        message: `.status.message`.
    """

    at: float
    phase: str
    reason: str
    message: str


def sighting(request: Mapping[str, Any], at: float) -> Sighting:
    """Read phase, reason and message of a request."""
    status = request.get("status", {})
    ready: Mapping[str, Any] = next(
        (entry for entry in status.get("conditions", []) if entry.get("type") == "Ready"), {}
    )
    return Sighting(at, str(status.get("phase", "")), str(ready.get("reason", "")), str(status.get("message", "")))


class PhaseWatch:
    """A watch of one request, in its own thread.

    Args:
        client: The client of the watch.
        kind: apiVersion and kind of the request.
        namespace: Its namespace.
        name: Its name.
        tell: Callback for each sighting whose phase differs from the previous one.
    """

    def __init__(
        self, client: Client, kind: tuple[str, str], namespace: str, name: str, tell: Callable[[Sighting], None]
    ) -> None:
        self._client = client
        self._kind = kind
        self._namespace = namespace
        self._name = name
        self._tell = tell
        self._lock = threading.Condition()
        self._seen: list[Sighting] = []
        self._last: Object = {}
        self._changed = time.monotonic()
        self._gone = False
        self._closed = False
        self._broken = ""
        self._thread = threading.Thread(target=self._run, name="phases", daemon=True)

    def start(self) -> None:
        """Start the watch; the request need not exist yet."""
        self._thread.start()

    def close(self) -> None:
        """Stop recording; the thread ends with the API server."""
        self._closed = True

    @property
    def phases(self) -> list[Sighting]:
        """One sighting per phase, in order, none twice in a row."""
        with self._lock:
            return list(self._seen)

    @property
    def last(self) -> Object:
        """The last state of the request."""
        with self._lock:
            return self._last

    @property
    def gone(self) -> bool:
        """Whether the request has been deleted."""
        return self._gone

    @property
    def quiet(self) -> float:
        """Seconds since the last change of the request."""
        with self._lock:
            return time.monotonic() - self._changed

    def wait(self, holds: Callable[["PhaseWatch"], bool], seconds: float) -> bool:
        """Wait until a predicate holds; it is evaluated at each change.

        Returns:
            Whether it held in time.
        """
        deadline = time.monotonic() + seconds
        while True:
            if holds(self):
                return True
            left = deadline - time.monotonic()
            if left <= 0 or self._broken:
                return False
            with self._lock:
                # Evaluated without a change too, because the predicate may be about the absence of changes.
                self._lock.wait(min(left, 0.1))

    def _run(self) -> None:
        try:
            for event in self._client.watch(
                *self._kind, namespace=self._namespace, name=self._name, timeout=_WATCH_SECONDS
            ):
                if self._closed:
                    return
                if event.type in {"ADDED", "MODIFIED", "DELETED"}:
                    self._note(event.type, event.object)
        except FAILURES as error:
            self._broken = str(error)

    def _note(self, event: str, request: Object) -> None:
        seen = sighting(request, time.monotonic())
        with self._lock:
            fresh = bool(seen.phase) and (not self._seen or self._seen[-1].phase != seen.phase)
            if fresh:
                self._seen.append(seen)
            self._last, self._changed = request, seen.at
            self._gone = event == "DELETED"
            self._lock.notify_all()
        if fresh:
            self._tell(seen)
