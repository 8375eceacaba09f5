"""Draws a diagnosis: the phase, the cause with its evidence, all other looks, the next command."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hctl.diagnosis.conclude import Diagnosis
from hctl.diagnosis.evidence import Events, Log, Look, WarningEvent
from hctl.texts import age_of, count_of
from platform_status_contract.rules.assessment import Verdict

from .dashboard import headline, warning_lines
from .frames import unfolded
from .marks import LABEL, VERDICTS, WARNING, inert_text

__all__ = ["draw_diagnosis"]

_LINKS: Final = {"argocd": "Argo CD", "runbook": "runbook"}


def draw_diagnosis(diagnosis: Diagnosis) -> RenderableType:
    """Draw a diagnosis."""
    return Group(*_parts(diagnosis))


def _parts(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    yield from warning_lines(diagnosis.judged)
    yield headline(diagnosis.judged)
    if diagnosis.judged.view.message:
        yield Padding(inert_text(diagnosis.judged.view.message), (0, 0, 0, 2))
    seen = diagnosis.seen
    if seen is not None and not diagnosis.settled:
        yield Text.assemble(("Seen now: ", LABEL), f"{seen.phase}  {seen.ready.reason}  by row {seen.row}")
        yield Padding(inert_text(seen.ready.message), (0, 0, 0, 2))
    yield ""
    cause = diagnosis.cause
    if cause is not None:
        yield Text("Cause:", style=LABEL)
        yield Padding(Text.assemble(_marked(cause), " ", inert_text(cause.summary)), (0, 0, 0, 2))
        yield from (Padding(inert_text(detail), (0, 0, 0, 4)) for detail in cause.details)
        if cause.log is not None:
            yield from _log(cause.log)
        if diagnosis.events is not None:
            yield from _events(diagnosis.events)
    else:
        yield Text("Cause: none found", style=LABEL)
    if diagnosis.remark:
        yield Padding(inert_text(diagnosis.remark, WARNING), (0, 0, 0, 2))
    yield from ("", Text("Looked at:", style=LABEL), _looks(diagnosis))
    following = [*diagnosis.commands, *(f"{_LINKS[name]}: {address}" for name, address in diagnosis.links)]
    if following:
        yield from ("", Text("Next:", style=LABEL))
        for line in following:
            yield unfolded(Text(f"  {line}"))


def _marked(look: Look) -> Text:
    symbol, word, style = VERDICTS[look.verdict]
    return Text(f"{symbol} {look.title} ({word}):", style=style)


def _log(log: Log) -> Iterator[RenderableType]:
    which = "the previous run" if log.of.previous else "this run"
    where = f"{log.of.pod}, container {log.of.container}, {which}"
    if log.unread:
        yield Padding(inert_text(f"Log of {where}: {log.unread}", "dim"), (0, 0, 0, 4))
        return
    if not log.lines:
        yield Padding(inert_text(f"Log of {where}: empty", "dim"), (0, 0, 0, 4))
        return
    yield Padding(inert_text(f"Last lines of the log of {where}:", "dim"), (0, 0, 0, 4))
    for line in log.lines:
        yield Padding(inert_text(f"| {line}"), (0, 0, 0, 4))


def _events(events: Events) -> Iterator[RenderableType]:
    if events.warnings or not events.unread:
        head = "Warning events:" if events.warnings else "Warning events: none"
        yield Padding(inert_text(head, "dim"), (0, 0, 0, 4))
    for event in events.warnings:
        yield Padding(inert_text(f"| {_event(event, events)}"), (0, 0, 0, 4))
    if events.unread:
        yield Padding(inert_text(f"Warning events of {events.unread}", "dim"), (0, 0, 0, 4))


def _event(event: WarningEvent, events: Events) -> str:
    when = f"{age_of(event.last, events.now)} ago" if event.last else "at a time that cannot be read"
    often = f", {count_of(event.count, 'time')}" if event.count > 1 else ""
    said = ": ".join(filter(None, (event.reason, event.message)))
    return f"{event.kind} {event.name} ({when}{often}): {said}"


def _looks(diagnosis: Diagnosis) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for look in diagnosis.looks:
        symbol, word, style = VERDICTS[look.verdict]
        summary = inert_text(look.summary)
        if look is not diagnosis.cause and look.details and look.verdict is Verdict.BAD:
            summary.append(f"\n{look.details[0]}", style="dim")
        table.add_row(Text(f"  {symbol} {word}", style=style), Text(look.title), summary)
    return table
