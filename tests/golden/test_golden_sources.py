"""Every source case: what one source means, whatever the others say."""

import pytest

from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.conclude import tabulate
from platform_status_contract.rules.observation import ContractProblem
from platform_status_contract.rules.situate import adopt

from .cases import Case, age, cases_in, seconds
from .folders import SOURCE_FOLDERS

CASES = [
    pytest.param(folder, case, id=f"{folder}/{case.name}") for folder in SOURCE_FOLDERS for case in cases_in(folder)
]


def _assessment(folder: str, case: Case) -> Assessment:
    facts = case.facts
    assert not isinstance(facts.contract, ContractProblem)
    history = adopt(case.history, facts.contract, case.now)
    table = tabulate(history, facts.contract, case.observation, facts, case.clock)
    return next(found for found in table.assessments if found.source is SOURCE_FOLDERS[folder])


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_source_is_assessed_as_its_case_says(folder: str, case: Case) -> None:
    found = _assessment(folder, case)
    seen: dict[str, object] = {
        "verdict": found.verdict.name.lower(),
        "status": found.status.value,
        "reason": found.reason.value,
        "message": found.message,
        "timers": {name: age(time, case.now) for name, time in found.timers.items()},
        "health": found.health,
        "note": found.note,
    }
    timers = case.expect.get("timers", {})
    assert isinstance(timers, dict)
    defaults: dict[str, object] = {"health": {}, "note": ""}
    assert seen == defaults | case.expect | {"timers": {name: seconds(text) for name, text in timers.items()}}
