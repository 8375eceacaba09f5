"""Shows a changing renderable: redraws it in place on a terminal; in a pipe writes it once, then a line per change."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from hctl.drawing.consoles import show
from hctl.drawing.dashboard import headline, lost_line
from hctl.reading.judgement import Judged
from platform_status_contract.model.times import format_time

__all__ = ["Screen"]


class Screen:
    """Shows a changing renderable; a context manager that always restores the cursor.

    Args:
        console: The console to write to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        can_redraw = console.is_terminal and not console.is_dumb_terminal
        self._live = Live(console=console, auto_refresh=False, transient=False) if can_redraw else None
        self._seen: dict[str, tuple[str, str]] | None = None
        self._lost = False

    @property
    def redraws(self) -> bool:
        """Whether it redraws in place."""
        return self._live is not None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, draw: Callable[[], RenderableType], judged: Sequence[Judged], now: datetime, *, lost: bool) -> None:
        """Redraw in place, or write the changes since the last call.

        Args:
            draw: Returns the renderable; called only if it is shown.
            judged: The requests.
            now: The API server's time.
            lost: Whether the connection is lost at this moment.
        """
        if self._live is not None:
            self._live.update(draw(), refresh=True)
            return
        told = {_called(entry): _phase_and_message(entry) for entry in judged}
        if self._seen is None:
            show(self._console, draw())
        else:
            for line in self._changes(told, lost=lost):
                self._console.file.write(f"{format_time(now)} {line}\n")
        self._seen, self._lost = told, lost
        self._console.file.flush()

    def _changes(self, told: dict[str, tuple[str, str]], *, lost: bool) -> Iterator[str]:
        """Yield phase, reason and message of each changed request; ages do not count as a change."""
        before = self._seen or {}
        if lost and not self._lost:
            yield lost_line().plain
        for name, said in told.items():
            if before.get(name) != said:
                yield ": ".join(filter(None, said))
        yield from (f"{name}: gone" for name in before if name not in told)


def _called(judged: Judged) -> str:
    view = judged.view
    return f"{view.display_name} {view.namespace}/{view.name}"


def _phase_and_message(judged: Judged) -> tuple[str, str]:
    """Return phase and message in one line, because a message from the cluster may have line breaks."""
    return headline(judged).plain, Text(judged.view.message).plain.replace("\n", " ")
