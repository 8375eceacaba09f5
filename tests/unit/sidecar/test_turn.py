"""What a turn says of itself: what was decided, whether it wrote, what went wrong, and when to look again."""

from datetime import datetime
from typing import Any

import pytest

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.interest import NOTHING
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import ContractProblem, Facts, Observation
from platform_status_contract.rules.projection import Projection
from platform_status_contract.sources.registry import KINDS
from platform_status_kube.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
)
from platform_status_sidecar.counts import Suppression, WriteResult
from platform_status_sidecar.decide import decide
from platform_status_sidecar.queue import DueLook
from platform_status_sidecar.reconcile import Turn
from platform_status_sidecar.store.reading import interest_of
from platform_status_sidecar.write.pace import LIMITS
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA
from tests.unit.sidecar.test_reconcile import PODS_ONLY, Bench, tiny_rules

CONFLICT = ConflictError("HTTP 409", status=409)
RESYNC = 720.0
"""With the chance of the bench: the longest that there is."""


def suppressed(turn: Turn) -> Suppression | None:
    assert turn.decision
    return turn.decision.suppressed


def after(bench: Bench, turn: Turn) -> list[tuple[float, bool]]:
    """Return in how many seconds it is looked again, and whether as one of many."""
    return [(look.at - bench.clock.monotonic(), look.bulk) for look in turn.looks]


def test_what_is_new_is_written_and_looked_at_when_the_rules_and_the_resync_say() -> None:
    bench = Bench()
    turn = bench.worker.turn(MEDIA)
    assert (turn.writes, turn.written_at, turn.error) == ((WriteResult.WRITTEN,), bench.clock.monotonic(), None)
    assert after(bench, turn) == [(RESYNC, True), (60.0, False)]


def test_what_the_status_says_already_is_not_written() -> None:
    bench = Bench()
    bench.worker.turn(MEDIA)
    turn = bench.worker.turn(MEDIA)
    assert (turn.writes, suppressed(turn)) == ((), Suppression.UNCHANGED)


def test_what_comes_too_soon_after_a_write_is_held_for_the_rest_of_the_interval() -> None:
    bench = Bench()
    bench.worker.turn(MEDIA)
    bench.put(Source.PODS, support.pod())
    bench.clock.advance(2)
    turn = bench.worker.turn(MEDIA)
    assert (turn.writes, suppressed(turn)) == ((), Suppression.HELD)
    assert after(bench, turn) == [(RESYNC, True), (3.0, False)]


def test_a_conflict_is_part_of_the_turn_that_redoes_it() -> None:
    bench = Bench()
    bench.cluster.failures.append(CONFLICT)
    turn = bench.worker.turn(MEDIA)
    assert (turn.writes, turn.is_failed) == ((WriteResult.CONFLICT, WriteResult.WRITTEN), False)


@pytest.mark.parametrize(
    ("errors", "writes", "is_failed", "wait"),
    [
        ([CONFLICT] * 5, 5, False, 1.0),
        ([NotFoundError("HTTP 404", status=404)], 1, False, 1.0),
        ([UnansweredError("no answer")], 1, True, 1.0),
        ([ForbiddenError("HTTP 403", status=403)], 1, True, 1.0),
        ([ThrottledError("HTTP 429", retry_after=20)], 1, True, 20.0),
        ([CONFLICT, RefusedError("HTTP 422", status=422)], 2, True, 1.0),
    ],
)
def test_what_went_wrong_ends_the_turn_and_is_tried_again(
    errors: list[TransportError],
    writes: int,
    is_failed: bool,  # noqa: FBT001 - a row
    wait: float,
) -> None:
    bench = Bench()
    bench.cluster.failures.extend(errors)
    turn = bench.worker.turn(MEDIA)
    assert turn.error is errors[-1]
    assert (len(turn.writes), turn.written_at, turn.is_failed) == (writes, None, is_failed)
    assert after(bench, turn)[-1] == (wait, False)


def test_a_defect_is_a_result_too() -> None:
    bench = Bench()
    defect = ZeroDivisionError()

    def broken(*_: object) -> None:
        raise defect

    bench.rules = broken  # type: ignore[assignment]  # it never returns
    turn = bench.worker.turn(MEDIA)
    assert (turn.error, turn.is_failed, turn.decision) == (defect, True, None)
    assert after(bench, turn) == [(1.0, False)]


@pytest.mark.parametrize("stands_by", [True, False])
def test_what_is_not_ours_to_tell_is_gone_and_not_looked_at_again(stands_by: bool) -> None:  # noqa: FBT001 - a row
    bench = Bench()
    bench.worker.turn(MEDIA)
    if stands_by:
        bench.leads = lambda: False
    else:
        bench.known.remove(Source.REQUESTS, MEDIA)
    assert bench.worker.turn(MEDIA) == Turn(MEDIA, is_gone=True)


def test_while_a_first_list_is_awaited_nothing_is_decided() -> None:
    bench = Bench(support.request())
    turn = bench.worker.turn(MEDIA)
    assert (turn.decision, turn.is_gone, turn.looks) == (None, False, ())


THEIRS = {"type": "Theirs", "status": "True", "reason": "X", "message": "x" * 100_000}


def test_a_large_status_is_read_afresh_and_keeps_what_others_wrote() -> None:
    status = support.settled(PODS_ONLY)
    status["conditions"].append(THEIRS)
    bench = Bench(support.request(status))
    turn = bench.worker.turn(MEDIA)
    assert turn.writes == (WriteResult.WRITTEN,)
    assert THEIRS in bench.status["conditions"]
    assert {"ConfigureWorkflowCompleted", "Ready"} <= {found["type"] for found in bench.status["conditions"]}
    assert bench.worker.turn(MEDIA).writes == ()


def test_a_large_status_that_has_changed_is_decided_only_on_what_its_new_contract_observes() -> None:
    status = support.settled(PODS_ONLY)
    status["conditions"].append(THEIRS)
    bench, seen = Bench(support.request(status)), list[Observation]()

    def noted(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        seen.append(observation)
        return tiny_rules(history, observation, facts, now)

    bench.rules = noted
    bench.known.store.note_list(Source.PODS)
    bench.known.sync(Source.PODS)
    bench.cluster.write(status | {"contract": PODS_ONLY | {"workloads": {"namespace": "elsewhere"}}})
    turn = bench.worker.turn(MEDIA)
    assert seen == []
    assert turn.waits_for == (Source.PODS,)


def test_of_large_ones_one_at_a_time_has_its_turn() -> None:
    status = support.settled(PODS_ONLY)
    status["conditions"].append(THEIRS)
    bench, inner = Bench(support.request(status)), list[Turn]()

    def during(*given: Any) -> Projection:  # noqa: ANN401 - what the rules take
        inner.append(bench.worker.turn(MEDIA))
        return tiny_rules(*given)

    bench.rules = during
    assert bench.worker.turn(MEDIA).writes == (WriteResult.WRITTEN,)
    (refused,) = inner
    assert (refused.decision, refused.error) == (None, None)
    ((seconds, bulk),) = after(bench, refused)
    assert (round(seconds, 3), bulk) == (0.2, True)


def test_a_decision_depends_on_nothing_but_its_arguments() -> None:
    bench = Bench()
    turn = bench.worker.turn(MEDIA)
    assert turn.decision
    now, moment = bench.clock.now(), bench.clock.monotonic()
    bench.clock.advance(1000)
    bench.known.remove(Source.REQUESTS, MEDIA)
    again = decide(turn.decision.seen, tiny_rules, LIMITS, now=now, moment=moment, resync=RESYNC)
    assert again == turn.decision
    assert again.looks[0] == DueLook(moment + RESYNC, bulk=True)


def test_a_contract_that_looks_beyond_the_scope_is_invalid_and_nothing_is_read_for_it() -> None:
    bench, seen = Bench(), list[Facts]()

    def noted(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        seen.append(facts)
        return tiny_rules(history, observation, facts, now)

    bench.rules = noted
    bench.known.store.scope = ("argocd", "{namespace}--*")
    bench.worker.turn(MEDIA)
    (facts,) = seen
    assert isinstance(facts.contract, ContractProblem)
    assert facts.contract.reason is Reason.INVALID_CONTRACT
    assert "which the platform's policy lets no request in" in facts.contract.message
    record = bench.known.store.request(MEDIA)
    assert record is not None
    assert interest_of(record, KINDS, bench.known.store.scope) == NOTHING
    assert interest_of(record, KINDS) != NOTHING
