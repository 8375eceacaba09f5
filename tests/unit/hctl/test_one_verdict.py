"""One verdict: what the rules say of a source is what a diagnosis says of it, in every case that anybody wrote down.

Walked are all golden cases of all sources and of the phase table, all dumps, and every moment of every life. Nothing is
listed here by name: a source, a reason or a case that is added is held to the same.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hctl.diagnosis.conclude import Diagnosis, conclude
from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.documents.diagnoses import diagnosis_report
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.dump.case import Case as Dump
from hctl.dump.case import parse_case
from hctl.errors import ExitCode
from hctl.explain.derive import derive, explain
from hctl.reading.freshness import Freshness, State
from hctl.reading.judgement import judge
from hctl.reading.read import read_request
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.conclude import conclude as conclude_by_rules
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import Facts, Observation
from platform_status_contract.rules.timers import SourceName
from platform_status_contract.sources.registry import SOURCES
from tests.golden.cases import FOLDER, Case, cases_in
from tests.golden.folders import SOURCE_FOLDERS
from tests.lives import telling
from tests.lives.test_lives import STORIES
from tests.unit.hctl.golden import picture

CASES = [
    pytest.param(folder, case, id=f"{folder}/{case.name}")
    for folder in (*SOURCE_FOLDERS, "table")
    for case in cases_in(folder)
]
DUMPS = [
    pytest.param(path, id=f"{path.parent.name}/{path.stem}")
    for path in sorted(FOLDER.rglob("*.yaml"))
    if "\nkind: Dump\n" in path.read_text(encoding="utf-8")
]
_MARKS = {Verdict.GOOD: "✓", Verdict.PENDING: "…", Verdict.PAUSED: "‖", Verdict.UNREADABLE: "?", Verdict.BAD: "✗"}


def _diagnosed(status: object, observation: Observation, facts: Facts, now: datetime) -> Diagnosis:
    """Diagnose what was observed, with a sidecar that is alive."""
    stored = dict(status) if isinstance(status, dict) else {}
    if isinstance(facts.contract, Contract):
        stored["contract"] = msgspec.to_builtins(facts.contract)
    metadata: dict[str, Any] = {"name": facts.name, "namespace": facts.namespace, "generation": facts.generation}
    if facts.deleting:
        metadata["deletionTimestamp"] = "2026-02-26T10:00:00Z"
    whole = {"kind": facts.kind, "metadata": metadata, "status": stored}
    judged = judge(read_request(whole), Freshness(State.FRESH, now, 5, "5s ago", ""))
    explanation = derive(judged, status, facts, lambda _: observation, now)
    return conclude(Evidence(explanation, Dump(now, "", whole, ())), Orders())


def _hold(diagnosis: Diagnosis, verdicts: dict[str, tuple[str, str, str]]) -> None:
    """Hold a diagnosis to verdict, reason and message of the rules, source by source, in document and picture."""
    report = diagnosis_report(diagnosis)
    told = {
        look["source"]: (look["verdict"], look["reason"], look["summary"]) for look in report["looks"] if look["source"]
    }
    assert told == verdicts
    drawn = picture(draw_diagnosis(diagnosis), 400)
    for look in diagnosis.looks:
        assert f"  {_MARKS[look.verdict]} " in drawn
    _has_a_cause_exactly_when_it_is_not_ready(diagnosis, drawn)


def _has_a_cause_exactly_when_it_is_not_ready(diagnosis: Diagnosis, drawn: str) -> None:
    assert diagnosis.seen is not None, "everything can be read"
    status = diagnosis.judged.exit_code
    seen = ExitCode.READY if diagnosis.seen.phase is Phase.READY else ExitCode.NOT_READY
    if diagnosis.settled:
        assert (diagnosis.cause is None) is (diagnosis.seen.phase is Phase.READY), drawn
        assert "Seen now:" not in drawn
        assert diagnosis.exit_code is seen
    else:
        assert f"Seen now: {diagnosis.seen.phase}  {diagnosis.seen.ready.reason}" in drawn
        assert diagnosis.exit_code == max(status, seen)
    if diagnosis.cause is not None:
        assert diagnosis.cause in diagnosis.looks
        assert diagnosis.cause.verdict is not Verdict.GOOD
    tolerating = diagnosis.seen.ready.reason == Reason.TOLERATING
    assert (diagnosis.seen.phase is not Phase.READY or tolerating) <= (diagnosis.cause is not None), drawn


def test_every_source_of_the_rules_is_walked() -> None:
    assert len(DUMPS) >= len(list((FOLDER / "dumps").glob("*.yaml"))) > 0
    assert {name for source in SOURCES for name in source.names} == set(SOURCE_FOLDERS.values()) == set(SourceName)


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_the_diagnosis_of_a_golden_case_is_the_verdict_of_its_rule(folder: str, case: Case) -> None:
    found = _diagnosed(case.status, case.observation, case.facts, case.now)
    told = [look for look in found.looks if look.source]
    if folder != "table":
        expected = (case.expect["verdict"], case.expect["reason"], case.expect["message"])
        of_it = [look for look in told if look.source is SOURCE_FOLDERS[folder]]
        assert expected in [(look.verdict.name.lower(), look.reason, look.summary) for look in of_it]
    assert found.seen is not None
    if folder == "table":
        assert (found.seen.row, str(found.seen.phase)) == (case.expect["row"], case.expect["phase"])
        ready = {True: "True", False: "False"}.get(case.expect["ready"], case.expect["ready"])  # type: ignore[call-overload]
        assert str(ready).endswith(found.seen.ready.reason)
    conditions = {entry.type: (entry.reason, entry.message) for entry in found.seen.conditions[1:]}
    assert sorted(conditions.values()) == sorted((str(look.reason), look.summary) for look in told)
    _has_a_cause_exactly_when_it_is_not_ready(found, picture(draw_diagnosis(found), 400))


def _dump_of(case: Dump) -> Diagnosis:
    return conclude(Evidence(explain(case), case), Orders())


@pytest.mark.parametrize("path", DUMPS)
def test_the_diagnosis_of_a_dump_is_its_explanation(path: Path) -> None:
    case = parse_case(path.read_text(encoding="utf-8"))
    found = _dump_of(case)
    sources = [entry.assessment for entry in explain(case).sources]
    expected = {str(each.source): (each.verdict.name.lower(), str(each.reason), each.message) for each in sources}
    _hold(found, expected)


def _moments(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[object, Observation, Facts, datetime]]:
    """Every decision of a life: the status before it, what was seen, the facts, and when."""
    found: list[tuple[object, Observation, Facts, datetime]] = []

    def listening(history: Any, observation: Observation, facts: Facts, now: datetime) -> Any:  # noqa: ANN401 - the rules'
        found.append((stored[-1], observation, facts, now))
        return conclude_by_rules(history, observation, facts, now)

    def remembering(status: object) -> Any:  # noqa: ANN401 - the rules'
        stored.append(status)
        return recall(status)

    stored: list[object] = []
    monkeypatch.setattr(telling, "conclude", listening)
    monkeypatch.setattr(telling, "recall", remembering)
    telling.tell(telling.load(path))
    return iter(found)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_settled_status_has_a_cause_exactly_when_it_is_not_ready(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = 0
    for status, observation, facts, now in _moments(path, monkeypatch):
        before = _diagnosed(status, observation, facts, now)
        _has_a_cause_exactly_when_it_is_not_ready(before, picture(draw_diagnosis(before), 400))
        projection = conclude_by_rules(recall(status), observation, facts, now)
        after = _diagnosed(merged_status(status, projection, now), observation, facts, now)
        assert after.agrees
        assert after.settled is (projection.ready.reason != Reason.TOLERATING)
        _has_a_cause_exactly_when_it_is_not_ready(after, picture(draw_diagnosis(after), 400))
        settled += after.settled
    assert settled
