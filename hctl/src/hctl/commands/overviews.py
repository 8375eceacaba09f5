"""``hctl status``, ``hctl list`` and ``hctl vcluster list``: many requests at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NoReturn, TypeAlias

from msgspec import Struct
from rich.console import Group, RenderableType

from hctl.cluster.requests import Collection, judge_all
from hctl.documents.outputs import Form, parse_output
from hctl.documents.reports import list_report
from hctl.drawing.dashboard import lost_line
from hctl.drawing.tables import Listing, choose_columns, problem_lines, silence_lines, sort_requests, summary_line
from hctl.errors import ExitCode
from hctl.live.following import Following
from hctl.live.screens import Screen
from hctl.reading.judgement import Judged, worst
from hctl.session import Session
from hctl.target import Target

from .answers import Answers

__all__ = ["Listed", "list_requests"]

_TICK = 1.0

Draw: TypeAlias = Callable[[Sequence[Judged], datetime], RenderableType]


class Listed(Struct, frozen=True):
    """The options of a list.

    Attributes:
        output: The output format.
        everywhere: Whether it is an error if the user may not list all namespaces.
        problems: Whether to list only requests that need attention.
        sort: The sort key.
        columns: Columns, separated by commas; empty for the default.
        watch: Whether to keep running.
        selector: Label selector.
        headers: Whether the table has a header.
        overview: Whether this is a health check, with a summary, the problems below the table, and the exit code of the
            worst request; a plain list is an inventory, which always succeeds.
    """

    output: str = "table"
    everywhere: bool = False
    problems: bool = False
    sort: str = "namespace"
    columns: str = ""
    watch: bool = False
    selector: str = ""
    headers: bool = True
    overview: bool = False


def list_requests(target: Target, kind: str, listed: Listed, *, vcluster: bool = False) -> ExitCode:
    """List requests.

    Args:
        target: The cluster.
        kind: Name of the kind; empty for every golden path.
        listed: The options.
        vcluster: Whether to list virtual clusters instead of `kind`.

    Raises:
        HctlError: The cluster cannot be read, or the options contradict each other.
    """
    output = parse_output(listed.output)
    wide = output.form is Form.WIDE
    choose_columns(listed.columns, wide=wide, several_kinds=False)
    sort_requests((), listed.sort)
    answers = Answers(output)
    session = Session(target)
    session.open()
    collections = _collections(session, kind, listed, vcluster=vcluster)
    answers.narrowed(collections)
    answers.refused(session.refused)
    columns = choose_columns(listed.columns, wide=wide, several_kinds=len(collections) > 1)
    whole = not answers.console.is_terminal

    def draw(judged: Sequence[Judged], now: datetime) -> RenderableType:
        table = Listing(judged, columns, now, whole=whole, chosen=bool(listed.columns), headers=listed.headers)
        parts: list[RenderableType] = [*silence_lines(judged), table] if judged else []
        if listed.overview:
            lines = problem_lines(judged, whole=whole)
            parts += ["", *lines] if lines else []
            parts += ["", summary_line(judged)] if judged else [summary_line(judged)]
        return Group(*parts)

    if listed.watch:
        with Following(session.transport, collections) as following:
            _watch(session, following, answers, listed, draw)
    views = [view for collection in collections for view in collection.views]
    judged = _ordered(judge_all(session.transport, views), listed)
    _answer(answers, judged, draw(judged, session.transport.now()))
    if not judged and output.drawn and not listed.overview:
        answers.note("hctl: nothing to list" + (" that needs attention" if listed.problems else ""))
    return worst(judged) if listed.overview else ExitCode.READY


def _collections(session: Session, kind: str, listed: Listed, *, vcluster: bool) -> list[Collection]:
    scope = session.scope(everywhere=listed.everywhere, selector=listed.selector)
    if vcluster or kind:
        return session.requests_of(session.vcluster() if vcluster else session.kind(kind), scope)
    return session.golden_paths(scope)


def _ordered(judged: Sequence[Judged], listed: Listed) -> list[Judged]:
    shown = [entry for entry in judged if entry.problem or not listed.problems]
    return sort_requests(shown, listed.sort)


def _answer(answers: Answers, judged: Sequence[Judged], drawn: RenderableType) -> None:
    answers.say(drawn, list_report(judged), [entry.view.reference for entry in judged])


def _watch(session: Session, following: Following, answers: Answers, listed: Listed, draw: Draw) -> NoReturn:
    """Redraw after each change until Ctrl-C."""
    news = True
    with Screen(answers.console) as screen:
        while True:
            judged = _ordered(following.judged(), listed)
            now = session.transport.now()
            if answers.output.drawn:
                lost = following.broken
                lines = [lost_line()] if lost else []
                screen.show(lambda: Group(*lines, draw(judged, now)), judged, now, lost=lost)  # noqa: B023 - at once
            elif news:
                _answer(answers, judged, draw(judged, now))
            news = following.next(_TICK)
