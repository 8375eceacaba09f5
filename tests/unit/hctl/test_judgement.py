"""Freshness and verdict: what is believed, and the exit code that says so."""

from datetime import timedelta
from typing import Any

import pytest

from hctl.errors import ExitCode
from hctl.reading.freshness import SILENT_AFTER, LeaseReading, State
from hctl.reading.judgement import worst
from tests.unit.hctl.golden import FRESH, SILENT, judged
from tests.unit.hctl.requests import LEASE, NOW, PHASES, ago, request


@pytest.mark.parametrize("phase", list(PHASES))
def test_only_ready_ends_with_zero(phase: str) -> None:
    found = judged(request(phase))
    assert found.exit_code == (ExitCode.READY if phase == "Ready" else ExitCode.NOT_READY)
    assert found.ready is (phase == "Ready")
    assert found.trusted


@pytest.mark.parametrize(
    ("message", "ready", "drawn"),
    [
        ("Pending", "1/3 pods are ready", "1/3 pods are ready"),
        ("Pending", "", "Pending"),
        ("Pending", None, "Pending"),
        ("Resource requested", "1/3 pods are ready", "Resource requested"),
        ("pending", "1/3 pods are ready", "pending"),
        (None, "1/3 pods are ready", ""),
    ],
)
def test_what_ready_says_stands_for_the_word_that_kratix_starts_with(
    message: str | None, ready: str | None, drawn: str
) -> None:
    found = request("Progressing", message=message)
    found["status"]["conditions"] = (
        [{"type": "Ready", "status": "False", "message": ready}] if ready is not None else []
    )
    assert judged(found).view.message == drawn


@pytest.mark.parametrize("phase", list(PHASES))
def test_a_silent_sidecar_makes_every_phase_stale(phase: str) -> None:
    found = judged(request(phase), SILENT)
    assert found.exit_code is ExitCode.STALE
    assert not found.trusted
    assert not found.ready
    assert "silent for 10m40s" in found.warnings[0]


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, State.FRESH), (SILENT_AFTER, State.FRESH), (SILENT_AFTER + 1, State.SILENT), (-61, State.UNVERIFIED)],
)
def test_a_minute_without_a_renewal_is_silence(seconds: float, state: State) -> None:
    lease = LeaseReading(renewed=NOW - timedelta(seconds=seconds))
    assert judged(request("Ready"), lease).freshness.state is state


def test_a_lease_that_cannot_be_read_proves_nothing_but_refutes_nothing_either() -> None:
    unreadable = LeaseReading(unreadable="no permission to get the Lease")
    ready, degraded = judged(request("Ready"), unreadable), judged(request("Degraded"), unreadable)
    assert (ready.exit_code, ready.ready, ready.trusted) == (ExitCode.STALE, False, False)
    assert degraded.exit_code is ExitCode.NOT_READY
    assert "last write 4m50s ago" in ready.freshness.text
    assert "no permission" in ready.freshness.text


def test_a_lease_that_is_gone_is_silence() -> None:
    found = judged(request("Ready"), LeaseReading(missing=True))
    assert found.freshness.state is State.SILENT
    assert f"{LEASE} does not exist" in found.warnings[0]


def test_a_fresh_request_that_no_sidecar_has_seen_is_young_and_not_stale() -> None:
    found = request("Scheduled")
    found["status"] = {"phase": "Scheduled"}
    entry = judged(found)
    assert (entry.freshness.state, entry.exit_code, entry.warnings) == (State.UNREPORTED, ExitCode.NOT_READY, ())


def test_a_phase_that_anybody_wrote_without_a_sidecar_is_not_believed() -> None:
    found = request("Ready")
    del found["status"]["health"]
    del found["status"]["lastReconciled"]
    assert judged(found).exit_code in (ExitCode.NOT_READY, ExitCode.STALE)
    assert not judged(found).ready


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"conditions": []}, "condition Ready is absent"),
        ({"conditions": [{"type": "Ready", "status": "False"}]}, "condition Ready is False"),
        (
            {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Ready", "status": "False"}]},
            "condition Ready is False",
        ),
        ({"conditions": [{"type": "Ready", "status": True}]}, "condition Ready is Unknown"),
    ],
)
def test_a_phase_against_its_condition_is_not_ready(change: dict[str, Any], said: str) -> None:
    found = judged(request("Ready", **change))
    assert not found.ready
    assert found.exit_code is ExitCode.NOT_READY
    assert said in found.warnings[0]


def test_ready_of_the_generation_before_is_not_ready() -> None:
    found = request("Ready")
    found["metadata"]["generation"] = 4
    entry = judged(found)
    assert entry.exit_code is ExitCode.NOT_READY
    assert "Ready is about generation 3; generation 4 is not observed yet" in entry.warnings


def test_ready_of_what_is_being_deleted_is_not_ready() -> None:
    found = request("Ready")
    found["metadata"]["deletionTimestamp"] = ago(5)
    assert not judged(found).ready


def test_the_worst_of_several_decides() -> None:
    ready, broken, stale = judged(request("Ready")), judged(request("Failed")), judged(request("Ready"), SILENT)
    assert worst([]) is ExitCode.READY
    assert worst([ready]) is ExitCode.READY
    assert worst([ready, broken]) is ExitCode.NOT_READY
    assert worst([broken, stale, ready]) is ExitCode.STALE


def test_what_is_on_its_way_is_no_problem_and_what_is_stale_is_one() -> None:
    assert [phase for phase in PHASES if judged(request(phase)).problem] == ["Degraded", "Failed", "Unknown"]
    assert all(judged(request(phase), SILENT).problem for phase in PHASES)
    assert not judged(request("Ready"), FRESH).problem
