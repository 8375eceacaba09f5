"""kratix.md sections 1 and 6: Work and WorkPlacement."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kratix_double import workload
from kratix_double.workload import Identity, SelectorError

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
FILES = {"app.yaml": b"kind: A\n---\nkind: B\n", "platform/role.yaml": b"kind: Role\n"}
IDENTITY = Identity("widget", "a", "team", "configure")


def _stored(files: dict[str, bytes] | None = None) -> dict[str, Any]:
    made = workload.work(IDENTITY, "x1y2z", workload.groups(FILES if files is None else files, None))
    made["metadata"]["uid"] = "uid"
    return made


def _ready(status: dict[str, Any]) -> tuple[str, str]:
    found = next(entry for entry in status["conditions"] if entry["type"] == "Ready")
    return found["status"], found["message"]


def test_a_work_carries_its_identity_and_has_no_owner() -> None:
    metadata = _stored()["metadata"]
    assert metadata["labels"] == {
        "kratix.io/promise-name": "widget",
        "kratix.io/resource-name": "a",
        "kratix.io/work-type": "resource",
        "kratix.io/pipeline-name": "configure",
    }
    assert "ownerReferences" not in metadata


def test_a_placement_is_found_by_labels_and_owned_by_its_work() -> None:
    owner = _stored()
    placed = workload.placement(owner, owner["spec"]["workloadGroups"][0], "worker-1")
    labels = placed["metadata"]["labels"]
    assert labels["kratix.io/work"] == owner["metadata"]["name"]
    assert labels["kratix.io/targetDestinationName"] == placed["spec"]["targetDestinationName"] == "worker-1"
    assert placed["metadata"]["ownerReferences"][0]["uid"] == "uid"


def test_content_is_packed_and_unpacks_to_the_same_documents() -> None:
    owner = _stored()
    placed = workload.placement(owner, owner["spec"]["workloadGroups"][0], "worker-1")
    assert "kind: A" not in str(placed)
    assert [document["kind"] for document in workload.documents(placed)] == ["A", "B", "Role"]


def test_equal_files_give_an_equal_work() -> None:
    assert workload.groups(FILES, None) == workload.groups(dict(reversed(FILES.items())), None)


def test_no_output_gives_an_empty_work() -> None:
    assert _stored({})["spec"]["workloadGroups"] == []


def test_a_directory_with_selectors_is_a_group_of_its_own() -> None:
    found = workload.groups(FILES, [{"directory": "platform", "matchLabels": {"environment": "platform"}}])
    assert [(group["directory"], len(group["workloads"])) for group in found] == [(".", 1), ("platform", 1)]
    assert found[1]["destinationSelectors"][0]["matchLabels"] == {"environment": "platform"}


@pytest.mark.parametrize(
    ("selectors", "error"),
    [
        ([{"directory": "a/b", "matchLabels": {"x": "y"}}], "sub-directory"),
        ([{"directory": "a", "matchLabels": {"x": "y"}}] * 2, "named twice"),
        ([{"directory": "a"}], "no matchLabels"),
    ],
)
def test_wrong_selectors_are_errors(selectors: list[dict[str, Any]], error: str) -> None:
    with pytest.raises(SelectorError, match=error):
        workload.groups(FILES, selectors)


def test_a_scheduled_work_is_ready_although_nothing_is_written() -> None:
    assert _ready(workload.work_status("Ready", ["a"], {}, NOW)) == ("True", "Ready")
    placed = workload.placement_status({}, version=None, error=None, misplaced=False, now=NOW)
    assert _ready(placed) == ("False", "Pending")


@pytest.mark.parametrize(
    ("state", "status", "message", "created"),
    [
        ("Ready", "True", "All workplacements scheduled successfully", 2),
        ("Failing", "True", "All workplacements scheduled successfully", 2),
        ("Pending", "False", "No matching destination found for workloadGroups: [a,b]", 0),
        (
            "Misplaced",
            "False",
            "Target destination no longer matches destinationSelectors for workloadGroups: [a,b]",
            2,
        ),
    ],
)
def test_schedulesucceeded_says_why_a_work_is_not_scheduled(
    state: str, status: str, message: str, created: int
) -> None:
    seen = workload.work_status(state, ["a", "b"], {}, NOW)
    said = next(entry for entry in seen["conditions"] if entry["type"] == "ScheduleSucceeded")
    assert (said["status"], said["message"]) == (status, message)
    assert (seen["workPlacements"], seen["workPlacementsCreated"]) == (2, created)


def test_a_write_shows_in_writesucceeded_and_versionid() -> None:
    status = workload.placement_status({}, version="abc", error=None, misplaced=False, now=NOW)
    written = next(entry for entry in status["conditions"] if entry["type"] == "WriteSucceeded")
    assert (written["status"], written["reason"], status["versionID"]) == (
        "True",
        "WorkloadsWrittenToStateStore",
        "abc",
    )
    assert _ready(status) == ("True", "Ready")


def test_writesucceeded_stays_true_until_the_next_write_is_done_and_only_versionid_moves() -> None:
    first = workload.placement_status({}, version="abc", error=None, misplaced=False, now=NOW)
    assert workload.placement_status(first, version=None, error=None, misplaced=False, now=NOW) == first
    second = workload.placement_status(first, version="def", error=None, misplaced=False, now=NOW)
    assert second == {**first, "versionID": "def"}


def test_a_failed_write_carries_its_error() -> None:
    status = workload.placement_status({}, version=None, error="no such bucket", misplaced=False, now=NOW)
    written = next(entry for entry in status["conditions"] if entry["type"] == "WriteSucceeded")
    assert (written["status"], written["message"]) == ("False", "no such bucket")
    assert _ready(status) == ("False", "Failing")


def test_the_worst_ready_message_counts_and_a_missing_one_is_pending() -> None:
    works = [{"status": workload.work_status(state, ["a"], {}, NOW)} for state in ("Ready", "Misplaced", "Failing")]
    assert workload.works_state(works) == "Failing"
    assert workload.works_state(works[:2]) == "Misplaced"
    assert workload.works_state([*works[:1], {}]) == "Pending"
    assert workload.works_state([]) == "Ready"
