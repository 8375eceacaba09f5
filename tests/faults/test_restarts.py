"""The API server or etcd goes away under a running sidecar, and the wall clock jumps."""

from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from tests.cluster.sidecar.world import until

from .runner import set_clock
from .trial import QUIET_SECONDS, Bounds, Starter

pytestmark = pytest.mark.cluster

HOUR = 3600


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
    # a timer in the future is set to now (design.md section 5), which is one write
    under.judge(Bounds(writes=3, attempts=4, idle_writes=1))
    under.begin()
    set_clock(clock, 0)
    under.change()
    under.judge(Bounds(writes=3, attempts=4, idle_writes=1))


def test_what_a_wrong_clock_concluded_is_taken_back_when_it_is_right_again(trial: Starter, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)
    under = trial(FAULTS_CLOCK=str(clock))
    under.fleet.set_health("v1", "Degraded")
    until(lambda: under.fleet.is_true("v1"), "v1 is Degraded")
    set_clock(clock, HOUR)
    # something has to make it look
    under.fleet.put_foreign("v1", "PromiseAvailable", "with a wrong clock")
    until(lambda: under.fleet.request("v1")["status"]["phase"] == "Failed", "an hour of Degraded is Failed")
    set_clock(clock, 0)
    until(lambda: under.fleet.is_true("v1"), "v1 is Degraded again, for nobody was down for an hour", QUIET_SECONDS)
