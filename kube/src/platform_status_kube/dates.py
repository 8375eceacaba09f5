"""The API server's wall time, from the Date header of its responses.

It sets creation and deletion timestamps, and every client receives it, so it serves as the wall time of the cluster.
The clock of a node or of a user's machine may be minutes off (ADR 0009).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

__all__ = ["TOLERANCE", "DateClock"]

TOLERANCE: Final = 2.0
"""Seconds: more than the steps by which NTP adjusts a clock, less than any deadline of the rules."""

_HALF_A_SECOND: Final = 0.5
"""The average error of a time in whole seconds."""


def _local() -> datetime:
    return datetime.now(UTC)


class DateClock:
    """The API server's wall time, advanced by this machine's monotonic clock between two responses.

    This machine's own wall clock is used only until the first response; setting it later has no effect.
    """

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, local: Callable[[], datetime] = _local
    ) -> None:
        """Begin with the local clock.

        Args:
            monotonic: Monotonic seconds.
            local: This machine's wall time, aware.
        """
        self.monotonic = monotonic
        self._local = local
        self._offset: float | None = None

    def hear(self, date: str) -> None:
        """Read the Date header of a response that has just arrived.

        The header has whole seconds and is older than the response by the network delay. So a difference within the
        tolerance is ignored, because the time must not vary from response to response. An invalid date is ignored.
        """
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        said = said if said.tzinfo else said.replace(tzinfo=UTC)
        offset = said.timestamp() + _HALF_A_SECOND - self.monotonic()
        if self._offset is None or abs(offset - self._offset) > TOLERANCE:
            self._offset = offset

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        if self._offset is None:
            return self._local()
        return datetime.fromtimestamp(self.monotonic() + self._offset, UTC)
