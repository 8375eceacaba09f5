"""Ages and deadlines, at the edges of time."""

from datetime import UTC, datetime, timedelta

from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.situate import adopt

from .worlds import NOW


def test_nothing_is_older_than_no_time() -> None:
    clock = Clock(NOW)
    assert not clock.older_than(None, 0)
    assert clock.wake is None


def test_age_of_exactly_the_deadline_is_old_enough() -> None:
    clock = Clock(NOW)
    assert clock.older_than(NOW - timedelta(seconds=60), 60)
    assert clock.wake is None


def test_wake_is_the_earliest_deadline_not_reached() -> None:
    clock = Clock(NOW)
    assert not clock.older_than(NOW, 90)
    assert not clock.older_than(NOW, 60)
    assert not clock.older_than(NOW, 120)
    assert clock.wake == NOW + timedelta(seconds=60)


def test_deadline_beyond_the_end_of_time_is_never_reached() -> None:
    clock = Clock(NOW)
    assert not clock.older_than(datetime.max.replace(tzinfo=UTC), 60)
    assert clock.wake == datetime.max.replace(tzinfo=UTC)


def test_wake_is_a_whole_second_although_the_age_is_not() -> None:
    clock = Clock(NOW)
    assert not clock.older_than(NOW.replace(microsecond=1) - timedelta(seconds=30), 60)
    assert clock.wake == NOW + timedelta(seconds=30)


def test_zero_seconds_have_passed_at_once() -> None:
    assert Clock(NOW).older_than(NOW, 0)


def test_times_in_the_future_become_now_when_a_status_is_adopted() -> None:
    history = recall({"health": {"since": {"firstReady": "2027-01-01T00:00:00Z"}}})
    assert adopt(history, None, NOW).since == {"firstReady": NOW, "started": NOW}
