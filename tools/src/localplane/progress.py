"""Progress of long operations on standard error: a live line on a terminal, else a line every ten seconds."""

import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress"]

_LIVE_EVERY = 0.2
_LINE_EVERY = 10.0


class Progress:
    """Shows the duration of one operation.

    Args:
        what: The operation, such as ``building kube-apiserver v1.36.3``.
        stream: The output.
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
        """Update the progress; may be called at any rate.

        Args:
            detail: The progress, such as ``412 packages``.
        """
        now = self._clock()
        if now - self._written < (_LIVE_EVERY if self._live else _LINE_EVERY):
            return
        self._written = now
        self._write(f"{self._what} ... {now - self._started:.0f} s" + (f", {detail}" if detail else ""))

    def end(self, outcome: str) -> None:
        """Print the last line.

        Args:
            outcome: Such as ``done`` or ``failed``.
        """
        self._write(f"{self._what}: {outcome} after {self._clock() - self._started:.0f} s")
        if self._live:
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, line: str) -> None:
        # On a terminal each line replaces the previous one: back to column 0, text, clear the rest.
        self._stream.write(f"\rlocalplane: {line}\033[K" if self._live else f"localplane: {line}\n")
        self._stream.flush()
