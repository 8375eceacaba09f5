"""``hctl ask QUESTION``: the command that hctl loads from this distribution by its entry point, with its I/O.

It lists requests, reads what the answer rests on, and writes the answer as text or as a JSON document (schema:
`jsonschema/answer-v1.schema.json`).
"""

import re
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from hctl.public.access import VCLUSTER, Kind, Session, diagnose_request, judge_all
from hctl.public.facts import API_VERSION, ClusterError, ExitCode, Form, Output, RequestView, Target, UsageError, spell

from .answers import answer
from .grammar import Intent, Question, read_question
from .meaning import RESERVED, KindWords, Meant, find_meant
from .weighing import Answer, AnswerEvidence, AnswerVerdict

__all__ = ["answer_report", "ask", "ask_cluster", "spell_answer"]

_OUTPUTS: Final = ("text", "json", "yaml")
_NAMESPACE: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")
_VIRTUAL_CLUSTER: Final = ("vcluster", "vclusters", "virtual cluster", "virtual clusters")
_NOT_OURS: Final = (".k8s.io", "argoproj.io", "kratix.io")


def ask(target: Target, question: str, *, output: str = "text", cite: bool = False) -> ExitCode:
    """Answer a question on standard output.

    Args:
        target: The cluster and namespace.
        question: Any text.
        output: ``text``, ``json`` or ``yaml``.
        cite: Whether the text cites each fact.

    Raises:
        HctlError: The output is unknown, or the cluster cannot be read.
    """
    if output not in _OUTPUTS:
        raise UsageError(f"-o {output!a}: expected {', '.join(_OUTPUTS)}")
    read = read_question(question)
    try:
        found = ask_cluster(Session(target), read)
    except ClusterError as error:
        if output != "text":
            # With -o json or yaml an error is a document too, in addition to the line on standard error.
            intent, text = read.readings[0][0], f"I cannot say: {error}"
            failed = Answer(intent, AnswerVerdict.UNKNOWN, text, ExitCode.UNREACHABLE, abstained=str(error))
            _write(output, read, failed, cite=cite)
        raise
    _write(output, read, found, cite=cite)
    return found.exit_code


def _write(output: str, question: Question, found: Answer, *, cite: bool) -> None:
    document = spell_answer(found, cite=cite)
    if output != "text":
        document = spell(Output(Form(output)), answer_report(question, found), ())
    sys.stdout.write(document)
    sys.stdout.flush()


def ask_cluster(session: Session, question: Question) -> Answer:
    """Answer a question about a cluster; also for programs other than ``hctl ask``.

    Raises:
        HctlError: The cluster cannot be reached, or denies a request.
    """
    session.open()
    fleet = _look_at_fleet(session, question)
    meant = find_meant(question, [view for view, _ in fleet.pairs], fleet.kinds, session.target.namespace)
    elsewhere = next((word for word in meant.unknown if fleet.narrowed and _NAMESPACE.match(word)), "")
    told = meant.namespace or elsewhere.partition("/")[0]
    if fleet.narrowed and _NAMESPACE.match(told) and told not in fleet.narrowed:
        # The user may not list all namespaces, but the question names one.
        session = Session(session.target._replace(namespace=told))
        fleet = _look_at_fleet(session, question)
        meant = find_meant(question, [view for view, _ in fleet.pairs], fleet.kinds, told)
    return answer(meant, _gather(session, meant, fleet))


class _Fleet(Struct, frozen=True):
    """All requests that the user may list.

    Attributes:
        pairs: The view of each request, and its JSON.
        kinds: The names of their kinds.
        narrowed: The listed namespaces, if the user may not list all.
        refused: Kinds that the user may not list.
    """

    pairs: tuple[tuple[RequestView, Any], ...]
    kinds: tuple[KindWords, ...]
    narrowed: tuple[str, ...]
    refused: tuple[str, ...]


def _look_at_fleet(session: Session, question: Question) -> _Fleet:
    """List all golden paths, and a kind of another group if the question names one.

    Raises:
        HctlError: The cluster cannot be read.
    """
    said = {part for _, words in question.readings for word in words for part in (word, word.partition("/")[0])}
    ours = session.candidates()
    named = [kind for kind in session.kinds if _may_be_ours(kind) and said.intersection(_words_of(kind))]
    listed = session.listed(dict.fromkeys((*ours, *named)), session.requests_of)
    bound = [entry for entry in listed if any(view.bound for view in entry.views) or entry.kind in ours]
    pairs = tuple(pair for entry in bound for pair in zip(entry.views, entry.objects, strict=True))
    kinds = tuple(_kind_words(entry.kind, [view for view, _ in pairs]) for entry in bound)
    narrowed = {entry.namespace for entry in listed if entry.narrowed}
    return _Fleet(pairs, kinds, tuple(sorted(narrowed)), tuple(sorted(set(session.refused))))


def _may_be_ours(kind: Kind) -> bool:
    return kind.namespaced and "list" in kind.verbs and "." in kind.group and not kind.group.endswith(_NOT_OURS)


def _words_of(kind: Kind) -> tuple[str, ...]:
    names = (kind.kind.lower(), kind.singular, kind.plural, kind.resource, *kind.short_names)
    return (*_VIRTUAL_CLUSTER, *names) if kind.resource == VCLUSTER else names


def _kind_words(kind: Kind, views: Sequence[RequestView]) -> KindWords:
    """Return the names of a kind, and those in its contracts except reserved words and names of requests."""
    label = "vcluster" if kind.resource == VCLUSTER else kind.singular or kind.kind.lower()
    taken = RESERVED | {alias.lower() for view in views for alias in view.aliases}
    shown = {view.display_name.lower() for view in views if view.resource == kind.resource} - {""}
    told = {name for word in shown for name in (word, f"{word}s") if taken.isdisjoint({word, *word.split()})}
    return KindWords(kind.resource, label, tuple(filter(None, (*_words_of(kind), *sorted(told)))))


def _gather(session: Session, meant: Meant, fleet: _Fleet) -> AnswerEvidence:
    """Read the Leases of the requests, and the objects of a single one if the question needs its diagnosis.

    Raises:
        HctlError: The cluster cannot be read.
    """
    transport, judged = session.transport, tuple(judge_all(session.transport, meant.chosen))
    diagnosis = None
    if len(meant.chosen) == 1 and meant.intent is Intent.WHY and not meant.unknown:
        view, raw = next(pair for pair in fleet.pairs if pair[0] is meant.chosen[0])
        diagnosis = diagnose_request(transport, session.orders, view, raw)
    return AnswerEvidence(transport.now(), judged, diagnosis, fleet.narrowed, fleet.refused)


def answer_report(question: Question, answer: Answer) -> dict[str, Any]:
    """Return the JSON document of an answer.

    Args:
        question: The parsed question.
        answer: The answer.
    """
    return {
        "apiVersion": API_VERSION,
        "kind": "Answer",
        "question": question.text,
        "intent": str(answer.intent),
        "verdict": str(answer.verdict),
        "text": answer.text,
        "notUnderstood": list(answer.unknown),
        "abstainedBecause": answer.abstained,
        "requests": [
            {"resource": view.resource, "namespace": view.namespace, "name": view.name, "calledName": view.called}
            for view in answer.requests
        ],
        "facts": [msgspec.to_builtins(fact) for fact in answer.facts],
        "notes": list(answer.notes),
        "exitCode": int(answer.exit_code),
    }


def spell_answer(answer: Answer, *, cite: bool) -> str:
    """Return the text of an answer, without characters that control a terminal.

    Args:
        answer: The answer.
        cite: Whether the facts are cited below it.
    """
    lines = [answer.text, *(f"Note: {note}" for note in answer.notes)]
    if cite:
        lines += ["", *(f"[{number}] {fact.text}" for number, fact in enumerate(answer.facts, start=1))]
    return "\n".join(lines) + "\n"
