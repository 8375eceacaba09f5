"""kratix.md sections 2, 3, 5, 6 and 8: the keys that Kratix writes into a status, and those that it keeps."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kratix_double import statuses
from kratix_double.conditions import condition, find
from kratix_double.control import WorkflowControl

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
CHANCE = random.Random(1)  # noqa: S311 - an order, nothing secret
LATER = NOW + timedelta(hours=1)


def _write_own(status: dict[str, Any], own: dict[str, Any], *, last: bool = True, now: datetime = NOW) -> None:
    statuses.write_own(status, own, "configure", last=last, now=now, shuffle=CHANCE)


def _started() -> dict[str, Any]:
    status: dict[str, Any] = {}
    statuses.list_pipelines(status, ["configure"], "Pending", NOW)
    statuses.reset_counters(status, 1)
    statuses.start(status, "configure", NOW)
    return status


def _reconciled(status: dict[str, Any]) -> tuple[str, str, str]:
    found = find(status, "Reconciled")
    assert found is not None
    return found["status"], found["reason"], found["message"]


def test_the_starting_status_is_as_section_5_lists_it() -> None:
    status = _started()
    assert status["message"] == "Pending"
    assert _reconciled(status) == ("Unknown", "WorkflowPending", "Pending")
    completed = find(status, "ConfigureWorkflowCompleted")
    assert completed is not None
    assert (completed["status"], completed["reason"]) == ("False", "PipelinesInProgress")
    assert statuses.phase(status, "configure") == "Running"
    assert (status["workflows"], status["workflowsSucceeded"], status["workflowsFailed"]) == (1, 0, 0)


def test_a_rerun_leaves_all_other_keys_as_they_were() -> None:
    status: dict[str, Any] = {
        "phase": "Ready",
        "health": {"a": 1},
        "conditions": [condition("Mine", "True", "R", "", NOW)],
    }
    statuses.list_pipelines(status, ["configure"], "Pending", NOW)
    statuses.reset_counters(status, 1)
    statuses.start(status, "configure", NOW)
    assert (status["phase"], status["health"]) == ("Ready", {"a": 1})
    assert find(status, "Mine") is not None


def test_the_merge_replaces_top_level_keys_and_merges_nothing_nested() -> None:
    status = {"endpoints": {"api": "a", "argocd": "b"}, "phase": "Ready"}
    _write_own(status, {"endpoints": {"api": "c"}})
    assert status["endpoints"] == {"api": "c"}
    assert status["phase"] == "Ready"


def test_a_null_in_status_yaml_is_stored_and_deletes_nothing() -> None:
    status: dict[str, Any] = {"phase": "Ready"}
    _write_own(status, {"phase": None})
    assert status["phase"] is None


def test_the_key_kratix_in_status_yaml_is_a_hard_error() -> None:
    with pytest.raises(statuses.StatusWriterError, match="'kratix' is reserved"):
        _write_own(_started(), {"kratix": {}})


def test_the_status_writer_fails_if_its_pipeline_is_missing_from_the_list() -> None:
    status = _started()
    status["kratix"]["workflows"]["pipelines"][0]["name"] = "renamed"
    with pytest.raises(statuses.StatusWriterError, match=r"expected an entry 'configure', found \['renamed'\]"):
        _write_own(status, {})


def test_message_becomes_resource_requested_only_if_it_is_still_pending() -> None:
    status = _started()
    _write_own(status, {})
    assert status["message"] == "Resource requested"
    other = _started()
    _write_own(other, {"message": "mine"})
    assert other["message"] == "mine"


def test_completion_gets_a_fresh_time_on_every_run() -> None:
    status = _started()
    _write_own(status, {})
    _write_own(status, {}, now=LATER)
    completed = find(status, "ConfigureWorkflowCompleted")
    assert completed is not None
    assert completed["lastTransitionTime"] == "2026-02-26T11:30:00Z"


def test_a_pipeline_that_is_not_the_last_completes_nothing() -> None:
    status = _started()
    _write_own(status, {}, last=False)
    completed = find(status, "ConfigureWorkflowCompleted")
    assert completed is not None
    assert completed["status"] == "False"
    assert status["message"] == "Pending"


def test_success_counts_and_sets_the_phase() -> None:
    status = _started()
    statuses.succeed(status, ["configure"], 1, NOW)
    assert status["workflowsSucceeded"] == 1
    assert statuses.phase(status, "configure") == "Succeeded"


def test_failure_is_written_as_section_2_lists_it() -> None:
    status = _started()
    statuses.failed(status, "configure", NOW)
    completed = find(status, "ConfigureWorkflowCompleted")
    assert completed is not None
    assert (completed["status"], completed["reason"]) == ("False", "ConfigureWorkflowFailed")
    assert _reconciled(status)[:2] == ("False", "ConfigureWorkflowFailed")
    assert status["workflowsFailed"] == 1
    assert statuses.phase(status, "configure") == "Failed"


@pytest.mark.parametrize(
    ("works", "succeeded", "reconciled"),
    [
        ("Ready", ("True", "WorksSucceeded"), ("True", "Reconciled")),
        ("Pending", ("Unknown", "WorksPending"), ("Unknown", "WorksPending")),
        ("Failing", ("False", "WorksFailing"), ("False", "WorksFailing")),
        ("Misplaced", ("False", "WorksMisplaced"), ("False", "WorksMisplaced")),
    ],
)
def test_works_decide_workssucceeded_and_reconciled(
    works: str, succeeded: tuple[str, str], reconciled: tuple[str, str]
) -> None:
    status = _started()
    statuses.settle(status, works, version="v1", dry_run=False, now=NOW)
    found = find(status, "WorksSucceeded")
    assert found is not None
    assert (found["status"], found["reason"]) == succeeded
    assert _reconciled(status)[:2] == reconciled
    assert (status["promiseVersion"], status["resourceBindingVersion"]) == ("v1", "latest")


def test_a_settled_pass_sorts_nothing() -> None:
    status = _started()
    statuses.settle(status, "Ready", version="v1", dry_run=False, now=NOW)
    status["conditions"].append(condition("Ready", "True", "AllHealthy", "", NOW))
    before = [entry["type"] for entry in status["conditions"]]
    statuses.settle(status, "Ready", version="v1", dry_run=False, now=LATER)
    assert [entry["type"] for entry in status["conditions"]] == before


def test_pending_to_failing_is_not_shown() -> None:
    status = _started()
    statuses.settle(status, "Pending", version="v1", dry_run=False, now=NOW)
    statuses.settle(status, "Failing", version="v1", dry_run=False, now=LATER)
    assert _reconciled(status)[1] == "WorksPending"


def test_a_dry_run_says_so_in_message_and_reconciled() -> None:
    status = _started()
    statuses.settle(status, "Ready", version="v1", dry_run=True, now=NOW)
    assert status["message"] == "Dry run executed"
    assert _reconciled(status)[:2] == ("True", "DryRunSucceeded")


def test_the_time_of_success_stands_in_two_places() -> None:
    status = _started()
    _write_own(status, {})
    statuses.stamp_success(status)
    assert status["lastSuccessfulConfigureWorkflowTime"] == "2026-02-26T10:30:00Z"
    assert status["kratix"]["workflows"]["lastSuccessfulConfigureWorkflowTime"] == "2026-02-26T10:30:00Z"


def test_pausing_and_unpausing_show_in_reconciled_only() -> None:
    status = {"phase": "Ready"}
    statuses.pause(status, NOW)
    assert _reconciled(status) == ("Unknown", "PausedReconciliation", "Paused")
    statuses.unpause(status, LATER)
    assert _reconciled(status) == ("Unknown", "Unpaused", "Pending")
    assert status["phase"] == "Ready"


def test_a_suspension_shows_in_the_pipeline_and_the_end_of_a_run_clears_it() -> None:
    status = _started()
    control = WorkflowControl(suspend=False, message="not yet", retry_after=timedelta(minutes=1))
    statuses.suspend(status, "configure", control, 3, 2, NOW)
    entry = status["kratix"]["workflows"]["pipelines"][0]
    assert entry["phase"] == "Suspended"
    assert (entry["message"], entry["nextRetryAt"], entry["attempts"]) == ("not yet", "2026-02-26T10:31:00Z", 2)
    assert status["kratix"]["workflows"]["suspendedGeneration"] == 3
    _write_own(status, {})
    assert set(status["kratix"]["workflows"]["pipelines"][0]) == {"name", "phase", "lastTransitionTime"}


def test_a_delete_workflow_never_completes_but_its_problems_show() -> None:
    status = _started()
    statuses.delete_failed(status, "DeleteWorkflowFailed", NOW)
    found = find(status, "DeleteWorkflowCompleted")
    assert found is not None
    assert (found["status"], found["reason"]) == ("False", "DeleteWorkflowFailed")
