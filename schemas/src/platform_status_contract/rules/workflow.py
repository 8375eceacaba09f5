"""The state of the request's Kratix workflow, from its status and labels (kratix.md sections 3, 5, 8, 11.4).

`kratix.workflows.pipelines[].phase` takes precedence over the condition ConfigureWorkflowCompleted: if another write
hits the start window, Kratix loses its starting status, and the condition stays True while a Job already runs (11.4).
"""

from collections.abc import Mapping
from datetime import datetime

from platform_status_contract.model.lookup import items, mapping, meaning, under
from platform_status_contract.model.times import format_time, parse_time

from .masking import masked
from .observation import Workflow
from .texts import MAX_MESSAGE, clean

__all__ = [
    "DRY_RUN_LABEL",
    "PAUSED_LABEL",
    "RERUN_LABELS",
    "SUSPENDED_LABEL",
    "TRIES_AGAIN",
    "deletion_message",
    "is_about_to_start",
    "next_try",
    "read_workflow",
    "running_since",
]

TRIES_AGAIN = "it tries again by itself at"
"""Begins the message about a suspended workflow that goes on by itself; the time follows."""

DRY_RUN_LABEL = "kratix.io/dry-run"
"""A request with this label is a dry run of Kratix (kratix.md section 8), whatever the label's value."""

SUSPENDED_LABEL = "kratix.io/workflow-suspended"
PAUSED_LABEL = "kratix.io/paused"
"""Kratix does not reconcile a request with this label until it is removed (kratix.md section 8)."""

RERUN_LABELS = ("kratix.io/manual-reconciliation", "internal.workflows.kratix.io/run-from-start")
"""Labels that request a run from Kratix; it removes them when the run starts."""

_PHASES = {
    "Failed": Workflow.FAILED,
    "Suspended": Workflow.SUSPENDED,
    "Running": Workflow.RUNNING,
    "Pending": Workflow.PENDING,
    "Succeeded": Workflow.COMPLETED,
}


def read_workflow(status: object, labels: Mapping[str, str]) -> tuple[Workflow, str]:
    """Return the state of the workflow.

    Args:
        status: `.status` as decoded JSON: any value at all.
        labels: metadata.labels of the request.

    Returns:
        The state, and Kratix's message about a suspended or failed pipeline, about one that is retried automatically,
        or about what keeps a workflow from starting (may be empty).
    """
    fields = mapping(status)
    pipelines = _pipelines(fields)
    state = _by_pipelines(pipelines)
    condition = _condition(fields, "ConfigureWorkflowCompleted")
    if state is None:
        state = _by_condition(condition)
    retry = _retry(pipelines)
    if retry:
        # Kratix labels it like a workflow that waits for a person, but it continues automatically.
        return Workflow.RUNNING, retry
    if labels.get(SUSPENDED_LABEL) == "true":
        state = Workflow.SUSPENDED
    elif state is not Workflow.RUNNING and any(labels.get(label) == "true" for label in RERUN_LABELS):
        state = Workflow.PENDING
    if state in (Workflow.NONE, Workflow.PENDING):
        # Kratix runs no pipeline while what the Promise requires is not installed.
        return state, _told_if_false(_condition(fields, "PromiseAvailable"))
    return state, _message(state, pipelines, condition)


def deletion_message(status: object) -> str:
    """Return why the delete workflow does not go on, which holds the request; empty if Kratix does not say so.

    Args:
        status: `.status` as decoded JSON: any value at all.
    """
    return _told_if_false(_condition(mapping(status), "DeleteWorkflowCompleted"))


def is_about_to_start(status: object, labels: Mapping[str, str]) -> bool:
    """Return whether Kratix is about to start a pipeline, so that its start window is still to come (11.4).

    This holds while every pipeline is Pending, between two pipelines of one workflow, and after a suspended workflow
    was resumed. One worker serves all requests of a Promise, so the start may take a minute.

    Args:
        status: `.status` as decoded JSON: any value at all.
        labels: metadata.labels of the request.
    """
    phases = {_phase(pipeline) for pipeline in _pipelines(status)}
    if labels.get(PAUSED_LABEL) == "true" or phases & {Workflow.RUNNING, Workflow.FAILED}:
        return False
    if Workflow.SUSPENDED in phases:
        return labels.get(SUSPENDED_LABEL) != "true"
    return Workflow.PENDING in phases


def running_since(status: object) -> datetime | None:
    """Return when the running pipeline started, all its tries included; None if none runs.

    Args:
        status: `.status` as decoded JSON: any value at all.
    """
    pipelines = _pipelines(status)
    times = (parse_time(entry.get("lastTransitionTime")) for entry in pipelines if _phase(entry) is Workflow.RUNNING)
    return min((time for time in times if time is not None), default=None)


def next_try(status: object) -> datetime | None:
    """Return when a suspended workflow goes on by itself; None if none does.

    Args:
        status: `.status` as decoded JSON: any value at all.
    """
    return _next_try(_pipelines(status))


def _pipelines(status: object) -> list[Mapping[str, object]]:
    return [mapping(entry) for entry in items(under(status, "kratix", "workflows", "pipelines"))]


def _by_pipelines(pipelines: list[Mapping[str, object]]) -> Workflow | None:
    phases = {_phase(pipeline) for pipeline in pipelines}
    if not phases - {None}:
        return None
    for decisive in (Workflow.FAILED, Workflow.SUSPENDED, Workflow.RUNNING):
        if decisive in phases:
            return decisive
    if phases == {Workflow.PENDING}:
        return Workflow.PENDING
    # One pipeline has succeeded and another has not started: the workflow is between two pipelines.
    return Workflow.COMPLETED if phases == {Workflow.COMPLETED} else Workflow.RUNNING


def _retry(pipelines: list[Mapping[str, object]]) -> str:
    """Describe when a suspended workflow continues by itself; empty if it waits for a person or is not suspended."""
    time = _next_try(pipelines)
    if time is None:
        return ""
    said = next(filter(None, (_told(pipeline, 240) for pipeline in _suspended(pipelines))), "")
    return f"{TRIES_AGAIN} {format_time(time)}" + (f": {said}" if said else "")


def _next_try(pipelines: list[Mapping[str, object]]) -> datetime | None:
    times = [parse_time(pipeline.get("nextRetryAt")) for pipeline in _suspended(pipelines)]
    known = [time for time in times if time is not None]
    return max(known, default=None) if len(known) == len(times) else None


def _suspended(pipelines: list[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [pipeline for pipeline in pipelines if _phase(pipeline) is Workflow.SUSPENDED]


def _phase(pipeline: Mapping[str, object]) -> Workflow | None:
    return meaning(_PHASES, pipeline.get("phase"))


def _by_condition(condition: Mapping[str, object]) -> Workflow:
    if condition.get("status") == "True":
        return Workflow.COMPLETED
    if condition.get("reason") == "ConfigureWorkflowFailed":
        return Workflow.FAILED
    return Workflow.RUNNING if condition.get("status") == "False" else Workflow.NONE


def _condition(fields: Mapping[str, object], kind: str) -> Mapping[str, object]:
    for entry in items(fields.get("conditions")):
        condition = mapping(entry)
        if condition.get("type") == kind:
            return condition
    return {}


def _message(state: Workflow, pipelines: list[Mapping[str, object]], condition: Mapping[str, object]) -> str:
    if state not in (Workflow.SUSPENDED, Workflow.FAILED):
        return ""
    for pipeline in pipelines:
        said = _told(pipeline)
        if _phase(pipeline) is state and said:
            return said
    return _told(condition) if state is Workflow.FAILED else ""


def _told_if_false(condition: Mapping[str, object]) -> str:
    return (_told(condition) or "Kratix does not say why") if condition.get("status") == "False" else ""


def _told(fields: Mapping[str, object], limit: int = MAX_MESSAGE) -> str:
    said = fields.get("message")
    return clean(masked(said, 2 * limit) if isinstance(said, str) else "", limit)
