"""What our containers write into status.yaml, and never write (design.md section 2)."""

from collections.abc import Callable
from typing import Any

import pytest

from platform_status_contract.model.vocabulary import KRATIX_CONDITIONS, PIPELINE_KEYS, SIDECAR_KEYS
from platform_status_pipeline.errors import StatusFileError
from platform_status_pipeline.kratix.status_file import configured, deleting, resolved
from platform_status_pipeline.template.resolve import Resolved

RESULT = Resolved({"version": "v1"}, {"api": "https://x"}, {"kubeconfigSecret": "y"})
LIVE = {"phase": "Ready", "message": "fine", "health": {}, "conditions": [{"type": "Ready"}], "problems": ["old"]}

OLDER = {"vclusterName": "media", "resourceRequestsGenerated": 3}


def both(left: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    return resolved(configured(left, request, "scheduled", OLDER), request, RESULT, "scheduled")


def test_the_first_run_writes_phase_and_message() -> None:
    assert both({}, {}) == {
        "problems": [],
        "phase": "Scheduled",
        "message": "scheduled",
        "contract": {"version": "v1"},
        "endpoints": {"api": "https://x"},
        "credentials": {"kubeconfigSecret": "y"},
    }


@pytest.mark.parametrize("status", [None, {}, {"phase": ""}, {"message": "Pending", "conditions": []}])
def test_a_status_of_kratix_alone_is_not_a_phase(status: object) -> None:
    assert both({}, {"status": status})["phase"] == "Scheduled"


@pytest.mark.parametrize("phase", ["Scheduled", "Progressing", "Ready", "Degraded", "Failed", "Deleting", "Unknown"])
def test_a_live_phase_is_never_reset_by_a_rerun(phase: str) -> None:
    left = {"phase": "Scheduled", "message": "of an earlier attempt"}
    written = both(left, {"status": {**LIVE, "phase": phase}})
    assert set(written) == set(PIPELINE_KEYS)


def test_only_keys_of_the_pipeline_are_written() -> None:
    written = set(both({}, {"status": LIVE})) | set(both({}, {}))
    assert written <= set(PIPELINE_KEYS) | {"phase", "message"}
    assert not written & ({"conditions", "health", "lastReconciled", "kratix"} | set(KRATIX_CONDITIONS))
    assert {"health", "lastReconciled"} <= set(SIDECAR_KEYS)


def test_keys_of_an_older_implementation_are_kept_true_where_they_are_and_nowhere_else() -> None:
    assert both({}, {"status": {**LIVE, "vclusterName": "wrong"}})["vclusterName"] == "media"
    assert "resourceRequestsGenerated" not in both({}, {"status": {**LIVE, "vclusterName": "wrong"}})


def test_what_earlier_containers_left_stays() -> None:
    left = {"widgets": 3, "conditions": [{"type": "Theirs"}], "endpoints": {"old": "https://old"}}
    written = both(left, {})
    assert written["widgets"] == 3
    assert written["conditions"] == [{"type": "Theirs"}]
    assert written["endpoints"] == {"api": "https://x"}


def test_problems_of_the_last_run_are_cleared_by_a_good_one() -> None:
    assert both({"problems": ["left over"]}, {"status": LIVE})["problems"] == []


def test_contract_alone_clears_problems_and_writes_the_first_phase_too() -> None:
    written = resolved({}, {}, RESULT, "scheduled")
    assert (written["problems"], written["phase"]) == ([], "Scheduled")


def test_deleting_says_so_whatever_the_phase_is() -> None:
    assert deleting({"widgets": 3}, "gone soon") == {"widgets": 3, "phase": "Deleting", "message": "gone soon"}


def test_running_again_over_our_own_file_changes_nothing() -> None:
    once = both({}, {})
    assert both(once, {}) == once
    assert deleting(deleting({}, "m"), "m") == deleting({}, "m")


def test_the_key_of_kratix_is_refused() -> None:
    left: dict[str, Any] = {"kratix": {}}
    attempts: tuple[Callable[[], object], ...] = (
        lambda: configured(left, {}, "m", {}),
        lambda: resolved(left, {}, RESULT, "m"),
        lambda: deleting(left, "m"),
    )
    for attempt in attempts:
        with pytest.raises(StatusFileError, match=r"status\.yaml: found the key 'kratix'"):
            attempt()
