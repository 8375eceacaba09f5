"""Why is it not ready? The first cause, as `hctl diagnose` finds it now, the next command, and the runbook."""

from typing import Final

from hctl.diagnosis.conclude import Diagnosis
from hctl.diagnosis.evidence import Look
from hctl.reading.freshness import State
from platform_status_assistant.ask.facts import Answer, Fact, Source, Verdict
from platform_status_assistant.ask.phrases import called, joined, object_reference, quoted
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.timers import SourceName

from .weighing import About
from .working import sentence

__all__ = ["why"]

_DETAILS: Final = 2
_RUNBOOKS: Final = "docs/runbooks/reasons"
_REASONS: Final = frozenset(str(reason) for reason in Reason)


def why(about: About) -> Answer:
    """Say the first cause."""
    verdict, diagnosis = about.weighed.verdict, about.evidence.diagnosis
    facts = about.standing()
    cause = diagnosis.cause if diagnosis is not None else None
    unread = _unread(diagnosis)
    seen = diagnosis.seen if diagnosis is not None and not diagnosis.agrees else None
    if seen is not None:
        concluded = f"{seen.phase} ({seen.ready.reason})"
        facts.append(about.cite.looked("seen", concluded, about.cite.reference, f"verdict by row {seen.row}"))
    found = "" if cause is None else f"{cause.title}: {quoted(_whole(cause), 600)}"
    if diagnosis is not None and cause is not None:
        facts += _cause_facts(about, diagnosis, cause)
        following = f" Next: {diagnosis.commands[0]}." if diagnosis.commands else ""
    else:
        following = ""
    runbook = _runbook(about)
    if runbook is not None and verdict != Verdict.YES:
        facts.append(runbook)
        following += f" Runbook: {runbook.value}."
    if verdict == Verdict.YES:
        text = f"{sentence(about)} Nothing speaks against it."
        if cause is not None:
            text = f"{sentence(about)} But this is tolerated for a while: {found}.{following}"
        return about.answer(verdict, text, facts)
    if verdict == Verdict.UNKNOWN:
        around = (
            f" What was found just now: {found}."
            if found
            else f" No cause was found just now{unread}."
            if unread
            else ""
        )
        answer = f"I cannot say how {called(about.view)} is: {about.weighed.because}.{around}{following}"
        return about.answer(verdict, answer, facts)
    cause_words = f" The first cause: {found}." if found else f" No cause was found around it just now{unread}."
    now = f" By what is seen now it is {seen.phase} ({seen.ready.reason})." if seen is not None else ""
    return about.answer(verdict, f"{sentence(about)}{now}{cause_words}{following}", facts)


def _unread(diagnosis: Diagnosis | None) -> str:
    """What the reader may not see: it is why there is no answer, not why the request is not ready."""
    looks = diagnosis.looks if diagnosis is not None else ()
    hidden = list(dict.fromkeys(look.hidden for look in looks if look.hidden))
    return f": {joined(hidden)}" if hidden else ""


def _whole(cause: Look) -> str:
    return "; ".join((cause.summary, *cause.details[:_DETAILS]))


def _cause_facts(about: About, diagnosis: Diagnosis, cause: Look) -> list[Fact]:
    reference, key = _where(about, cause)
    facts = [about.cite.looked("cause", f"{cause.title}: {_whole(cause)}", reference, key)]
    if cause.log is not None and cause.log.lines:
        of = cause.log.of
        pod = object_reference("pods", of.pod, of.namespace)
        facts.append(about.cite.looked("log", cause.log.lines[-3:], pod, f"log[{of.container}]"))
    if diagnosis.commands:
        command = diagnosis.commands[0]
        text = f"command = {command}; proposed by what was read from {reference} now"
        facts.append(Fact("nextCommand", command, text, Source("object", reference, key), 0))
    return facts


def _where(about: About, cause: Look) -> tuple[str, str]:
    """Which object a look was about, as far as the contract tells, and where in it."""
    view = about.view
    contract = view.contract if isinstance(view.contract, Contract) else None
    application = contract.application if contract else None
    workloads = contract.workloads if contract else None
    apps = contract.sub_applications if contract else None
    secrets = (contract.secrets or ()) if contract else ()
    argo = object_reference("applications.argoproj.io", application.name, application.namespace) if application else ""
    secret = object_reference("secrets", secrets[0].name, secrets[0].namespace) if secrets else ""
    lease_space, _, lease = view.lease.partition("/")
    found = {
        "Deletion": (about.cite.reference, "metadata.deletionTimestamp"),
        "Contract": (about.cite.reference, "status.contract"),
        "Change": (about.cite.reference, "metadata.generation"),
        "Workflow": (f"jobs.batch in {view.namespace}", "status.conditions"),
        "Sidecar": (object_reference("leases.coordination.k8s.io", lease, lease_space), "spec.renewTime"),
        SourceName.WORKS: (f"works.platform.kratix.io in {view.namespace}", "status.conditions"),
        SourceName.ARGO_SYNC: (argo, "status.sync"),
        SourceName.ARGO_HEALTH: (argo, "status.health"),
        SourceName.PODS: (f"pods in {workloads.namespace}" if workloads else "", "status"),
        SourceName.SECRET: (secret, "metadata"),
        SourceName.SUB_APPS: (f"applications.argoproj.io in {apps.namespace}" if apps else "", "status.health"),
    }
    # What the reader may not see is cited from the status, where it comes from.
    reference, key = ("", "") if cause.hidden else found.get(cause.source or cause.title, ("", ""))
    if not reference and cause.source is not None:
        return about.cite.reference, "status.conditions"
    return (reference, key) if reference else (about.cite.reference, "status.contract")


def _runbook(about: About) -> Fact | None:
    """The page about the reason; a word that is none of the contract's reasons has none, nor has an untrusted one."""
    if about.judged.freshness.state is State.SILENT:
        path = "docs/runbooks/alerts/PlatformStatusStale.md"
        made = about.cite.lease()
        return Fact("runbook", path, f"{path} explains what to do about a silent sidecar", made.source, made.age)
    reason = about.view.ready_reason
    if not about.weighed.trusted or reason not in _REASONS:
        return None
    path = f"{_RUNBOOKS}/{reason}.md"
    made = about.cite.status("runbook", path, "status.conditions[Ready].reason")
    return Fact("runbook", path, f"{path} explains {reason}, the reason of condition Ready", made.source, made.age)
