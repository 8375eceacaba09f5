"""kratix.md sections 3 and 11.3: how Kratix keeps the list of conditions."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from kratix_double.conditions import condition, find, merge, read, set_condition

EARLY = datetime(2026, 2, 26, 10, 0, tzinfo=UTC)
CHANCE = random.Random(1)  # noqa: S311 - an order, nothing secret
LATE = datetime(2026, 2, 26, 11, 0, tzinfo=UTC)


def _types(status: dict[str, Any]) -> list[str]:
    return [entry["type"] for entry in status["conditions"]]


def test_any_set_sorts_the_whole_list_ready_first_and_then_by_type() -> None:
    status = {"conditions": [condition(kind, "True", "R", "", EARLY) for kind in ("PodsReady", "Ready", "ArgoSynced")]}
    set_condition(status, condition("Reconciled", "True", "R", "", LATE))
    assert _types(status) == ["Ready", "ArgoSynced", "PodsReady", "Reconciled"]


def test_any_set_drops_the_fields_that_it_does_not_know_from_all_entries() -> None:
    status = {"conditions": [{**condition("Ready", "True", "R", "", EARLY), "observedGeneration": 3}]}
    set_condition(status, condition("Reconciled", "True", "R", "", LATE))
    assert all("observedGeneration" not in entry for entry in status["conditions"])


def test_a_condition_that_says_the_same_keeps_its_time() -> None:
    status = {"conditions": [condition("Reconciled", "True", "R", "m", EARLY)]}
    set_condition(status, condition("Reconciled", "True", "R", "m", LATE))
    assert status["conditions"][0]["lastTransitionTime"] == "2026-02-26T10:00:00Z"


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "Mine", "status": True},
        {"type": "Mine", "status": "True", "lastTransitionTime": "2026-02-26t10:00:00z"},
        {"type": "Mine", "status": "True", "lastTransitionTime": "2026-02-26 10:00:00"},
        "no mapping",
    ],
)
def test_one_entry_that_cannot_be_decoded_empties_the_list_and_the_next_set_overwrites_all(entry: object) -> None:
    status: dict[str, Any] = {"conditions": [condition("Ready", "True", "R", "", EARLY), entry]}
    assert read(status) == []
    set_condition(status, condition("Reconciled", "True", "R", "", LATE))
    assert _types(status) == ["Reconciled"]


def test_the_status_writer_merges_by_type_and_its_own_entries_win() -> None:
    live = [condition("Ready", "True", "R", "", EARLY), condition("Reconciled", "True", "R", "", EARLY)]
    own = [condition("Ready", "False", "Mine", "", LATE)]
    merged = {entry["type"]: entry["reason"] for entry in merge(live, own, CHANCE)}
    assert merged == {"Ready": "Mine", "Reconciled": "R"}


def test_the_status_writer_leaves_the_order_to_chance() -> None:
    live = [condition(kind, "True", "R", "", EARLY) for kind in "ABCDE"]
    orders = {tuple(entry["type"] for entry in merge(live, [], CHANCE)) for _ in range(20)}
    assert len(orders) > 5


def test_the_status_writer_drops_entries_without_a_string_type_and_keeps_unknown_fields() -> None:
    merged = merge([{"type": 1}, {"status": "True"}, {"type": "A", "more": 1}, 7], None, CHANCE)
    assert merged == [{"type": "A", "more": 1}]


def test_find_is_blind_where_the_list_cannot_be_decoded() -> None:
    entries: list[object] = [condition("Ready", "True", "R", "", EARLY)]
    assert find({"conditions": entries}, "Ready") is not None
    assert find({"conditions": [*entries, 7]}, "Ready") is None
