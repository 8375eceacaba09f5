"""Reading a policy: what is wrong with one is told, and the shipped ones are what the Promise's files say."""

import json
from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.policy.paths import Every, PathError, parse_path
from platform_status_contract.policy.read import SHIPPED, PolicyError, carried, read_policy, shipped_policy
from platform_status_contract.template.yaml_text import load

from .made import document

ROOT = Path(__file__).resolve().parents[4]
NAME = {"path": "spec.name", "type": "name"}


def wrong(made: object) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_policy(made)
    return [problem.line for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (({"path": "spec.a", "type": "free"}, {"path": "spec.a.b", "type": "string"}), "another bound covers it"),
        (({"path": "spec.a.b", "type": "string"}, {"path": "spec.a", "type": "free"}), "another bound covers it"),
        (({"path": "spec.a", "type": "string"}, {"path": "spec.a", "type": "free"}), "another bound covers it"),
        (({"path": "spec.a.*", "type": "string"}, {"path": "spec.a.b", "type": "free"}), "another bound covers it"),
        (({"path": "spec.a[]", "type": "string"}, {"path": "spec.a.b", "type": "free"}), "another bound covers it"),
        (({"path": "spec.a b", "type": "string"},), "cannot be read from character 7 on"),
        (({"path": "status.phase", "type": "string"},), "expected a field of spec, or one annotation"),
        (({"path": "metadata.annotations", "type": "free"},), "expected a field of spec, or one annotation"),
        (({"path": "spec.a", "type": "string", "allowed": [1]},), "found 1 in allowed, which a string cannot be"),
        (({"path": "spec.a", "type": "integer", "allowed": [True]},), "found true in allowed, which a integer cannot"),
        (({"path": "spec.a", "type": "free", "allowed": ["a"]},), "in allowed, which a free cannot be"),
        (({"path": "spec.a", "type": "string", "allowed": ["a*b*"]},), "expected at most one *"),
        (({"path": "spec.a", "type": "string", "allowed": ["https://*.example.com/x"]},), "behind its host"),
        (({"path": "spec.a", "type": "string", "allowed": ["https://git.example.com*"]},), "behind its host"),
        (({"path": "spec.a", "type": "string", "maximum": 1},), "found maximum 1, which a string cannot have"),
        (({"path": "spec.a", "type": "integer", "maximum": "1Gi"},), "found maximum 1Gi, which a integer cannot have"),
        (({"path": "spec.a", "type": "string", "alowed": []},), "did you mean allowed?"),
    ],
)
def test_bounds_that_cannot_be_used(bounds: tuple[dict[str, Any], ...], said: str) -> None:
    assert any(said in line for line in wrong(document(*bounds)))


def test_names_that_cannot_be_used() -> None:
    assert "requires shortNames" in wrong(document(NAME, names={"shortNames": "RequestsNamespace"}))[0]
    assert "requires shortNames" in wrong(document(NAME, names={"requestsNamespace": "a"}))[0]
    twice = [{"namespace": "a", "name": "m"}, {"namespace": "b", "name": "m"}]
    assert "found m twice" in wrong(document(NAME, names={"legacyNames": twice}))[0]
    assert "at most one *" in wrong(document(NAME, names={"reserved": ["a*b*"]}))[0]
    made = document(NAME)
    made["spec"]["kinds"] *= 2
    assert wrong(made) == ["spec.kinds: found one kind twice; correct the policy"]


def test_a_legacy_name_may_leave_its_target_open() -> None:
    legacy = [{"namespace": "a", "name": "m", "targetNamespace": None}]
    assert (
        read_policy(document(NAME, names={"legacyNames": legacy})).spec.names.legacy_names[0].target_namespace is None
    )


def test_a_path_is_keys_items_and_every_key() -> None:
    assert parse_path('spec.a-b[].*["x.y/z"]') == ("spec", "a-b", Every.ITEM, Every.KEY, "x.y/z")
    with pytest.raises(PathError):
        parse_path("")


def test_the_shipped_policies_are_those_of_the_promise() -> None:
    for name, file in zip(SHIPPED, ("platform.yaml", "platform-single-tenant.yaml"), strict=True):
        assert read_policy(load((ROOT / "promise" / file).read_text("utf-8"))) == shipped_policy(name)
        assert shipped_policy(name).metadata.name == name


def test_a_promise_carries_its_policy_in_a_variable_of_its_containers() -> None:
    promise = load((ROOT / "promise" / "promise.yaml").read_text("utf-8"))
    (text,) = carried(promise)
    assert read_policy(load(text)) == shipped_policy()
    value = {"name": "PLATFORM_POLICY", "value": "a: $$x"}
    made = {"spec": {"workflows": {"resource": {"configure": [{"spec": {"containers": [{"env": [value, None]}]}}]}}}}
    assert carried(made) == ["a: $x"]
    assert carried(json.loads("[]")) == []
