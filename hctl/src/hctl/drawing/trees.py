"""Draws a request as a tree of its sources and their objects."""

from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from hctl.explain.derive import Explained, Explanation
from hctl.explain.inputs import Input

from .dashboard import headline, warning_lines
from .marks import LABEL, VERDICTS, inert_text

__all__ = ["draw_tree"]

_MOST_OBJECTS: Final = 12
_CULPRIT: Final = ("✗ ", "bold red")
_UNREAD: Final = ("? ", "magenta")
_NONE: Final = ("", "")


def draw_tree(explanation: Explanation, *, whole: bool = False) -> RenderableType:
    """Draw a request as a tree.

    Args:
        explanation: Its explanation.
        whole: Whether to show all objects instead of the first dozen of a source.
    """
    tree = Tree(headline(explanation.judged))
    if not explanation.sources:
        tree.add(inert_text(f"nothing is observed: {explanation.projection.ready.message}"))
    for source in explanation.sources:
        branch = tree.add(_branch(source))
        # Objects at fault are sorted first, so that they are not among those left out.
        entries = sorted(source.inputs, key=lambda entry: _mark(entry, source) == _NONE)
        shown = entries if whole else entries[:_MOST_OBJECTS]
        for entry in shown:
            branch.add(_leaf(entry, _mark(entry, source)))
        if len(shown) < len(entries):
            branch.add(Text(f"and {len(entries) - len(shown)} more (-o wide shows all)", style="dim"))
    return Group(*warning_lines(explanation.judged), tree)


def _branch(source: Explained) -> Text:
    symbol, word, style = VERDICTS[source.assessment.verdict]
    name = source.assessment.words.replace("objects ", "object ")
    return Text.assemble(
        (f"{symbol} ", style), (f"{name[0].upper()}{name[1:]}", LABEL), f" ({word}): ", inert_text(source.says)
    )


def _mark(entry: Input, source: Explained) -> tuple[str, str]:
    return _UNREAD if entry.found == "unread" else _CULPRIT if entry in source.culprits else _NONE


def _leaf(entry: Input, mark: tuple[str, str]) -> Text:
    return Text.assemble(mark, entry.called, inert_text(f": {entry.says}" if entry.says else "", "dim"))
