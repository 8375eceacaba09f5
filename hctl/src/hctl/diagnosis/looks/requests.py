"""The request itself and the writer of its status: deletion, Kratix workflow, contract, change, sidecar."""

from typing import Any

from hctl.diagnosis.evidence import Container, Evidence, Look
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explanation
from hctl.explain.inputs import Input
from hctl.reading.fields import (
    condition,
    container_statuses,
    holds_in_deletion,
    name_of,
    namespace_of,
    newest_first,
    text,
)
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from hctl.reading.read import number
from hctl.reading.views import RequestView
from hctl.texts import count_of, duration, inert
from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.observation import ContractProblem, Workflow
from platform_status_contract.rules.workflow import PAUSED_LABEL, SUSPENDED_LABEL

__all__ = [
    "failed_container",
    "failed_job",
    "jobs_of",
    "look_at_change",
    "look_at_contract",
    "look_at_deletion",
    "look_at_sidecar",
    "look_at_workflow",
]

_BLIND = (Reason.FORBIDDEN, Reason.SOURCE_UNREADABLE, Reason.KIND_MISSING, Reason.KIND_TOO_LARGE)
_WORDS = {
    Workflow.NONE: (Verdict.PENDING, "has not started"),
    Workflow.PENDING: (Verdict.PENDING, "is due to run"),
    Workflow.RUNNING: (Verdict.PENDING, "is running"),
    Workflow.SUSPENDED: (Verdict.PENDING, "is suspended"),
    Workflow.FAILED: (Verdict.BAD, "failed"),
    Workflow.COMPLETED: (Verdict.GOOD, "completed"),
}
_PROBLEMS = 10


def look_at_deletion(explanation: Explanation, raw: object, orders: Orders) -> Look | None:
    """Describe what blocks the deletion of a request; None if it is not being deleted."""
    if explanation.projection.phase is not Phase.DELETING:
        return None
    view = explanation.judged.view
    summary = "; ".join(holds_in_deletion(raw, explanation.now)) or "is being deleted"
    said = explanation.facts.deletion_message
    details = (f"its delete workflow: {said}",) if said else ()
    return Look("Deletion", Verdict.PENDING, summary, details, commands=(orders.describe(view),))


def look_at_contract(explanation: Explanation, orders: Orders) -> Look | None:
    """Describe a missing or invalid contract; None if there is a valid one."""
    contract, view = explanation.facts.contract, explanation.judged.view
    if not isinstance(contract, ContractProblem):
        return None
    # A request has no contract before its workflow has run, which is not a fault.
    missed = explanation.projection.ready.reason in (Reason.NO_CONTRACT, Reason.INVALID_CONTRACT)
    summary = f"{contract.reason}: {contract.message or 'nothing defines what to observe'}"
    output = "jsonpath={.status.contract}"
    command = orders.kubectl("get", view.resource, view.name, "-o", output, namespace=view.namespace)
    verdict = Verdict.BAD if missed else Verdict.PENDING
    return Look("Contract", Verdict.UNREADABLE if explanation.too_new else verdict, summary, commands=(command,))


def look_at_change(explanation: Explanation, orders: Orders) -> Look | None:
    """Describe a change that is not rolled out everywhere; None if the verdict is about no change."""
    ready = explanation.projection.ready
    late = ready.reason == Reason.PROGRESS_DEADLINE_EXCEEDED and not explanation.blocking
    if ready.reason != Reason.SPEC_CHANGED and not late:
        return None
    verdict = Verdict.BAD if late else Verdict.PENDING
    return Look("Change", verdict, ready.message, commands=(orders.describe(explanation.judged.view),))


def look_at_sidecar(judged: Judged, orders: Orders) -> Look:
    """Describe whether the sidecar is alive, and whether it can read its sources."""
    freshness, view = judged.freshness, judged.view
    namespace, _, _ = view.lease.partition("/")
    pods = (orders.kubectl("get", "pods,leases", namespace=namespace or "platform-status-system"),)
    if freshness.state is State.SILENT:
        return Look("Sidecar", Verdict.BAD, f"silent; last check {freshness.text}", commands=pods)
    if freshness.state is not State.FRESH:
        return Look("Sidecar", Verdict.UNREADABLE, f"last check {freshness.text}", commands=pods)
    blind = [entry for entry in view.conditions if entry.owned and entry.type != "Ready" and entry.reason in _BLIND]
    if blind:
        details = tuple(f"{entry.type}: {entry.reason}: {entry.message}" for entry in blind[:4])
        return Look("Sidecar", Verdict.UNREADABLE, "cannot read everything", details, commands=pods)
    return Look("Sidecar", Verdict.GOOD, f"alive, last check {freshness.text}")


def jobs_of(view: RequestView, jobs: list[Any]) -> list[Any]:
    """Keep only the Jobs of this request.

    One of another kind may have the same name, and so may one of another namespace whose pipelines run in the same
    pipelineNamespace (kratix.md section 2).
    """

    def ours(job: object) -> bool:
        annotations = mapping(under(job, "metadata", "annotations"))
        kind = annotations.get("kratix.io/job-resource-kind", view.kind)
        home = annotations.get("kratix.io/job-resource-namespace", view.namespace)
        return (kind, home) == (view.kind, view.namespace)

    return newest_first([job for job in jobs if ours(job)])


def failed_job(jobs: list[Any]) -> Any | None:  # noqa: ANN401 - JSON
    """Return the newest Job if it failed or has a failed pod; a failure before a newer run is ignored."""
    newest = jobs[0] if jobs else None
    if newest is None:
        return None
    failed = condition(newest, "Failed").get("status") == "True" or number(under(newest, "status", "failed"))
    return newest if failed and condition(newest, "Complete").get("status") != "True" else None


def failed_container(pods: list[Any]) -> Container | None:
    """Return the first container, in the order of execution, that failed."""
    for pod in newest_first(pods):
        for status in container_statuses(pod):
            for state in ("state", "lastState"):
                code = under(status, state, "terminated", "exitCode")
                if code is not None and code != 0:
                    name = text(status, "name", limit=253)
                    return Container(namespace_of(pod), name_of(pod), name, state == "lastState")
    return None


def look_at_workflow(evidence: Evidence, orders: Orders) -> Look:
    """Describe the state of the workflow by the rules."""
    facts, view = evidence.explanation.facts, evidence.explanation.judged.view
    verdict, words = _WORDS[facts.workflow]
    problems = [inert(entry) for entry in facts.problems[:_PROBLEMS]] if verdict is not Verdict.GOOD else []
    if problems:
        words = f"refused the request: {count_of(len(facts.problems), 'problem')}"
    commands: list[str] = []
    jobs = list(evidence.jobs)
    failed = failed_job(jobs) if verdict is not Verdict.GOOD else None
    told = _failure(failed) if failed is not None else []
    if failed is not None and facts.workflow is Workflow.RUNNING:
        words = "is running again after a failed attempt"
    said = [inert(facts.workflow_message)] if facts.workflow_message else []
    waiting = _suspended(evidence)
    if facts.workflow is Workflow.SUSPENDED or waiting:
        words, commands = _goes_on(waiting, evidence, orders)
        said = list(dict.fromkeys(filter(None, (text(entry, "message") for entry in waiting)))) or said
    if under(evidence.case.request, "metadata", "labels", PAUSED_LABEL) == "true":
        # Kratix runs no pipeline while the label is set, in any state of the workflow.
        verdict, said = verdict if verdict is Verdict.GOOD else Verdict.PAUSED, []
        words = f"{words}; label {PAUSED_LABEL} keeps Kratix from continuing"
        commands = [orders.once_approved(_without(PAUSED_LABEL, view, orders))]
    if failed is not None:
        commands.append(_logs(failed, evidence, orders))
    elif verdict is not Verdict.GOOD and not commands:
        commands.append(orders.listing("jobs", view.name, evidence.workflow_namespace))
    told += [f"its Jobs: {evidence.jobs_unread}"] if evidence.jobs_unread else []
    known = f" ({count_of(len(jobs), 'Job')})" if jobs else ""
    log = evidence.job_log if failed is not None else None
    newest = [] if verdict is Verdict.GOOD else [Input("Job", namespace_of(job), name_of(job)) for job in jobs[:1]]
    details = (*problems, *said, *told)
    return Look("Workflow", verdict, f"{words}{known}", details, log, tuple(commands), objects=tuple(newest))


def _suspended(evidence: Evidence) -> list[object]:
    pipelines = items(under(evidence.case.request, "status", "kratix", "workflows", "pipelines"))
    return [entry for entry in pipelines if under(entry, "phase") == "Suspended"]


def _goes_on(waiting: list[object], evidence: Evidence, orders: Orders) -> tuple[str, list[str]]:
    """Describe how a suspended workflow resumes: by a person, or at the time in its status."""
    explanation, view = evidence.explanation, evidence.explanation.judged.view
    told = [under(entry, "nextRetryAt") for entry in waiting]
    if not waiting or any(moment is None for moment in told):
        return "is suspended", [orders.once_approved(_without(SUSPENDED_LABEL, view, orders))]
    moments = [moment for moment in map(parse_time, told) if moment is not None]
    if not moments:
        return "resumes by itself, at a time that cannot be read (nextRetryAt)", [orders.describe(view)]
    at, left = max(moments), (max(moments) - explanation.now).total_seconds()
    when = f"in {duration(left)}" if left > 0 else f"due {duration(-left)} ago"
    return f"resumes by itself at {format_time(at)} ({when})", [orders.describe(view)]


def _without(label: str, view: RequestView, orders: Orders) -> str:
    return orders.kubectl("label", view.resource, view.name, f"{label}-", namespace=view.namespace)


def _failure(job: object) -> list[str]:
    failure = condition(job, "Failed")
    said = text(failure, "message") or text(failure, "reason")
    return [f"Job {name_of(job)} failed" + (f": {said}" if said else "")]


def _logs(job: object, evidence: Evidence, orders: Orders) -> str:
    if evidence.job_log is not None:
        of = evidence.job_log.of
        return orders.logs(of.namespace, of.pod, of.container, previous=of.previous)
    return orders.kubectl("logs", f"job/{name_of(job)}", "--all-containers", namespace=namespace_of(job))
