"""The API server or etcd goes away under a running sidecar, and the wall clock jumps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from platform_status_contract.model.times import parse_time
from tests.cluster.sidecar.world import until

from .faults import WrongDate
from .runner import set_clock
from .trial import QUIET_SECONDS, Bounds, Starter

pytestmark = pytest.mark.cluster

HOUR = 3600
WRITE_INTERVAL = 5.0


def test_a_restart_of_the_api_server(trial: Starter, faulty_plane: ControlPlane) -> None:
    under = trial()
    faulty_plane.stop_apiserver()
    until(under.unanswered, "the sidecar has come and found nobody")
    faulty_plane.start_apiserver()
    under.change()
    under.judge(Bounds(requests=150))


def test_a_restart_of_etcd(trial: Starter, faulty_plane: ControlPlane) -> None:
    under = trial()
    faulty_plane.stop_etcd()
    asked = under.proxy.mark()
    under.proxy.break_connections()
    until(lambda: under.proxy.seen(asked), "the sidecar has come back")
    faulty_plane.start_etcd()
    under.change()
    under.judge(Bounds(requests=150))


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_of_the_clock_and_back(trial: Starter, tmp_path: Path, jump: int) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)
    under = trial(FAULTS_CLOCK=str(clock))
    set_clock(clock, jump)
    under.change()
    under.judge(Bounds())
    under.begin()
    set_clock(clock, 0)
    under.change()
    under.judge(Bounds())


def test_a_clock_that_was_wrong_from_the_beginning(trial: Starter, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, -HOUR)
    under = trial(FAULTS_CLOCK=str(clock))
    under.change()
    under.judge(Bounds())
    for name in ("v1", "v2"):
        written = parse_time(under.fleet.request(name)["status"]["lastReconciled"])
        assert written is not None
        assert abs(written - datetime.now(UTC)) < timedelta(minutes=5), "the API server's time, not the node's"


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_of_the_api_servers_clock(trial: Starter, jump: int) -> None:
    under = trial()
    with under.proxy.fault(WrongDate(jump)) as rule:
        under.proxy.break_connections()
        under.change()
        under.strikes(rule)
        # a timer in the future is set to now (design.md section 5), which is one write
        under.judge(Bounds(writes=3, attempts=4, idle_writes=1))


def test_what_a_wrong_clock_concluded_is_taken_back_when_it_is_right_again(trial: Starter) -> None:
    under = trial()
    under.fleet.set_health("v1", "Degraded")
    until(lambda: under.fleet.is_true("v1"), "v1 is Degraded")
    with under.proxy.fault(WrongDate(HOUR)):
        under.proxy.break_connections()
        # something has to make it look
        under.fleet.put_foreign("v1", "PromiseAvailable", "with a wrong clock")
        until(lambda: under.fleet.request("v1")["status"]["phase"] == "Failed", "an hour of Degraded is Failed")
    under.proxy.break_connections()
    # the status was just written, so the next write of it waits for the pace as well
    bound = QUIET_SECONDS + WRITE_INTERVAL
    until(lambda: under.fleet.is_true("v1"), "v1 is Degraded again, for nobody was down for an hour", bound)
