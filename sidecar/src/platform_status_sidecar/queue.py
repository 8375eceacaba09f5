"""The work queue: a coalescing queue of keys with due times and two priorities.

A key is queued at most once, at the earliest requested time. No wake-up is lost: taking a key removes it, so a key that
is added while its reconcile runs is taken again. Keys that changed are taken before bulk keys (first lists, resyncs),
but bulk keys never starve.
"""

import heapq
import threading
from collections import deque
from typing import Final, Generic, TypeVar

from msgspec import Struct

from .clock import TimeSource

__all__ = ["CoalescingQueue", "DueLook"]

K = TypeVar("K", bound=tuple[str, ...])

_MAX_URGENT_IN_A_ROW: Final = 16
"""After this many changed keys in a row, one bulk key is taken."""
_SLACK: Final = 64


class DueLook(Struct, frozen=True, gc=False):
    """When a key is due again.

    Attributes:
        at: Monotonic seconds.
        bulk: Whether it may wait for keys that are not.
    """

    at: float
    bulk: bool = False


class _Entry(Struct, gc=False):
    """When a key is due, and with which priority; an entry with another order number is superseded."""

    due: float
    order: int
    bulk: bool


class CoalescingQueue(Generic[K]):
    """Keys, each queued once; thread-safe."""

    def __init__(self, clock: TimeSource) -> None:
        self._clock = clock
        self._entries: dict[K, _Entry] = {}
        self._later: list[tuple[float, int, K]] = []
        self._urgent: deque[tuple[int, K]] = deque()
        self._bulk: deque[tuple[int, K]] = deque()
        self._in_a_row = 0
        self._order = 0
        self._changed = threading.Condition()
        self._draining = False
        self._closed = False

    def __len__(self) -> int:
        with self._changed:
            return len(self._entries)

    def add(self, key: K, delay: float = 0.0, *, bulk: bool = False) -> None:
        """Make the key due.

        Args:
            key: The key.
            delay: Seconds until it is due; an earlier due time is kept.
            bulk: Whether it may wait for keys that are not.
        """
        self.plan(key, DueLook(self._clock.monotonic() + delay, bulk))

    def plan(self, key: K, look: DueLook) -> None:
        """Make the key due at a moment; an earlier due time is kept."""
        with self._changed:
            now = self._clock.monotonic()
            due, bulk = max(look.at, now), look.bulk
            known = self._entries.get(key)
            if known is not None:
                if known.due <= due and (known.bulk <= bulk or due > now):
                    return
                due = min(known.due, due)
                bulk = bulk and known.bulk
            # The order number makes keys that are due at once first in, first out, so no request starves.
            self._order += 1
            self._entries[key] = _Entry(due, self._order, bulk)
            if due <= now:
                (self._bulk if bulk else self._urgent).append((self._order, key))
            else:
                heapq.heappush(self._later, (due, self._order, key))
                self._compact()
            self._changed.notify()

    def take(self, timeout: float | None = None) -> K | None:
        """Wait for a due key and remove it.

        Args:
            timeout: Seconds to wait at most; None waits until `close`.

        Returns:
            The key, or None after the timeout, `close`, or, while draining, as soon as none is due.
        """
        end = None if timeout is None else self._clock.monotonic() + timeout
        with self._changed:
            while not self._closed:
                now = self._clock.monotonic()
                self._move_due(now)
                key = self._next()
                if key is not None:
                    return key
                if self._draining or (end is not None and now >= end):
                    return None
                moments = [moment for moment in (end, self._later[0][0] if self._later else None) if moment is not None]
                self._changed.wait(min(moments) - now if moments else None)
            return None

    def drain(self) -> None:
        """Let `take` return the keys that are due, and no longer wait."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()

    def close(self) -> None:
        """Make every waiting `take` return None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _counts(self, order: int, key: K) -> bool:
        entry = self._entries.get(key)
        return entry is not None and entry.order == order

    def _move_due(self, now: float) -> None:
        while self._later and (self._later[0][0] <= now or not self._counts(*self._later[0][1:])):
            _, order, key = heapq.heappop(self._later)
            if self._counts(order, key):
                (self._bulk if self._entries[key].bulk else self._urgent).append((order, key))

    def _next(self) -> K | None:
        lines = (self._urgent, self._bulk) if self._in_a_row < _MAX_URGENT_IN_A_ROW else (self._bulk, self._urgent)
        for line in lines:
            while line:
                order, key = line.popleft()
                if self._counts(order, key):
                    self._in_a_row = self._in_a_row + 1 if line is self._urgent else 0
                    del self._entries[key]
                    return key
        return None

    def _compact(self) -> None:
        # Each wake-up of a queued key leaves a superseded entry; remove them before they pile up.
        if len(self._later) > 2 * len(self._entries) + _SLACK:
            self._later = [item for item in self._later if self._counts(*item[1:])]
            heapq.heapify(self._later)
