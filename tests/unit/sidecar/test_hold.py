"""A write that waits for Kratix to start: how long, what ends it, and what is counted; on the worker as it is wired."""

from platform_status_contract.observing.sources import Source
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, Json
from tests.unit.sidecar.test_reconcile import PODS_ONLY, Bench

POD = ("vcluster-media", "a")
RAN_OUT = "VClusterOrchestratorV2"


def pipelines(phase: str) -> Json:
    return {"workflows": {"pipelines": [{"name": "configure", "phase": phase}]}}


def kratix(bench: Bench, phase: str) -> None:
    """Let Kratix set the phase of its one pipeline, and the watch deliver it."""
    bench.cluster.write({**bench.status, "kratix": pipelines(phase)})
    bench.see()


def ready_and_pending() -> Bench:
    """A request that is Ready, at rest, and of which Kratix has just listed the pipelines as Pending."""
    bench = Bench()
    bench.put(Source.PODS, support.pod("a"))
    bench.turn()
    assert bench.status["phase"] == "Ready"
    bench.clock.advance(100)
    kratix(bench, "Pending")
    assert bench.turn() == []
    return bench


def lose_the_pod(bench: Bench) -> None:
    bench.known.remove(Source.PODS, POD)


def seconds_until_written(bench: Bench, most: int) -> int:
    for second in range(most + 1):
        if bench.turn(1 if second else 0):
            return second
    raise AssertionError(f"not written within {most} s")


def test_what_takes_ready_away_is_written_after_ten_seconds_and_counted() -> None:
    bench = ready_and_pending()
    lose_the_pod(bench)
    assert seconds_until_written(bench, 60) == 10
    assert bench.status["phase"] == "Progressing"
    assert bench.outcomes.counts.holds_run_out.value(RAN_OUT) == 1


def test_a_hold_ends_two_seconds_early_behind_a_request_that_kratix_starts_first() -> None:
    bench = Bench()
    bench.put(Source.PODS, support.pod("a"))
    bench.turn()
    bench.clock.advance(100)
    other = support.request({**support.settled(PODS_ONLY), "kratix": pipelines("Pending")}, name="other", uid="u-2")
    bench.put(Source.REQUESTS, other)
    bench.turn(1)
    kratix(bench, "Pending")
    lose_the_pod(bench)
    assert seconds_until_written(bench, 60) == 8
    assert bench.outcomes.counts.holds_run_out.value(RAN_OUT) == 1


def test_a_request_that_is_being_deleted_waits_for_no_start() -> None:
    bench = ready_and_pending()
    item = bench.cluster.item
    item["metadata"] = {**item["metadata"], "deletionTimestamp": "2026-02-26T10:30:00Z", "resourceVersion": "99"}
    bench.see()
    assert seconds_until_written(bench, 60) == 2
    assert bench.status["phase"] == "Deleting"


def test_an_edit_after_a_failed_run_waits_for_its_start() -> None:
    bench = Bench()
    bench.turn()
    kratix(bench, "Failed")
    assert bench.turn(100) == []
    item = bench.cluster.item
    item["metadata"] = {**item["metadata"], "generation": 2, "resourceVersion": "99"}
    bench.see()
    bench.put(Source.PODS, support.pod("a"))
    assert bench.turn(30) == []
    kratix(bench, "Running")
    assert seconds_until_written(bench, 10) == 2
    assert bench.known.store.request(MEDIA) is not None
