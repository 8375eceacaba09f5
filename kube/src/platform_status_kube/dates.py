"""The API server's wall time, out of the Date header of its answers.

It stamps creation and deletion, and everybody who asks hears it, so it is the one wall time of a cluster. The clock of
a node, or of somebody's laptop, may be minutes off (ADR 0009).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

__all__ = ["TOLERANCE", "DateClock"]

TOLERANCE: Final = 2.0
"""Seconds; more than a clock that is being disciplined is corrected by at once, less than any deadline of the rules."""

_HALF_A_SECOND: Final = 0.5
"""What a time without its fraction is behind by, on average."""


def _local() -> datetime:
    return datetime.now(UTC)


class DateClock:
    """The API server's wall time, carried on by this machine's monotonic clock between two answers.

    Setting this machine's own wall clock changes nothing; it counts only until the first answer.
    """

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, local: Callable[[], datetime] = _local
    ) -> None:
        """Begin with the local clock.

        Args:
            monotonic: Seconds that never run backwards.
            local: This machine's wall time, aware.
        """
        self.monotonic = monotonic
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
        offset = said.timestamp() + _HALF_A_SECOND - self.monotonic()
        if self._offset is None or abs(offset - self._offset) > TOLERANCE:
            self._offset = offset

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        if self._offset is None:
            return self._local()
        return datetime.fromtimestamp(self.monotonic() + self._offset, UTC)
