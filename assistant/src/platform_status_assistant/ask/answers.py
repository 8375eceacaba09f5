"""Meaning and evidence -> answer. Pure.

Only the question whether something is ready is answered by "Yes" or "No", and only if every word of it was understood.
Every other answer is the state.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hctl.public.facts import ExitCode, Judged, age_of, count_of
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import Phase, Reason

from .facts import Answer, AnswerVerdict, Fact, facts_of
from .grammar import Intent, forms_help
from .meaning import Meant
from .phrases import called, joined, object_reference, quoted, shown, word_of
from .weighing import AnswerEvidence, weigh, witness

__all__ = ["answer"]

_MAX_NAMED: Final = 8
_MAX_EVENTS_TOLD: Final = 3
_RUNBOOKS: Final = "docs/runbooks/reasons"
_REASONS: Final = frozenset(map(str, Reason))
_OVER_SEVERAL: Final = (Intent.READY, Intent.STATUS, Intent.OVERVIEW)


def answer(meant: Meant, evidence: AnswerEvidence) -> Answer:
    """Answer a question.

    Args:
        meant: Its meaning.
        evidence: The evidence; `judged` holds the requests of `meant.chosen`.
    """
    judged = evidence.judged
    if meant.ambiguous or (not judged and (meant.unknown or not meant.all_of)):
        return _none(meant, evidence)
    if len(judged) != 1 or meant.all_of:
        if meant.intent in _OVER_SEVERAL:
            return _several(meant, evidence)
        if len(judged) != 1:
            text = f"I can answer that about one request at a time: {_listed(judged)}."
            return _answer(
                meant, evidence, AnswerVerdict.NONE, text, ExitCode.USAGE, because="several requests are named"
            )
    return _one(meant, evidence)


def _answer(
    meant: Meant,
    evidence: AnswerEvidence,
    verdict: AnswerVerdict,
    text: str,
    code: ExitCode,
    facts: Sequence[Fact] = (),
    notes: Sequence[str] = (),
    *,
    because: str = "",
) -> Answer:
    """Build an answer; one to a question with an unknown word has no verdict."""
    if meant.unknown:
        missed = joined([shown(word) for word in meant.unknown[:_MAX_NAMED]])
        text, verdict, code = f"I did not understand: {missed}. {text}", AnswerVerdict.NONE, ExitCode.USAGE
        because = because or f"not understood: {missed}"
    requests, told = meant.chosen or meant.ambiguous or meant.near, (*notes, *evidence.notes())
    return Answer(meant.intent, verdict, text, code, tuple(facts), told, because, requests, meant.unknown)


def _none(meant: Meant, evidence: AnswerEvidence) -> Answer:
    """Build the answer to a question whose request is unknown or ambiguous."""
    kind, among = meant.kind or "request", meant.ambiguous or meant.near
    listed = "; ".join(f"{called(view)} in namespace {view.namespace}" for view in among[:_MAX_NAMED])
    if meant.ambiguous:
        text, because = f"Which {kind} do you mean: {listed}? Use NAMESPACE/NAME, or -n.", "the name is not unique"
    elif meant.unknown:
        hint = f"Did you mean {listed}?" if listed else f"What can be asked:\n{forms_help()}"
        text, because = f"No request here has that name. {hint}", "nothing has that name"
    else:
        text = because = f"There is no {kind} here."
    return _answer(meant, evidence, AnswerVerdict.NONE, text, ExitCode.USAGE, because=because)


def _one(meant: Meant, evidence: AnswerEvidence) -> Answer:
    judged, heard = evidence.judged[0], evidence.heard
    weighed, intent = weigh(judged, heard, evidence.diagnosis), Intent.STATUS if meant.unknown else meant.intent
    facts, notes, verdict = facts_of(judged), list[str](), AnswerVerdict.NONE
    text, because = _ANSWERERS[intent](judged, evidence, facts)
    if intent in (Intent.WHERE, Intent.LOGIN):
        phase = judged.view.phase or "none"
        notes += [] if judged.ready else [f"It may not be ready: {weighed.because or f'phase {phase}'}"]
    elif not weighed.trusted:
        verdict, because = AnswerVerdict.UNKNOWN, weighed.because
        text = f"I cannot say: {because}. Last known, but not trusted: {text}"
    elif intent is Intent.READY:
        verdict, because = weighed.verdict, weighed.because
        text = {AnswerVerdict.YES: "Yes, ", AnswerVerdict.NO: "No, "}.get(verdict, f"I cannot say: {because}. ") + text
    phases, code = heard.of(judged.view), weighed.exit_code
    if heard.address and not heard.failure and phases != (str(judged.view.phase),):
        said = f"has {joined([word_of(one) for one in phases[:_MAX_NAMED]])}" if phases else "has no phase of it"
        notes.append(f"The status has {judged.view.phase or 'no phase'}, and Prometheus {said}")
    if because and code is ExitCode.READY:
        code = ExitCode.NOT_READY  # without an answer the command fails, even if the request is ready
    facts += witness(judged, heard, evidence.now)
    return _answer(meant, evidence, verdict, text, code, facts, notes, because=because)


def _status(judged: Judged, _: AnswerEvidence, __: list[Fact]) -> tuple[str, str]:
    """Describe endpoints, pods, Argo CD and unhealthy sub-applications of a request that is ready."""
    view, parts = judged.view, list[str]()
    if not judged.ready:
        return _state(judged), ""
    if view.endpoints:
        name, url = view.endpoints[0]
        parts.append(f"{'API' if name == 'api' else shown(name)} endpoint: {shown(url)}")
    if view.workloads is not None:
        ready, total = view.workloads.good, view.workloads.total
        parts.append(f"all {ready}/{total} pods running" if ready == total else f"{ready}/{total} pods ready")
    if view.sync or view.health:
        parts.append("Argo CD " + " and ".join(word_of(word).lower() for word in (view.sync, view.health) if word))
    if view.sub_apps is not None and view.sub_apps.good < view.sub_apps.total:
        parts.append(f"{view.sub_apps.good}/{view.sub_apps.total} sub-applications healthy")
    if view.objects is not None and view.objects.good < view.objects.total:
        parts.append(f"{view.objects.good}/{view.objects.total} objects ready")
    text = ", ".join(parts)
    return f"{_state(judged)} {text[:1].upper()}{text[1:]}." if text else _state(judged), ""


def _state(judged: Judged) -> str:
    """Describe the state of a request in a sentence that begins with its name."""
    view = judged.view
    if judged.ready:
        return f"{called(view)} is Ready."
    if view.deleting or view.phase is Phase.DELETING:
        return f"{called(view)} is being deleted."
    phase = view.phase or (quoted(view.phase_found, 40) if view.phase_found else "without a phase")
    reason = f" ({word_of(view.ready_reason)})" if view.ready_reason else ""
    return f"{called(view)} is {phase}{reason}{f': {quoted(view.message)}' if view.message else ''}."


def _where(judged: Judged, _: AnswerEvidence, __: list[Fact]) -> tuple[str, str]:
    view = judged.view
    listed = "; ".join(f"{shown(name)} {shown(url)}" for name, url in view.endpoints)
    if not listed:
        return f"The status of {called(view)} names no endpoints.", "the status names no endpoints"
    return f"{called(view)} in namespace {view.namespace}: {listed}.", ""


def _login(judged: Judged, _: AnswerEvidence, facts: list[Fact]) -> tuple[str, str]:
    """Name its Secret and item, and the command that fetches the kubeconfig; never their data."""
    view = judged.view
    parts = [f"{shown(name)} {shown(value)}" for name, value in view.credentials]
    secrets = view.contract.secrets or () if isinstance(view.contract, Contract) else ()
    for secret in secrets[:1]:
        get = ("kubectl", "get", "secret", secret.name, "-n", secret.namespace, "-o", "jsonpath={.data.config}")
        command = f"{shlex.join(get)} | base64 -d > kubeconfig.yaml"
        facts.append(_looked("nextCommand", command, judged, "status.contract.secrets"))
        parts.append(f"fetch the kubeconfig by: {command}")
    if not parts:
        return f"The status of {called(view)} names no credentials.", "the status names no credentials"
    return f"{called(view)} in namespace {view.namespace}: {'; '.join(parts)}.", ""


def _why(judged: Judged, evidence: AnswerEvidence, facts: list[Fact]) -> tuple[str, str]:
    """Describe the first cause by `hctl diagnose`, the next command, and the runbook."""
    diagnosis, reason, text = evidence.diagnosis, judged.view.ready_reason, _state(judged)
    if diagnosis is not None and diagnosis.seen is not None and not diagnosis.agrees:
        text += f" Derived from its objects now, it is {diagnosis.seen.phase} ({diagnosis.seen.ready.reason})."
        facts.append(_looked("seen", str(diagnosis.seen.phase), judged, f"verdict by row {diagnosis.seen.row}"))
    if diagnosis is not None and diagnosis.cause is not None:
        said = "; ".join((diagnosis.cause.summary, *diagnosis.cause.details[:2]))
        text += f" The first cause: {diagnosis.cause.title}: {quoted(said, 600)}."
        facts.append(_looked("cause", f"{diagnosis.cause.title}: {said}", judged, "status.contract"))
        for command in diagnosis.commands[:1]:
            text += f" Next: {command}."
            facts.append(_looked("nextCommand", command, judged, "status.contract"))
    elif not judged.ready:
        text += " No cause was found in its objects."
    if reason in _REASONS and not judged.ready:
        text += f" Runbook: {_RUNBOOKS}/{reason}.md."
        facts.append(_looked("runbook", f"{_RUNBOOKS}/{reason}.md", judged, "status.conditions[Ready].reason"))
    return text, ""


def _looked(name: str, value: str, judged: Judged, key: str) -> Fact:
    """Return a fact that is derived from the objects read now."""
    reference = object_reference(judged.view.resource, judged.view.name, judged.view.namespace)
    return Fact(name, value, "object", reference, key, age=0)


def _changed(judged: Judged, evidence: AnswerEvidence, facts: list[Fact]) -> tuple[str, str]:
    view, now = judged.view, evidence.now
    moved = sorted(((entry.since, entry) for entry in view.conditions if entry.since), key=lambda pair: pair[0])[-4:]
    said = [f"{entry.type} became {entry.status} {age_of(since, now)} ago" for since, entry in reversed(moved)]
    text = f"Last changes of {called(view)}: {joined(said) or 'no condition has a time'}."
    text += " Events could not be read." if evidence.events is None else ""
    for event in (evidence.events or ())[:_MAX_EVENTS_TOLD]:
        reference = object_reference("events.events.k8s.io", event.name, view.namespace)
        age = None if event.at is None else max(int((now - event.at).total_seconds()), 0)
        facts.append(Fact("event", f"{event.reason}: {event.note}", "event", reference, "note", event.version, age))
        text += f" Event, {age_of(event.at, now)} ago: {quoted(f'{event.reason}: {event.note}')}."
    return text, ""


def _pods(judged: Judged, _: AnswerEvidence, __: list[Fact]) -> tuple[str, str]:
    counts, name = judged.view.workloads, called(judged.view)
    if counts is None:  # unreadable is not zero
        return f"The status of {name} has no count of pods.", "the status has no count of pods"
    return f"{counts.good} of {counts.total} pods of {name} are ready.", ""


def _subapps(judged: Judged, _: AnswerEvidence, __: list[Fact]) -> tuple[str, str]:
    counts, name = judged.view.sub_apps, called(judged.view)
    if counts is None:
        return f"The status of {name} has no count of sub-applications.", "the status has no count of sub-applications"
    bad = joined([shown(app) for app in judged.view.unhealthy[:_MAX_NAMED]])
    tail = f"; not healthy: {bad}" if bad else ""
    return f"{counts.good} of {counts.total} sub-applications of {name} are healthy{tail}.", ""


def _argocd(judged: Judged, _: AnswerEvidence, __: list[Fact]) -> tuple[str, str]:
    view = judged.view
    said = [f"{what} {word_of(word)}" for what, word in (("sync", view.sync), ("health", view.health)) if word]
    if not said:
        return f"The status of {called(view)} has no Argo CD state.", "the status has no Argo CD state"
    return f"Argo CD reports for {called(view)}: {joined(said)}.", ""


def _since(judged: Judged, evidence: AnswerEvidence, _: list[Fact]) -> tuple[str, str]:
    ready = judged.view.condition("Ready")
    if ready is None or ready.since is None:
        return f"{_state(judged)} Condition Ready has no time.", "condition Ready has no time"
    when = f"{format_time(ready.since)} ({age_of(ready.since, evidence.now)} ago)"
    return f"{_state(judged)} Condition Ready has been {ready.status} since {when}.", ""


def _checked(judged: Judged, evidence: AnswerEvidence, _: list[Fact]) -> tuple[str, str]:
    checked = judged.freshness.checked
    if checked is None:
        return f"{_state(judged)} The time of the last check is unknown.", "the time of the last check is unknown"
    when = f"{format_time(checked)} ({age_of(checked, evidence.now)} ago)"
    return f"The status of {called(judged.view)} was last checked at {when}. {_state(judged)}", ""


_ANSWERERS: Final[Mapping[Intent, Callable[[Judged, AnswerEvidence, list[Fact]], tuple[str, str]]]] = {
    Intent.READY: _status,
    Intent.STATUS: _status,
    Intent.OVERVIEW: _status,
    Intent.WHY: _why,
    Intent.SINCE: _since,
    Intent.CHECKED: _checked,
    Intent.WHERE: _where,
    Intent.LOGIN: _login,
    Intent.CHANGED: _changed,
    Intent.PODS: _pods,
    Intent.SUBAPPS: _subapps,
    Intent.ARGOCD: _argocd,
}
"""Intent -> function for one request: its text, and why the text does not answer the question (empty if it does)."""


def _several(meant: Meant, evidence: AnswerEvidence) -> Answer:
    """Build the answer about several requests: how many are ready, and which are not; Yes needs all of them."""
    weighed = [(entry, weigh(entry, evidence.heard)) for entry in evidence.judged]
    having = {verdict: [entry for entry, value in weighed if value.verdict is verdict] for verdict in AnswerVerdict}
    ready, codes = having[AnswerVerdict.YES], {value.exit_code for _, value in weighed}
    what = f" of kind {meant.kind}" if meant.kind else ""
    what += (
        f" in {'namespaces' if ', ' in meant.namespace else 'namespace'} {meant.namespace}" if meant.namespace else ""
    )
    counted = f"{len(ready)} of {count_of(len(weighed), 'request')}{what} {'is' if len(ready) == 1 else 'are'} ready."
    text = counted if weighed else f"There is no request{what}."
    groups = {"Not ready": having[AnswerVerdict.NO], "Unknown": having[AnswerVerdict.UNKNOWN]}
    for title, entries in (groups if meant.all_of else {**groups, "Ready": ready}).items():
        text += f" {title}: {_listed(entries)}." if entries else ""
    verdict, because = AnswerVerdict.YES if ready else AnswerVerdict.NONE, ""
    if having[AnswerVerdict.NO]:
        verdict = AnswerVerdict.NO
    elif having[AnswerVerdict.UNKNOWN] or evidence.refused:
        verdict, because = AnswerVerdict.UNKNOWN, "some requests cannot be judged or listed"
        codes |= {ExitCode.UNREACHABLE} if evidence.refused else set()
    code = max(codes, default=ExitCode.READY, key=[0, 3, 1, 4].index) if codes else ExitCode.READY
    facts = [
        fact
        for entry in evidence.judged[:_MAX_NAMED]
        for fact in (*facts_of(entry), *witness(entry, evidence.heard, evidence.now))
        if fact.name in ("phase", "condition.Ready.reason", "lastCheck", "prometheus.phase")
    ]
    if verdict is not AnswerVerdict.NONE and (because or (meant.intent is Intent.READY and not meant.unknown)):
        text = {AnswerVerdict.YES: "Yes. ", AnswerVerdict.NO: "No. "}.get(verdict, f"I cannot say: {because}. ") + text
    told = verdict if because or meant.intent is Intent.READY else AnswerVerdict.NONE
    return _answer(meant, evidence, told, text, code, facts, because=because)


def _listed(entries: Sequence[Judged]) -> str:
    named = [f"{called(entry.view)} in {entry.view.namespace} ({entry.view.phase or 'no phase'})" for entry in entries]
    more = f"; and {len(named) - _MAX_NAMED} more" if len(named) > _MAX_NAMED else ""
    return "; ".join(named[:_MAX_NAMED]) + more
