"""What scripts read: every document obeys its schema, every form is what it says."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hctl.documents.diagnoses import diagnosis_report
from hctl.documents.outputs import Form, Output, parse_output, render, spell
from hctl.documents.reports import DOCUMENTS, list_report, schema_text, status_report
from hctl.errors import HctlError, UsageError
from tests.unit.hctl import evidences
from tests.unit.hctl.golden import FRESH, SILENT, diagnosed, judged
from tests.unit.hctl.requests import PHASES, request
from tests.unit.hctl.settings import quick
from tests.unit.hctl.test_hostile import JSON, hostile_requests


def _closed(document: str) -> dict[str, Any]:
    """The schema, with every object closed: a key that the schema does not know is a mistake of ours."""

    def close(part: Any) -> None:  # noqa: ANN401 - JSON
        for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            close(child)
        if isinstance(part, dict) and isinstance(part.get("properties"), dict) and "type" in part:
            part.setdefault("additionalProperties", False)

    schema: dict[str, Any] = json.loads(schema_text(document))
    close(schema)
    return schema


VALIDATORS = {document: jsonschema.Draft202012Validator(_closed(document)) for document in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_schemas_are_schemas_and_explain_their_keys(document: str) -> None:
    schema = json.loads(schema_text(document))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{document}/v1.json")
    assert set(schema["required"]) == set(schema["properties"])


@pytest.mark.parametrize("phase", list(PHASES))
@pytest.mark.parametrize("lease", [FRESH, SILENT])
def test_a_status_obeys_its_schema(phase: str, lease: Any) -> None:  # noqa: ANN401 - a LeaseReading
    report = json.loads(spell(Output(Form.JSON), status_report(judged(request(phase), lease)), []))
    VALIDATORS["status"].validate(report)
    assert report["phase"] == phase
    assert report["ready"] is (phase == "Ready" and lease is FRESH)


@quick
@given(found=JSON | hostile_requests())
def test_a_status_of_anything_obeys_its_schema(found: object) -> None:
    VALIDATORS["status"].validate(json.loads(spell(Output(Form.JSON), status_report(judged(found)), [])))


def test_a_list_obeys_its_schema_and_counts() -> None:
    entries = [judged(request(phase)) for phase in PHASES] + [judged(request("Ready"), SILENT)]
    report = list_report(entries)
    VALIDATORS["list"].validate(json.loads(spell(Output(Form.JSON), report, [])))
    assert report["summary"] == {
        "total": 8,
        "ready": 1,
        "stale": 1,
        "problems": 4,
        "phases": {**dict.fromkeys(sorted(PHASES), 1), "Ready": 2},
    }
    assert report["exitCode"] == 4


@pytest.mark.parametrize("phase", ["Ready", "Degraded"])
def test_a_diagnosis_obeys_its_schema(phase: str) -> None:
    world = evidences.World(pods=[evidences.crashing_pod()], pod_log=evidences.crash_log())
    report = json.loads(spell(Output(Form.JSON), diagnosis_report(diagnosed(request(phase), world)), []))
    VALIDATORS["diagnosis"].validate(report)
    assert report["cause"]["log"]["previous"] is True
    assert (report["seen"]["phase"], report["exitCode"]) == ("Degraded", 1)
    assert (report["cause"]["source"], report["cause"]["verdict"]) == ("pods", "bad")


def test_what_one_may_not_see_is_no_verdict_and_still_a_document() -> None:
    found = diagnosed(request("Ready"), evidences.World(hidden=["pods", "secrets"]))
    report = json.loads(spell(Output(Form.JSON), diagnosis_report(found), []))
    VALIDATORS["diagnosis"].validate(report)
    assert (report["seen"], report["cause"], report["exitCode"]) == (None, None, 0)


def test_yaml_says_what_json_says() -> None:
    report = status_report(judged(request("Degraded")))
    assert yaml.safe_load(spell(Output(Form.YAML), report, [])) == json.loads(spell(Output(Form.JSON), report, []))


def test_names_are_kubectls() -> None:
    view = judged(request("Ready")).view
    text = spell(Output(Form.NAME), {}, [view.reference])
    assert text == "vclusterorchestratorv2s.platform.integratn.tech/media\n"


@pytest.mark.parametrize("text", ["", "xml", "json=1", "JSON", "jsonpath", "jsonpath="])
def test_an_unknown_form_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        parse_output(text)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{.phase}", "Degraded"),
        (".phase", "Degraded"),
        ("{$.phase}", "Degraded"),
        ("{@.phase}", "Degraded"),
        ("{.health.workloads.ready}/{.health.workloads.total}", "2/3"),
        ("{['phase']}", "Degraded"),
        ("{.nowhere}", ""),
        ("{.nowhere.at.all}", ""),
        ('{.conditions[?(@.type=="Ready")].reason}', "PodsNotReady"),
        ("{.conditions[?(@.status=='False')].type}", "Ready ArgoHealthy PodsReady"),
        ("{.conditions[0].type}", "Ready"),
        ("{.conditions[-1:].type}", "ConfigureWorkflowCompleted"),
        ("{.conditions[*].status}", "False True False False True True True True"),
        ('{range .conditions[?(@.status=="False")]}{.type}={.reason}{"\\n"}{end}', None),
        ("{.endpoints}", None),
        ("is {.phase}{'\\t'}now", "is Degraded\tnow"),
        ("{..lease}", "platform-status-system/vcluster-orchestrator-v2"),
        ("{.ready}", "false"),
    ],
)
def test_jsonpath_as_kubectl_takes_it(template: str, expected: str | None) -> None:
    report = status_report(judged(request("Degraded")))
    found = render(template, report)
    if template.startswith("{range"):
        expected = "Ready=PodsNotReady\nArgoHealthy=ApplicationDegraded\nPodsReady=PodsNotReady\n"
    if template == "{.endpoints}":
        expected = json.dumps(report["endpoints"], separators=(",", ":"))
    assert found == expected


def test_a_dot_in_a_key_is_escaped_as_with_kubectl() -> None:
    assert render(r"{.labels.kratix\.io/promise-name}", {"labels": {"kratix.io/promise-name": "x"}}) == "x"


def test_ranges_nest() -> None:
    document = {"items": [{"name": "a", "pods": ["1", "2"]}, {"name": "b", "pods": []}]}
    template = "{range .items[*]}{.name}:{range .pods[*]} {@}{end};{end}"
    assert render(template, document) == "a: 1 2;b:;"


@pytest.mark.parametrize(
    "template",
    ["{.phase", "{.a[}", "{range .items[*]}x", "{end}", "{phase}", "{.conditions[?(@.type==]}", "x" * 5000, "{}}"],
)
def test_a_template_that_cannot_be_understood_is_one_line(template: str) -> None:
    with pytest.raises(UsageError) as error:
        render(template, {"phase": "Ready"})
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("-o jsonpath: ")


@quick
@given(template=st.text(max_size=60) | st.from_regex(r"\{[.\[\]a-z*?(@)='\"0-9:,{}]{0,30}\}", fullmatch=True))
def test_no_template_crashes(template: str) -> None:
    said = ""
    try:
        render(template, status_report(judged(request("Ready"))))
    except HctlError as error:
        said = str(error)
    assert "\n" not in said
