"""Of two states of an object the newer counts, in whatever order they come; a wall clock that was set is noticed."""

from datetime import datetime, timedelta

import pytest

from platform_status_contract.observing.records import Record, number_of
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.clock import Jumps
from tests.unit.sidecar import support
from tests.unit.sidecar.support import DECODERS, Watched, encode, watched

KINDS = [
    (Source.APPLICATIONS, support.application()),
    (Source.PODS, support.pod()),
    (Source.WORKS, support.work()),
    (Source.WORK_PLACEMENTS, support.placement()),
    (Source.STATEFUL_SETS, support.stateful_set()),
]
by_kind = pytest.mark.parametrize(("source", "item"), KINDS, ids=lambda value: getattr(value, "value", ""))


def at(item: support.Json, version: int, **labels: str) -> support.Json:
    metadata = {**item["metadata"], "resourceVersion": str(version)}
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    return {**item, "metadata": metadata}


def record_of(source: Source, item: support.Json) -> Record:
    record = DECODERS[source](encode(item))
    assert record
    return record


def known_with(source: Source, item: support.Json) -> Watched:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.put(Source.WORKS, at(support.work(), 1))
    known.put(source, item)
    return known


def shelved(known: Watched, source: Source) -> set[int]:
    return {record.version for record in known.store._shelves[source]}


@by_kind
def test_an_older_event_that_comes_last_does_not_win(source: Source, item: support.Json) -> None:
    known = known_with(source, at(item, 20))
    known.put(source, at(item, 19))
    assert shelved(known, source) == {20}


@by_kind
def test_an_older_delete_that_comes_last_does_not_take_it_away(source: Source, item: support.Json) -> None:
    known = known_with(source, at(item, 20))
    key = record_of(source, item).key
    known.store.remove(source, key, "19")
    assert shelved(known, source) == {20}
    known.store.remove(source, key, "21")
    assert shelved(known, source) == set()


@by_kind
def test_a_list_that_lags_does_not_take_newer_objects_away(source: Source, item: support.Json) -> None:
    known = known_with(source, at(item, 20))
    known.store.keep_only(source, set(), "19")
    assert shelved(known, source) == {20}
    known.store.keep_only(source, set(), "20")
    assert shelved(known, source) == set()


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("", 0), ("twelve", 0), ("-1", 0), ("\u0661", 0), ("9" * 21, 0)]
)
def test_a_version_that_is_no_number_says_nothing(text: str, number: int) -> None:
    assert number_of(text) == number


class SetClock(support.TurnedClock):
    """A clock whose wall time can be set."""

    def __init__(self) -> None:
        super().__init__()
        self.error = timedelta()

    def now(self) -> datetime:
        return super().now() + self.error


@pytest.mark.parametrize("hours", [1, -1])
def test_a_wall_clock_that_was_set_is_noticed_once_and_again_when_it_is_set_back(hours: int) -> None:
    clock = SetClock()
    jumps = Jumps(clock)
    clock.advance(100)
    assert jumps.look() == 0
    clock.error = timedelta(hours=hours)
    assert jumps.look() == pytest.approx(3600 * hours)
    assert jumps.look() == 0
    clock.error = timedelta()
    assert jumps.look() == pytest.approx(-3600 * hours)


def test_a_clock_that_is_disciplined_by_a_second_is_none_that_was_set() -> None:
    clock = SetClock()
    jumps = Jumps(clock)
    clock.error = timedelta(seconds=1.5)
    assert jumps.look() == 0
