"""The request's Kratix workflow: its Jobs, what the pipeline refused, and what a suspended one waits for."""

from typing import Any

from hctl.diagnosis.evidence import Container, Evidence, Grade, Look, Rank
from hctl.diagnosis.orders import Orders
from hctl.reading.read import items, number
from hctl.reading.views import RequestView
from hctl.texts import count_of
from platform_status_contract.rules.observation import Workflow
from platform_status_contract.rules.workflow import SUSPENDED_LABEL

from .fields import condition, name_of, newest_first, objects, text, under, unread

__all__ = ["failed_container", "failed_job", "jobs_of", "look_at_workflow"]

_WORDS = {
    Workflow.NONE: (Grade.WAITING, "has not started"),
    Workflow.PENDING: (Grade.WAITING, "is due to run"),
    Workflow.RUNNING: (Grade.WAITING, "is running"),
    Workflow.SUSPENDED: (Grade.WAITING, "is suspended"),
    Workflow.FAILED: (Grade.BAD, "failed"),
    Workflow.COMPLETED: (Grade.GOOD, "completed"),
}


def jobs_of(view: RequestView, jobs: list[Any]) -> list[Any]:
    """Keep the Jobs of this request: another kind's request may bear the same name (kratix.md section 2)."""

    def ours(job: object) -> bool:
        kind = under(job, "metadata", "annotations", "kratix.io/job-resource-kind")
        return kind is None or kind == view.kind

    return newest_first([job for job in jobs if ours(job)])


def failed_job(jobs: list[Any]) -> Any | None:  # noqa: ANN401 - JSON
    """The newest Job, if it failed or has a failed pod; an old failure that a newer run healed does not count."""
    newest = jobs[0] if jobs else None
    if newest is None:
        return None
    failed = condition(newest, "Failed").get("status") == "True" or number(under(newest, "status", "failed"))
    return newest if failed and condition(newest, "Complete").get("status") != "True" else None


def failed_container(pods: list[Any]) -> Container | None:
    """The first container, in the order in which they run, that ended badly."""
    for pod in newest_first(pods):
        for field in ("initContainerStatuses", "containerStatuses"):
            for status in items(under(pod, "status", field)):
                for state in ("state", "lastState"):
                    code = under(status, state, "terminated", "exitCode")
                    if code is not None and code != 0:
                        namespace = text(pod, "metadata", "namespace", limit=63)
                        return Container(namespace, name_of(pod), text(status, "name", limit=253), state == "lastState")
    return None


def look_at_workflow(view: RequestView, evidence: Evidence, orders: Orders) -> Look:
    """Look at the workflow."""
    grade, words = _WORDS[view.workflow]
    details = list(view.problems)
    if view.problems:
        grade, words = Grade.BAD, f"refused the request: {count_of(len(view.problems), 'problem')}"
    if view.workflow_message:
        details.append(view.workflow_message)
    commands: list[str] = []
    log = evidence.job_log
    jobs = jobs_of(view, objects(evidence.jobs))
    failed = failed_job(jobs)
    if failed is not None:
        failure = condition(failed, "Failed")
        said = text(failure, "message") or text(failure, "reason")
        details.append(f"Job {name_of(failed)} failed" + (f": {said}" if said else ""))
        if log is not None:
            of = log.of
            commands.append(orders.logs(of.namespace, of.pod, of.container, previous=of.previous))
        else:
            commands.append(
                orders.kubectl("logs", f"job/{name_of(failed)}", "--all-containers", namespace=view.namespace)
            )
        if view.workflow is Workflow.RUNNING:
            words = "is running again after a failed attempt"
    elif unread(evidence.jobs):
        details.append(f"its Jobs: {unread(evidence.jobs)}")
    if view.workflow is Workflow.SUSPENDED:
        resume = orders.kubectl("label", view.resource, view.name, f"{SUSPENDED_LABEL}-", namespace=view.namespace)
        commands.append(resume)
    elif grade is not Grade.GOOD and not commands:
        selector = f"kratix.io/resource-name={view.name}"
        commands.append(orders.kubectl("get", "jobs", "-l", selector, namespace=view.namespace))
    known = f" ({count_of(len(jobs), 'Job')})" if jobs else ""
    return Look("Workflow", grade, Rank.WORKFLOW, f"{words}{known}", tuple(details), log, tuple(commands))
