"""Writes answers to standard output, and everything else to standard error."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from hctl.cluster.requests import Collection
from hctl.documents.outputs import Output, spell
from hctl.drawing.consoles import make_console, show

__all__ = ["Answers"]


class Answers:
    """The two streams of a command.

    Args:
        output: The output format.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.console = make_console(sys.stdout)
        self._aside = make_console(sys.stderr)

    def say(self, drawn: RenderableType | None, report: dict[str, Any], names: Sequence[str]) -> None:
        """Write the answer in the requested format.

        Args:
            drawn: The answer for people; None if the format is for scripts.
            report: The JSON document.
            names: The lines of ``-o name``.
        """
        if self.output.drawn:
            show(self.console, drawn)
        else:
            sys.stdout.write(spell(self.output, report, names))
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        self._aside.print(Text(text, overflow="fold"), soft_wrap=not self._aside.is_terminal)

    def narrowed(self, collections: Sequence[Collection]) -> None:
        """Report that only some namespaces could be listed."""
        spaces = sorted({collection.namespace for collection in collections if collection.narrowed})
        if spaces:
            self.note(f"hctl: you may not list all namespaces; listed only {', '.join(spaces)} (choose one with -n)")

    def refused(self, resources: Sequence[str]) -> None:
        """Report the kinds that the user may not list."""
        if resources:
            self.note(f"hctl: you may not list {', '.join(sorted(resources))}; what is there is missing here")

    @contextmanager
    def progress(self, begin: str) -> Iterator["Progress"]:
        """Show the current step while the command runs; only on a terminal."""
        if not self._aside.is_terminal:
            yield Progress(None)
            return
        with self._aside.status(Text(begin)) as status:
            yield Progress(status)

    @property
    def aside(self) -> Console:
        """The console of standard error."""
        return self._aside


class Progress:
    """A line that shows the current step.

    Args:
        status: rich's status line; None without a terminal.
    """

    def __init__(self, status: Any) -> None:  # noqa: ANN401 - rich.status.Status or None
        self._status = status

    def say(self, text: str) -> None:
        """Show the current step."""
        if self._status is not None:
            self._status.update(Text(text))
