"""Resync, a request that is written too often, and a replica that stands by."""

import pytest

from platform_status_contract.observing.sources import Source
from platform_status_kube.errors import NotFoundError, UnansweredError
from platform_status_sidecar.write.writer import Writer, rivals
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, Json, ScriptedServer, encode
from tests.unit.sidecar.test_reconcile import PATH, Bench


def settled_bench() -> Bench:
    """A request that is Ready and written."""
    bench = Bench()
    bench.put(Source.PODS, support.pod())
    assert len(bench.turn()) == 1
    return bench


def test_a_status_at_rest_is_looked_at_every_ten_minutes_and_never_written() -> None:
    bench = settled_bench()
    for _ in range(120):
        assert bench.turn(60) == []
    tally = bench.outcomes._tallies[MEDIA]
    assert sum(tally.timings.counts) == 1 + 120 * 60 // 720


def managed(manager: str, *keys: str) -> Json:
    return {"manager": manager, "fieldsV1": {"f:status": {f"f:{key}": {} for key in keys}}}


def fight(bench: Bench, seconds: int) -> int:
    """Somebody sets the phase back as soon as we wrote it; return how often we wrote."""
    written = 0
    for _ in range(seconds):
        if bench.status.get("phase") == "Ready":
            bench.cluster.write({**bench.status, "phase": "Scheduled"})
            bench.see()
        written += len(bench.turn(1))
    return written


@pytest.mark.parametrize(
    ("managers", "named"),
    [
        ([managed("platform-status-sidecar", "phase"), managed("meddler", "phase", "health")], ("meddler",)),
        ([managed("manager", "message", "kratix", "conditions")], ()),
        ([], ()),
    ],
)
def test_a_fight_over_a_status_is_slowed_down_and_told_once_with_whom_managed_fields_show(
    managers: list[Json], named: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    bench = settled_bench()
    bench.cluster.item["metadata"]["managedFields"] = managers
    assert fight(bench, 580) <= 29 + 8
    [storm] = [event for event in bench.sent if event.reason == "WriteStorm"]
    assert storm.regarding.key == MEDIA
    assert ("; other writers of its status: meddler" in storm.note) == bool(named)
    assert caplog.text.count("written so often") == 1


def test_after_a_fight_the_pace_is_the_ordinary_one_again() -> None:
    bench = settled_bench()
    fight(bench, 300)
    bench.turn(60)
    assert bench.turn(700) == []
    bench.put(Source.PODS, support.pod(ready="False"), support.pod("second"))
    assert len(bench.turn()) == 1
    bench.put(Source.PODS, support.pod("third"))
    assert len(bench.turn(5)) == 1


@pytest.mark.parametrize("body", [b"no json", b"[]", b"null", encode({"metadata": {"managedFields": [1, {}]}})])
def test_managed_fields_that_cannot_be_read_name_nobody(body: bytes) -> None:
    assert rivals(body) == ()


@pytest.mark.parametrize("error", [NotFoundError("HTTP 404", status=404), UnansweredError("no answer")])
def test_nobody_is_named_when_the_request_cannot_be_read(error: Exception) -> None:
    assert Writer(ScriptedServer().will("get", error), PATH).others(MEDIA) == ()


def test_a_replica_that_stands_by_writes_nothing_and_says_nothing() -> None:
    bench = Bench()
    bench.leads = lambda: False
    bench.put(Source.PODS, support.pod())
    assert bench.turn() == []
    assert bench.outcomes.outcomes() == []
    assert bench.known.store.within("pods", "vcluster-media")
    bench.leads = lambda: True
    bench.queue.add(MEDIA)
    assert len(bench.turn()) == 1


def test_a_replica_that_loses_the_lease_between_look_and_write_does_not_write() -> None:
    bench = Bench()
    answers = iter([True, False])
    bench.leads = lambda: next(answers)
    assert bench.turn() == []


def test_a_replica_that_leads_no_more_forgets_what_it_said() -> None:
    bench = settled_bench()
    for turn in bench.worker.forget():
        bench.observer.tell(turn)
    assert bench.outcomes.outcomes() == []
    assert list(bench.outcomes.tallies()) == []
