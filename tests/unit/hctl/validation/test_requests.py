"""Requests: structure, metadata and the rules of their CRD."""

import pytest
import yaml

from hctl.validation.crd_rules import NAMED, is_transition, rules_environment
from hctl.validation.findings import RULES
from platform_status_contract.template.cel import Program

from .files import ROOT, checked, found, request, rules

CRDS = sorted([*(ROOT / "promise" / "crds").glob("*.yaml"), ROOT / "promise" / "webapp" / "crd.yaml"])


def rules_of(node: object) -> list[dict[str, str]]:
    """Every rule in CEL of a CRD."""
    if isinstance(node, list):
        return [rule for item in node for rule in rules_of(item)]
    if not isinstance(node, dict):
        return []
    return [*node.get("x-kubernetes-validations", []), *(rule for item in node.values() for rule in rules_of(item))]


@pytest.mark.parametrize("path", CRDS, ids=lambda path: path.name)
def test_every_rule_of_our_crds_can_be_evaluated_offline(path: object) -> None:
    for rule in rules_of(yaml.safe_load(path.read_text("utf-8"))):  # type: ignore[attr-defined]  # a path
        if not is_transition(rule):
            assert isinstance(rules_environment().compile(rule["rule"]), Program)


def test_every_named_rule_is_the_message_of_a_rule_of_a_crd() -> None:
    told = {rule["message"] for path in CRDS for rule in rules_of(yaml.safe_load(path.read_text("utf-8")))}
    assert set(NAMED) <= told
    assert {rule for rule, _ in NAMED.values()} <= set(RULES)


@pytest.mark.parametrize(
    ("metadata", "rule", "path"),
    [
        ("name: a, namespace: A.b", "metadata", "metadata.namespace"),
        ("generateName: 'A-'", "metadata", "metadata.generateName"),
        ("name: a, labels: {'a b': c}", "metadata", 'metadata.labels["a b"]'),
        ("name: a, labels: {a: 1}", "schema", "metadata.labels.a"),
        (f"name: a, annotations: {{a: {'x' * 262144}}}", "metadata", "metadata.annotations"),
        ("name: a, lables: {}", "typo", "metadata.lables"),
    ],
)
def test_metadata_is_what_the_api_server_and_kratix_take(metadata: str, rule: str, path: str) -> None:
    assert rules(request(metadata=metadata)) == [(rule, path)]


def test_a_finding_says_where_what_and_what_instead() -> None:
    (finding,) = found(request("targetNamspace: x"))
    assert (finding.line, finding.column, finding.document) == (4, 21, 0)
    assert finding.suggestion == "did you mean targetNamespace?"
    assert finding.message.startswith("spec.targetNamspace: found an unknown key, expected one of argocdApplication, ")
    (finding,) = found(request("exposure: {subnet: 10.0.4.0/24, vip: 10.1.0.9}"))
    assert finding.message == "spec.exposure.vip: found 10.1.0.9, expected an address inside 10.0.4.0/24"


@pytest.mark.parametrize(
    ("head", "rule", "path", "suggestion"),
    [
        (
            "apiVersion: platform.integratn.tech/v1alpha1\nkind: VClusterOrchestratorv2", "unknown-kind", "kind",
            "did you mean VClusterOrchestratorV2?",
        ),
        (
            "apiVersion: status.integratn.tech/v1\nkind: StatusContrakt", "unknown-kind", "kind",
            "did you mean StatusContract?",
        ),
    ],
)  # fmt: skip
def test_a_slip_in_kind_or_version_is_not_passed_over(head: str, rule: str, path: str, suggestion: str) -> None:
    (finding,) = found(f"{head}\nmetadata: {{name: a}}\n")
    assert (finding.rule, finding.path, finding.suggestion) == (rule, path, suggestion)


def test_a_kind_of_the_platform_without_its_crd_is_a_warning_and_with_its_promise_validated() -> None:
    head = "apiVersion: platform.integratn.tech/v1alpha1\nkind: WebApp\n"
    shop = f"{head}metadata: {{name: a--b}}\nspec: {{image: x, hots: z}}\n"
    (finding,) = found(shop)
    assert (finding.rule, finding.severity) == ("unknown-kind", "warning")
    told = rules(shop, promise="promise/webapp/promise.yaml")
    assert ("typo", "spec.hots") in told
    assert ("crd-rule", "metadata.name") in told


def test_other_peoples_documents_are_passed_over_whatever_is_in_them() -> None:
    report = checked("apiVersion: v1\nkind: ConfigMap\ndata: {a: yes, a: *b}\n---\nhelm: values\n".replace("*b", "no"))
    assert (report.findings, report.documents, report.passed_over) == ((), 0, 2)
