"""Objects of one life in their order: the verdict changes when the object's state does, and not at each write."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import ConditionStatus
from platform_status_contract.rules.assessment import Situation, Verdict
from platform_status_contract.rules.history import History, Remembered

from .recorded import documents, entry_for, seen_of
from .test_recorded import assess

_STATUS: Final = {
    Verdict.GOOD: ConditionStatus.TRUE,
    Verdict.BAD: ConditionStatus.FALSE,
    Verdict.PENDING: ConditionStatus.FALSE,
}

LIVES: Final = {
    "first-just-created first-reconciling-no-ready-yet first-waiting-for-health first-ready": "pending good",
    "never-ready-retrying never-ready-health-check-failed never-ready-then-recovered": "pending bad good",
    "dependency-missing dependency-not-ready dependency-became-ready": "pending good",
    "first-ready ready-then-pods-break-3s ready-then-pods-break-failed "
    "ready-then-pods-break-then-heal": "good bad good",
    "first-ready health-check-failed health-check-recovered": "good bad good",
    "first-ready new-revision-rolling-out new-revision-ready new-revision-nothing-changed": "good",
    "first-ready spec-edited-right-after spec-edited-2s-later spec-edited-waiting-for-health": "good",
    "first-ready spec-edited-waiting-for-health spec-edited-health-check-failed "
    "spec-edited-back-ready": "good bad good",
    "first-ready source-branch-missing source-branch-missing-30s source-branch-back": "good",
    "first-ready source-repository-gone source-repository-gone-60s": "good",
    "first-ready drift-deployment-deleted drift-right-after drift-corrected drift-deployment-recreated": "good",
    "first-ready reconcile-requested-right-after reconcile-requested-done": "good",
    "suspended-while-ready suspended-then-edited-and-broken resumed": "paused good",
    "build-failed-bad-yaml build-failed-bad-yaml-25s-later": "bad",
    "apply-failed-invalid-field apply-failed-invalid-field-25s-later": "bad",
    "helmrelease-first-just-created helmrelease-first-installing helmrelease-first-ready": "pending good",
    "helmrelease-first-ready helmrelease-values-edited-right-after helmrelease-values-edited-upgrading "
    "helmrelease-values-edited-upgraded": "good",
    "helmrelease-first-ready helmrelease-upgrade-failed helmrelease-upgrade-failed-rolled-back": "good bad",
    "helmrelease-install-timed-out-retrying helmrelease-install-retries-exhausted-stalled": "pending bad",
}
"""The recorded objects of Flux in the order of their writes, and the verdicts in theirs."""


def _written(document: dict[str, Any]) -> datetime:
    """When an object was written last, as far as it tells."""
    conditions = (document.get("status") or {}).get("conditions") or ()
    told = [document["metadata"]["creationTimestamp"], *(entry["lastTransitionTime"] for entry in conditions)]
    return max(moment for moment in map(parse_time, told) if moment is not None)


@pytest.mark.parametrize(("life", "expected"), LIVES.items())
def test_a_life_changes_the_verdict_no_more_often_than_its_state(life: str, expected: str) -> None:
    history, ready, verdicts = History(), False, list[str]()
    for name in life.split():
        document = documents(f"flux/{name}")[0]
        entry, now = entry_for(document), _written(document) + timedelta(seconds=1)
        contract = Contract("v1", 1, "Thing", "media", objects=(entry,))
        situation = Situation(contract, history, first_ready=ready, updating=False, overdue=False)
        found = assess(entry, seen_of(document, entry), situation, now)
        status = _STATUS.get(found.verdict, ConditionStatus.UNKNOWN)
        history = History(
            conditions={entry.condition: Remembered(status, found.reason, found.message, now)},
            since=dict(found.timers),
        )
        ready = ready or found.verdict is Verdict.GOOD
        if verdicts[-1:] != [found.verdict.name.lower()]:
            verdicts.append(found.verdict.name.lower())
    assert " ".join(verdicts) == expected
