"""Every table case: the whole way from a status and an observation to the next status."""

from collections.abc import Mapping

import pytest

from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.projection import Projection

from .cases import Case, age, cases_in, seconds

CASES = [pytest.param(case, id=case.name) for case in cases_in("table")]


def _ages(times: object, case: Case) -> dict[str, str | None]:
    assert isinstance(times, Mapping)
    return {name: age(time, case.now) for name, time in times.items()}


def _seen(projection: Projection, case: Case) -> dict[str, object]:
    health = projection.health
    return {
        "row": projection.row,
        "phase": projection.phase.value,
        "ready": f"{projection.ready.status.value} {projection.ready.reason}",
        "readySince": age(projection.ready.last_transition_time, case.now),
        "message": projection.message,
        "readyMessage": projection.ready.message,
        "conditions": {found.type: f"{found.status.value} {found.reason}" for found in projection.conditions[1:]},
        "since": _ages(health["since"], case),
        "readyGeneration": health.get("readyGeneration"),
        "updatingGeneration": health.get("updatingGeneration"),
        "numbers": {key: health[key] for key in ("argocd", "workloads", "subApps") if key in health},
        "destinations": None if projection.destinations is None else list(projection.destinations),
        "wake": age(projection.wake, case.now),
    }


def _expected(case: Case) -> dict[str, object]:
    expected = dict(case.expect)
    since = expected.get("since")
    if isinstance(since, dict):
        expected["since"] = {name: seconds(text) for name, text in since.items()}
    for key in ("wake", "readySince"):
        if expected.get(key) is not None:
            expected[key] = seconds(expected[key])
    return expected


@pytest.mark.parametrize("case", CASES)
def test_phase_follows_as_its_case_says(case: Case) -> None:
    seen = _seen(conclude(case.history, case.observation, case.facts, case.now), case)
    expected = _expected(case)
    assert expected.keys() >= {"row", "phase", "ready", "message"}, "a case says at least these"
    assert {key: seen[key] for key in expected} == expected


@pytest.mark.parametrize("case", CASES)
def test_case_is_named_after_its_row(case: Case) -> None:
    assert case.name.partition("-")[0] == case.expect["row"]
