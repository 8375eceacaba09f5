"""Pacing: out of Kratix's start window, never held for ever, and not too often."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.rules.observation import Workflow
from platform_status_sidecar.write.pace import (
    Limits,
    Pacing,
    Stage,
    Wait,
    is_settled,
    is_too_often,
    note_stage,
    noted_write,
    stage_of,
    wait_before_write,
)

SETTLED = Pacing(stage=Stage.SETTLED)
BUSY = Pacing(stage=Stage.BUSY)
STARTING = Pacing(stage=Stage.STARTING)


def wait(
    pacing: Pacing, now: float, changed_at: float, *, takes_ready: bool = False, others_first: bool = False
) -> tuple[Wait, Pacing]:
    return wait_before_write(
        pacing,
        now=now,
        changed_at=changed_at,
        takes_ready=takes_ready,
        others_first=lambda: others_first,
    )


def written_at(pacing: Pacing, *, takes_ready: bool = False, others_first: bool = False) -> tuple[float, bool]:
    """Play the queue from second 100 on for a request that changes all the time; return when it is written, and how."""
    now = 100.0
    while True:
        found, pacing = wait(pacing, now, now, takes_ready=takes_ready, others_first=others_first)
        if found.seconds == 0:
            return now, found.ran_out
        now += found.seconds


def test_the_first_write_of_a_settled_request_goes_at_once() -> None:
    assert wait(SETTLED, 100, 100) == (Wait(0), SETTLED)


def test_a_later_write_waits_for_its_interval() -> None:
    assert wait(msgspec.structs.replace(SETTLED, written_at=97), 100, 0)[0] == Wait(2)
    assert wait(msgspec.structs.replace(SETTLED, written_at=95), 100, 0)[0] == Wait(0)


def test_while_a_workflow_runs_a_write_waits_for_two_quiet_seconds() -> None:
    held = msgspec.structs.replace(BUSY, held_since=100)
    assert wait(BUSY, 100, 99.5) == (Wait(1.5), held)
    assert wait(held, 101.5, 99.5) == (Wait(0), BUSY)


def test_a_request_that_never_comes_to_rest_is_written_after_ten_seconds() -> None:
    assert written_at(BUSY) == (110, True)
    assert written_at(BUSY, takes_ready=True) == (110, True)


def test_a_write_is_held_until_the_start_is_over_and_for_a_minute_at_most() -> None:
    assert written_at(STARTING) == (160, True)
    found, pacing = wait(STARTING, 100, 0)
    assert found.seconds > 0
    running = note_stage(pacing, Stage.BUSY, Workflow.RUNNING, 1, 117)
    assert wait(running, 117, 117)[0] == Wait(2)
    assert wait(running, 119, 117) == (Wait(0), msgspec.structs.replace(running, held_since=None))


def test_bad_news_are_held_for_ten_seconds_at_most_whatever_was_held_before() -> None:
    assert written_at(STARTING, takes_ready=True) == (110, True)
    _, pacing = wait(STARTING, 70, 0)
    assert written_at(pacing, takes_ready=True) == (110, True)
    _, pacing = wait(STARTING, 45, 0)
    assert written_at(pacing, takes_ready=True) == (105, True)


def test_good_news_after_bad_news_are_good_news() -> None:
    _, pacing = wait(STARTING, 100, 0, takes_ready=True)
    _, pacing = wait(pacing, 101, 0)
    assert pacing.bad_news_since is None
    assert wait(pacing, 111, 0)[0].seconds > 0


def test_a_hold_that_ends_soon_ends_while_another_request_is_known_to_start_first() -> None:
    assert written_at(STARTING, takes_ready=True, others_first=True) == (108, True)
    assert written_at(STARTING, others_first=True) == (158, True)
    # The stage alone counts where no start is to come.
    assert written_at(BUSY, others_first=True) == (110, True)


def test_after_a_workflow_a_write_waits_for_a_quiet_second_and_only_once() -> None:
    over = note_stage(BUSY, Stage.SETTLED, Workflow.COMPLETED, 1, 100)
    assert wait(over, 100, 100)[0] == Wait(1)
    assert wait(over, 101, 100.25)[0] == Wait(0.25)
    found, rest = wait(over, 101.25, 100.25)
    assert found == Wait(0)
    assert wait(note_stage(rest, Stage.SETTLED, Workflow.COMPLETED, 1, 200), 200, 200)[0] == Wait(0)


def test_a_request_that_was_settled_when_it_was_first_seen_is_written_at_once() -> None:
    first = note_stage(Pacing(), Stage.SETTLED, Workflow.COMPLETED, 1, 100)
    assert wait(first, 100, 100)[0] == Wait(0)


def test_the_limits_are_arguments() -> None:
    found, _ = wait_before_write(STARTING, now=100, changed_at=0, limits=Limits(interval=0, start_hold=0, yielded=0))
    assert found == Wait(0, ran_out=True)
    found, _ = wait_before_write(STARTING, now=100, changed_at=99, limits=Limits(interval=0, start_quiet=3))
    assert found == Wait(2)


@given(
    st.sampled_from(Stage),
    st.integers(0, 100),
    st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.booleans(),
    st.booleans(),
)
def test_no_write_waits_longer_than_hold_and_interval(
    stage: Stage,
    now: float,
    ago: float,
    held: float | None,
    written: float | None,
    staged: float | None,
    takes_ready: object,
    others_first: object,
) -> None:
    pacing = Pacing(
        stage=stage,
        stage_since=None if staged is None else now - min(staged, now),
        held_since=None if held is None else now - min(held, now),
        written_at=None if written is None else now - min(written, now),
    )
    found, after = wait(pacing, now, now - ago, takes_ready=bool(takes_ready), others_first=bool(others_first))
    most = {Stage.STARTING: 58, Stage.BUSY: 5, Stage.SETTLED: 5}[stage]
    assert 0 <= found.seconds <= (max(8, 5) if takes_ready else most)
    assert not (found.ran_out and found.seconds)
    assert (after.written_at, after.stage) == (pacing.written_at, stage)


def pipelines(*phases: str) -> dict[str, object]:
    entries = [{"name": str(number), "phase": phase} for number, phase in enumerate(phases)]
    return {"observedGeneration": 2, "kratix": {"workflows": {"pipelines": entries}}}


SUSPENDED = {"kratix.io/workflow-suspended": "true"}


@pytest.mark.parametrize(
    ("status", "workflow", "labels", "failed", "stage"),
    [
        (pipelines("Pending"), Workflow.PENDING, {}, None, Stage.STARTING),
        (pipelines("Pending", "Pending"), Workflow.PENDING, {}, None, Stage.STARTING),
        (pipelines("Succeeded", "Pending"), Workflow.RUNNING, {}, None, Stage.STARTING),
        (pipelines("Running", "Pending"), Workflow.RUNNING, {}, None, Stage.BUSY),
        (pipelines("Failed", "Pending"), Workflow.FAILED, {}, 2, Stage.SETTLED),
        (pipelines("Suspended", "Pending"), Workflow.SUSPENDED, SUSPENDED, None, Stage.SETTLED),
        (pipelines("Suspended", "Pending"), Workflow.SUSPENDED, {}, None, Stage.STARTING),
        (pipelines("Pending"), Workflow.PENDING, {"kratix.io/paused": "true"}, None, Stage.BUSY),
        (pipelines("Succeeded"), Workflow.COMPLETED, {}, None, Stage.SETTLED),
        (pipelines("Failed"), Workflow.FAILED, {}, None, Stage.SETTLED),
        (pipelines("Failed"), Workflow.FAILED, {}, 1, Stage.STARTING),
        ({}, Workflow.NONE, {}, None, Stage.BUSY),
        ({"kratix": {"workflows": {"pipelines": [7, None, {"phase": []}]}}}, Workflow.NONE, {}, None, Stage.BUSY),
        (None, Workflow.NONE, {}, None, Stage.BUSY),
    ],
)
def test_a_start_is_to_come_where_kratix_is_about_to_start_a_pipeline(
    status: object, workflow: Workflow, labels: dict[str, str], failed: int | None, stage: Stage
) -> None:
    assert stage_of(status, 2, workflow, labels, Pacing(failed_generation=failed)) is stage


def test_an_edit_after_a_failed_run_is_about_to_start_until_it_runs_or_was_written() -> None:
    failed = pipelines("Failed")
    pacing = note_stage(Pacing(), Stage.SETTLED, Workflow.FAILED, 2, 100)
    assert stage_of(failed, 3, Workflow.FAILED, {}, pacing) is Stage.STARTING
    pacing = note_stage(pacing, Stage.STARTING, Workflow.FAILED, 3, 101)
    assert stage_of(failed, 3, Workflow.FAILED, {}, pacing) is Stage.STARTING
    ran = note_stage(pacing, Stage.BUSY, Workflow.RUNNING, 3, 102)
    assert ran.failed_generation is None
    written = note_stage(noted_write(pacing, 161), Stage.STARTING, Workflow.FAILED, 3, 161)
    assert stage_of(failed, 3, Workflow.FAILED, {}, written) is Stage.BUSY


@pytest.mark.parametrize(
    ("status", "workflow", "labels", "settled"),
    [
        ({"observedGeneration": 2}, Workflow.COMPLETED, {}, True),
        ({"observedGeneration": 3}, Workflow.COMPLETED, {}, True),
        ({"observedGeneration": 2}, Workflow.FAILED, {}, True),
        ({"observedGeneration": 2}, Workflow.SUSPENDED, {}, True),
        ({"observedGeneration": 1}, Workflow.COMPLETED, {}, False),
        ({}, Workflow.COMPLETED, {}, False),
        ({"observedGeneration": "2"}, Workflow.COMPLETED, {}, False),
        ({"observedGeneration": 2}, Workflow.RUNNING, {}, False),
        ({"observedGeneration": 2}, Workflow.PENDING, {}, False),
        ({"observedGeneration": 2}, Workflow.NONE, {}, False),
        ({"observedGeneration": 2}, Workflow.COMPLETED, {"kratix.io/manual-reconciliation": "true"}, False),
        (None, Workflow.COMPLETED, {}, False),
    ],
)
def test_settled_means_that_no_workflow_runs_or_is_about_to(
    status: object, workflow: Workflow, labels: dict[str, str], *, settled: bool
) -> None:
    assert is_settled(status, 2, workflow, labels) is settled


def test_more_than_thirty_writes_in_ten_minutes_are_slowed_to_one_a_minute() -> None:
    pacing, now = SETTLED, 1000.0
    moments = []
    while now < 1000 + 1200:
        if wait(pacing, now, 0)[0] == Wait(0):
            pacing = noted_write(pacing, now)
            moments.append(now)
        now += 1
    assert moments[29] - moments[0] == 29 * 5
    assert moments[30] - moments[29] == 60
    most = max(sum(start <= moment < start + 600 for moment in moments) for start in moments)
    assert most <= 40


def test_thirty_writes_are_not_too_often_when_they_are_spread_out() -> None:
    pacing = Pacing()
    for number in range(40):
        assert not is_too_often(pacing, number * 25.0)
        pacing = noted_write(pacing, number * 25.0)
    assert len(pacing.recent) <= 30
