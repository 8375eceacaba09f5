"""Threads: one that hangs is told from one that waits, and several on one queue are never two on one key."""

import threading
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

from .clock import TimeSource
from .queue import CoalescingQueue, DueLook

__all__ = ["LiveThread", "Turns", "Worker"]

K = TypeVar("K", bound=tuple[str, ...])

_TURN_TIMEOUT: Final = 60.0
"""More than the longest single exchange with the API server may take, see `transport`."""
_IDLE_INTERVAL: Final = 30.0
"""Seconds after which an idle worker shows that it lives."""


class LiveThread(threading.Thread):
    """A daemon thread with a pulse; /healthz fails when it is overdue."""

    def __init__(self, name: str, clock: TimeSource) -> None:
        super().__init__(name=name, daemon=True)
        self._pulse_clock = clock
        self._overdue_at = float("inf")

    def beat(self, allowance: float = 0.0) -> None:
        """Say that all is well.

        Args:
            allowance: Seconds for which it is going to wait on purpose, beside the time that any step may take.
        """
        self._overdue_at = self._pulse_clock.monotonic() + allowance + _TURN_TIMEOUT

    @property
    def is_hung(self) -> bool:
        """Whether it has not been heard of for longer than it said."""
        return self._pulse_clock.monotonic() > self._overdue_at


class Turns(Generic[K]):
    """Gives each key its turn; one that comes while its turn runs has another right after it."""

    def __init__(self, queue: CoalescingQueue[K], turn: Callable[[K], Iterable[DueLook]]) -> None:
        """Prepare.

        Args:
            queue: Where keys come from, and where their next looks are planned.
            turn: Carries out the turn of one key, and says when to look again.
        """
        self._queue = queue
        self._turn = turn
        self._lock = threading.Lock()
        self._running: set[K] = set()
        self._again: set[K] = set()

    def next(self, timeout: float | None) -> bool:
        """Take a due key and carry out its turn.

        Args:
            timeout: Seconds to wait for one; None waits until the queue is closed.

        Returns:
            Whether a key was due.
        """
        key = self._queue.take(timeout)
        if key is None:
            return False
        with self._lock:
            if key in self._running:
                self._again.add(key)
                return True
            self._running.add(key)
        try:
            for look in self._turn(key):
                self._queue.plan(key, look)
        finally:
            with self._lock:
                self._running.discard(key)
                again = key in self._again
                self._again.discard(key)
            if again:
                self._queue.add(key)
        return True


class Worker(LiveThread):
    """One of the threads; it ends when it was asked to stop and nothing is due any more, or the queue is closed."""

    def __init__(self, name: str, turns: Turns[K], *, clock: TimeSource, stop: threading.Event) -> None:
        super().__init__(name, clock)
        self._turns: Turns[K] = turns
        # not `_stop`, which threading.Thread uses itself
        self._stopping = stop

    def run(self) -> None:
        """Work until stopped."""
        self.beat(_IDLE_INTERVAL)
        while self._turns.next(_IDLE_INTERVAL) or not self._stopping.is_set():
            self.beat(_IDLE_INTERVAL)
