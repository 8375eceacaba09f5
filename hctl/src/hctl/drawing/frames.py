"""A frame without a right side, so that its lines need no folding: URLs and commands can be copied whole."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

__all__ = ["Frame", "unfolded"]

_LEFT: Final = "│ "


def unfolded(text: Text) -> Text:
    """Mark a line that is not folded here: a terminal may wrap it, but still copies it as one line."""
    text.no_wrap, text.overflow = True, "ignore"
    return text


class Frame:
    """Draws parts below each other in a frame without a right side, which would be copied with the text.

    Args:
        title: Title in the top line.
        parts: The content; a text of `unfolded` stays one line at any width.
        style: Colour of the frame.
    """

    def __init__(self, title: Text, parts: Iterable[RenderableType], style: str) -> None:
        self._title = title
        self._parts = tuple(parts)
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render it for rich."""
        width = options.max_width
        style = console.get_style(self._style)
        yield Segment("┌─ ", style)
        title = self._title.copy()
        title.truncate(max(width - 4, 1), overflow="ellipsis")
        yield from title.render(console, end="")
        yield Segment(f" {'─' * max(width - 4 - title.cell_len, 0)}\n", style)
        inner = options.update(width=max(width - len(_LEFT), 1))
        for part in self._parts:
            yield from self._inside(part, console, inner)
        yield Segment(f"└{'─' * max(width - 1, 0)}\n", style)

    def _inside(self, part: RenderableType, console: Console, inner: ConsoleOptions) -> RenderResult:
        if isinstance(part, Group):
            for each in part.renderables:
                yield from self._inside(each, console, inner)
            return
        whole = isinstance(part, Text) and part.no_wrap
        lines = [part.render(console, end="")] if whole else console.render_lines(part, inner, pad=False)  # type: ignore[union-attr]  # a Text
        for line in lines:
            yield Segment(_LEFT, console.get_style(self._style))
            yield from line
            yield Segment.line()
