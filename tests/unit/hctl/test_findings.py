"""What programs read of `hctl validate`: each form obeys its format, and nothing that was found is obeyed."""

import json
import posixpath
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.documents.findings import spell_findings
from hctl.documents.reports import schema_text
from hctl.validation.findings import RULES, Finding, Report, Severity
from tests.unit.hctl.findings import FOLDER, FORMS, REPORTS, golden
from tests.unit.hctl.sarif import SARIF
from tests.unit.hctl.settings import quick
from tests.unit.hctl.test_hostile import TEXTS

_COMMAND = re.compile(r"::(error|warning) file=([^,:]*),line=(\d+),col=(\d+),title=([^,:]*)::(.*)\Z")
_CASES = [(name, form) for name in REPORTS for form in FORMS]

NAMES = st.text(min_size=1, max_size=60) | TEXTS.filter(bool)

FINDINGS = st.builds(
    Finding,
    file=NAMES,
    line=st.integers(1, 10**6),
    column=st.integers(1, 10**4),
    document=st.integers(0, 50),
    path=TEXTS,
    rule=st.sampled_from([*RULES]),
    severity=st.sampled_from(Severity),
    found=TEXTS,
    expected=TEXTS,
    suggestion=TEXTS,
)
HOSTILE_REPORTS = st.builds(
    Report,
    findings=st.lists(FINDINGS, max_size=4).map(tuple),
    files=st.integers(0, 9),
    documents=st.integers(0, 9),
    passed_over=st.integers(0, 9),
)


@pytest.mark.parametrize(("name", "form"), _CASES, ids=[f"{name}.{form}" for name, form in _CASES])
def test_a_report_is_spelled_as_it_was(name: str, form: str) -> None:
    assert golden(name, form) == (FOLDER / f"{name}.{form}").read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_report() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.{form}" for name, form in _CASES}


@quick
@given(report=HOSTILE_REPORTS)
def test_the_json_of_anything_obeys_its_schema(report: Report) -> None:
    document = json.loads(spell_findings(report, "json"))
    jsonschema.Draft202012Validator(json.loads(schema_text("validation"))).validate(document)
    assert document["failed"] is report.failed
    assert document["summary"]["errors"] + document["summary"]["warnings"] == len(document["findings"])


@quick
@given(report=HOSTILE_REPORTS)
def test_github_gets_one_command_a_finding_whatever_it_quotes(report: Report) -> None:
    lines = spell_findings(report, "github").splitlines()
    assert len(lines) == len(report.findings)
    for line, finding in zip(lines, report.findings, strict=True):
        command = _COMMAND.match(line)
        assert command, line
        severity, file, at, column, title, _ = command.groups()
        assert (severity, int(at), int(column)) == (finding.severity, finding.line, finding.column)
        assert unquote(title) == f"hctl {finding.rule}"
        if finding.file.isprintable():
            assert _read_back(file) == posixpath.normpath(finding.file)


def _read_back(value: str) -> str:
    """As GitHub's runner undoes its escapes."""
    for escaped, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(escaped, meant)
    return value


@quick
@given(report=HOSTILE_REPORTS)
def test_sarif_of_anything_is_sarif(report: Report) -> None:
    log = json.loads(spell_findings(report, "sarif"))
    jsonschema.Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*RULES]
    assert len(run["results"]) == len(report.findings)
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["level"] == finding.severity
        assert not re.search(r"\]\(", result["message"]["text"])
        assert _placeholders(result["message"]["text"]) == []
        _is_a_place(result["locations"][0]["physicalLocation"]["artifactLocation"], run)


def _placeholders(text: str) -> list[str]:
    """What a reader would fill in: what stands in single braces."""
    return re.findall(r"[{}]", text.replace("{{", "").replace("}}", ""))


def _is_a_place(artifact: dict[str, Any], run: dict[str, Any]) -> None:
    parts = urlsplit(artifact["uri"])
    assert parts.scheme in ("", "file")
    assert not parts.netloc
    assert artifact["uri"].isascii()
    assert artifact.get("uriBaseId", "%SRCROOT%") in run["originalUriBaseIds"]


def test_a_file_of_the_repository_is_named_relative_to_it() -> None:
    (run,) = json.loads(spell_findings(REPORTS["everything"], "sarif"))["runs"]
    found = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert found == ["requests/media.yaml", "requests/many.yaml", "stdin"]


@pytest.mark.parametrize("form", FORMS)
@quick
@given(report=HOSTILE_REPORTS)
def test_no_form_holds_anything_that_a_terminal_obeys(form: str, report: Report) -> None:
    spelled = spell_findings(report, form)
    assert all(line.isprintable() for line in spelled.split("\n"))
