"""The two clocks, as one port: wall time for the status, monotonic time for pacing. Tests inject their own."""

import time
from datetime import UTC, datetime
from typing import Final, Protocol

__all__ = ["Clock", "Jumps", "SystemClock"]

_TOLERANCE: Final = 2.0
"""Seconds; more than a clock that is being disciplined is corrected by at once, less than any deadline of the rules."""


class Clock(Protocol):
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


class Jumps:
    """Tells when the wall clock was set, either way: what was concluded before it must be looked at again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._measure()

    def look(self) -> float:
        """Return by how many seconds the wall clock was set since it was last found to be, 0 if by none that count."""
        offset = self._measure()
        by = offset - self._offset
        if abs(by) <= _TOLERANCE:
            return 0.0
        self._offset = offset
        return by

    def _measure(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
