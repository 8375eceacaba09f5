"""Bounded exponential backoff, with full jitter on the upper half."""

from collections.abc import Callable
from typing import Final

__all__ = ["MAX_PATIENCE", "Backoff"]

MAX_PATIENCE: Final = 120.0
"""Seconds: the upper bound for a Retry-After of the server, or of a proxy in front of it."""


class Backoff:
    """Delays that double up to `cap`; `reset` after a success."""

    def __init__(self, *, first: float, cap: float, random: Callable[[], float]) -> None:
        """Start at the first delay.

        Args:
            first: Seconds before the first retry.
            cap: Most seconds ever.
            random: Uniform in [0, 1); without jitter all kinds and all sidecars would retry at the same moment.
        """
        self._first = first
        self._cap = cap
        self._random = random
        self._next = first

    def delay(self, at_least: float | None = None, *, at_most: float | None = None) -> float:
        """Return the seconds to wait now, and double the next.

        Args:
            at_least: The server's Retry-After, honoured up to `MAX_PATIENCE`.
            at_most: A cap for this delay only, for a cause that passes.
        """
        base = self._next if at_most is None else min(self._next, at_most)
        self._next = min(self._next * 2, self._cap)
        return max(base / 2 + base / 2 * self._random(), min(at_least or 0.0, MAX_PATIENCE))

    def reset(self) -> None:
        """Start over."""
        self._next = self._first
