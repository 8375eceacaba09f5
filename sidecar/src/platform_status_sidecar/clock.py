"""The two clocks, as one port: wall time for the status, monotonic time for pacing. Tests inject their own.

The API server's clock counts as the wall time of the cluster: it sets the creation and deletion timestamps, and every
replica receives it with each response. Otherwise a node with a wrong clock would set timers in the past, and a timer
that has just started would look an hour old.
"""

import time
from datetime import UTC, datetime
from typing import Protocol

from platform_status_kube.dates import TOLERANCE, DateClock

__all__ = ["Jumps", "ServerClock", "SystemClock", "TimeSource"]


class TimeSource(Protocol):
    """A source of wall time and monotonic time."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return monotonic seconds; only differences between two readings have a meaning."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return monotonic seconds."""
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
    """Detects that the wall clock was set, forward or back: conclusions drawn before that must be revised."""

    def __init__(self, clock: TimeSource) -> None:
        self._clock = clock
        self._offset = self._measure()

    def look(self) -> float:
        """Return by how many seconds the wall clock was set since the last call; 0 if the change is negligible."""
        offset = self._measure()
        by = offset - self._offset
        if abs(by) <= TOLERANCE:
            return 0.0
        self._offset = offset
        return by

    def _measure(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
