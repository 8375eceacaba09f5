"""A clock that can skip time, so that nobody waits."""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

__all__ = ["SkippingClock"]


class SkippingClock:
    """The clocks of this machine, plus what was skipped; waits in real time stay true."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + timedelta(seconds=self._skipped)

    def monotonic(self) -> float:
        with self._lock:
            return monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        with self._lock:
            self._skipped += seconds
