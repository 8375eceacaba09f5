"""The two clocks, as one port: wall time for the status, monotonic time for pacing. Tests inject their own.

The wall time of a cluster is its API server's: it stamps creation and deletion, and every replica of ours hears it in
each answer. A node whose own clock is wrong would otherwise date timers into the past, and turn a moment into an hour.
"""

import time
from datetime import UTC, datetime
from typing import Protocol

from platform_status_kube.dates import TOLERANCE, DateClock

__all__ = ["Jumps", "ServerClock", "SystemClock", "TimeSource"]


class TimeSource(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean something."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


class ServerClock(DateClock):
    """The API server's wall time, carried on by a clock of this machine."""

    def __init__(self, local: TimeSource) -> None:
        """Begin with the local clock.

        Args:
            local: The clocks of this machine.
        """
        super().__init__(monotonic=local.monotonic, local=local.now)


class Jumps:
    """Tells when the wall clock was set, either way: what was concluded before it must be looked at again."""

    def __init__(self, clock: TimeSource) -> None:
        self._clock = clock
        self._offset = self._measure()

    def look(self) -> float:
        """Return by how many seconds the wall clock was set since it was last found to be, 0 if by none that count."""
        offset = self._measure()
        by = offset - self._offset
        if abs(by) <= TOLERANCE:
            return 0.0
        self._offset = offset
        return by

    def _measure(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
