"""Resolving a StatusContract template against a request."""

from typing import Any

import pytest

from platform_status_contract.validation import validate
from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.template.resolve import Resolved, check, read_template, resolve

REQUEST: dict[str, Any] = {
    "apiVersion": "example.org/v1",
    "kind": "Widget",
    "metadata": {"name": "w", "namespace": "team", "generation": 7},
    "spec": {"name": "media", "replicas": 2, "on": True, "hosts": ["a", "b"], "ratio": 0.25},
}


def template(
    *,
    contract: dict[str, Any] | None = None,
    variables: dict[str, str] | None = None,
    endpoints: dict[str, str] | None = None,
    credentials: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "apiVersion": "status.integratn.tech/v1",
        "kind": "StatusContract",
        "metadata": {"name": "widget"},
        "spec": {
            "contract": {"displayName": "Widget", "name": "${spec.name}", "works": True, **(contract or {})},
            "variables": variables or {},
            "endpoints": endpoints or {},
            "credentials": credentials or {},
        },
    }


def resolved(request: dict[str, Any] | None = None, constants: dict[str, str] | None = None, **parts: Any) -> Resolved:  # noqa: ANN401 - any JSON
    return resolve(read_template(template(**parts)), REQUEST if request is None else request, constants)


def problems(request: dict[str, Any] | None = None, constants: dict[str, str] | None = None, **parts: Any) -> list[str]:  # noqa: ANN401 - any JSON
    with pytest.raises(TemplateError) as caught:
        resolved(request, constants, **parts)
    return [problem.line for problem in caught.value.problems]


def test_version_and_generation_are_filled_in() -> None:
    assert resolved().contract == {
        "version": "v1",
        "generation": 7,
        "displayName": "Widget",
        "name": "media",
        "works": True,
    }


def test_every_problem_is_told_at_once_with_path_expression_and_cause() -> None:
    lines = problems(
        contract={"application": {"namespace": "${spec.nope}", "name": "${status.phase}"}, "name": "${spec.name"},
        endpoints={"api": "https://${spec.hosts}"},
        credentials={"kubeconfigSecret": "${1 / 0}"},
    )
    fix = "mend the template of the Promise, or the request"
    assert sorted(lines) == [
        f"spec.contract.application.name: ${{status.phase}}: 1:7: undeclared reference to 'status.phase'; {fix}",
        f'spec.contract.application.namespace: ${{spec.nope}}: Key not found in map : "nope"; {fix}',
        f"spec.contract.name: the expression at character 1 has no closing brace; {fix}",
        f"spec.credentials.kubeconfigSecret: ${{1 / 0}}: divide by zero; {fix}",
        f"spec.endpoints.api: ${{spec.hosts}} yields a list, expected a text, a number or a boolean; {fix}",
    ]


def test_what_it_resolved_to_must_be_a_valid_contract() -> None:
    lines = problems(contract={"workloads": {"namespace": "Not_A_Namespace"}, "secrets": "${spec.hosts}"})
    assert len(lines) == 3
    assert lines[0].startswith('spec.contract.secrets[0]: resolved, but found "a", expected')
    assert lines[2].startswith('spec.contract.workloads.namespace: resolved, but found "Not_A_Namespace", expected')


@pytest.mark.parametrize(
    ("parts", "start"),
    [
        ({"endpoints": {"api": "${spec.replicas}"}}, "spec.endpoints.api: resolved, but found 2, expected a URL"),
        ({"endpoints": {"api": "no url"}}, 'spec.endpoints.api: resolved, but found "no url", expected a URL'),
        (
            {"credentials": {"kubeconfigSecret": "a\nb"}},
            "spec.credentials.kubeconfigSecret: resolved, but found a text of 3 characters, expected a name",
        ),
        ({"contract": {"works": "${false}"}}, "spec.contract"),
    ],
)
def test_endpoints_credentials_and_a_contract_that_observes_nothing_are_checked(
    parts: dict[str, Any], start: str
) -> None:
    (line,) = problems(**parts)
    assert line.startswith(start)


NULL = "${spec.none}"
ENTRY = {"name": "db", "apiVersion": "a.org/v1", "kind": "Db", "resource": "dbs", "scope": "Cluster"}
LABEL = {"key": "a", "operator": "NotIn", "values": ["x", NULL]}


def pods(**parts: object) -> dict[str, Any]:
    return {"workloads": {"namespace": "t", **parts}}


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (
            {"workloads": {"namespace": "t", "selector": {"matchLabels": {"app": NULL, "b": "c"}}}},
            "selector.matchLabels.app",
        ),
        ({"workloads": [pods(selector={"matchLabels": NULL})["workloads"]]}, "[0].selector.matchLabels"),
        (pods(selector={"matchExpressions": [NULL]}), "selector.matchExpressions[0]"),
        (pods(selector={"matchExpressions": [LABEL]}), "selector.matchExpressions[0].values[1]"),
        (pods(selector=NULL), "selector"),
        (pods(minimum=NULL), "minimum"),
        (pods(controllers=NULL), "controllers"),
        (pods(controllers=[{"kind": "Deployment", "name": NULL}]), "controllers[0].name"),
        ({"application": {"namespace": "argocd", "name": "a", "generationAnnotation": NULL}}, "generationAnnotation"),
        (
            {"subApplications": {"namespace": "argocd", "destination": {"server": "s", "names": ["a", NULL]}}},
            "destination.names[1]",
        ),
        (
            {"subApplications": {"namespace": "argocd", "destination": {"server": "s", "name": NULL}}},
            "destination.name",
        ),
        (
            {"objects": [{**ENTRY, "selector": {"matchLabels": {"a": NULL}}}]},
            "[0].selector.matchLabels.a",
        ),
        ({"secrets": [{"role": "kubeconfig", "namespace": NULL, "name": "a"}]}, "[0].namespace"),
        ({"thresholds": {"minReadyRatio": NULL}}, "minReadyRatio"),
    ],
)
def test_a_null_that_would_widen_what_is_observed_or_lower_what_is_required_is_refused(
    part: dict[str, Any], key: str
) -> None:
    (name,) = part
    (line,) = problems({**REQUEST, "spec": {"name": "media", "none": None}}, contract=part)
    where = f"spec.contract.{name}{'' if key.startswith('[') else '.'}{key}"
    told = f"{NULL} yields null, expected a value: null drops whole sources only"
    assert line == f"{where}: {told}; mend the template of the Promise, or the request"


def test_a_null_drops_a_whole_source_an_entry_of_a_list_of_them_and_what_nothing_depends_on() -> None:
    contract = {
        "application": NULL,
        "workloads": [{"namespace": "t", "controllers": [NULL, {"kind": "Deployment", "name": "a"}]}, NULL],
        "secrets": [NULL],
        "thresholds": NULL,
        "annotations": {"a.org/b": NULL, "c": "d"},
    }
    made = resolved(
        {**REQUEST, "spec": {"name": "media", "none": None}},
        contract=contract,
        endpoints={"api": NULL},
        credentials={"kubeconfigSecret": NULL},
    )
    assert (made.endpoints, made.credentials) == ({}, {})
    assert made.contract == {
        "version": "v1",
        "generation": 7,
        "displayName": "Widget",
        "name": "media",
        "workloads": [{"namespace": "t", "controllers": [{"kind": "Deployment", "name": "a"}]}],
        "secrets": [],
        "works": True,
        "annotations": {"c": "d"},
    }


@pytest.mark.parametrize("generation", [None, 0, "3", True, -1])
def test_a_request_without_a_generation_is_refused(generation: object) -> None:
    lines = problems({**REQUEST, "metadata": {"name": "w", "generation": generation}})
    assert lines == [f"metadata.generation: found {generation}, expected a number from 1"]


def test_a_template_with_an_unknown_field_is_refused() -> None:
    document = template(contract={"aplication": {}})
    with pytest.raises(TemplateError, match=r"spec\.contract: .*aplication"):
        read_template(document)


def test_a_template_can_be_checked_without_a_request() -> None:
    good = read_template(template(endpoints={"api": "https://${spec.hosts[99]}"}))
    assert check(good) == ()
    bad = read_template(template(endpoints={"api": "${specs.name}"}, variables={"v": "${1 +}"}))
    assert [problem.field for problem in check(bad)] == ["spec.variables.v", "spec.endpoints.api"]


def test_a_resolved_contract_is_valid_for_its_schema() -> None:
    assert validate(resolved().contract, "contract-v1") == ()
