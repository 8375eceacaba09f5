"""``hctl status NAME``, ``hctl vcluster status NAME``: shows one request, once, live, or until it reaches a phase."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from rich.console import Group, RenderableType

from hctl.cluster.requests import judge_all
from hctl.documents.outputs import Form, parse_output
from hctl.documents.reports import status_report
from hctl.drawing.dashboard import dashboard, lost_line
from hctl.errors import ExitCode, UsageError
from hctl.live.following import Following
from hctl.live.screens import Screen
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from hctl.session import Session
from hctl.target import Target
from hctl.texts import duration, inert, parse_duration
from platform_status_contract.model.vocabulary import Phase

from .answers import Answers, Progress

__all__ = ["StatusOptions", "show_status"]


def parse_phase(text: str) -> Phase:
    """Read the value of ``--wait``, in any case of letters.

    Raises:
        UsageError: It is not one of the seven phases.
    """
    for phase in Phase:
        if phase.lower() == text.lower():
            return phase
    raise UsageError(f"--wait {inert(text, 60)}: expected one of {', '.join(Phase)}")


def reached(judged: Judged, wanted: Phase) -> bool:
    """Whether a request has reached a phase.

    Ready also requires the condition Ready, the newest generation and a fresh status. The other phases require that the
    status has them and is not stale.
    """
    if wanted is Phase.READY:
        return judged.ready
    return judged.view.phase is wanted and judged.freshness.state in (State.FRESH, State.UNREPORTED)


def still_waiting(judged: Judged, wanted: Phase) -> str:
    """Return the present state of a request that has not reached the phase, in one line."""
    view = judged.view
    where = f"{view.phase or 'no phase yet'}{', ' + view.ready_reason if view.ready_reason else ''}"
    why = judged.warnings[0] if judged.warnings else view.message
    return f"{view.display_name} {view.namespace}/{view.name} is {where}, waiting for {wanted}" + (
        f": {why}" if why else ""
    )


_TICK = 1.0


class StatusOptions(Struct, frozen=True):
    """The options of a status.

    Attributes:
        output: The output format.
        watch: Whether to keep running.
        wait: The phase to wait for; empty for none.
        timeout: How long to wait, such as ``5m``.
    """

    output: str
    watch: bool = False
    wait: str = ""
    timeout: str = "5m"


def show_status(target: Target, reference: str, asked: StatusOptions, *, vcluster: bool = False) -> ExitCode:
    """Show one request.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    output = parse_output(asked.output)
    wanted = parse_phase(asked.wait) if asked.wait else None
    seconds = parse_duration(asked.timeout)
    answers = Answers(output)
    session = Session(target)
    session.open()
    found = session.find(reference, session.vcluster() if vcluster else None)
    answers.narrowed((found.collection,))
    if wanted is not None or asked.watch:
        with Following(session.transport, (found.alone(),), name=found.view.name) as following:
            seeing = Seeing(session, following, answers, found.view.reference)
            if wanted is not None:
                return _wait(seeing, wanted, seconds, watch=asked.watch)
            return _watch(seeing)
    judged = judge_all(session.transport, (found.view,))[0]
    _answer(answers, judged, session.transport.now())
    return judged.exit_code


def _answer(answers: Answers, judged: Judged, now: datetime) -> None:
    answers.say(_drawn(answers, judged, now), status_report(judged), (judged.view.reference,))


def _drawn(answers: Answers, judged: Judged, now: datetime, *, redrawn: bool = False) -> RenderableType:
    return dashboard(judged, now, wide=answers.output.form is Form.WIDE, redrawn=redrawn)


class Seeing(Struct):
    """One request that is being watched."""

    session: Session
    following: Following
    answers: Answers
    reference: str

    def present(self) -> Judged:
        """Return its present state.

        Raises:
            UsageError: It was deleted.
        """
        judged = self.following.judged()
        if not judged:
            raise UsageError(f"{self.reference} was deleted during the watch")
        return judged[0]

    def show(self, screen: Screen, judged: Judged, *, news: bool) -> None:
        """Redraw it, if something changed."""
        now = self.session.transport.now()
        if self.answers.output.drawn:
            lost = self.following.broken
            lines = [lost_line()] if lost else []
            redraws = screen.redraws
            screen.show(
                lambda: Group(*lines, _drawn(self.answers, judged, now, redrawn=redraws)), (judged,), now, lost=lost
            )
        elif news:
            _answer(self.answers, judged, now)


def _watch(seeing: Seeing) -> ExitCode:
    """Redraw it after each change until Ctrl-C; its deletion is an error."""
    news = True
    with Screen(seeing.answers.console) as screen:
        while True:
            seeing.show(screen, seeing.present(), news=news)
            news = seeing.following.next(_TICK)


def _wait(seeing: Seeing, wanted: Phase, seconds: float, *, watch: bool) -> ExitCode:
    """Wait until it reaches a phase; then, or after the timeout, show it."""
    end = time.monotonic() + seconds
    answers = seeing.answers
    last = ""
    with _waiting_room(seeing, watch=watch) as (screen, progress):
        while True:
            judged = seeing.present()
            done, left = reached(judged, wanted), end - time.monotonic()
            if done or left <= 0:
                break
            line = still_waiting(judged, wanted)
            if screen is not None:
                seeing.show(screen, judged, news=line != last)
            elif line != last and not answers.aside.is_terminal:
                answers.note(line)
            progress.say(f"{line} ({duration(left)} left)")
            last = line
            seeing.following.next(min(_TICK, left))
    if not (watch and answers.console.is_terminal):
        _answer(answers, judged, seeing.session.transport.now())
    if done:
        return ExitCode.READY
    answers.note(f"hctl: not within {duration(seconds)}: {still_waiting(judged, wanted)}")
    return ExitCode.STALE if judged.exit_code is ExitCode.STALE else ExitCode.NOT_READY


@contextmanager
def _waiting_room(seeing: Seeing, *, watch: bool) -> Iterator[tuple[Screen | None, Progress]]:
    """Show the dashboard on standard output with `watch`; else a line on standard error."""
    if watch and seeing.answers.output.drawn:
        with Screen(seeing.answers.console) as screen:
            yield screen, Progress(None)
        return
    with seeing.answers.progress("waiting") as progress:
        yield None, progress
