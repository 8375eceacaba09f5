"""``hctl ask QUESTION``: the command that hctl loads from this distribution by its entry point."""

import re
import sys
from typing import Final

from hctl.public.access import Session
from hctl.public.facts import ClusterError, ExitCode, Form, Output, Target, UsageError, inert, spell
from platform_status_assistant.retrieval.prometheus import Prometheus, PrometheusError

from .answers import answer
from .documents import answer_report, spell_answer
from .evidence import gather, look_at_fleet
from .facts import Answer, AnswerVerdict
from .grammar import Question, read_question
from .meaning import find_meant

__all__ = ["ask", "ask_cluster"]

_PROMETHEUS_TIMEOUT: Final = 5.0
"""Seconds for one query, because a Prometheus without a response must not delay the answer."""

_OUTPUTS: Final = ("text", "json", "yaml")
_NAMESPACE: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")


def ask(
    target: Target,
    question: str,
    *,
    output: str = "text",
    cite: bool = False,
    prometheus: str = "",
    token_file: str = "",
    ca_file: str = "",
) -> ExitCode:
    """Answer a question on standard output.

    Args:
        target: The cluster and namespace.
        question: Any text.
        output: ``text``, ``json`` or ``yaml``.
        cite: Whether the text cites each fact.
        prometheus: URL of a Prometheus, as a second source; empty for none.
        token_file: File with its bearer token; empty for none.
        ca_file: CA certificates for it; empty for those of the system.

    Raises:
        HctlError: The options contradict each other, or the cluster cannot be read.
    """
    if output not in _OUTPUTS:
        raise UsageError(f"-o {inert(output, 60)}: expected {', '.join(_OUTPUTS)}")
    witness = _prometheus(prometheus, token_file, ca_file)
    read = read_question(question)
    try:
        found = ask_cluster(Session(target), read, witness)
    except ClusterError as error:
        if output != "text":
            # With -o json or yaml an error is a document too, in addition to the line on standard error.
            intent, text = read.readings[0][0], f"I cannot say: {error}"
            failed = Answer(intent, AnswerVerdict.UNKNOWN, text, ExitCode.UNREACHABLE, abstained=str(error))
            _write(output, read, failed, cite=cite)
        raise
    _write(output, read, found, cite=cite)
    return found.exit_code


def ask_cluster(session: Session, question: Question, prometheus: Prometheus | None = None) -> Answer:
    """Answer a question about a cluster; also for programs other than ``hctl ask``.

    Raises:
        HctlError: The cluster cannot be reached, or denies a request.
    """
    session.open()
    fleet = look_at_fleet(session, question)
    meant = find_meant(question, [view for view, _ in fleet.pairs], fleet.kinds, session.target.namespace)
    elsewhere = next((word for word in meant.unknown if fleet.narrowed and _NAMESPACE.match(word)), "")
    told = meant.namespace or elsewhere.partition("/")[0]
    if fleet.narrowed and _NAMESPACE.match(told) and told not in fleet.narrowed:
        # The user may not list all namespaces, but the question names one.
        session = Session(session.target._replace(namespace=told))
        fleet = look_at_fleet(session, question)
        meant = find_meant(question, [view for view, _ in fleet.pairs], fleet.kinds, told)
    return answer(meant, gather(session, meant, fleet, prometheus))


def _write(output: str, question: Question, found: Answer, *, cite: bool) -> None:
    report = answer_report(question, found)
    text = spell_answer(report, found, cite=cite)
    sys.stdout.write(text if output == "text" else spell(Output(Form(output)), report, ()))
    sys.stdout.flush()


def _prometheus(address: str, token_file: str, ca_file: str) -> Prometheus | None:
    if not address and (token_file or ca_file):
        raise UsageError("--prometheus-token-file and --prometheus-ca-file require --prometheus URL")
    files = {"token_file": token_file or None, "ca_file": ca_file or None}
    try:
        return Prometheus(address, **files, timeout_seconds=_PROMETHEUS_TIMEOUT) if address else None
    except PrometheusError as error:
        raise UsageError(f"--prometheus: {error}") from error
