"""Any JSON, any text: the rules answer, and the answer can be stored and shown."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract, SecretReference, Thresholds
from platform_status_contract.model.lookup import under
from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.model.status import Status
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import (
    Absent,
    ApplicationSeen,
    ConditionSeen,
    ContractProblem,
    Facts,
    ObjectSeen,
    Observation,
    PodSeen,
    Present,
    SubApplicationSeen,
    Workflow,
    WorkPlacementSeen,
    WorkSeen,
)
from platform_status_contract.rules.texts import MAX_MESSAGE, bounded_names, clean, name_culprits
from platform_status_contract.rules.timers import TIMERS
from platform_status_contract.rules.workflow import read_workflow

from .looks import look
from .settings import quick
from .worlds import NOW, World, any_json, hostile_text, statuses, whole_contract, worlds

_LIMIT = 8 * 1024


@quick
@given(worlds())
def test_what_we_write_can_be_stored_and_shown(world: World) -> None:
    own = merged_status({"conditions": []}, look(world, world.status, NOW), NOW)
    stored = msgspec.json.encode(own)
    assert len(stored) < _LIMIT
    status = msgspec.json.decode(stored, type=Status)
    texts = [status.message or "", *(condition.message for condition in status.conditions)]
    assert all(text.isprintable() and len(text.encode()) <= MAX_MESSAGE for text in texts)
    assert all(condition.message for condition in status.conditions), "every condition says what it means"


@quick
@given(worlds())
def test_numbers_have_a_summary_unless_there_is_nothing_to_count(world: World) -> None:
    health = look(world, world.status, NOW).health
    for name, good in (("workloads", "ready"), ("subApps", "healthy"), ("objects", "ready")):
        total = under(health, name, "total")
        expected = f"{under(health, name, good)}/{total}" if total else None
        assert under(health, name, "summary") == expected


@quick
@given(any_json | statuses, st.dictionaries(hostile_text, hostile_text, max_size=3))
def test_workflow_is_read_from_anything(status: object, labels: dict[str, str]) -> None:
    workflow, said = read_workflow(status, labels)
    assert workflow in Workflow
    assert said.isprintable()


@quick
@given(
    st.one_of(
        any_json,
        st.fixed_dictionaries({"contract": any_json}),
        st.fixed_dictionaries(
            {
                "contract": st.fixed_dictionaries(
                    {"version": st.just("v1") | any_json, "generation": st.just(1) | any_json},
                    optional={
                        "displayName": st.just("VCluster") | any_json,
                        "name": st.just("media") | any_json,
                        "works": st.booleans() | any_json,
                        "secrets": any_json,
                        "application": any_json,
                        "thresholds": st.fixed_dictionaries({"minReadyRatio": any_json}) | any_json,
                    },
                )
            }
        ),
    )
)
def test_contract_is_read_from_anything(status: object) -> None:
    found = read_contract(status)
    if isinstance(found, ContractProblem):
        assert found.message
        assert found.message.isprintable()
    else:
        assert isinstance(found, Contract)
        assert found.observes_something


def test_worst_texts_everywhere_still_fit() -> None:
    worst = '"' * 300
    names = [f"{index:02}{worst}" for index in range(30)]
    placements = tuple(WorkPlacementSeen(name, worst, written=False, message=worst) for name in names)
    seen = Observation(
        works=Present((WorkSeen("w", groups=("a",), placements=placements),)),
        application=Present(
            ApplicationSeen("OutOfSync", "Degraded", worst, "Failed", worst, finished_at=NOW, written_for=1)
        ),
        pods=Present(tuple(PodSeen(name, waiting=worst) for name in names)),
        controllers=Present(()),
        secrets=(Absent(),),
        sub_applications=Present(
            tuple(SubApplicationSeen(name, ApplicationSeen("Synced", "Degraded", worst), None) for name in names)
        ),
    )
    facts = Facts("m", "n", "K", 1, deleting=False, contract=whole_contract(Thresholds()), workflow=Workflow.COMPLETED)
    status = {"phase": "Failed", "health": {"since": dict.fromkeys(TIMERS, "2026-02-26T09:00:00Z")}}
    own = merged_status({"conditions": []}, look(World(status, seen, facts), status, NOW), NOW)
    assert len(msgspec.json.encode(own)) < _LIMIT
    assert own["phase"] == "Failed"


@pytest.mark.parametrize("roles", [0, 8])
def test_worst_texts_of_sixteen_objects_and_roles_still_fit(roles: int) -> None:
    worst = '"' * 300
    entries = tuple(
        ObjectEntry(f"entry-{index:02}-is-{'x' * 8}", "example.org/v1", "Q" * 63, "queues", "Cluster", object="q" * 253)
        for index in range(16 - roles)
    )
    failed = (ConditionSeen("Ready", "False", worst, worst), ConditionSeen("Stalled", "True", worst, worst))
    seen = ObjectSeen("", "q" * 253, speaks=True, conditions=failed, finalizers=(worst,))
    names = [f"{index:02}{worst}" for index in range(30)]
    contract = whole_contract(Thresholds())
    observation = Observation(
        works=Present(
            (WorkSeen("w", groups=("a",), placements=tuple(WorkPlacementSeen(n, n, written=True) for n in names)),)
        ),
        application=Present(
            ApplicationSeen("OutOfSync", "Degraded", worst, "Failed", worst, finished_at=NOW, written_for=1)
        ),
        pods=Present(tuple(PodSeen(name, waiting=worst) for name in names)),
        controllers=Present(()),
        secrets=(Absent(),) * (roles or 1),
        sub_applications=Present(
            tuple(SubApplicationSeen(name, ApplicationSeen("Synced", "Degraded", worst), None) for name in names)
        ),
        objects=tuple(Present((seen,)) for _ in entries),
    )
    names = [f"role-{index:02}-is-{'x' * 9}" for index in range(roles)] or ["kubeconfig"]
    secrets = tuple(SecretReference(name, "q" * 63, "q" * 253) for name in names)
    contract = msgspec.structs.replace(contract, objects=entries, secrets=secrets)
    facts = Facts("m", "n", "K", 1, deleting=False, contract=contract, workflow=Workflow.COMPLETED)
    status = {"phase": "Failed", "health": {"since": dict.fromkeys(TIMERS, "2026-02-26T09:00:00Z")}}
    own = merged_status({"conditions": []}, look(World(status, observation, facts), status, NOW), NOW)
    assert len(msgspec.json.encode(own)) < _LIMIT
    messages = [condition["message"] for condition in own["conditions"]][-16:]  # type: ignore[attr-defined]  # as JSON
    assert all(len(message.encode()) >= 30 for message in messages)


def test_contract_with_half_a_surrogate_pair_is_invalid() -> None:
    found = read_contract({"contract": {"version": "v1\ud800"}})
    assert isinstance(found, ContractProblem)
    assert "not valid Unicode" in found.message


@quick
@given(hostile_text | any_json, st.integers(3, 500))
def test_clean_text_is_one_bounded_printable_line(text: object, limit: int) -> None:
    line = clean(text, limit)
    assert line.isprintable()
    assert len(line.encode()) <= limit
    assert clean(line, limit) == line


@quick
@given(st.lists(hostile_text, max_size=40))
def test_lists_of_names_are_sorted_and_bounded(names: list[str]) -> None:
    shown = bounded_names(names)
    assert shown == sorted(shown)
    assert len(shown) <= 20
    assert sum(len(name.encode()) for name in shown) <= 2048
    assert all(name.isprintable() and name for name in shown)


def test_twenty_of_more_names_are_listed() -> None:
    assert bounded_names(f"app-{index:02}" for index in reversed(range(25))) == [
        f"app-{index:02}" for index in range(20)
    ]


def test_long_names_that_begin_alike_are_counted_apart() -> None:
    names = ["n" * 120 + str(index) for index in range(5)]
    assert name_culprits(names).endswith(" and 2 more")


@quick
@given(statuses)
def test_recalled_numbers_are_plausible(status: object) -> None:
    history = recall(status)
    for counts in (history.workloads, history.sub_apps):
        numbers = [value for value in (counts or {}).values() if isinstance(value, int)]
        assert all(0 <= number < 2**53 for number in numbers)
        assert numbers == sorted(numbers)


def test_names_that_hold_nothing_printable_are_left_out() -> None:
    assert bounded_names(["\x00", "a"]) == ["a"]


def test_text_that_is_too_long_keeps_its_head_and_its_tail() -> None:
    assert clean("é" * 10, 10) == "éé…é"
    assert clean(f"no sync: {'x' * 9_000} : connection refused", 40) == "no sync: xxxxxxxxxx…connection refused"


@pytest.mark.parametrize(
    "hidden",
    [
        *("\u200b", "\u200d", "\u200f", "\u2060", "\u2066", "\ufeff", "\u00ad", "\u034f", "\u061c", "\u180e"),
        *("\ufe0f", "\ufe00", "\U000e0100", "\U000e0041", "\U000e007f", "\u3164", "\uffa0", "\u115f", "\u2800"),
    ],
)
def test_clean_text_hides_nothing(hidden: str) -> None:
    assert clean(f"Rea{hidden}dy") == "Ready"
    assert clean(hidden) == ""
