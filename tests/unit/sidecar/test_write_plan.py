"""Planning a write: the merge patch, whose conditions it carries, and when there is nothing to write."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.status import Condition
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.write.plan import apply, difference, plan, pruned, same, says_deleting, until_due
from tests.unit.sidecar.support import NOW, Json

SCALAR = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("ab", max_size=2)
KEYS = st.sampled_from(["a", "b", "c", "health", "phase"])
ANY_JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
OBJECT = st.dictionaries(KEYS, ANY_JSON, max_size=4)
OWNED = [name.value for name in ConditionType]
ENTRY = st.one_of(
    ANY_JSON,
    st.fixed_dictionaries(
        {"type": st.sampled_from([*OWNED, "Reconciled", "WorksSucceeded", "Foreign"])},
        optional={"status": st.sampled_from(["True", "False"]), "observedGeneration": st.integers(0, 3)},
    ),
)
LATER = NOW + timedelta(minutes=5)


def projection(
    *types: ConditionType, message: str | None = "VCluster media is fine", health: Json | None = None
) -> Projection:
    conditions = tuple(
        Condition(name.value, ConditionStatus.TRUE, "2026-02-26T10:00:00Z", Reason.ALL_HEALTHY.value, "fine")
        for name in (ConditionType.READY, *types)
    )
    return Projection(
        phase=Phase.READY,
        ready=conditions[0],
        message=message,
        health=health if health is not None else {"observedGeneration": 1, "since": {}},
        conditions=conditions,
        row="3",
    )


def without_nulls(value: object) -> object:
    """What a merge patch can say: an object without null members, at any depth below objects."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


@given(OBJECT, OBJECT)
def test_the_difference_applied_to_what_was_is_what_shall_be(before: Json, after: Json) -> None:
    wanted = without_nulls(after)
    assert isinstance(wanted, dict)
    patched = apply(before, difference(before, wanted))
    assert same(patched, wanted)


@given(OBJECT)
def test_equal_objects_have_no_difference(value: Json) -> None:
    wanted = without_nulls(value)
    assert isinstance(wanted, dict)
    assert difference(wanted, wanted) == {}


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_is_applied_as_rfc_7386_says(target: object, patch: object, result: object) -> None:
    assert apply(target, patch) == result


@pytest.mark.parametrize(("left", "right"), [(1, True), (0, False), (1, 1.0), ([1], [True]), ({"a": 0}, {"a": False})])
def test_values_that_python_calls_equal_and_json_does_not_differ(left: object, right: object) -> None:
    assert not same(left, right)


@given(st.one_of(OBJECT, ANY_JSON), st.lists(ENTRY, max_size=5))
def test_the_second_plan_of_the_same_projection_is_nothing_at_any_time(
    status: object, conditions: list[object]
) -> None:
    if isinstance(status, dict):
        status = {**status, "conditions": conditions}
    first = plan(status, projection(ConditionType.PODS_READY), NOW)
    stored = first.intended if first else status
    assert plan(stored, projection(ConditionType.PODS_READY), LATER) is None


@given(OBJECT, st.lists(ENTRY, max_size=6))
def test_foreign_conditions_are_kept_in_value_and_order(status: Json, conditions: list[object]) -> None:
    planned = plan({**status, "conditions": conditions}, projection(ConditionType.WORKS_READY), NOW)
    assert planned is not None
    assert same(foreign(planned.intended["conditions"]), foreign(conditions))


def foreign(conditions: object) -> list[object]:
    assert isinstance(conditions, list)
    return [entry for entry in conditions if not (isinstance(entry, dict) and entry.get("type") in OWNED)]


@given(OBJECT)
def test_keys_of_other_writers_are_never_in_the_patch(status: Json) -> None:
    planned = plan({**status, "kratix": {"a": 1}, "contract": {}, "endpoints": {}}, projection(), NOW)
    assert planned is not None
    assert set(planned.changes) <= {"phase", "message", "lastReconciled", "destinations", "health", "conditions"}


def test_owned_conditions_are_updated_in_place_and_removed_when_not_projected() -> None:
    stored = [
        {"type": "Reconciled", "status": "True"},
        {"type": "PodsReady", "status": "False"},
        {"type": "ArgoSynced", "status": "True"},
        {"type": "WorksSucceeded", "status": "True"},
    ]
    planned = plan({"conditions": stored}, projection(ConditionType.PODS_READY), NOW)
    assert planned is not None
    merged = planned.intended["conditions"]
    assert isinstance(merged, list)
    assert [entry["type"] for entry in merged] == ["Reconciled", "PodsReady", "WorksSucceeded", "Ready"]
    assert merged[1]["status"] == "True"


def test_a_health_key_that_is_gone_is_patched_with_null() -> None:
    stored = {"health": {"observedGeneration": 1, "workloads": {"ready": 1, "total": 1}, "since": {"degraded": "x"}}}
    planned = plan(stored, projection(), NOW)
    assert planned is not None
    assert planned.changes["health"] == {"workloads": None, "since": {"degraded": None}}
    assert planned.intended["health"] == {"observedGeneration": 1, "since": {}}


def test_the_time_of_the_write_alone_is_no_reason_to_write() -> None:
    first = plan({}, projection(), NOW)
    assert first is not None
    assert first.changes["lastReconciled"] == "2026-02-26T10:30:00Z"
    assert plan(first.intended, projection(), LATER) is None
    changed = plan(first.intended, projection(health={"observedGeneration": 2, "since": {}}), LATER)
    assert changed is not None
    assert changed.changes == {"lastReconciled": "2026-02-26T10:35:00Z", "health": {"observedGeneration": 2}}


def test_the_message_is_not_written_while_it_is_kratix() -> None:
    planned = plan({"message": "Pending"}, projection(message=None), NOW)
    assert planned is not None
    assert "message" not in planned.changes
    assert planned.intended["message"] == "Pending"


def test_the_body_carries_the_version_it_was_computed_from() -> None:
    planned = plan({}, projection(), NOW)
    assert planned is not None
    body = msgspec.json.decode(planned.body("42"))
    assert body == {"metadata": {"resourceVersion": "42"}, "status": planned.changes}


def test_what_the_server_stored_otherwise_is_named() -> None:
    planned = plan({}, projection(), NOW)
    assert planned is not None
    assert pruned(planned, planned.intended) == []
    assert pruned(planned, {**planned.intended, "health": {}}) == ["health"]
    assert pruned(planned, None) == list(planned.changes)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"phase": "Deleting", "conditions": [{"type": "Ready", "reason": "Deleting"}]}, True),
        ({"phase": "Deleting"}, False),
        ({"phase": "Deleting", "conditions": [{"type": "Ready", "reason": "AllHealthy"}]}, False),
        ({"phase": "Ready", "conditions": [{"type": "Ready", "reason": "Deleting"}]}, False),
        ({"phase": "Deleting", "conditions": "x"}, False),
        (None, False),
    ],
)
def test_deleting_counts_as_told_only_in_our_own_words(status: object, *, told: bool) -> None:
    assert says_deleting(status) is told


SYNCED = "2026-02-26T10:29:30Z"


@pytest.mark.parametrize(
    ("argocd", "more", "wait"),
    [
        ({"lastSyncTime": SYNCED}, {}, 30),
        ({"lastSyncTime": "2026-02-26T10:29:00Z"}, {}, 0),
        ({"lastSyncTime": "2026-02-26T10:30:00Z"}, {}, 60),
        ({"lastSyncTime": "2026-02-26T10:30:01Z"}, {}, 0),
        ({"lastSyncTime": SYNCED, "syncStatus": "OutOfSync"}, {}, 0),
        ({"lastSyncTime": SYNCED}, {"workloads": {"ready": 0, "total": 1}}, 0),
        ({}, {"observedGeneration": 2}, 0),
        ({}, {"argocd": None}, 0),
    ],
)
def test_the_time_of_a_sync_alone_waits_a_minute_from_the_sync_for_another_change(
    argocd: Json, more: Json, wait: float
) -> None:
    words = {"syncStatus": "Synced", "healthStatus": "Healthy"}
    stored: Json = {"observedGeneration": 1, "since": {}, "argocd": words | {"lastSyncTime": "2026-02-26T10:00:00Z"}}
    first = plan({}, projection(health=stored), NOW)
    assert first is not None
    health = {**stored, "argocd": {**stored["argocd"], **argocd}, **more}
    planned = plan(first.intended, projection(health=health), NOW)
    assert planned is not None
    assert until_due(planned, NOW) == wait
    assert until_due(planned, NOW + timedelta(seconds=max(wait, 1))) == 0 or wait == 0


def test_a_sync_time_that_rides_with_another_key_of_the_status_does_not_wait() -> None:
    stored: Json = {"since": {}, "argocd": {"syncStatus": "Synced", "healthStatus": "Healthy"}}
    first = plan({}, projection(health=stored), NOW)
    assert first is not None
    health = {**stored, "argocd": {**stored["argocd"], "lastSyncTime": SYNCED}}
    planned = plan(first.intended, projection(message="VCluster media is degraded", health=health), NOW)
    assert planned is not None
    assert until_due(planned, NOW) == 0
