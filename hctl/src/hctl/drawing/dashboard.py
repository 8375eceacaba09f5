"""The dashboard of one request."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hctl.reading.judgement import Judged
from hctl.reading.views import ConditionView, RequestView
from hctl.texts import age_of
from platform_status_contract.model.contract import Contract

from .frames import Frame, unfolded
from .marks import LABEL, WARNING, condition_mark, inert_text, phase_style, phase_text

__all__ = ["dashboard", "headline", "lost_line", "warning_lines"]

_LABELS: Final = {
    "api": "API",
    "argocd": "ArgoCD",
    "kubeconfigSecret": "Secret",
    "onePasswordItem": "1Password",
}
_LABEL_WIDTH: Final = 11


def dashboard(judged: Judged, now: datetime, *, wide: bool = False, redrawn: bool = False) -> RenderableType:
    """Draw one request.

    Args:
        judged: The request, judged.
        now: The API server's time, for the ages.
        wide: Whether to show all fields, including timers and conditions of other writers.
        redrawn: Whether it is redrawn in place, so that URLs must be folded to keep the line count correct.
    """
    view = judged.view
    title = Text(f"{view.display_name}: {view.called}", style=LABEL)
    frame = Frame(title, _sections(judged, now, wide=wide, redrawn=redrawn), phase_style(judged))
    return Group(*warning_lines(judged), frame)


def warning_lines(judged: Judged) -> list[Text]:
    """Return the warnings, which precede everything else."""
    return [inert_text(f"! {warning}: the phase is not to be trusted", WARNING) for warning in judged.warnings]


def lost_line() -> Text:
    """Return the line for a lost watch, above the last known state."""
    return Text("! The connection to the API server is lost; retrying", style=WARNING)


def headline(judged: Judged) -> Text:
    """Return one request in one line."""
    view = judged.view
    text = Text.assemble((f"{view.display_name} {view.namespace}/{view.name}: ", LABEL), phase_text(judged))
    if view.ready_reason:
        text.append(f"  {view.ready_reason}")
    return text


def _sections(judged: Judged, now: datetime, *, wide: bool, redrawn: bool) -> Iterator[RenderableType]:
    view = judged.view
    yield _rows(_head(judged, now, wide=wide))
    endpoints = [(_LABELS.get(key, key), inert_text(url)) for key, url in view.endpoints]
    credentials = [(_LABELS.get(key, key), inert_text(name)) for key, name in view.credentials]
    for title, rows in (("Endpoints", endpoints), ("Credentials", credentials), ("Health", _health(view))):
        if rows:
            yield ""
            yield Text(f"{title}:", style=LABEL)
            yield _lines(rows) if rows is endpoints and not redrawn else _rows(rows, indent=2)
    shown = [entry for entry in view.conditions if entry.owned or wide]
    true = sum(entry.status == "True" for entry in shown)
    if shown:
        told = "" if wide or not true else f" {true} of {len(shown)} True"
        yield from ("", Text.assemble(("Conditions:", LABEL), told))
    rest = shown if wide else [entry for entry in shown if entry.status != "True"]
    if rest:
        yield _conditions(view, rest, now)
    if view.problems:
        yield ""
        yield Text("Refused by the pipeline:", style=LABEL)
        yield from (inert_text(f"  ✗ {problem}", "red") for problem in view.problems)
    if wide:
        yield from _more(view, now)


def _head(judged: Judged, now: datetime, *, wide: bool) -> list[tuple[str, Text]]:
    view = judged.view
    stale = "" if judged.trusted else WARNING
    rows = [("Phase", phase_text(judged)), ("Message", inert_text(view.message or "none yet"))]
    rows.append(("Last Check", inert_text(judged.freshness.text, stale)))
    if view.generation and view.observed_generation and view.observed_generation < view.generation:
        said = f"of generation {view.observed_generation}; generation {view.generation} is not observed yet"
        rows.append(("Speaks", inert_text(said, WARNING)))
    if view.deleting:
        rows.append(("Deleting", Text("the request is being deleted")))
    if wide or view.called != view.name:
        rows.append(("Request", inert_text(f"{view.kind} {view.namespace}/{view.name}")))
    else:
        rows.append(("Namespace", inert_text(view.namespace)))
    if wide:
        rows += [
            ("Age", Text(age_of(view.created, now))),
            ("Last Write", Text(f"{age_of(view.last_reconciled, now)} ago" if view.last_reconciled else "never")),
            ("Lease", inert_text(view.lease or "none named")),
            ("Sidecar", inert_text(view.reporter_version or "unknown")),
            ("Workflow", Text(str(view.workflow))),
        ]
    return rows


def _health(view: RequestView) -> list[tuple[str, Text]]:
    rows: list[tuple[str, Text]] = []
    if view.sync or view.health:
        rows.append(("ArgoCD", inert_text(f"{view.sync} / {view.health}")))
    if view.workloads is not None:
        rows.append(("Pods", Text(f"{view.workloads.good}/{view.workloads.total} Ready")))
    if view.sub_apps is not None:
        sick = f" (not: {', '.join(view.unhealthy)})" if view.unhealthy else ""
        rows.append(("Sub-Apps", inert_text(f"{view.sub_apps.good}/{view.sub_apps.total} Healthy{sick}")))
    if view.objects is not None:
        sick = f" (not: {', '.join(view.unready)})" if view.unready else ""
        rows.append(("Objects", inert_text(f"{view.objects.good}/{view.objects.total} Ready{sick}")))
    return rows


def _conditions(view: RequestView, shown: Sequence[ConditionView], now: datetime) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    width = max(len(entry.type) for entry in shown)
    for entry in shown:
        symbol, style = condition_mark(view, entry)
        facts = ", ".join(filter(None, (entry.reason, f"{age_of(entry.since, now)} ago" if entry.since else "")))
        line = Text(entry.type.ljust(width) if facts else entry.type, style=LABEL if entry.type == "Ready" else "")
        line.append(f" ({facts})" if facts else "", style="not bold")
        # The message of Ready equals that of the request, which is shown above.
        if entry.status != "True" and entry.message and not (entry.type == "Ready" and entry.message == view.message):
            line.append(f"\n{entry.message}", style="dim")
        table.add_row(Text(f"  {symbol} {entry.status}", style=style), line)
    return table


def _more(view: RequestView, now: datetime) -> Iterator[RenderableType]:
    if isinstance(view.contract, Contract):
        yield from ("", Text("Observed:", style=LABEL), _rows(_observed(view.contract), indent=2))
    if view.timers:
        rows = [(name, Text(f"for {age_of(since, now)}")) for name, since in view.timers]
        yield from ("", Text("Timers:", style=LABEL), _rows(rows, indent=2, width=max(len(name) for name, _ in rows)))


def _observed(contract: Contract) -> list[tuple[str, Text]]:
    rows: list[tuple[str, Text]] = []
    if contract.works:
        rows.append(("Works", Text("those of this request")))
    if contract.application is not None:
        rows.append(("ArgoCD", inert_text(f"{contract.application.namespace}/{contract.application.name}")))
    rows += [("Pods", inert_text(f"in {part.namespace}")) for part in contract.workload_parts]
    rows += [("Secret", inert_text(f"{named.namespace}/{named.name}")) for named in contract.secrets or ()]
    if contract.sub_applications is not None:
        places = ", ".join(contract.sub_applications.all_namespaces)
        target = contract.sub_applications.destination
        rows.append(("Sub-Apps", inert_text(f"in {places}, to {target.server or target.name}")))
    rows += [
        ("Object", inert_text(f"{entry.kind} {entry.namespace or ''}/{entry.object or '*'} ({entry.name})"))
        for entry in contract.objects or ()
    ]
    return rows


def _lines(rows: Sequence[tuple[str, Text]]) -> Group:
    """Return labels and values that are never folded."""
    width = max(_LABEL_WIDTH, *(len(label) + len("  :") for label, _ in rows))
    return Group(*(unfolded(Text.assemble(f"  {label}:".ljust(width), " ", value)) for label, value in rows))


def _rows(rows: Sequence[tuple[str, Text]], *, indent: int = 0, width: int = 0) -> Table:
    """Return labels and values; a long value is folded in its own column."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, min_width=max(width, _LABEL_WIDTH - indent) + indent)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(Text(f"{' ' * indent}{label}:"), value)
    return table
