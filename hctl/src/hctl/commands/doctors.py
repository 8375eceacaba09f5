"""``hctl doctor``: checks of the platform itself."""

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hctl.doctor.checks import examine, exit_code, summary_of
from hctl.doctor.facts import CheckLine, CheckState
from hctl.doctor.look import look
from hctl.documents.outputs import parse_output
from hctl.documents.reports import API_VERSION
from hctl.drawing.frames import unfolded
from hctl.drawing.marks import inert_text
from hctl.errors import ExitCode
from hctl.session import Session
from hctl.target import Target

from .answers import Answers

__all__ = ["doctor"]

_MARKS: Final = {
    CheckState.OK: ("✓", "green"),
    CheckState.WARNING: ("!", "bold yellow"),
    CheckState.FAILURE: ("✗", "bold red"),
    CheckState.NOT_READABLE: ("?", "magenta"),
}


def doctor(target: Target, output: str, *, argocd: str) -> ExitCode:
    """Examine a platform.

    Args:
        target: The cluster.
        output: The output format.
        argocd: Namespace of Argo CD.

    Raises:
        HctlError: The cluster does not respond.
    """
    answers = Answers(parse_output(output))
    session = Session(target)
    session.open()
    with answers.progress("checking the platform"):
        lines = examine(look(session, argocd))
    answers.say(_drawn(lines), _report(lines), [line.check for line in lines])
    return exit_code(lines)


def _report(lines: Sequence[CheckLine]) -> dict[str, Any]:
    checks = [{"check": line.check, "state": line.state, "message": line.says, "next": line.next} for line in lines]
    return {
        "apiVersion": API_VERSION,
        "kind": "Checkup",
        "checks": [{key: str(value) for key, value in each.items()} for each in checks],
        "summary": summary_of(lines),
        "exitCode": int(exit_code(lines)),
    }


def _drawn(lines: Sequence[CheckLine]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        symbol, style = _MARKS[line.state]
        table.add_row(Text(f"{symbol} {line.state}", style=style), Text(line.check), inert_text(line.says))
    orders = list(dict.fromkeys(line.next for line in lines if line.next))
    told = [unfolded(Text(f"  {order}")) for order in orders]
    return Group(table, *([Text(""), Text("Next:", style="bold"), *told] if told else []))
