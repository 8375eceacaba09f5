"""Templates: their expressions, their thresholds, what they observe."""

import pytest
import yaml

from hctl.validation.check import SourceFile, check
from hctl.validation.findings import Severity

from .files import ROOT, found, rules, template

VCLUSTER = "promise/promise.yaml"


def test_our_own_templates_are_good() -> None:
    for folder in ("promise", "promise/webapp"):
        text = (ROOT / folder / "contract.yaml").read_bytes()
        assert found(text, promise=f"{folder}/promise.yaml") == ()
    assert found((ROOT / "promise/webapp/manifests.yaml").read_bytes(), promise="promise/webapp/promise.yaml") == ()


@pytest.mark.parametrize(
    ("expression", "field", "suggestion"),
    [
        ("spec.nmae", "spec.nmae", "did you mean spec.name?"),
        ("spec.exposure.hostnam", "spec.exposure.hostnam", "did you mean spec.exposure.hostname?"),
        ('spec["nmae"]', "spec.nmae", "did you mean spec.name?"),
        ("has(spec.exposer) ? 1 : 2", "spec.exposer", "did you mean spec.exposure?"),
        (
            "(has(spec.vcluster) ? spec.vcluster : {}).prest",
            "spec.vcluster.prest",
            "did you mean spec.vcluster.preset?",
        ),
        ("spec.networkPolicies.extraEgress.map(e, e.prot)", "e.prot", "did you mean e.port?"),
        ("spec.networkPolicies.extraEgress[0].prot", "this.prot", "did you mean this.port?"),
        ("metadata.nam", "metadata.nam", "did you mean metadata.name?"),
        ('"nmae" in spec', "spec.nmae", "did you mean spec.name?"),
        ("spec.name.first", "spec.name.first", "leave it out"),
        ("kind.name", "kind.name", "leave it out"),
    ],
)
def test_a_field_that_no_request_can_have_is_found(expression: str, field: str, suggestion: str) -> None:
    text = template(variables=f"a: '${{{expression}}}'")
    (finding,) = found(text, promise=VCLUSTER)
    assert (finding.rule, finding.path) == ("expression-field", "spec.variables.a")
    assert (finding.found, finding.suggestion) == (f"${{{field}}}", suggestion)


@pytest.mark.parametrize(
    "expression",
    [
        "spec.vcluster.helmOverrides.any.thing",
        "metadata.annotations['a/b']",
        "metadata.labels.anything",
        "{'a': 1}.b",
        "spec.vcluster.merge({'x': 1}).y",
        "spec.vcluster.resources.requests.cpu",
        "spec.integrations.argocd.clusterLabels.all(k, k.startsWith('x'))",
        "size(spec.name) > 3 ? spec.name : string(spec.exposure.apiPort)",
        "spec.exists_one(key, key == 'a')",
    ],
)
def test_what_a_request_may_hold_may_be_read(expression: str) -> None:
    assert found(template(variables=f'a: "${{{expression}}}"'), promise=VCLUSTER) == ()


def test_a_variable_knows_the_type_of_what_it_stands_for() -> None:
    (finding,) = found(template(variables='a: "${spec.exposure}", b: "${variables.a.vipp}"'), promise=VCLUSTER)
    assert (finding.path, finding.suggestion) == ("spec.variables.b", "did you mean variables.a.vip?")


def test_without_a_crd_any_field_may_be_read() -> None:
    assert found(template(variables='a: "${spec.anything.at.all}"')) == ()


@pytest.mark.parametrize(
    ("thresholds", "told"),
    [
        ("failedAfterSeconds: 60, degradedAfterSeconds: 61", [("threshold-order", "failedAfterSeconds")]),
        ("degradedAfterSeconds: 601", [("threshold-order", "degradedAfterSeconds")]),
        ("failedAfterSeconds: 59", [("threshold-dwell", "failedAfterSeconds")]),
        ("progressDeadlineSeconds: 59", [("threshold-deadline", "progressDeadlineSeconds")]),
        ("progressDeadlineSeconds: 119", [("threshold-deadline", "progressDeadlineSeconds")]),
        ("minReadyRatio: 0", [("threshold-ratio", "minReadyRatio")]),
        ("minReadyRatio: 50", [("schema", "minReadyRatio")]),
        ("failedAfterSeconds: '${spec.x}', degradedAfterSeconds: 5000", []),
        ("failedAfterSeconds: 60, degradedAfterSeconds: 60, progressDeadlineSeconds: 120, minReadyRatio: 1", []),
    ],
)
def test_thresholds_can_have_the_effect_that_they_name(thresholds: str, told: list[tuple[str, str]]) -> None:
    expected = [(rule, f"spec.contract.thresholds.{key}") for rule, key in told]
    assert rules(template(f"    thresholds: {{{thresholds}}}\n")) == expected


@pytest.mark.parametrize(
    ("part", "warned"),
    [
        ("workloads: {namespace: a, selector: {matchLabels: {app: '${spec.targetNamespace}'}}}", True),
        ("workloads: {namespace: a, minimum: '${has(spec.x) ? dyn(2) : null}'}", True),
        ("application: {namespace: a, name: b, generationAnnotation: '${null}'}", True),
        ("subApplications: {namespace: a, destination: {name: b}, minimum: '${has(spec.x) ? dyn(null) : 2}'}", True),
        ("thresholds: {minReadyRatio: '${has(spec.x) ? dyn(0.5) : null }'}", True),
        ("workloads: {namespace: a, selector: {matchLabels: {app: 'x-${spec.targetNamespace}'}}}", False),
        ("workloads: {namespace: a, selector: {matchLabels: {app: '${spec.name}'}}}", False),
        ("workloads: {namespace: a, minimum: '${spec.name == null ? 1 : 2}'}", False),
        ("application: '${has(spec.x) ? dyn({}) : null}'", False),
        ("annotations: {a.org/b: '${spec.targetNamespace}'}", False),
    ],
)
def test_a_null_that_the_pipeline_would_refuse_is_warned_of(part: str, *, warned: bool) -> None:
    promise = yaml.safe_load((ROOT / VCLUSTER).read_text("utf-8"))
    schema = promise["spec"]["api"]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"]["spec"]["properties"] |= {
        "targetNamespace": {"type": "string", "nullable": True},
        "x": {"type": "string"},
    }
    files = [SourceFile("a.yaml", template(f"    {part}\n").encode())]
    report = check(files, promises=[SourceFile("promise.yaml", yaml.safe_dump(promise).encode())])
    told = [(finding.rule, finding.severity) for finding in report.findings if finding.rule.startswith("expression")]
    assert told == ([("expression-null", Severity.WARNING)] if warned else [])
