"""A thread that says when it will be heard of again, so that one that hangs is told from one that waits."""

import threading
from typing import Final

from .clock import Clock

__all__ = ["LiveThread"]

_ALLOWANCE: Final = 60.0
"""More than the longest single exchange with the API server may take, see `transport`."""


class LiveThread(threading.Thread):
    """A daemon thread with a pulse; /healthz fails when it is overdue."""

    def __init__(self, name: str, clock: Clock) -> None:
        super().__init__(name=name, daemon=True)
        self._pulse_clock = clock
        self._overdue_at = float("inf")

    def beat(self, allowance: float = 0.0) -> None:
        """Say that all is well.

        Args:
            allowance: Seconds for which it is going to wait on purpose, beside the time that any step may take.
        """
        self._overdue_at = self._pulse_clock.monotonic() + allowance + _ALLOWANCE

    @property
    def is_hung(self) -> bool:
        """Whether it has not been heard of for longer than it said."""
        return self._pulse_clock.monotonic() > self._overdue_at
