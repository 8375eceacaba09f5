"""Worker threads with a watchdog that distinguishes a hung thread from a waiting one, and one turn a key at a time."""

import threading
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

from .clock import TimeSource
from .queue import CoalescingQueue, DueLook

__all__ = ["LiveThread", "Turns", "Worker"]

K = TypeVar("K", bound=tuple[str, ...])

_TURN_TIMEOUT: Final = 60.0
"""Seconds that one step may take: longer than any single request to the API server, see `transport`."""
_IDLE_INTERVAL: Final = 30.0
"""Seconds after which an idle worker reports that it is alive."""


class LiveThread(threading.Thread):
    """A daemon thread with a watchdog; /healthz fails when its `beat` is overdue."""

    def __init__(self, name: str, clock: TimeSource) -> None:
        super().__init__(name=name, daemon=True)
        self._pulse_clock = clock
        self._overdue_at = float("inf")

    def beat(self, allowance: float = 0.0) -> None:
        """Report that the thread is alive.

        Args:
            allowance: Seconds for which it is about to wait, in addition to the time that a step may take.
        """
        self._overdue_at = self._pulse_clock.monotonic() + allowance + _TURN_TIMEOUT

    @property
    def is_hung(self) -> bool:
        """Whether its `beat` is overdue."""
        return self._pulse_clock.monotonic() > self._overdue_at


class Turns(Generic[K]):
    """Runs a turn for each due key; a key that is added during its turn gets another one afterwards."""

    def __init__(self, queue: CoalescingQueue[K], turn: Callable[[K], Iterable[DueLook]]) -> None:
        """Prepare.

        Args:
            queue: The work queue, which also receives the next due times.
            turn: Runs the turn of one key and returns when it is due again.
        """
        self._queue = queue
        self._turn = turn
        self._lock = threading.Lock()
        self._running: set[K] = set()
        self._again: set[K] = set()

    def next(self, timeout: float | None) -> bool:
        """Take a due key and run its turn.

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
    """A worker thread; it ends when it was stopped and no key is due, or when the queue is closed."""

    def __init__(self, name: str, turns: Turns[K], *, clock: TimeSource, stop: threading.Event) -> None:
        super().__init__(name, clock)
        self._turns: Turns[K] = turns
        # Not `_stop`: threading.Thread has an attribute of that name.
        self._stopping = stop

    def run(self) -> None:
        """Work until stopped."""
        self.beat(_IDLE_INTERVAL)
        while self._turns.next(_IDLE_INTERVAL) or not self._stopping.is_set():
            self.beat(_IDLE_INTERVAL)
