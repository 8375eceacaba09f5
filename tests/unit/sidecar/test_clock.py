"""Wall time is the API server's, whatever this machine's clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from platform_status_sidecar.clock import Jumps, ServerClock

NOON = datetime(2026, 2, 26, 12, 0, 0, tzinfo=UTC)
SAID = "Thu, 26 Feb 2026 12:00:00 GMT"
FRACTION = timedelta(seconds=0.5)
"""A date without its fraction is behind by half a second on average."""


class Local:
    """A machine whose wall clock can be set, and whose monotonic clock cannot."""

    def __init__(self) -> None:
        self.wall = datetime(2031, 1, 1, tzinfo=UTC)
        self.ticks = 100.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks


@pytest.fixture
def local() -> Local:
    return Local()


def test_the_local_clock_counts_until_the_first_answer(local: Local) -> None:
    clock = ServerClock(local)
    assert clock.now() == local.wall
    clock.hear(SAID)
    assert clock.now() == NOON + FRACTION


def test_time_goes_on_between_two_answers(local: Local) -> None:
    clock = ServerClock(local)
    clock.hear(SAID)
    local.ticks += 90
    assert clock.now() == NOON + FRACTION + timedelta(seconds=90)
    assert clock.monotonic() == 190


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_setting_the_local_clock_changes_nothing(local: Local, by: timedelta) -> None:
    clock = ServerClock(local)
    clock.hear(SAID)
    jumps = Jumps(clock)
    local.wall += by
    assert clock.now() == NOON + FRACTION
    assert jumps.look() == 0


@pytest.mark.parametrize("late", [0.0, 1.0, 1.9])
def test_an_answer_that_took_its_time_does_not_make_the_time_waver(local: Local, late: float) -> None:
    clock = ServerClock(local)
    clock.hear(SAID)
    local.ticks += 10 + late
    before = clock.now()
    clock.hear("Thu, 26 Feb 2026 12:00:10 GMT")
    assert clock.now() == before


@pytest.mark.parametrize(
    ("said", "hours"), [("Thu, 26 Feb 2026 13:00:00 GMT", 1), ("Thu, 26 Feb 2026 11:00:00 GMT", -1)]
)
def test_a_server_whose_clock_is_set_is_followed_and_noticed(local: Local, said: str, hours: int) -> None:
    clock = ServerClock(local)
    clock.hear(SAID)
    jumps = Jumps(clock)
    clock.hear(said)
    assert clock.now() == NOON + FRACTION + timedelta(hours=hours)
    assert jumps.look() == pytest.approx(hours * 3600)
    assert jumps.look() == 0


@pytest.mark.parametrize("said", ["", "yesterday", "Thu, 99 Feb 2026 12:00:00 GMT", "0"])
def test_what_is_no_date_is_ignored(local: Local, said: str) -> None:
    clock = ServerClock(local)
    clock.hear(said)
    assert clock.now() == local.wall


def test_a_date_without_a_zone_is_utc(local: Local) -> None:
    clock = ServerClock(local)
    clock.hear("Thu, 26 Feb 2026 12:00:00 -0000")
    assert clock.now() == NOON + FRACTION
