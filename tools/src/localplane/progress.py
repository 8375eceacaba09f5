"""Progress of long work, on standard error: a live line on a terminal, a line every ten seconds elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress"]

_LIVE_EVERY = 0.2
_LINE_EVERY = 10.0


class Progress:
    """Tells how long one piece of work has been running.

    Args:
        what: The work, such as ``building kube-apiserver v1.36.3``.
        stream: Where to write.
        clock: Seconds, monotonic.
    """

    def __init__(self, what: str, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()
        self._started = self._written = clock()
        self._write(f"{what} ...")

    def tick(self, detail: str = "") -> None:
        """Say that the work goes on; may be called as often as you like.

        Args:
            detail: How far it is, such as ``412 packages``.
        """
        now = self._clock()
        if now - self._written < (_LIVE_EVERY if self._live else _LINE_EVERY):
            return
        self._written = now
        self._write(f"{self._what} ... {now - self._started:.0f} s" + (f", {detail}" if detail else ""))

    def end(self, outcome: str) -> None:
        """Write the last line.

        Args:
            outcome: Such as ``done`` or ``failed``.
        """
        self._write(f"{self._what}: {outcome} after {self._clock() - self._started:.0f} s")
        if self._live:
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, line: str) -> None:
        # On a terminal each line takes the place of the one before: back to column 0, text, clear the rest.
        self._stream.write(f"\rlocalplane: {line}\033[K" if self._live else f"localplane: {line}\n")
        self._stream.flush()
