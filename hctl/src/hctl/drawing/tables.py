"""Lists of requests, with as many columns as fit; the least important is left out first.

Without a terminal nothing is left out or cut, because a program reads the output.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from hctl.errors import UsageError
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from hctl.reading.views import Counts
from hctl.texts import age_of, count_of, duration, inert
from platform_status_contract.model.vocabulary import Phase

from .marks import LABEL, WARNING, inert_text, phase_style

__all__ = [
    "COLUMNS",
    "SORTS",
    "Listing",
    "choose_columns",
    "problem_lines",
    "silence_lines",
    "sort_requests",
    "summary_line",
]

_GAP: Final = 2
_SEVERITY: Final = (
    Phase.FAILED,
    Phase.DEGRADED,
    Phase.UNKNOWN,
    Phase.PROGRESSING,
    Phase.SCHEDULED,
    Phase.DELETING,
    Phase.READY,
)


class Column(Struct, frozen=True):
    """A column.

    Attributes:
        name: Its header, and its name on the command line in any case of letters.
        cell: Returns the text of a cell.
        keep: Priority; columns with a smaller one are left out first on a narrow terminal.
        usual: Whether it is shown by default; else only with ``-o wide``.
        least: Characters to which it may be cut before another column is left out; 0 if it may not be cut.
    """

    name: str
    cell: Callable[[Judged, datetime], Text]
    keep: int
    usual: bool = True
    least: int = 0


def _plain(read: Callable[[Judged, datetime], str]) -> Callable[[Judged, datetime], Text]:
    return lambda judged, now: inert_text(read(judged, now) or "-")


def _phase(judged: Judged, now: datetime) -> Text:
    del now
    word = str(judged.view.phase) if judged.view.phase else "-"
    return Text(word if judged.trusted else f"{word} (stale)", style=phase_style(judged))


def _checked(judged: Judged, now: datetime) -> Text:
    del now
    freshness = judged.freshness
    if freshness.state is State.FRESH:
        return Text(f"{duration(freshness.seconds or 0)} ago")
    if freshness.state is State.UNREPORTED:
        return Text("not yet")
    known = f" {duration(freshness.seconds)}" if freshness.seconds is not None else ""
    return Text(("silent" if freshness.state is State.SILENT else "unknown") + known, style=WARNING)


def _ratio(found: Counts | None) -> str:
    """As the column of kubectl has it: nothing where nothing was counted, and nothing where there is none."""
    return f"{found.good}/{found.total}" if found and found.total else ""


def _argo(judged: Judged) -> str:
    view = judged.view
    return f"{view.sync}/{view.health}" if view.sync or view.health else ""


def _message(judged: Judged) -> str:
    """Return the message without a prefix that only repeats request and phase, which are in other columns."""
    view = judged.view
    begin, colon, rest = view.message.partition(": ")
    is_known = colon and (begin.startswith(f"{view.display_name} ") or begin.endswith(" is"))
    return rest if is_known else view.message


COLUMNS: Final = (
    Column("NAMESPACE", _plain(lambda judged, _: judged.view.namespace), 90),
    Column("NAME", _plain(lambda judged, _: judged.view.name), 100),
    Column("CALLED", _plain(lambda judged, _: judged.view.called), 10, usual=False),
    Column("KIND", _plain(lambda judged, _: judged.view.kind), 20, usual=False),
    Column("PHASE", _phase, 99),
    Column("READY", _plain(lambda judged, _: "yes" if judged.ready else "no"), 55, usual=False),
    Column("REASON", _plain(lambda judged, _: judged.view.ready_reason), 80),
    Column("PODS", _plain(lambda judged, _: _ratio(judged.view.workloads)), 50),
    Column("ARGOCD", _plain(lambda judged, _: _argo(judged)), 30),
    Column("SUB-APPS", _plain(lambda judged, _: _ratio(judged.view.sub_apps)), 15, usual=False),
    Column("OBJECTS", _plain(lambda judged, _: _ratio(judged.view.objects)), 14, usual=False),
    Column("CHECKED", _checked, 70),
    Column("AGE", _plain(lambda judged, now: age_of(judged.view.created, now)), 40),
    Column("API", _plain(lambda judged, _: dict(judged.view.endpoints).get("api", "")), 12, usual=False, least=24),
    Column("MESSAGE", _plain(lambda judged, _: _message(judged)), 75, least=24),
)

SORTS: Final[dict[str, Callable[[Judged], tuple[object, ...]]]] = {
    "name": lambda judged: (judged.view.name, judged.view.namespace),
    "namespace": lambda judged: (judged.view.namespace, judged.view.name),
    "phase": lambda judged: (_severity(judged), judged.view.namespace, judged.view.name),
    "age": lambda judged: (-(judged.view.created.timestamp() if judged.view.created else 0.0), judged.view.name),
}


class Listing:
    """A table of requests, as a rich renderable.

    Args:
        judged: The rows, in order.
        columns: The columns.
        now: The API server's time, for the ages.
        whole: Whether nothing may be cut or left out, at any width.
        chosen: Whether the user chose the columns: then they may be cut, but none is left out.
        headers: Whether there is a header.
    """

    def __init__(
        self,
        judged: Sequence[Judged],
        columns: Sequence[Column],
        now: datetime,
        *,
        whole: bool,
        chosen: bool = False,
        headers: bool = True,
    ) -> None:
        self._columns = tuple(columns)
        self._rows = [[column.cell(entry, now) for column in columns] for entry in judged]
        self._whole = whole
        self._chosen = chosen
        self._headers = headers

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        widths = [
            max([len(column.name) if self._headers else 0, *(cell_len(row[index].plain) for row in self._rows)])
            for index, column in enumerate(self._columns)
        ]
        shown = list(range(len(self._columns)))
        if not self._whole:
            least = [min(width, column.least or width) for column, width in zip(self._columns, widths, strict=True)]
            # Name and phase are never left out.
            while not self._chosen and len(shown) > 2 and _total(shown, least) > options.max_width:  # noqa: PLR2004
                shown.remove(min(shown, key=lambda index: self._columns[index].keep))
            self._squeeze(shown, widths, options.max_width)
        heads = [Text(column.name, style=LABEL) for column in self._columns]
        for row in (heads, *self._rows) if self._headers else self._rows:
            yield _line([row[index] for index in shown], [widths[index] for index in shown])

    def _squeeze(self, shown: list[int], widths: list[int], most: int) -> None:
        """Cut columns until the line fits, the widest first."""
        excess = _total(shown, widths) - most
        while excess > 0:
            widest = max(shown, key=lambda index: widths[index])
            if widths[widest] <= 4:  # noqa: PLR2004 - three characters and an ellipsis
                return
            widths[widest] -= 1
            excess -= 1


def choose_columns(names: str, *, wide: bool, several_kinds: bool) -> tuple[Column, ...]:
    """Choose columns.

    Args:
        names: Value of --columns, separated by commas; empty for the default.
        wide: Whether to return all.
        several_kinds: Whether the rows are of several kinds, so that the column for the kind is needed.

    Raises:
        UsageError: A name is not a column.
    """
    known = {column.name: column for column in COLUMNS}
    if names:
        wanted = [name.strip().upper() for name in names.split(",") if name.strip()]
        unknown = [name for name in wanted if name not in known]
        if unknown or not wanted:
            there_is = ", ".join(name.lower() for name in known)
            raise UsageError(f"--columns {inert(names, 100)}: expected some of {there_is}")
        return tuple(known[name] for name in wanted)
    return tuple(column for column in COLUMNS if wide or column.usual or (several_kinds and column.name == "KIND"))


def sort_requests(judged: Sequence[Judged], by: str) -> list[Judged]:
    """Sort requests by a key of `SORTS`.

    Raises:
        UsageError: The key is unknown.
    """
    if by not in SORTS:
        raise UsageError(f"--sort {inert(by, 60)}: expected {', '.join(SORTS)}")
    return sorted(judged, key=SORTS[by])


def summary_line(judged: Sequence[Judged]) -> Text:
    """Return the number of requests, in total, per phase and stale."""
    if not judged:
        return Text("No request of any golden path.")
    ready = sum(entry.ready for entry in judged)
    stale = sum(not entry.trusted for entry in judged)
    others: dict[str, int] = {}
    for entry in sorted(judged, key=_severity):
        if entry.trusted and not entry.ready:
            phase = str(entry.view.phase or "without a phase")
            others[phase] = others.get(phase, 0) + 1
    parts = [f"{ready} ready", *(f"{count} {phase}" for phase, count in others.items())]
    parts += [f"{stale} not to be trusted"] if stale else []
    style = "bold green" if ready == len(judged) else WARNING
    return Text(f"{count_of(len(judged), 'request')}: {', '.join(parts)}", style=style)


def problem_lines(judged: Sequence[Judged], *, whole: bool) -> list[Text]:
    """Return one line for each request that needs attention.

    Args:
        judged: The requests.
        whole: Whether a line may be wider than the console.
    """
    lines = []
    for entry in judged:
        # `silence_lines` reports the requests of a silent sidecar together.
        if entry.problem and entry.freshness.state is not State.SILENT:
            said = entry.warnings[0] if entry.warnings else entry.view.message or entry.view.ready_reason
            word = str(entry.view.phase or "no phase")
            lines.append(
                Text.assemble(
                    (f"! {entry.view.namespace}/{entry.view.name} ", LABEL),
                    (f"{word}: ", WARNING),
                    said,
                    no_wrap=whole,
                    overflow="ignore" if whole else "fold",
                )
            )
    return lines


def silence_lines(judged: Sequence[Judged]) -> list[Text]:
    """Return one line for each silent sidecar; they precede the requests of that sidecar."""
    silent: dict[str, int] = {}
    for entry in judged:
        if entry.freshness.state is State.SILENT:
            silent[entry.freshness.warning] = silent.get(entry.freshness.warning, 0) + 1
    return [
        inert_text(f"! {warning}: {count_of(count, 'phase')} not to be trusted", WARNING)
        for warning, count in sorted(silent.items())
    ]


def _severity(judged: Judged) -> int:
    if not judged.trusted:
        return -1
    return _SEVERITY.index(judged.view.phase) if judged.view.phase else len(_SEVERITY)


def _total(shown: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[index] for index in shown) + _GAP * (len(shown) - 1)


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text(no_wrap=True, overflow="ignore", end="")
    for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        fitted = cell.copy()
        fitted.truncate(width, overflow="ellipsis", pad=index < len(cells) - 1)
        line.append_text(fitted)
        line.append(" " * _GAP if index < len(cells) - 1 else "\n")
    return line
