"""Draws an explanation: in full, or as a tree of the sources and their objects.

In full it has the verdict, its row, the sources with their objects, the forecast, and the differences.
"""

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from hctl.explain.derive import Explained, Explanation
from hctl.explain.inputs import Input
from hctl.texts import age_of, duration
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.rules.timers import SOURCE_WORDS, SourceName

from .dashboard import headline, warning_lines
from .marks import LABEL, VERDICTS, WARNING, inert_text

__all__ = ["draw_explanation", "draw_tree"]

_SEVERAL: Final = (SourceName.WORKS, SourceName.PODS, SourceName.SUB_APPS)
_MOST_INPUTS: Final = 12
_CULPRIT: Final = ("✗ ", "bold red")
_UNREAD: Final = ("? ", "magenta")
_NONE: Final = ("", "")


def draw_explanation(explanation: Explanation, *, whole: bool = False) -> RenderableType:
    """Draw an explanation.

    Args:
        explanation: The explanation.
        whole: Whether to show all objects instead of the first dozen of a source.
    """
    return Group(*_parts(explanation, whole=whole))


def _parts(explanation: Explanation, *, whole: bool) -> Iterator[RenderableType]:
    projection, view = explanation.projection, explanation.judged.view
    yield from warning_lines(explanation.judged)
    who = f"{view.display_name} {view.namespace}/{view.name}: "
    if explanation.too_new:
        stored = f"{view.phase or 'no phase'}  {view.ready_reason}"
        yield Text.assemble((who, LABEL), (stored, LABEL), "  by the status")
        yield Padding(inert_text(f"nothing is judged: {explanation.too_new}", WARNING), (0, 0, 0, 2))
        return
    said = f"{projection.phase}  {projection.ready.reason}"
    yield Text.assemble((who, LABEL), (said, LABEL), f"  by row {projection.row}, at {format_time(explanation.now)}")
    yield Padding(inert_text(projection.ready.message), (0, 0, 0, 2))
    if explanation.hidden:
        yield Padding(inert_text(f"no verdict of its own: {explanation.hidden}", WARNING), (0, 0, 0, 2))
    yield from ("", Text("Phase table (the first match wins):", style=LABEL), _rows(explanation))
    if explanation.sources:
        yield from ("", Text("Sources:", style=LABEL))
        for source in explanation.sources:
            yield from _source(source, explanation, whole=whole)
    yield from _timers(explanation)
    yield from ("", Text("If nothing changes:", style=LABEL))
    yield from _forecast(explanation)
    yield from _differences(explanation)
    if explanation.remarks:
        yield from ("", Text("Remarks:", style=LABEL))
        yield from (Padding(inert_text(remark, WARNING), (0, 0, 0, 2)) for remark in explanation.remarks)


def _rows(explanation: Explanation) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in explanation.rows:
        if row.matched:
            table.add_row(Text(f"  ✓ {row.row}", style="bold"), Text(f"{row.title}  <- matches", style="bold"))
        else:
            table.add_row(Text(f"  - {row.row}"), inert_text(f"{row.title}\nno: {'; '.join(row.why)}"))
    return table


def _source(source: Explained, explanation: Explanation, *, whole: bool) -> Iterator[RenderableType]:
    found = source.assessment
    symbol, _, style = VERDICTS[found.verdict]
    word = found.words.replace("objects ", "object ")
    line = Text(f"  {symbol} {word[0].upper()}{word[1:]}: {found.verdict.name.lower()}", style=style)
    line.append(f"  {found.condition} {found.status}, {found.reason}", style="default not bold")
    yield line
    yield Padding(inert_text(source.says), (0, 0, 0, 4))
    shown = source.inputs if whole else source.inputs[:_MOST_INPUTS]
    for entry in shown:
        yield Padding(inert_text(_input(entry, explanation), "dim"), (0, 0, 0, 6))
    if len(shown) < len(source.inputs):
        left = len(source.inputs) - len(shown)
        yield Padding(Text(f"and {left} more (-o wide shows all)", style="dim"), (0, 0, 0, 6))


def _input(entry: Input, explanation: Explanation) -> str:
    where = f"{entry.kind} {entry.namespace}/{entry.name or '*'}"
    if entry.found != "present":
        return f"{where}: {'' if entry.found == 'absent' else 'not read: '}{entry.says}"
    age = f", {age_of(entry.created, explanation.now)} old" if entry.created is not None else ""
    return f"{where} (resourceVersion {entry.version or 'none'}{age}): {entry.says}"


def _timers(explanation: Explanation) -> Iterator[RenderableType]:
    since = explanation.projection.health.get("since")
    if not isinstance(since, dict) or not since:
        return
    yield from ("", Text("Timers (health.since):", style=LABEL))
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, moment in since.items():
        table.add_row(f"  {name}", f"for {age_of(parse_time(moment), explanation.now)}, since {moment}")
    yield table


def _forecast(explanation: Explanation) -> Iterator[RenderableType]:
    if explanation.hidden:
        yield Padding(inert_text(f"no prediction: {explanation.hidden}"), (0, 0, 0, 2))
    elif not explanation.forecast:
        yield Padding(Text("no timer will change the verdict"), (0, 0, 0, 2))
    before = explanation.projection
    for step in explanation.forecast:
        after = step.projection
        when = f"in {duration((step.at - explanation.now).total_seconds())}"
        if (after.phase, after.ready.reason) != (before.phase, before.ready.reason):
            text = f"{after.phase} ({after.ready.reason}) {when}{_unless(explanation, after.phase)}"
        else:
            changed = {entry.type: entry.reason for entry in after.conditions}
            text = f"{when}: {', '.join(f'{kind} becomes {changed[kind]}' for kind in step.changes)}"
        yield Padding(inert_text(text), (0, 0, 0, 2))
        before = after


def _unless(explanation: Explanation, phase: Phase) -> str:
    names = [SOURCE_WORDS[found.source] for found in explanation.blocking]
    if phase is Phase.READY or not names:
        return ""
    plural = len(names) > 1 or explanation.blocking[0].source in _SEVERAL
    joined = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f" unless {joined} recover{'' if plural else 's'}"


def _differences(explanation: Explanation) -> Iterator[RenderableType]:
    yield ""
    if not explanation.differences:
        yield Text("The stored status is the same.", style=LABEL)
        return
    yield Text("The stored status differs:", style=LABEL)
    for entry in explanation.differences:
        stored = entry.stored or "nothing"
        yield Padding(
            inert_text(f"{entry.field}: stored {stored}; derived {entry.concluded or 'nothing'}"), (0, 0, 0, 2)
        )


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
        shown = entries if whole else entries[:_MOST_INPUTS]
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
