"""A bounded queue between the threads that write statuses and one that reports them to others, who may be slow."""

import queue
from collections.abc import Callable
from typing import Final, Generic, TypeVar

__all__ = ["MAX_QUEUED", "Outbox"]

T = TypeVar("T")

MAX_QUEUED: Final = 200


class Outbox(Generic[T]):
    """Takes items without blocking; what finds no room is dropped and counted. Thread-safe."""

    def __init__(self, dropped: Callable[[], None]) -> None:
        """Begin empty and open.

        Args:
            dropped: Called for each item that is dropped.
        """
        self._dropped = dropped
        self._queue: queue.Queue[T | None] = queue.Queue(MAX_QUEUED)

    def offer(self, item: T) -> None:
        """Queue an item, or drop it."""
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self._dropped()

    def take(self, timeout: float | None = None) -> T | None:
        """Return the next item; None after `close`, once what was queued before is taken.

        Args:
            timeout: Seconds to wait for it; None for any length of time.

        Raises:
            queue.Empty: There was none in time.
        """
        return self._queue.get(timeout=timeout)

    def close(self) -> None:
        """End after the queued items; if there is no room for the end mark, some of them are dropped for it."""
        while True:
            try:
                self._queue.put_nowait(None)
            except queue.Full:
                self._drop_one()
            else:
                return

    def _drop_one(self) -> None:
        try:
            self._queue.get_nowait()
        except queue.Empty:
            return
        self._dropped()
