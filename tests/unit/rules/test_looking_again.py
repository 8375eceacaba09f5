"""Looking again: idempotence, deadlines that are never missed, and restarts that change nothing."""

import json
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import Facts, Observation

from .looks import look, written
from .settings import quick
from .worlds import NOW, World, contracts, facts_about, readable_observations, sane_statuses, worlds


def _without_stamp(status: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in status.items() if key != "lastReconciled"}


@quick
@given(worlds())
def test_second_look_at_the_same_moment_writes_the_same(world: World) -> None:
    first = written(world, world.status, NOW)
    assert written(world, first, NOW) == first


@quick
@given(worlds(), st.floats(0, 1), st.integers(0, 10_000))
def test_nothing_changes_before_wake(world: World, share: float, later: int) -> None:
    status = written(world, world.status, NOW)
    wake = look(world, status, NOW).wake
    first = look(world, world.status, NOW).wake
    assert wake is None or first is not None, "the first look must know every deadline that the second one knows"
    assert wake is None or (first is not None and NOW < first <= wake)
    seconds = later if wake is None else int((wake - NOW).total_seconds()) - 1
    for offset in {0, 1, int(seconds * share), seconds}:
        moment = NOW + timedelta(seconds=min(offset, seconds))
        assert _without_stamp(written(world, status, moment)) == _without_stamp(status)


@quick
@given(worlds(sane_statuses), st.integers(0, 2000))
def test_transition_time_moves_only_with_the_status(world: World, later: int) -> None:
    moment = NOW + timedelta(seconds=later)
    before = recall(world.status).conditions
    after = recall(written(world, world.status, moment)).conditions
    for kind, condition in after.items():
        known = before.get(kind)
        kept = known is not None and known.status is condition.status and known.since is not None
        assert condition.since == (known.since if known is not None and kept else moment)


def _lived(facts: Facts, events: list[tuple[int, Observation]], looks: list[int], status: object) -> list[object]:
    """Statuses after each event, looking at events, at each wake, and at `looks` (seconds after the first event)."""
    told: list[object] = []
    start = moment = NOW
    for index, (gap, seen) in enumerate(events):
        world = World(None, seen, facts)
        end = moment + timedelta(seconds=gap)
        extra = sorted(moment for moment in (start + timedelta(seconds=item) for item in looks) if moment < end)
        status = _pass_time(world, status, moment, end, extra)
        told.append((index, _without_stamp(status)))
        moment = end
    return told


def _pass_time(
    world: World, status: object, moment: datetime, end: datetime, extra: list[datetime]
) -> dict[str, object]:
    while True:
        projection = look(world, status, moment)
        # a restart: nothing but what the API server holds survives
        survives: dict[str, object] = json.loads(json.dumps(merged_status(status, projection, moment)))
        status = survives
        pending = [other for other in (projection.wake, *extra) if other is not None and moment < other < end]
        if not pending:
            return survives
        moment = min(pending)


@quick
@given(
    facts_about(contracts()),
    st.lists(st.tuples(st.sampled_from([5, 30, 60, 90, 600, 900]), readable_observations()), min_size=1, max_size=4),
    st.lists(st.integers(0, 2000), max_size=4),
)
def test_restarts_and_further_looks_change_no_life(
    facts: Facts, events: list[tuple[int, Observation]], looks: list[int]
) -> None:
    assert _lived(facts, events, looks, {}) == _lived(facts, events, [], {})
