"""The evaluator: what each type of bound allows, what no bound speaks of, and that no JSON gets past it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_status_contract.policy.judge import MAX_REFUSALS, judge
from platform_status_contract.policy.read import shipped_policy
from tests.examples import examples

from .made import document, fields, policy, request

STRICT = shipped_policy()
TEXTS = ["x", "https://git.example.com/{namespace}/*", "{name}.{request}"]
TEXT = {"path": "spec.a", "type": "string", "allowed": TEXTS}
LIST = {"path": "spec.list[].cidr", "type": "string", "allowed": ["10.0.0.0/8"]}
MAP = {"path": "spec.labels.*", "type": "string", "allowed": ["a*"]}


@pytest.mark.parametrize(
    ("bound", "value", "allowed"),
    [
        (TEXT, "x", True),
        (TEXT, "https://git.example.com/team-a/x/y", True),
        (TEXT, "https://git.example.com/team-a/", True),
        (TEXT, "https://git.example.com/team-a/../team-b/x", False),
        (TEXT, "https://git.example.com/team-a/%2e%2e/team-b", False),
        (TEXT, "https://git.example.com/team-a/\u2025/team-b", False),
        (TEXT, "https://git.example.com/team-a/x\u200b", False),
        (TEXT, "https://git.example.com/team-a/x y", False),
        (TEXT, "https://git.example.com/team-b/x", False),
        (TEXT, "n.r", True),
        (TEXT, 1, False),
        (TEXT, None, False),
        (TEXT, ["x"], False),
        ({"path": "spec.a", "type": "string"}, "any text", True),
        ({"path": "spec.a", "type": "string"}, "a {{ .kubeconfig }}", False),
        ({"path": "spec.a", "type": "string"}, "a ${cluster_secret}", False),
        ({"path": "spec.a", "type": "string", "maxLength": 3}, "four", False),
        ({"path": "spec.a", "type": "string", "allowed": []}, "", False),
        ({"path": "spec.a", "type": "string", "allowed": ["aXa*aYa"]}, "aXaYa", False),
        ({"path": "spec.a", "type": "integer"}, 10**6, True),
        ({"path": "spec.a", "type": "integer"}, True, False),
        ({"path": "spec.a", "type": "integer"}, 1.0, False),
        ({"path": "spec.a", "type": "integer", "minimum": 1, "maximum": 3}, 0, False),
        ({"path": "spec.a", "type": "integer", "minimum": 1, "maximum": 3}, 3, True),
        ({"path": "spec.a", "type": "integer", "minimum": 1, "maximum": 3}, 4, False),
        ({"path": "spec.a", "type": "integer", "allowed": [443]}, 443, True),
        ({"path": "spec.a", "type": "integer", "allowed": [1]}, 2, False),
        ({"path": "spec.a", "type": "boolean"}, False, True),
        ({"path": "spec.a", "type": "boolean"}, "false", False),
        ({"path": "spec.a", "type": "boolean", "allowed": [True]}, False, False),
        ({"path": "spec.a", "type": "quantity", "maximum": "2"}, "1999m", True),
        ({"path": "spec.a", "type": "quantity", "maximum": "2"}, 2, True),
        ({"path": "spec.a", "type": "quantity", "maximum": 2}, 3, False),
        ({"path": "spec.a", "type": "quantity", "maximum": "1Gi"}, "1.1Gi", False),
        ({"path": "spec.a", "type": "quantity", "maximum": "1Gi"}, "1G", True),
        ({"path": "spec.a", "type": "quantity"}, "9T", True),
        ({"path": "spec.a", "type": "quantity"}, "1e3", False),
        ({"path": "spec.a", "type": "quantity"}, -1, False),
        ({"path": "spec.a", "type": "quantity"}, True, False),
        ({"path": "spec.a", "type": "free"}, {"any": [1, {"x": "{{"}]}, True),
        ({"path": "spec.a", "type": "name"}, 1, False),
        ({"path": "spec.a", "type": "namespace"}, "team-a--x", True),
        ({"path": "spec.a", "type": "namespace"}, "team-b", False),
        ({"path": "spec.a", "type": "namespace"}, None, False),
    ],
)
def test_each_type_of_bound(bound: dict[str, Any], value: object, allowed: bool) -> None:  # noqa: FBT001 - a case
    made = policy(bound, {"path": "spec.name", "type": "name"}, names={"shortNames": "Namespace"})
    asked = request({"a": value, "name": "team-a--x"} if value != "n.r" else {"a": value, "name": "n"})
    found = [field for field in fields(made, asked) if field == "spec.a"]
    assert found == ([] if allowed else ["spec.a"])


def test_lists_mappings_and_what_no_bound_speaks_of() -> None:
    made = policy(LIST, MAP, {"path": 'metadata.annotations["example.org/a"]', "type": "string", "allowed": ["x"]})
    good = {"list": [{"cidr": "10.0.0.0/8"}], "labels": {"k": "ab"}}
    assert fields(made, request(good, annotations={"example.org/a": "x", "other": "anything"}, labels={"a": "b"})) == []
    bad = {"list": [{"cidr": "0.0.0.0/0", "x": 1}, "a"], "labels": {"k": "b"}, "further": {}}
    assert fields(made, request(bad, annotations={"example.org/a": "y"})) == [
        "spec.list[0].cidr",
        "spec.list[0].x",
        "spec.list[1]",
        "spec.labels.k",
        "spec.further",
        'metadata.annotations["example.org/a"]',
    ]
    assert fields(made, request({"list": {}, "labels": []})) == ["spec.list", "spec.labels"]
    assert fields(made, request(None)) == ["spec"]
    assert fields(made, {**request({}), "metadata": None}) == []


def test_what_is_required_must_be_there_where_its_mapping_is() -> None:
    made = policy({"path": "spec.selector.key", "type": "string", "required": True, "allowed": ["a"]})
    assert fields(made, request({})) == []
    assert fields(made, request({"selector": {}})) == ["spec.selector.key"]
    assert fields(made, request({"selector": {"key": "a"}})) == []


def test_a_request_that_names_no_target_is_judged_by_its_own_namespace() -> None:
    names = {"shortNames": "RequestsNamespace", "requestsNamespace": "team-a"}
    bounds = ({"path": "spec.name", "type": "name"}, {"path": "spec.targetNamespace", "type": "namespace"})
    made = policy(*bounds, names=names)
    assert fields(made, request({"name": "r"})) == ["spec.targetNamespace"]
    assert fields(made, request({"name": "r", "targetNamespace": "vcluster-r"})) == []
    assert fields(policy(*bounds), request({"name": "team-a--r"})) == []


def test_a_refusal_names_field_value_rule_and_whom_to_ask() -> None:
    made = policy({"path": "spec.labels.*", "type": "string", "allowed": ["a", "b", "c", "d", "e", "f", "g"]})
    (problem,) = judge(made, request({"labels": {"k\x1b[2J": "evil\x00" + "x" * 1000}}))
    shown = f'"evil\\u0000{"x" * 43}…" (1005 characters)'
    wanted = "expected a or b or c or d or e or f or one of 1 more"
    rule = "which is the rule spec.labels.* of the platform's policy ours; ask Ann"
    assert problem.line == f'spec.labels["k\\u001b[2J"]: found {shown}, {wanted}, {rule}'
    keys = [{"path": f"spec.k{number}", "type": "integer"} for number in range(10)]
    (problem,) = judge(policy(*keys), request({"x": 1}))
    assert "expected only k0, k1, k2, k3, k4, k5, k6, k7 and 2 more there, which is the rule spec of" in problem.line


def test_a_hostile_request_has_no_end_of_refusals_but_we_have() -> None:
    asked = request({f"k{number}": 1 for number in range(10_000)})
    assert len(judge(STRICT, asked)) == MAX_REFUSALS


@pytest.mark.parametrize("asked", [None, [], 1, {}, {"kind": "VClusterOrchestratorV2"}, {"apiVersion": 1, "kind": []}])
def test_what_is_of_no_kind_of_the_policy_is_not_judged(asked: object) -> None:
    assert judge(STRICT, asked) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(spec=JSON, metadata=JSON)
@settings(max_examples=examples(200), deadline=None, database=None)
def test_no_json_raises_and_every_refusal_is_one_line(spec: object, metadata: object) -> None:
    asked = {**request(spec), "metadata": metadata}
    for problem in judge(STRICT, asked):
        assert problem.line.isprintable()
        assert len(problem.line) <= 1024


def test_single_tenant_allows_everything() -> None:
    free = shipped_policy("single-tenant")
    assert judge(free, request({"name": "in-cluster", "anything": {"at": ["all", None]}})) == ()
    assert document()["spec"]["contact"] == "Ann"


def test_a_text_that_nothing_evaluates_may_look_like_a_template() -> None:
    made = policy({"path": "spec.env.*", "type": "string", "templates": True, "maxLength": 9})
    assert fields(made, request({"env": {"A": "{{ .x }}"}})) == []
    (problem,) = judge(made, request({"env": {"A": "{{" * 5}}))
    assert "expected a text of at most 9 characters, which" in problem.line
