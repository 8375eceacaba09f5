"""Evidence: missing never yields Ready, bad outranks missing, and severity has one order."""

from datetime import timedelta
from itertools import permutations, product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Thresholds
from platform_status_contract.model.vocabulary import ConditionType, Phase, Reason
from platform_status_contract.rules.assessment import Assessment, Verdict
from platform_status_contract.rules.observation import (
    ApplicationSeen,
    Facts,
    Observation,
    PodSeen,
    Present,
    Unreadable,
    Workflow,
)
from platform_status_contract.rules.summarize import summarize
from platform_status_contract.rules.timers import SourceName

from .looks import look
from .settings import quick
from .worlds import (
    NOW,
    World,
    facts_about,
    good_observation,
    hostile_text,
    mostly_good,
    statuses,
    thresholds,
    whole_contract,
)

_ARGO_WORDS = ("Synced", "OutOfSync", "Healthy", "Progressing", "Suspended", "Degraded", "Missing")
_SINCE = {"started": "2026-02-26T09:00:00Z", "firstReady": "2026-02-26T09:10:00Z", "caughtUp": "2026-02-26T09:05:00Z"}
_SOURCES = ("works", "application", "pods", "secrets", "sub_applications")
_WHOLE = facts_about(thresholds.map(whole_contract))
_LONG_AGO = NOW.replace(hour=9)
_REASONS = st.sampled_from([Reason.FORBIDDEN, Reason.KIND_MISSING, Reason.KIND_TOO_LARGE, Reason.SOURCE_UNREADABLE])


def _blinded(source: str, reading: object) -> Observation:
    seen = {"secrets": (reading,)} if source == "secrets" else {source: reading}
    return msgspec.structs.replace(good_observation(), **seen)


def _settled(limits: Thresholds) -> Facts:
    contract = whole_contract(limits)
    return Facts("media", "team-a", "VCluster", 1, deleting=False, contract=contract, workflow=Workflow.COMPLETED)


@quick
@given(statuses, _WHOLE, st.sampled_from(_SOURCES), _REASONS, st.booleans())
def test_unreadable_source_is_never_ready(
    status: object,
    facts: Facts,
    source: str,
    reason: Reason,
    was_good: bool,  # noqa: FBT001 - generated
) -> None:
    last = getattr(good_observation(), source) if was_good else None
    reading = Unreadable(reason, _LONG_AGO, last[0] if isinstance(last, tuple) else last)
    seen = _blinded(source, reading)
    assert look(World(status, seen, facts), status, NOW).phase is not Phase.READY


@quick
@given(statuses, _WHOLE, mostly_good, st.sampled_from(_SOURCES))
def test_source_without_a_reading_is_never_ready(status: object, facts: Facts, seen: Observation, source: str) -> None:
    blind = msgspec.structs.replace(seen, **{source: None})
    assert look(World(status, blind, facts), status, NOW).phase is not Phase.READY


@quick
@given(_WHOLE, hostile_text.filter(lambda word: word not in _ARGO_WORDS), st.booleans())
def test_garbage_in_the_application_is_never_ready(
    facts: Facts,
    word: str,
    in_sync: bool,  # noqa: FBT001 - generated
) -> None:
    application = ApplicationSeen(
        word if in_sync else "Synced", "Healthy" if in_sync else word, written_for=facts.generation
    )
    seen = msgspec.structs.replace(good_observation(), application=Present(application))
    assert look(World({}, seen, facts), {}, NOW).phase is not Phase.READY
    once = {
        "phase": "Ready",
        "health": {"observedGeneration": 1, "since": _SINCE | {"argoUnknown": "2026-02-26T10:29:00Z"}},
    }
    assert look(World(once, seen, facts), once, NOW).phase is not Phase.READY


@quick
@given(statuses, _WHOLE, st.booleans(), st.integers(0, 599), hostile_text)
def test_pod_that_restarts_and_is_ready_nobody_knows_since_when_is_never_all_healthy(
    status: object,
    facts: Facts,
    crashing: bool,  # noqa: FBT001 - generated
    age: int,
    phase: str,
) -> None:
    started = None if crashing else NOW - timedelta(seconds=age)
    pod = PodSeen("a", phase, ready=True, ready_since=None, crashing=crashing, restarted=started)
    seen = msgspec.structs.replace(good_observation(), pods=Present((pod,)))
    assert look(World(status, seen, facts), status, NOW).ready.reason != Reason.ALL_HEALTHY


@quick
@given(thresholds, st.sampled_from(["Ready", "Degraded", "Failed", "Unknown"]), mostly_good, _REASONS)
def test_bad_evidence_outranks_missing_evidence_once_ready(
    limits: Thresholds, phase: str, seen: Observation, reason: Reason
) -> None:
    status = {"phase": phase, "health": {"observedGeneration": 1, "readyGeneration": 1, "since": _SINCE}}
    mixed = msgspec.structs.replace(
        seen,
        pods=Present((PodSeen("a", "Running", ready=False),)),
        controllers=Present(()),
        works=Unreadable(reason, _LONG_AGO),
    )
    found = look(World(status, mixed, _settled(limits)), status, NOW)
    assert found.phase in (Phase.DEGRADED, Phase.FAILED)


@pytest.mark.parametrize(
    ("worse", "better"), [pair for pair in product(Verdict, Verdict) if pair[0] < pair[1] < Verdict.GOOD]
)
def test_worse_verdict_is_named_first_whatever_its_source(worse: Verdict, better: Verdict) -> None:
    for first, second in permutations(SourceName, 2):
        for order in permutations([_judged(first, worse), _judged(second, better)]):
            assert [found.verdict for found in summarize(order).blocking] == [worse, better]


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.GOOD])
def test_equal_verdicts_stay_in_source_order(verdict: Verdict) -> None:
    judged = [_judged(source, verdict) for source in SourceName]
    assert [found.source for found in summarize(judged).blocking] == [
        SourceName.WORKS,
        SourceName.ARGO_SYNC,
        SourceName.ARGO_HEALTH,
        SourceName.PODS,
        SourceName.SECRET,
        SourceName.SUB_APPS,
        SourceName.OBJECTS,
    ]


def _judged(source: SourceName, verdict: Verdict) -> Assessment:
    return Assessment(source, ConditionType.READY, verdict, Reason.PAUSED, "")
