"""Promises as Kratix takes them."""

from collections.abc import Callable
from typing import Any

import pytest

from hctl.validation.findings import Finding
from platform_status_contract.template.yaml_text import dump, load

from .files import ROOT, found

WEBAPP = (ROOT / "promise/webapp/promise.yaml").read_text("utf-8")
RESOURCE = "spec.workflows.resource.configure"
PROMISE = "spec.workflows.promise.configure"
Edit = Callable[[dict[str, Any]], object]


def edited(edit: Edit) -> tuple[Finding, ...]:
    """What is found in a Promise after an edit."""
    promise: Any = load(WEBAPP)
    edit(promise)
    return found(dump(promise, literal=True))


def pipelines(promise: dict[str, Any]) -> list[dict[str, Any]]:
    """Pipelines of resource.configure."""
    result: list[dict[str, Any]] = promise["spec"]["workflows"]["resource"]["configure"]
    return result


def crd(promise: dict[str, Any]) -> dict[str, Any]:
    """Spec of the API."""
    result: dict[str, Any] = promise["spec"]["api"]["spec"]
    return result


def schema(promise: dict[str, Any]) -> dict[str, Any]:
    """Schema of the API."""
    result: dict[str, Any] = crd(promise)["versions"][0]["schema"]["openAPIV3Schema"]
    return result


def test_every_mistake_in_the_schema_of_a_crd_is_told_with_what_stands_there_and_what_should() -> None:
    wrong = {
        "type": "strin",
        "minLength": "x",
        "properties": {
            "a": None,
            "b": {"type": "array"},
            "c": {"type": "array", "items": None},
            "d": {"$ref": "x"},
            "e": {
                "type": "object",
                "additionalProperties": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": 7}]},
            },
            "f": {"type": "number", "multipleOf": 0, "anyOf": [{"required": [1]}], "not": {"pattern": "("}},
            "g": {"x-kubernetes-preserve-unknown-fields": True, "enum": None, "uniqueItems": True},
        },
    }

    def edit(promise: dict[str, Any]) -> None:
        schema(promise)["properties"]["spec"]["properties"]["host"] = wrong

    where = "spec.api.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.host."
    types = "one of array, boolean, integer, number, object, string"
    told = [(each.path.removeprefix(where), each.found, each.expected) for each in edited(edit) if where in each.path]
    assert sorted(told) == [
        ("minLength", '"x"', "a whole number or null"),
        ("properties.a", "null", "a schema"),
        ("properties.b.items", "nothing", "the schema of the items"),
        ("properties.c.items", "null", "the schema of the items"),
        ("properties.d.type", "nothing", types),
        ('properties.d["$ref"]', '"x"', "the schema itself; a CRD cannot have references"),
        ("properties.f.anyOf[0].required[0]", "1", "a string"),
        ("properties.f.multipleOf", "0", "a number above 0"),
        ("properties.f.not.pattern", '"("', "a pattern of RE2"),
        ("properties.g.uniqueItems", "true", "one of false, null"),
        ("type", '"strin"', types),
    ]


def test_the_length_of_a_name_is_told() -> None:
    findings = edited(lambda promise: promise["metadata"].update(name="w" * 40))
    told = next(finding for finding in findings if finding.rule == "pipeline-name")
    assert "with 66 characters" in told.found
    assert told.expected == "at most 60"


def test_the_template_inside_is_checked_line_by_line_against_the_api_of_the_promise() -> None:
    text = WEBAPP.replace("${has(spec.host) ?", "${has(spec.hots) ?")
    (finding,) = found(text)
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if "app: >-" in line)
    assert (finding.rule, finding.line) == ("expression-field", line)
    assert finding.path.endswith(".env[0].value: spec.endpoints.app")
    assert finding.suggestion == "did you mean spec.host?"


def test_the_objects_of_the_template_inside_are_held_against_the_crd_of_the_promise() -> None:
    entry = {"name": "other", "kind": "WebApp", "apiVersion": "platform.integratn.tech/v1alpha1", "object": "other"}
    entry |= {"resource": "webapp", "scope": "Namespaced", "namespace": "team-a", "generationAnnotation": "${kind}"}

    def edit(promise: dict[str, Any]) -> None:
        variable = pipelines(promise)[0]["spec"]["containers"][1]["env"][0]
        template: Any = load(variable["value"])
        template["spec"]["contract"]["objects"] = [entry]
        variable["value"] = dump(template)

    place = "spec.contract.objects[0]"
    told = [(finding.rule, finding.path.rpartition(": ")[2]) for finding in edited(edit)]
    assert sorted(told) == [("object-crd", f"{place}.resource"), ("object-literal", f"{place}.generationAnnotation")]


def test_a_template_inside_that_is_no_yaml_is_found() -> None:
    def edit(promise: dict[str, Any]) -> None:
        pipelines(promise)[0]["spec"]["containers"][1]["env"][0]["value"] = "a: ["

    assert [(finding.rule, finding.expected) for finding in edited(edit)] == [("yaml", "the YAML of a StatusContract")]


def test_a_promise_as_it_comes_from_a_cluster_is_good() -> None:
    def edit(promise: dict[str, Any]) -> None:
        promise["metadata"] |= {"uid": "x", "resourceVersion": "1", "creationTimestamp": "2026-02-26T10:00:00Z"}
        promise["status"] = {"workflows": 1}

    assert edited(edit) == ()


@pytest.mark.parametrize(
    ("edit", "rule", "path"),
    [
        (
            lambda p: p["metadata"].update(labels=None), "promise-version",
            'metadata.labels["kratix.io/promise-version"]',
        ),
        (
            lambda p: p["metadata"]["labels"].update({"kratix.io/promise-version": ""}), "promise-version",
            'metadata.labels["kratix.io/promise-version"]',
        ),
        (lambda p: p.update(spec=None), "promise-content", "spec"),
        (lambda p: p["spec"].update(api=None), "promise-content", "spec.workflows.resource"),
        (
            lambda p: schema(p).update(properties=None), "promise-api",
            "spec.api.spec.versions[0].schema.openAPIV3Schema.properties",
        ),
    ],
)  # fmt: skip
def test_what_kratix_accepts_is_a_warning_at_the_most(edit: Edit, rule: str, path: str) -> None:
    findings = edited(edit)
    assert (rule, path) in [(finding.rule, finding.path) for finding in findings]
    assert {str(finding.severity) for finding in findings if finding.rule != "expression-field"} == {"warning"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: p["spec"]["api"].update(status={"conditions": None, "storedVersions": None}),
        lambda p: p["spec"]["api"].update(apiVersion="apiextensions.k8s.io/v1beta1"),
        lambda p: p["spec"].update(workflows=None),
        lambda p: schema(p)["properties"]["spec"]["properties"]["host"].update(description=None, enum=None),
    ],
)  # fmt: skip
def test_what_kratix_accepts_and_means_no_harm_is_good(edit: Edit) -> None:
    assert edited(edit) == ()


@pytest.mark.parametrize(
    ("edit", "path"),
    [
        (lambda p: pipelines(p)[0]["metadata"].update(uuid="x"), f"{RESOURCE}[0].metadata.uuid"),
        (lambda p: pipelines(p)[0].update(metadata=None), f"{RESOURCE}[0].metadata"),
        (lambda p: pipelines(p)[0].pop("spec"), f"{RESOURCE}[0].spec"),
        (lambda p: p["spec"]["workflows"]["resource"].update(configure=[None]), f"{RESOURCE}[0]"),
        (lambda p: p.update(spec=[]), "spec"),
        (lambda p: p["spec"]["api"].update(apiVersion="v1"), "spec.api.apiVersion"),
        (lambda p: p["spec"]["api"].pop("apiVersion"), "spec.api.apiVersion"),
        (lambda p: crd(p).pop("scope"), "spec.api.spec.scope"),
        (lambda p: crd(p).update(versions=[]), "spec.api.spec.versions"),
        (lambda p: crd(p)["versions"][0].pop("schema"), "spec.api.spec.versions[0].schema.openAPIV3Schema"),
    ],
)  # fmt: skip
def test_what_kratix_refuses_stays_an_error(edit: Edit, path: str) -> None:
    errors = [finding for finding in edited(edit) if finding.severity == "error"]
    assert path in [finding.path for finding in errors]


def test_what_may_only_be_misspelt_is_not_said_to_be_missing_too() -> None:
    findings = edited(lambda promise: promise["spec"].update(apis=promise["spec"].pop("api")))
    assert [finding.rule for finding in findings if finding.path.startswith("spec.apis")] == ["typo"]
    assert "promise-content" not in {finding.rule for finding in findings}


def test_a_version_that_is_not_served_is_none_and_the_stored_one_is_what_templates_read() -> None:
    def edit(promise: dict[str, Any]) -> None:
        old = {**crd(promise)["versions"][0], "name": "v1alpha0", "served": False, "storage": False}
        crd(promise)["versions"].append(old)

    promise: Any = load(WEBAPP)
    edit(promise)
    shop = {"apiVersion": "platform.integratn.tech/v1alpha0", "kind": "WebApp", "metadata": {"name": "a"}}
    findings = found(dump(promise, {**shop, "spec": {"image": "x"}}))
    assert [(finding.rule, finding.expected) for finding in findings] == [
        ("api-version", "platform.integratn.tech/v1alpha1")
    ]


def test_a_crd_of_other_people_is_their_business_until_a_request_of_it_is_there() -> None:
    other = load(WEBAPP)["spec"]["api"]  # type: ignore[index]  # a Promise
    other["spec"] |= {"group": "example.org", "names": {"kind": "Thing", "plural": "things"}, "versions": []}
    other["metadata"]["name"] = "things.example.org"
    assert found(dump(other)) == ()
    thing = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "a"}}
    assert [finding.rule for finding in found(dump(other, thing))] == ["promise-api"]


@pytest.mark.parametrize(
    ("interval", "is_good"),
    [
        *((text, True) for text in ("1m", "60s", "1h30m", "10h", "0.5h", ".5h", "+90s", "59s1000ms", "1.m")),
        *((text, False) for text in ("", "0", "30s", "59.9s", "1d", "1 m", "m", "-5m", "10", "1m30", "1M")),
        ("1" * 5_000, False),
    ],
)
@pytest.mark.parametrize("by", ["field", "annotation"])
def test_an_interval_is_one_that_the_webhook_of_kratix_takes(by: str, interval: str, *, is_good: bool) -> None:
    def edit(promise: dict[str, Any]) -> None:
        if by == "field":
            promise["spec"]["workflows"]["config"] = {"reconciliationInterval": interval}
        else:
            promise["metadata"]["annotations"] = {"kratix.io/reconciliation-interval": interval}

    where = {
        "field": "spec.workflows.config.reconciliationInterval",
        "annotation": 'metadata.annotations["kratix.io/reconciliation-interval"]',
    }[by]
    told = [(each.rule, each.path) for each in edited(edit)]
    assert told == ([] if is_good else [("schema", where)])
