"""Conditions of others: kept, in value and in order, however often we merge ours."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.vocabulary import ConditionType, Phase
from platform_status_contract.rules.merge import merged_conditions, merged_status
from platform_status_contract.rules.projection import Projection

from .looks import look
from .settings import quick
from .worlds import NOW, World, any_json, sane_statuses, statuses, worlds

_OWNED = {kind.value for kind in ConditionType}


def _kind(entry: object) -> object:
    return entry.get("type") if isinstance(entry, dict) else None


def _is_ours(entry: object, projection: Projection) -> bool:
    """Ours are the fixed types, those that a contract chose and the status says we wrote, and those written now."""
    kind = _kind(entry)
    return isinstance(kind, str) and kind in {*_OWNED, *projection.free}


def _stored(status: object) -> list[object]:
    found = status.get("conditions") if isinstance(status, dict) else None
    return found if isinstance(found, list) else []


@quick
@given(worlds())
def test_conditions_of_others_keep_value_and_order(world: World) -> None:
    stored = _stored(world.status)
    projection = look(world, world.status, NOW)
    before = deepcopy([entry for entry in stored if not _is_ours(entry, projection)])
    merged = merged_conditions(stored, projection)
    after = [entry for entry in merged if not _is_ours(entry, projection)]
    assert repr(after) == repr(before), "by text, because not-a-number does not equal itself"


@quick
@given(worlds(sane_statuses))
def test_ours_stand_once_each_and_where_they_stood(world: World) -> None:
    stored = _stored(world.status)
    projection = look(world, world.status, NOW)
    merged = merged_conditions(stored, projection)
    ours = [_kind(entry) for entry in merged if _is_ours(entry, projection)]
    assert sorted(map(str, ours)) == sorted(condition.type for condition in projection.conditions)
    known = list(dict.fromkeys(_kind(entry) for entry in stored if _is_ours(entry, projection)))
    assert [kind for kind in ours if kind in known] == [kind for kind in known if kind in ours]
    assert merged_conditions(merged, projection) == merged


@quick
@given(worlds(sane_statuses), st.dictionaries(st.sampled_from(["kratix", "contract", "observedGeneration"]), any_json))
def test_keys_of_others_are_left_alone(world: World, others: dict[str, object]) -> None:
    assert isinstance(world.status, dict)
    stored = world.status | others
    wanted = merged_status(stored, look(world, stored, NOW), NOW)
    assert repr({key: wanted[key] for key in others}) == repr(others)


@quick
@given(statuses, worlds())
def test_message_is_left_alone_while_a_workflow_runs(status: object, world: World) -> None:
    projection = look(world, status, NOW)
    about_to = world.facts.workflow.value in ("pending", "running") and projection.phase is not Phase.DELETING
    assert (projection.message is None) == about_to
    if about_to and isinstance(status, dict):
        assert merged_status(status, projection, NOW).get("message") == status.get("message")
