"""Kratix's writes to the status of a request; one function per step (kratix.md sections 3 and 5). Pure.

Each function changes in place the `.status` that was read; the caller sends it. `now` is an aware datetime in UTC. Keys
that a function does not name do not change, so the keys of other writers survive.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kratix_double.conditions import condition, find, merge, set_condition
from kratix_double.control import WorkflowControl

__all__ = [
    "DRY_RUN_MESSAGE",
    "PENDING_MESSAGE",
    "REQUESTED_MESSAGE",
    "StatusWriterError",
    "complete",
    "delete_failed",
    "failed",
    "has_pipelines",
    "list_pipelines",
    "pause",
    "phase",
    "promise_available",
    "promise_unavailable",
    "reset_counter",
    "reset_counters",
    "restore_counter",
    "set_phase",
    "settle",
    "stamp_success",
    "start",
    "succeed",
    "suspend",
    "suspended",
    "unpause",
    "write_own",
]

PENDING_MESSAGE = "Pending"
REQUESTED_MESSAGE = "Resource requested"
DRY_RUN_MESSAGE = "Dry run executed"

_WORKS: Mapping[str, tuple[str, str, str]] = {
    "Ready": ("True", "WorksSucceeded", "All works associated with this resource are ready"),
    "Pending": ("Unknown", "WorksPending", "Some works associated with this resource are not ready"),
    "Misplaced": ("False", "WorksMisplaced", "Some works associated with this resource are misplaced"),
    "Failing": ("False", "WorksFailing", "Some works associated with this resource failed"),
}

Status = dict[str, Any]


class StatusWriterError(Exception):
    """The status writer exits with 1 and writes nothing; the text has the reason."""


def _workflows(status: Status) -> dict[str, Any]:
    kratix = status.get("kratix")
    if not isinstance(kratix, dict):
        kratix = status["kratix"] = {}
    workflows = kratix.get("workflows")
    if not isinstance(workflows, dict):
        workflows = kratix["workflows"] = {}
    return workflows


def _entries(status: Status) -> list[dict[str, Any]] | None:
    """Return the listed pipelines, None if there is no list; changes nothing."""
    kratix = status.get("kratix")
    workflows = kratix.get("workflows") if isinstance(kratix, dict) else None
    entries = workflows.get("pipelines") if isinstance(workflows, dict) else None
    return entries if isinstance(entries, list) else None


def _time(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def has_pipelines(status: Status, names: Sequence[str]) -> bool:
    """Whether `status.kratix.workflows.pipelines` lists exactly these pipelines."""
    return [entry.get("name") for entry in _entries(status) or []] == list(names)


def phase(status: Status, name: str) -> str:
    """Return the phase of one pipeline, empty if it is not listed."""
    entries = _entries(status) or []
    return next((entry.get("phase", "") for entry in entries if entry.get("name") == name), "")


def set_phase(status: Status, name: str, value: str, now: datetime) -> None:
    """Set the phase of one pipeline and remove the fields of a suspension.

    Raises:
        StatusWriterError: The list exists and lacks that name; Kratix fails there too.
    """
    entries = _entries(status)
    if entries is None:
        return
    for position, entry in enumerate(entries):
        if entry.get("name") == name:
            moved = entry.get("phase") != value
            since = _time(now) if moved else entry.get("lastTransitionTime", _time(now))
            entries[position] = {"name": name, "phase": value, "lastTransitionTime": since}
            return
    found = [entry.get("name") for entry in entries]
    raise StatusWriterError(f"status.kratix.workflows.pipelines: expected an entry {name!r}, found {found}")


def list_pipelines(status: Status, names: Sequence[str], value: str, now: datetime) -> None:
    """List the pipelines, all in one phase: Pending also if another writer dropped the list (section 11.2)."""
    _workflows(status)["pipelines"] = [
        {"name": name, "phase": value, "lastTransitionTime": _time(now)} for name in names
    ]


def reset_counters(status: Status, count: int) -> None:
    """Reset the counters before a workflow starts; a counted failure stays, also after a successful run."""
    status.update(workflows=count, workflowsSucceeded=0)
    status.setdefault("workflowsFailed", 0)


def start(status: Status, name: str, now: datetime) -> None:
    """Write the starting status, after the creation of the Job and the window of 1.1 s (section 11.4)."""
    status["message"] = PENDING_MESSAGE
    set_condition(
        status,
        condition("ConfigureWorkflowCompleted", "False", "PipelinesInProgress", "Pipelines are still in progress", now),
    )
    set_condition(status, condition("Reconciled", "Unknown", "WorkflowPending", "Pending", now))
    set_phase(status, name, "Running", now)


def write_own(
    status: Status, own: Mapping[str, Any], name: str, *, last: bool, now: datetime, shuffle: random.Random
) -> None:
    """Merge status.yaml as the status writer does: top-level keys replaced, conditions by type in random order.

    Args:
        status: The live status, just read.
        own: The content of status.yaml; a null is stored and does not delete the key.
        name: Name of the pipeline.
        last: Whether it is the last one; then the workflow counts as completed.
        now: Time of the write, always new in ConfigureWorkflowCompleted.
        shuffle: Source of the order of conditions.

    Raises:
        StatusWriterError: status.yaml has a key `kratix`, or the pipeline is not listed.
    """
    if "kratix" in own:
        raise StatusWriterError("status.yaml: the key 'kratix' is reserved; remove it")
    conditions = merge(status.get("conditions"), own.get("conditions"), shuffle)
    status.update(own)
    if last:
        if status.get("message") == PENDING_MESSAGE:
            status["message"] = REQUESTED_MESSAGE
        text = "Pipelines completed"
        done = condition("ConfigureWorkflowCompleted", "True", "PipelinesExecutedSuccessfully", text, now)
        conditions = merge(conditions, [done], shuffle)
    if conditions:
        status["conditions"] = conditions
    set_phase(status, name, "Running", now)


def suspend(status: Status, name: str, control: WorkflowControl, generation: int, attempts: int, now: datetime) -> None:
    """Write the status for a pipeline's workflow-control.yaml (section 8).

    Args:
        status: The live status.
        name: Name of the pipeline.
        control: The content of the file.
        generation: metadata.generation of the request.
        attempts: Number of requested retries, this one included.
        now: Time of the write.

    Raises:
        StatusWriterError: The pipeline is not listed.
    """
    _workflows(status)["suspendedGeneration"] = generation
    entry = next((entry for entry in _entries(status) or [] if entry.get("name") == name), None)
    if entry is None:
        raise StatusWriterError(f"status.kratix.workflows.pipelines: no entry {name!r} to suspend")
    entry.update(phase="Suspended", message=control.message, lastTransitionTime=_time(now))
    if control.retry_after is not None:
        entry.update(nextRetryAt=_time(now + control.retry_after), attempts=attempts)


def suspended(status: Status, now: datetime) -> None:
    """Set Reconciled for a suspended workflow."""
    _say(status, condition("Reconciled", "Unknown", "WorkflowSuspended", "Suspended", now))


def failed(status: Status, name: str, now: datetime) -> None:
    """Write a failed Job of a configure workflow; repeated in each pass, which re-sorts the conditions."""
    text = f"A Configure Pipeline has failed: {name}"
    set_condition(status, condition("ConfigureWorkflowCompleted", "False", "ConfigureWorkflowFailed", text, now))
    set_condition(status, condition("Reconciled", "False", "ConfigureWorkflowFailed", "Failing", now))
    status["workflowsFailed"] = 1
    if phase(status, name):
        set_phase(status, name, "Failed", now)


def delete_failed(status: Status, reason: str, now: datetime) -> None:
    """Write a failed or suspended delete workflow: reason DeleteWorkflowFailed or DeleteWorkflowSuspended."""
    text = "The delete Pipeline has failed" if reason == "DeleteWorkflowFailed" else "The delete Pipeline is suspended"
    _say(status, condition("DeleteWorkflowCompleted", "False", reason, text, now))


def succeed(status: Status, names: Sequence[str], finished: int, now: datetime) -> None:
    """Count finished pipelines and set their phases to Succeeded."""
    for name in names[:finished]:
        if phase(status, name):
            set_phase(status, name, "Succeeded", now)
    status["workflowsSucceeded"] = finished


def reset_counter(status: Status) -> None:
    """Handle a missing ConfigureWorkflowCompleted, first half (section 11.1)."""
    status["workflowsSucceeded"] = 0


def restore_counter(status: Status, finished: int) -> None:
    """Handle a missing ConfigureWorkflowCompleted, second half, which closes the loop."""
    status["workflowsSucceeded"] = finished


def complete(status: Status, generation: int) -> None:
    """Set observedGeneration, only after the workflow has completed."""
    status["observedGeneration"] = generation


def settle(
    status: Status, works: str, *, version: str, dry_run: bool, now: datetime, dry_runs_enabled: bool = True
) -> None:
    """Write WorksSucceeded, Reconciled and the versions.

    Args:
        status: The live status.
        works: Ready, Pending, Misplaced or Failing: the worst of the Works' Ready messages.
        version: The Promise's version, `not-set` without one.
        dry_run: Whether the request has the dry-run label.
        now: Time of the write.
        dry_runs_enabled: Kratix's feature flag; without it a dry run is not placed and never reconciled.
    """
    before = find(status, "WorksSucceeded")
    # Failing is recorded only after no value or True (section 6, DRC:837-844).
    if works != "Failing" or before is None or before.get("status") == "True":
        state, reason, text = _WORKS[works]
        _say(status, condition("WorksSucceeded", state, reason, text, now))
    current = find(status, "WorksSucceeded") or {}
    status.update(promiseVersion=version, resourceBindingVersion="latest")
    if dry_run and not dry_runs_enabled:
        return
    if dry_run:
        status["message"] = DRY_RUN_MESSAGE
        reconciled = condition("Reconciled", "True", "DryRunSucceeded", "Dry run succeeded", now)
    elif current.get("status") == "True":
        reconciled = condition("Reconciled", "True", "Reconciled", "Reconciled", now)
    elif current.get("reason") == "WorksPending":
        reconciled = condition("Reconciled", "Unknown", "WorksPending", "Pending", now)
    else:
        reconciled = condition("Reconciled", "False", str(current.get("reason", "WorksFailing")), "Failing", now)
    _say(status, reconciled)


def stamp_success(status: Status) -> None:
    """Copy the time of the last completed workflow to both fields for it."""
    done = find(status, "ConfigureWorkflowCompleted")
    if done is not None and done.get("status") == "True":
        at = done["lastTransitionTime"]
        status["lastSuccessfulConfigureWorkflowTime"] = at
        _workflows(status)["lastSuccessfulConfigureWorkflowTime"] = at


def _say(status: Status, new: dict[str, Any]) -> None:
    """Set a condition only if it differs: a settled pass sorts nothing (section 4)."""
    old = find(status, new["type"])
    if old is None or any(old.get(field, "") != new[field] for field in ("status", "reason", "message")):
        set_condition(status, new)


def pause(status: Status, now: datetime) -> None:
    """Set Reconciled for a paused request."""
    _say(status, condition("Reconciled", "Unknown", "PausedReconciliation", "Paused", now))


def unpause(status: Status, now: datetime) -> None:
    """Set Reconciled after a pause; everything reruns."""
    _say(status, condition("Reconciled", "Unknown", "Unpaused", "Pending", now))


def promise_unavailable(status: Status, now: datetime) -> None:
    """Report that the Promise is not available, because its own workflow runs after its upgrade."""
    if (find(status, "PromiseAvailable") or {}).get("status") != "False":
        status["message"] = PENDING_MESSAGE
    text = "The requirements of the Promise are not installed"
    _say(status, condition("PromiseAvailable", "False", "PromiseRequirementsNotInstalled", text, now))


def promise_available(status: Status, now: datetime) -> None:
    """Report that the Promise is available again; not written if it was never unavailable."""
    if find(status, "PromiseAvailable") is not None:
        _say(status, condition("PromiseAvailable", "True", "PromiseAvailable", "The Promise is available", now))
