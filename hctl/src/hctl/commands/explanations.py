"""``hctl diagnose``, ``hctl dump``, ``hctl explain`` and ``hctl tree``."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Group, RenderableType

from hctl.diagnosis.diagnose import diagnose_request
from hctl.documents.diagnoses import diagnosis_report
from hctl.documents.explanations import explanation_report
from hctl.documents.outputs import Form, parse_output
from hctl.drawing.dashboard import dashboard
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.drawing.explanations import draw_explanation, draw_tree
from hctl.dump.case import Case, parse_case, spell_case
from hctl.dump.collect import collect
from hctl.dump.keep import keep
from hctl.errors import ExitCode, UsageError
from hctl.explain.derive import Explanation, explain
from hctl.session import Session
from hctl.target import Target
from hctl.texts import inert
from platform_status_contract.model.times import parse_time

from .answers import Answers

__all__ = ["diagnose", "dump_request", "explain_file", "explain_request", "show_tree"]


def diagnose(target: Target, reference: str, output: str, *, vcluster: bool = False) -> ExitCode:
    """Diagnose one request.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    answers = Answers(parse_output(output))
    session = Session(target)
    session.open()
    with answers.progress("reading the request") as progress:
        found = session.find(reference, session.vcluster() if vcluster else None)
        diagnosis = diagnose_request(
            session.transport,
            session.orders,
            found.view,
            found.raw,
            lambda what: progress.say(f"reading {what}"),
        )
    answers.narrowed((found.collection,))
    answers.say(draw_diagnosis(diagnosis), diagnosis_report(diagnosis), (found.view.reference,))
    return diagnosis.exit_code


_MAX_FILE: Final = 64 * 1024 * 1024
_WARNING: Final = (
    "the objects are complete, with any secrets in variables, arguments, annotations and Helm values; "
    "check the file before you share it"
)


def dump_request(target: Target, reference: str, *, full: bool) -> ExitCode:
    """Write the case of one request to standard output.

    Args:
        target: The cluster.
        reference: The request.
        full: Whether to write whole objects, with a warning; else only the fields that the rules read.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    answers = Answers(parse_output("yaml"))
    case = _collect(target, answers, reference, vcluster=False)
    sys.stdout.write(f"# Warning: {_WARNING}\n{spell_case(case)}" if full else spell_case(keep(case)))
    sys.stdout.flush()
    if full:
        answers.note(f"hctl: warning: {_WARNING}")
    for entry in case.unread:
        answers.note(f"hctl: {entry.source} in {entry.namespace} not in the dump: {entry.message}")
    return ExitCode.READY


def explain_request(
    target: Target, reference: str, output: str, *, now: str = "", vcluster: bool = False, pictured: bool = False
) -> ExitCode:
    """Explain one request of a cluster.

    Args:
        target: The cluster.
        reference: The request.
        output: The output format.
        now: Time of the verdict; empty for the API server's time.
        vcluster: Whether the request is a virtual cluster.
        pictured: Whether the output begins with the dashboard.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    answers = Answers(parse_output(output))
    moment = _moment(now)
    case = _collect(target, answers, reference, vcluster=vcluster)
    return _answer(answers, explain(case, moment), pictured=pictured)


def show_tree(target: Target, reference: str, output: str) -> ExitCode:
    """Show one request as a tree of the objects behind its verdict; as JSON or YAML the explanation.

    Raises:
        HctlError: It does not exist, or the cluster cannot be read.
    """
    answers = Answers(parse_output(output))
    explanation = explain(_collect(target, answers, reference, vcluster=False))
    drawn = draw_tree(explanation, whole=answers.output.form is Form.WIDE)
    answers.say(drawn, explanation_report(explanation), (explanation.judged.view.reference,))
    return explanation.exit_code


def explain_file(path: str, output: str, *, now: str = "") -> ExitCode:
    """Explain a dump; ``-`` is standard input.

    Raises:
        UsageError: The file cannot be read, or is not a dump.
    """
    answers = Answers(parse_output(output))
    moment = _moment(now)
    try:
        whole = sys.stdin.buffer.read(_MAX_FILE + 1) if path == "-" else Path(path).read_bytes()
        text = whole.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(f"-f {inert(path, 400)}: {why}") from error
    try:
        explanation = explain(parse_case(text), moment)
    except UsageError as error:
        raise UsageError(f"-f {inert(path, 400)}: {error}") from error
    return _answer(answers, explanation, pictured=False)


def _collect(target: Target, answers: Answers, reference: str, *, vcluster: bool) -> Case:
    session = Session(target)
    session.open()
    with answers.progress("reading the request") as progress:
        found = session.find(reference, session.vcluster() if vcluster else None)
        case = collect(session.transport, found.view, found.raw, lambda what: progress.say(f"reading {what}"))
    answers.narrowed((found.collection,))
    return case


def _answer(answers: Answers, explanation: Explanation, *, pictured: bool) -> ExitCode:
    drawn: RenderableType = draw_explanation(explanation, whole=answers.output.form is Form.WIDE)
    if pictured:
        drawn = Group(dashboard(explanation.judged, explanation.now), "", drawn)
    answers.say(drawn, explanation_report(explanation), (explanation.judged.view.reference,))
    return explanation.exit_code


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = parse_time(text)
    if moment is None:
        raise UsageError(f"--now {inert(text, 80)!r}: expected a time such as 2026-02-26T10:30:00Z")
    return moment
