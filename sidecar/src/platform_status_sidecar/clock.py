"""The two clocks, as one port: wall time for the status, monotonic time for pacing. Tests inject their own.

The wall time of a cluster is its API server's: it stamps creation and deletion, and every replica of ours hears it in
each answer. A node whose own clock is wrong would otherwise date timers into the past, and turn a moment into an hour.
"""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

__all__ = ["Clock", "Jumps", "ServerClock", "SystemClock"]

_TOLERANCE: Final = 2.0
"""Seconds; more than a clock that is being disciplined is corrected by at once, less than any deadline of the rules."""

_HALF_A_SECOND: Final = 0.5
"""What a time without its fraction is behind by, on average."""


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


class ServerClock:
    """The API server's wall time, carried on by this machine's monotonic clock between two answers.

    Setting this machine's own wall clock changes nothing; it counts only until the first answer.
    """

    def __init__(self, local: Clock) -> None:
        """Begin with the local clock.

        Args:
            local: The clocks of this machine.
        """
        self._local = local
        self._offset: float | None = None

    def hear(self, date: str) -> None:
        """Take note of the Date header of an answer that has just come.

        It has whole seconds and is older than the answer by what the way took, so a difference within the tolerance
        is none: the time must not waver from answer to answer. What is no date is ignored.
        """
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        said = said if said.tzinfo else said.replace(tzinfo=UTC)
        offset = said.timestamp() + _HALF_A_SECOND - self._local.monotonic()
        if self._offset is None or abs(offset - self._offset) > _TOLERANCE:
            self._offset = offset

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        if self._offset is None:
            return self._local.now()
        return datetime.fromtimestamp(self._local.monotonic() + self._offset, UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return self._local.monotonic()


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
