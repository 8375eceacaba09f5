"""Pacing: out of Kratix's start window, never held for ever, and not too often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.rules.observation import Workflow
from platform_status_sidecar.write.pace import (
    LONGEST_HOLD,
    QUIET,
    Pacing,
    is_settled,
    is_too_often,
    noted_write,
    wait_before_write,
)


def wait(pacing: Pacing, now: float, changed_at: float, *, settled: bool = False) -> tuple[float, Pacing]:
    return wait_before_write(pacing, now=now, changed_at=changed_at, settled=settled, interval=5)


def test_the_first_write_of_a_settled_request_goes_at_once() -> None:
    assert wait(Pacing(), 100, 100, settled=True) == (0, Pacing())


def test_a_later_write_waits_for_its_interval() -> None:
    assert wait(Pacing(written_at=97), 100, 0, settled=True)[0] == 2
    assert wait(Pacing(written_at=95), 100, 0, settled=True)[0] == 0


def test_while_a_workflow_runs_a_write_waits_for_two_quiet_seconds() -> None:
    assert wait(Pacing(), 100, 99.5) == (1.5, Pacing(held_since=100))
    assert wait(Pacing(held_since=100), 101.5, 99.5) == (0, Pacing())


def test_a_request_that_never_comes_to_rest_is_written_after_ten_seconds() -> None:
    pacing, now = Pacing(), 100.0
    while now < 100 + LONGEST_HOLD:
        seconds, pacing = wait(pacing, now, now - 0.1)
        assert 0 < seconds <= QUIET
        now += 0.5
    assert wait(pacing, 100 + LONGEST_HOLD, 109.9)[0] == 0


@given(
    st.integers(0, 100),
    st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.booleans(),
)
def test_no_write_waits_longer_than_hold_and_interval(
    now: float, ago: float, held: float | None, written: float | None, settled: object
) -> None:
    pacing = Pacing(
        held_since=None if held is None else now - min(held, now),
        written_at=None if written is None else now - min(written, now),
    )
    seconds, after = wait_before_write(pacing, now=now, changed_at=now - ago, settled=bool(settled), interval=5)
    assert 0 <= seconds <= 5
    assert after.written_at == pacing.written_at
    assert settled is False or after.held_since is None


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
    pacing, now = Pacing(), 1000.0
    moments = []
    while now < 1000 + 1200:
        if wait(pacing, now, 0, settled=True)[0] == 0:
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
