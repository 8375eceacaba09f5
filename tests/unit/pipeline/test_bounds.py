"""The admission policy says what the evaluator says: of every request, under every policy."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hctl.validation.crd_rules import rules_environment
from platform_status_contract.model.policy import KindBounds, LegacyName, NameRules, Policy
from platform_status_contract.policy.judge import judge
from platform_status_contract.policy.read import shipped_policy
from platform_status_pipeline.promise.admission import admission
from tests.examples import examples
from tests.unit.schemas.policy.made import policy

from .admitting import PROMISE, Admission
from .asking import asked
from .requests import EXAMPLES, ROOT, read

STRICT = shipped_policy()
HOSTILE = sorted((ROOT / "tests/golden/pipeline").glob("refused-by-policy-*/request.yaml"))


def named(names: NameRules) -> Policy:
    """The strict policy with other rules for names."""
    return replace(STRICT, spec=replace(STRICT.spec, names=names))


MANY = policy(
    {"path": "spec.name", "type": "name"},
    {"path": "spec.a.*", "type": "string", "allowed": ["a*", "{request}x"]},
    {"path": "spec.b[]", "type": "boolean", "allowed": [True]},
    {"path": "spec.c[].d.*.e[]", "type": "integer", "minimum": 1},
    {"path": "spec.c[].f", "type": "integer", "maximum": 3, "required": True},
    {"path": "spec.g[].h", "type": "free"},
    {"path": "spec.i", "type": "string", "maxLength": 3},
    {"path": "spec.j.k", "type": "quantity"},
    {"path": 'metadata.annotations["example.org/a-b"]', "type": "string", "allowed": ["{namespace}"]},
)
POLICIES = {
    "strict": STRICT,
    "requests-namespace": named(NameRules(short_names="RequestsNamespace", requests_namespace="requests")),
    "legacy": named(
        NameRules(
            reserved=("kube-*", "in-cluster"),
            target_namespaces=("shared", "team-b"),
            legacy_names=(LegacyName("old-team", "relic", "shop"), LegacyName("team-b", "media")),
        )
    ),
    "free-names": named(NameRules(short_names="Free")),
    "many": MANY,
}
ADMISSIONS = {name: Admission(made) for name, made in POLICIES.items()}


def bounds_of(made: Policy) -> Any:  # noqa: ANN401 - bounds
    return made.bounds_of(PROMISE.group, PROMISE.kind)


@pytest.mark.parametrize("name", POLICIES)
@given(data=st.data())
@settings(
    max_examples=examples(250),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_the_evaluator_and_the_admission_policy_agree(name: str, data: st.DataObject) -> None:
    request = data.draw(asked(bounds_of(POLICIES[name])))
    told, refused = judge(POLICIES[name], request), ADMISSIONS[name].refusals(request)
    assert bool(told) == bool(refused), (request, [problem.line for problem in told], refused)
    assert all(text.isprintable() and len(text) < 1500 for text in refused)


@pytest.mark.parametrize("file", HOSTILE, ids=lambda file: str(file.parent.name))
def test_hostile_requests_are_refused_by_field_value_rule_and_whom_to_ask(file: Any) -> None:  # noqa: ANN401 - a Path
    refused = ADMISSIONS["strict"].refusals(read(file))
    assert refused
    assert all("which is the rule " in text and text.endswith("; ask the platform team") for text in refused)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.stem))
def test_every_example_is_admitted(file: Any) -> None:  # noqa: ANN401 - a Path
    assert ADMISSIONS["strict"].refusals(read(file)) == []


def test_a_message_shows_the_value_if_it_can_be_shown() -> None:
    request = read(EXAMPLES[1])
    request["spec"]["projectName"] = "platform-root"
    (text,) = ADMISSIONS["strict"].refusals(request)
    assert text == (
        "spec.projectName: found platform-root, expected vcluster-{name}, which is the rule spec.projectName of the "
        "platform's policy strict; ask the platform team"
    )
    request["spec"]["projectName"] = "\x1b[2J"
    assert "found a text that is not shown" in ADMISSIONS["strict"].refusals(request)[0]
    request["spec"] = {"name": "media", "\x1b": 1}
    assert "spec: found a key that is not shown, expected only name, " in ADMISSIONS["strict"].refusals(request)[0]


def test_a_change_is_judged_only_if_it_asks_for_something() -> None:
    strict = ADMISSIONS["strict"]
    old = read(EXAMPLES[1])
    old["metadata"] |= {"annotations": {"other": "a"}, "finalizers": ["kratix.io/work-cleanup"]}

    def changed(**metadata: object) -> dict[str, Any]:
        return {**old, "metadata": {**old["metadata"], **metadata}}

    assert not strict.judges(old, old)
    assert not strict.judges(changed(labels={"kratix.io/manual-reconciliation": "true"}), old)
    assert not strict.judges(changed(finalizers=[]), old)
    assert not strict.judges(changed(annotations={"other": "b"}), old)
    assert strict.judges(changed(annotations={"platform.integratn.tech/base-domain": "x"}), old)
    assert strict.judges(old, changed(annotations={"platform.integratn.tech/reconcile-at": "x"}))
    assert strict.judges({**old, "spec": {"name": "other"}}, old)
    dying = changed(deletionTimestamp="2026-02-26T10:00:00Z")
    assert not strict.judges({**dying, "spec": {"name": "other"}}, dying)


def test_only_the_accounts_of_gitops_make_sub_requests() -> None:
    spec = ADMISSIONS["strict"].objects[2]["spec"]
    assert spec["matchConstraints"]["resourceRules"][0]["resources"] == [
        "argocdprojects",
        "argocdapplications",
        "argocdclusterregistrations",
    ]
    (rule,) = spec["validations"]
    asked_by = rules_environment("request").compile(rule["expression"])
    for user, allowed in (("system:serviceaccount:flux-system:kustomize-controller", True), ("eve", False)):
        assert asked_by.evaluate({"request": {"userInfo": {"username": user}}}) is allowed
    assert len(ADMISSIONS["many"].objects) == 2  # whose policy speaks of none


def test_a_kind_that_is_free_or_unknown_has_no_admission_policy() -> None:
    assert admission(PROMISE, shipped_policy("single-tenant")) == []
    other = replace(MANY, spec=replace(MANY.spec, kinds=(KindBounds("example.org", "Widget", ()),)))
    assert admission(PROMISE, other) == []
