"""kill -9 at random moments of a scripted life: what is told is what an unbroken run tells."""

import random
from collections.abc import Iterator

import pytest

from localplane.plane import ControlPlane

from .script import ScriptedLife, soon, without_times
from .sidecar import FaultySidecar
from .trial import Line

pytestmark = pytest.mark.cluster


@pytest.fixture
def sidecar(line: Line) -> Iterator[FaultySidecar]:
    # no pause between writes: each step of the life is told before the next one
    made = FaultySidecar(line.folder, line.proxy.port, "--write-interval", "0")
    made.start()
    yield made
    made.abandon()


@pytest.fixture(scope="module")
def unbroken(faulty_plane: ControlPlane, line: Line) -> Iterator[ScriptedLife]:
    made = FaultySidecar(line.folder, line.proxy.port, "--write-interval", "0")
    made.start()
    life = ScriptedLife(faulty_plane.admin, line.recorder, "life-unbroken")
    try:
        life.play()
        # or two sidecars would write
        made.stop()
        yield life
    finally:
        made.abandon()
        life.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_points_it_tells_what_an_unbroken_run_tells(
    seed: int, faulty_plane: ControlPlane, line: Line, unbroken: ScriptedLife, sidecar: FaultySidecar
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable moments
    kills = 0

    def interrupt() -> None:
        nonlocal kills
        if chance.random() < 0.7:
            soon(chance)
            sidecar.kill()
            kills += 1
            # every other time it is killed again while it starts
            if chance.random() < 0.3:
                sidecar.start(wait=False)
                soon(chance)
                sidecar.kill()
                kills += 1
            sidecar.start(wait=False)

    life = ScriptedLife(faulty_plane.admin, line.recorder, f"life-{seed}")
    try:
        life.play(interrupt)
        assert kills >= 3
        assert life.told() == unbroken.told()
        assert without_times(life.life.status, life.life.namespace) == without_times(
            unbroken.life.status, unbroken.life.namespace
        )
        assert life.foreign_survived()
        for timer in ("started", "firstReady"):
            found = {sight.status.get("health", {}).get("since", {}).get(timer) for sight in life.sights()}
            assert len(found - {None}) == 1, f"{timer} is written once, but was {found}"
    finally:
        life.close()
    sidecar.stop()


def test_times_are_left_out_of_the_comparison_and_nothing_else() -> None:
    status = {"phase": "Ready", "lastReconciled": "a", "health": {"since": {"started": "a"}}, "conditions": []}
    later = {"phase": "Ready", "lastReconciled": "b", "health": {"since": {"started": "b"}}, "conditions": []}
    other = {**later, "phase": "Failed"}
    assert without_times(status, "x") == without_times(later, "x") != without_times(other, "x")
