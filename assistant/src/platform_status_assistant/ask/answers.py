"""Meaning and evidence -> answer. Pure.

Only the question whether something is ready is answered by "Yes" or "No", and only if every word of it was understood.
Every other answer is the state.
"""

import shlex
from collections.abc import Sequence
from typing import Final

from hctl.public.facts import ExitCode, Judged, RequestView, age_of, count_of
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import Phase

from .facts import Fact, called, facts_of, joined, quoted, shown
from .grammar import Intent, forms_help
from .meaning import Meant
from .weighing import Answer, AnswerEvidence, AnswerVerdict, weigh

__all__ = ["answer"]

_MAX_NAMED: Final = 8
_OVER_SEVERAL: Final = (Intent.READY, Intent.STATUS, Intent.OVERVIEW)
_SEVERITY: Final = (ExitCode.STALE, ExitCode.NOT_READY, ExitCode.UNREACHABLE, ExitCode.READY)
"""Exit codes about several requests: the first one that a request has is that of the answer."""


def answer(meant: Meant, evidence: AnswerEvidence) -> Answer:
    """Answer a question.

    Args:
        meant: Its meaning.
        evidence: The evidence; `judged` holds the requests of `meant.chosen`.
    """
    judged = evidence.judged
    if meant.ambiguous or (not judged and (meant.unknown or not meant.all_of)):
        return _none(meant, evidence)
    if meant.intent in _OVER_SEVERAL and (meant.all_of or len(judged) != 1):
        return _several(meant, evidence)
    if len(judged) == 1:
        return _one(meant, evidence)
    text = f"I can answer that about one request at a time: {_listed(meant.chosen)}."
    return _answer(meant, evidence, text, ExitCode.USAGE, because="several requests are named")


def _answer(
    meant: Meant,
    evidence: AnswerEvidence,
    text: str,
    code: ExitCode,
    *,
    verdict: AnswerVerdict = AnswerVerdict.NONE,
    because: str = "",
    facts: Sequence[Fact] = (),
    notes: Sequence[str] = (),
) -> Answer:
    """Build an answer; one to a question with an unknown word has no verdict."""
    if verdict is AnswerVerdict.UNKNOWN:
        text = f"I cannot say: {because}. {text}"
    if meant.unknown:
        missed = joined([shown(word) for word in meant.unknown[:_MAX_NAMED]])
        text, verdict, code = f"I did not understand: {missed}. {text}", AnswerVerdict.NONE, ExitCode.USAGE
        because = because or f"not understood: {missed}"
    elif verdict in (AnswerVerdict.YES, AnswerVerdict.NO):
        text = f"{verdict.capitalize()}, {text}"
    requests, told = meant.chosen or meant.ambiguous or meant.near, (*notes, *evidence.notes)
    return Answer(meant.intent, verdict, text, code, tuple(facts), told, because, requests, meant.unknown)


def _none(meant: Meant, evidence: AnswerEvidence) -> Answer:
    """Build the answer to a question whose request is unknown or ambiguous."""
    kind, among = meant.kind or "request", meant.ambiguous or meant.near
    listed = _listed(among)
    if meant.ambiguous:
        text, because = f"Which {kind} do you mean: {listed}? Use NAMESPACE/NAME, or -n.", "the name is not unique"
    elif meant.unknown:
        hint = f"Did you mean {listed}?" if listed else f"What can be asked:\n{forms_help()}"
        text, because = f"No request here has that name. {hint}", "nothing has that name"
    else:
        text = because = f"There is no {kind} here."
    return _answer(meant, evidence, text, ExitCode.USAGE, because=because)


def _one(meant: Meant, evidence: AnswerEvidence) -> Answer:
    judged, diagnosis = evidence.judged[0], evidence.diagnosis
    intent = Intent.STATUS if meant.unknown else meant.intent
    (weighed, doubt), verdict, notes = weigh(judged, diagnosis), AnswerVerdict.NONE, list[str]()
    text, because = _said(intent, judged, evidence)
    if intent in (Intent.WHERE, Intent.LOGIN):
        phase = judged.view.phase or "none"
        notes += [] if judged.ready else [f"It may not be ready: {doubt or f'phase {phase}'}"]
    elif doubt:
        text, verdict, because = f"Last known, but not trusted: {text}", AnswerVerdict.UNKNOWN, doubt
    elif intent is Intent.READY:
        verdict = weighed
        because = "the sidecar reports Unknown for unreadable sources" if verdict is AnswerVerdict.UNKNOWN else ""
    code = judged.exit_code if diagnosis is None else diagnosis.exit_code
    if because and code is ExitCode.READY:
        code = ExitCode.NOT_READY  # without an answer the command fails, even if the request is ready
    facts = facts_of(judged, diagnosis)
    return _answer(meant, evidence, text, code, verdict=verdict, because=because, facts=facts, notes=notes)


def _said(intent: Intent, judged: Judged, evidence: AnswerEvidence) -> tuple[str, str]:
    """Return the text about one request, and why it does not answer the question (empty if it does)."""
    if intent in (Intent.WHERE, Intent.LOGIN):
        return _named(intent, judged)
    if intent is Intent.SINCE:
        return _since(judged, evidence)
    return (_why(judged, evidence) if intent is Intent.WHY else _status(judged)), ""


def _status(judged: Judged) -> str:
    """Describe endpoints, pods, Argo CD and unhealthy sub-applications of a request that is ready."""
    view, parts = judged.view, list[str]()
    if not judged.ready:
        return _state(judged)
    if view.endpoints:
        name, url = view.endpoints[0]
        parts.append(f"{'API' if name == 'api' else shown(name)} endpoint: {shown(url)}")
    if view.workloads is not None:
        ready, total = view.workloads.good, view.workloads.total
        parts.append(f"all {ready}/{total} pods running" if ready == total else f"{ready}/{total} pods ready")
    if view.sync or view.health:
        parts.append("Argo CD " + " and ".join(shown(word).lower() for word in (view.sync, view.health) if word))
    if view.sub_apps is not None and view.sub_apps.good < view.sub_apps.total:
        parts.append(f"{view.sub_apps.good}/{view.sub_apps.total} sub-applications healthy")
    if view.objects is not None and view.objects.good < view.objects.total:
        parts.append(f"{view.objects.good}/{view.objects.total} objects ready")
    text = ", ".join(parts)
    return f"{_state(judged)} {text[:1].upper()}{text[1:]}." if text else _state(judged)


def _state(judged: Judged) -> str:
    """Describe the state of a request in a sentence that begins with its name."""
    view = judged.view
    if judged.ready:
        return f"{called(view)} is Ready."
    if view.deleting or view.phase is Phase.DELETING:
        return f"{called(view)} is being deleted."
    phase = view.phase or (quoted(view.phase_found, 40) if view.phase_found else "without a phase")
    reason = f" ({shown(view.ready_reason)})" if view.ready_reason else ""
    return f"{called(view)} is {phase}{reason}{f': {quoted(view.message)}' if view.message else ''}."


def _named(intent: Intent, judged: Judged) -> tuple[str, str]:
    """List endpoints; or Secret and item with the command that fetches the kubeconfig, but never their data."""
    view = judged.view
    what, listed = ("endpoints", view.endpoints) if intent is Intent.WHERE else ("credentials", view.credentials)
    parts = [f"{shown(name)} {shown(value)}" for name, value in listed]
    secrets = view.contract.secrets or () if isinstance(view.contract, Contract) and intent is Intent.LOGIN else ()
    for secret in secrets[:1]:
        get = ("kubectl", "get", "secret", secret.name, "-n", secret.namespace, "-o", "jsonpath={.data.config}")
        parts.append(f"fetch the kubeconfig by: {shlex.join(get)} | base64 -d > kubeconfig.yaml")
    if not parts:
        return f"The status of {called(view)} names no {what}.", f"the status names no {what}"
    return f"{called(view)} in namespace {view.namespace}: {'; '.join(parts)}.", ""


def _why(judged: Judged, evidence: AnswerEvidence) -> str:
    """Describe the first cause by `hctl diagnose`, the next command, and the runbook."""
    diagnosis, text = evidence.diagnosis, _state(judged)
    if diagnosis is None:
        return text
    if diagnosis.seen is not None and not diagnosis.agrees:
        text += f" Derived from its objects now, it is {diagnosis.seen.phase} ({diagnosis.seen.ready.reason})."
    if diagnosis.cause is not None:
        said = "; ".join((diagnosis.cause.summary, *diagnosis.cause.details[:2]))
        text += f" The first cause: {diagnosis.cause.title}: {quoted(said, 600)}."
    elif not judged.ready:
        text += " No cause was found in its objects."
    text += "".join(f" Next: {command}." for command in diagnosis.commands[:1])
    runbook = dict(diagnosis.links).get("runbook")
    return f"{text} Runbook: {runbook}" if runbook else text


def _since(judged: Judged, evidence: AnswerEvidence) -> tuple[str, str]:
    ready = judged.view.condition("Ready")
    if ready is None or ready.since is None:
        return f"{_state(judged)} Condition Ready has no time.", "condition Ready has no time"
    when = f"{format_time(ready.since)} ({age_of(ready.since, evidence.now)} ago)"
    return f"{_state(judged)} Condition Ready has been {ready.status} since {when}.", ""


def _several(meant: Meant, evidence: AnswerEvidence) -> Answer:
    """Build the answer about several requests: how many are ready, and which are not; Yes needs all of them."""
    judged, verdict, because = evidence.judged, AnswerVerdict.NONE, ""
    of: dict[AnswerVerdict, list[Judged]] = {each: [] for each in AnswerVerdict}
    for entry in judged:
        of[weigh(entry)[0]].append(entry)
    ready = of[AnswerVerdict.YES]
    what = f" of kind {meant.kind}" if meant.kind else ""
    if meant.namespace:
        what += f" in {'namespaces' if ', ' in meant.namespace else 'namespace'} {meant.namespace}"
    text = f"{len(ready)} of {count_of(len(judged), 'request')}{what} {'is' if len(ready) == 1 else 'are'} ready."
    text = text if judged else f"There is no request{what}."
    groups = {"Not ready": of[AnswerVerdict.NO], "Unknown": of[AnswerVerdict.UNKNOWN]}
    for title, entries in (groups if meant.all_of else {**groups, "Ready": ready}).items():
        text += f" {title}: {_listed([entry.view for entry in entries])}." if entries else ""
    if not of[AnswerVerdict.NO] and (of[AnswerVerdict.UNKNOWN] or evidence.refused):
        verdict, because = AnswerVerdict.UNKNOWN, "some requests cannot be judged or listed"
    elif judged and meant.intent is Intent.READY:
        verdict = AnswerVerdict.NO if of[AnswerVerdict.NO] else AnswerVerdict.YES
    codes = {entry.exit_code for entry in judged} | ({ExitCode.UNREACHABLE} if evidence.refused else set())
    code = next((code for code in _SEVERITY if code in codes), ExitCode.READY)
    facts = [
        fact
        for entry in judged[:_MAX_NAMED]
        for fact in facts_of(entry)
        if fact.name in ("phase", "condition.Ready.reason", "lastCheck")
    ]
    return _answer(meant, evidence, text, code, verdict=verdict, because=because, facts=facts)


def _listed(views: Sequence[RequestView]) -> str:
    named = [f"{called(view)} in {view.namespace} ({view.phase or 'no phase'})" for view in views]
    more = f"; and {len(named) - _MAX_NAMED} more" if len(named) > _MAX_NAMED else ""
    return "; ".join(named[:_MAX_NAMED]) + more
