"""Where a changing picture goes: redrawn in place on a terminal, else written anew when something happened."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live

from hctl.drawing.consoles import show

__all__ = ["Screen"]


class Screen:
    """Shows pictures; a context manager that gives the cursor back, whatever happens.

    Args:
        console: Where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=False) if _can_redraw(console) else None
        self._written = False

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, draw: Callable[[], RenderableType], *, news: bool) -> None:
        """Show a picture.

        Args:
            draw: Draws it; not called if nobody would see a difference.
            news: Whether more than the ages has changed since the last one.
        """
        if self._live is not None:
            self._live.update(draw(), refresh=True)
        elif news or not self._written:
            if self._written:
                self._console.file.write("\n")
            show(self._console, draw())
            self._console.file.flush()
            self._written = True


def _can_redraw(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal
