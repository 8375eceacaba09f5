"""The console: chooses colour and width from the terminal and the environment."""

import os
from typing import TextIO

from rich.console import Console, RenderableType

__all__ = ["make_console", "show"]

_PIPE_WIDTH = 100
_NARROWEST = 20


def make_console(stream: TextIO) -> Console:
    """Return a console for a stream.

    On a terminal it uses the width of the terminal, and colour unless NO_COLOR is set or TERM is dumb. Otherwise it
    writes plain text with a fixed width, or that of COLUMNS.

    Args:
        stream: The stream to write to.
    """
    terminal = stream.isatty()
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdecimal() and len(columns) <= 4 else 0  # noqa: PLR2004
    dumb = os.environ.get("TERM", "") in ("dumb", "unknown")
    return Console(
        file=stream,
        force_terminal=terminal,
        width=max(width, _NARROWEST) if width else None if terminal else _PIPE_WIDTH,
        no_color=bool(os.environ.get("NO_COLOR")) or not terminal or dumb,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ=dict(os.environ),
    )


def show(console: Console, drawn: RenderableType | None) -> None:
    """Print a renderable; into a pipe without trailing spaces, and without cutting lines."""
    if console.is_terminal:
        console.print(drawn, crop=False)
        return
    with console.capture() as capture:
        console.print(drawn, crop=False)
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))
