"""A dump that is dropped into tests/golden/dumps is a test: its verdict stands in expected.txt."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from hctl.documents.explanations import explanation_report
from hctl.documents.outputs import Form, Output, spell
from hctl.documents.reports import schema_text
from hctl.drawing.explanations import draw_explanation
from hctl.dump.case import document_of, parse_case, spell_case
from hctl.explain.derive import explain
from tests.golden.sections import read_sections
from tests.unit.hctl.golden import picture
from tests.unit.hctl.test_documents import VALIDATORS

from .dumps import EXPECTED, FOLDER, expectation, golden_dumps

DUMPS = [pytest.param(path, id=name) for name, path in golden_dumps().items()]


@pytest.mark.parametrize("path", DUMPS)
def test_the_verdict_is_as_expected(path: Path) -> None:
    case = parse_case(path.read_text(encoding="utf-8"))
    assert expectation(case) == read_sections(EXPECTED)[path.stem]


def test_every_dump_has_an_expectation_and_every_expectation_a_dump() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {EXPECTED.name, *(f"{name}.yaml" for name in golden_dumps())}
    assert list(read_sections(EXPECTED)) == sorted(golden_dumps())
    assert len(golden_dumps()) >= 8


@pytest.mark.parametrize("path", DUMPS)
def test_dump_and_explanation_obey_their_schemas(path: Path) -> None:
    case = parse_case(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(schema_text("dump"))).validate(yaml.safe_load(spell_case(case)))
    report = json.loads(spell(Output(Form.JSON), explanation_report(explain(case)), []))
    VALIDATORS["explanation"].validate(report)
    assert document_of(parse_case(spell_case(case))) == document_of(case)


@pytest.mark.parametrize("path", DUMPS)
def test_of_a_secret_there_is_its_name_and_no_content(path: Path) -> None:
    found = [item for item in parse_case(path.read_text(encoding="utf-8")).objects if item["kind"] == "Secret"]
    for secret in found:
        assert set(secret) == {"apiVersion", "kind", "metadata"}
        assert "annotations" not in secret["metadata"]
    without = {"secret-missing", "overdue", "scheduled", "no-contract", "invalid-contract"}
    without |= {"node-lost-workloads-only", "hpa-scale-up", "retry-after"}
    assert bool(found) is (path.stem not in without and not path.stem.startswith("objects-"))


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("path", DUMPS)
def test_no_line_of_the_picture_is_wider_than_the_terminal(path: Path, width: int) -> None:
    drawn = picture(draw_explanation(explain(parse_case(path.read_text(encoding="utf-8")))), width)
    assert all(len(line) <= width for line in drawn.splitlines())
    assert drawn.count("<- matches") == 1


@pytest.mark.parametrize("path", DUMPS)
def test_a_later_moment_says_what_was_foreseen(path: Path) -> None:
    """At the first moment that is foreseen the verdict is what was foreseen, if nobody wrote it in between.

    Where the sidecar would write at once, what is foreseen rests on the timers that it would write.
    """
    case = parse_case(path.read_text(encoding="utf-8"))
    found = explain(case)
    if any(entry.field == "condition Ready" for entry in found.differences):
        return
    for step in found.forecast[:1]:
        before = explain(case, step.at - timedelta(seconds=1))
        assert (before.projection.phase, before.projection.row) == (found.projection.phase, found.projection.row)
        then = explain(case, step.at)
        assert (then.projection.phase, then.projection.row) == (step.projection.phase, step.projection.row)


_AN_HOUR_AGO = "'2026-11-24T11:00:00Z'"
_FOUR_HOURS_AGO = "'2026-11-24T08:00:00Z'"


@pytest.mark.parametrize(
    ("name", "changes", "verdict"),
    [
        pytest.param("server-trailing-slash", {":443/\n": "\n"}, "Ready AllHealthy row 3", id="another-port"),
        pytest.param(
            "vcluster-sleep-mode",
            {
                "    phase: Ready\n": "    phase: Degraded\n",
                "      since:\n": f"      since:\n        degraded: {_AN_HOUR_AGO}\n        bad.pods: {_AN_HOUR_AGO}\n"
                f"        belowMinReadyRatio: {_AN_HOUR_AGO}\n",
            },
            "Degraded Paused row 6",
            id="asleep-for-an-hour",
        ),
        pytest.param(
            "pipeline-namespace",
            {
                "    phase: Scheduled\n": "    phase: Progressing\n    health:\n      observedGeneration: 1\n"
                f"      since:\n        started: {_FOUR_HOURS_AGO}\n        caughtUp: {_FOUR_HOURS_AGO}\n"
            },
            "Ready AllHealthy row 3",
            id="four-hours-without-its-works",
        ),
    ],
)
def test_a_situation_that_differs_in_a_line_or_two(name: str, changes: dict[str, str], verdict: str) -> None:
    text = golden_dumps()[name].read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    assert expectation(parse_case(text)).splitlines()[0] == verdict
