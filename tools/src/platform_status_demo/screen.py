"""The output for the user: on a terminal a live phase line with colour, elsewhere one plain line per event."""

import contextlib
import shutil
import textwrap
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Delay", "Screen"]

_COLOURS: Mapping[str, str] = {
    "Scheduled": "36",
    "Progressing": "34",
    "Ready": "32",
    "Degraded": "33",
    "Failed": "31",
    "Deleting": "35",
    "Unknown": "90",
}
_LIKE: Mapping[str, str] = {"firing": "Failed", "resolved": "Ready"}
_DIM, _BOLD = "2", "1"
_SPINNER = "|/-\\"
_PHASE_WIDTH = 11
_REASON_WIDTH = 22
_INDENT = 22
_NARROWEST = 30
_REDRAW = 0.12


@dataclass(frozen=True)
class Delay:
    """One row of the summary.

    Attributes:
        change: The change.
        phase: The phase that followed.
        seconds: From the change to the watch event with the new status.
        note: The reason of a delay that the sidecar does not cause.
    """

    change: str
    phase: str
    seconds: float
    note: str


class Screen:
    """Writes lines, and on a terminal keeps the phase line below them.

    Args:
        stream: The output.
        live: Whether the stream is a capable terminal.
        colour: Whether to use colour.
        clock: Seconds, monotonic; its first reading is +0.0s.
    """

    def __init__(
        self, stream: TextIO, *, live: bool, colour: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._live = live
        self._colour = colour
        self._clock = clock
        self._start = clock()
        self._lock = threading.RLock()
        self._path: list[str] = []
        self._doing = ""
        self._drawn = False
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the live line, on a terminal."""
        if self._live:
            self._thread = threading.Thread(target=self._draw_for_ever, name="screen", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop the live line, and leave the cursor on a new line."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            self._erase()

    def doing(self, what: str) -> None:
        """Show the current operation, on the live line only."""
        with self._lock:
            self._doing = what
            self._draw()

    def step(self, what: str) -> None:
        """Print a step of the demo itself."""
        self._line(f"{self._elapsed()}  {self._paint(what, _DIM)}")

    def change(self, what: str) -> None:
        """Print a change of the cluster."""
        self._line(f"{self._elapsed()}  {self._paint('change'.ljust(_PHASE_WIDTH), _BOLD)}  {what}")

    def phase(self, phase: str, reason: str, message: str, after: str) -> None:
        """Print a new phase.

        Args:
            phase: The phase.
            reason: Reason of condition Ready.
            message: The status's message.
            after: The delay and its change, such as ``0.08 s after: pod media-0 broke``; may be empty.
        """
        with self._lock:
            self._path.append(phase)
            tail = f"  {self._paint(f'({after})', _DIM)}" if after else ""
            text = f'{(reason or "-").ljust(_REASON_WIDTH)}  "{message}"'
            self._line(f"{self._elapsed()}  {self._phase(phase.ljust(_PHASE_WIDTH), phase)}  {text}{tail}")

    def alert(self, status: str, what: str, details: Mapping[str, str]) -> None:
        """Print a notification of an alert.

        Args:
            status: firing or resolved.
            what: The alert and its receiver.
            details: Texts by title, each on its own line.
        """
        word = self._paint(status.upper().ljust(_PHASE_WIDTH), f"{_BOLD};{_COLOURS[_LIKE.get(status, 'Unknown')]}")
        width = max((len(key) for key in details), default=0)
        lines = []
        for key, value in details.items():
            first, *others = self._wrapped(value, _INDENT + width + 2)
            lines.append(f"{' ' * _INDENT}{self._paint(key.ljust(width), _DIM)}  {first}")
            lines += [" " * (_INDENT + width + 2) + other for other in others]
        self._line("\n".join([f"{self._elapsed()}  {word}  {self._paint(what, _BOLD)}", *lines]))

    def answer(self, question: str, lines: Sequence[str]) -> None:
        """Print a command and its output."""
        asked = f"{self._elapsed()}  {self._paint('$'.rjust(_PHASE_WIDTH), _BOLD)}  {self._paint(question, _BOLD)}"
        wrapped = [part for line in lines for part in self._wrapped(line, _INDENT)]
        self._line("\n".join([asked, *(f"{' ' * _INDENT}{part}" for part in wrapped)]))

    def summary(self, delays: Sequence[Delay]) -> None:
        """Print the table of delays."""
        width = max((len(delay.change) for delay in delays), default=0)
        self._line("")
        self._line(self._paint(f"{'change'.ljust(width)}  {'phase'.ljust(_PHASE_WIDTH)}  change -> status", _BOLD))
        for delay in delays:
            phase = self._phase(delay.phase.ljust(_PHASE_WIDTH), delay.phase)
            note = f"  {self._paint(delay.note, _DIM)}" if delay.note else ""
            self._line(f"{delay.change.ljust(width)}  {phase}  {delay.seconds:13.2f} s{note}")
        self._line("")

    def say(self, text: str) -> None:
        """Print a text unchanged."""
        self._line(text)

    # -- internals

    def _elapsed(self) -> str:
        return f"+{self._clock() - self._start:.1f}s".rjust(7)

    def _paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colour else text

    def _wrapped(self, text: str, indent: int) -> list[str]:
        """Wrap a text at the width of the terminal; for a file or a pipe it is not wrapped."""
        if not self._live:
            return [text]
        room = max(shutil.get_terminal_size().columns - indent, _NARROWEST)
        return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [text]

    def _phase(self, text: str, phase: str) -> str:
        return self._paint(text, f"{_BOLD};{_COLOURS.get(phase, '37')}")

    def _line(self, text: str) -> None:
        with self._lock:
            self._erase()
            self._put(text + "\n")
            self._draw()

    def _erase(self) -> None:
        if self._drawn:
            self._put("\r\033[K")
            self._drawn = False

    def _draw(self) -> None:
        if not self._live or self._stopped.is_set():
            return
        spin = _SPINNER[int(self._clock() / _REDRAW) % len(_SPINNER)]
        shown = [self._phase(phase, phase) for phase in self._path[-4:]]
        path = " > ".join(shown) or self._paint("no status yet", _DIM)
        doing = f"  {self._paint(self._doing, _DIM)}" if self._doing else ""
        # No wrap: the rest of a line longer than the terminal would not be erased.
        self._put(f"\r\033[?7l{self._elapsed()}  {spin} {path}{doing}\033[K\033[?7h")
        self._drawn = True

    def _put(self, text: str) -> None:
        # The terminal may be gone, as after SIGHUP; the children must be stopped nevertheless.
        with contextlib.suppress(OSError):
            self._stream.write(text)
            self._stream.flush()

    def _draw_for_ever(self) -> None:
        while not self._stopped.wait(_REDRAW):
            with self._lock:
                self._draw()
