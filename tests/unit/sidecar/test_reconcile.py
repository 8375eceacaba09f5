"""The worker: one request at a time, written once, redone after a conflict, retried after a failure."""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest

from platform_status_contract.model.status import Condition
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import Absent, Facts, Observation, Present
from platform_status_contract.rules.projection import Projection
from platform_status_kube.errors import ConflictError, ForbiddenError, NotFoundError, TransportError
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.counts import ProcessCounts
from platform_status_sidecar.decide import Conclude
from platform_status_sidecar.events.announcement import Announcement
from platform_status_sidecar.events.sender import EventSender
from platform_status_sidecar.observer import TurnObserver
from platform_status_sidecar.outcomes import Outcomes, RequestOutcome
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.reconcile import Reconciler
from platform_status_sidecar.workers import Turns
from platform_status_sidecar.write.plan import apply
from platform_status_sidecar.write.writer import Writer
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, Call, Json, ScriptedServer, encode, watched

PATH = "/apis/platform.integratn.tech/v1alpha1/vclusterorchestratorv2s"
OBJECT_PATH = "/apis/platform.integratn.tech/v1alpha1/namespaces/team/vclusterorchestratorv2s/media"
PODS_ONLY = {"version": "v1", "generation": 1, "displayName": "VCluster", "name": "media"} | {
    "workloads": {"namespace": "vcluster-media"}
}


def tiny_rules(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
    """Ready if there is a pod, else Progressing; Deleting while deleting. Stands in for the real rules."""
    pods = observation.pods.value if isinstance(observation.pods, Present) else ()
    phase = Phase.DELETING if facts.deleting else Phase.READY if pods else Phase.PROGRESSING
    status = ConditionStatus.TRUE if phase is Phase.READY else ConditionStatus.FALSE
    before = history.conditions.get(ConditionType.READY)
    since = before.since if before and before.since and before.status is status else now
    reason = Reason.DELETING if facts.deleting else Reason.ALL_HEALTHY if pods else Reason.NO_PODS
    ready = Condition(ConditionType.READY.value, status, format_time(since), reason.value, phase.value)
    health: dict[str, object] = {"workloads": {"ready": len(pods), "total": len(pods)}}
    wake = now + timedelta(seconds=60) if phase is Phase.PROGRESSING else None
    return Projection(phase, ready, None, health, (ready,), "3", wake)


class Cluster(ScriptedServer):
    """An API server that holds one request and applies patches to it, unless told to fail."""

    def __init__(self, item: Json) -> None:
        super().__init__()
        self.item = item
        self.failures: list[TransportError | Callable[[], None]] = []
        self.unreadable: TransportError | None = None
        self.prunes = False

    def patch(self, path: str, body: bytes) -> bytes:
        call = Call("patch", path, body=json.loads(body))
        self.calls.append(call)
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, TransportError):
                raise failure
            failure()
        assert call.body
        if call.body["metadata"]["resourceVersion"] != self.item["metadata"]["resourceVersion"]:
            raise ConflictError("HTTP 409", status=409)
        status = apply(self.item["status"], call.body["status"])
        assert isinstance(status, dict)
        self.write({**status, "health": {}} if self.prunes else status)
        return encode(self.item)

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        self.calls.append(Call("get", path, options={"metadata_only": metadata_only}))
        if self.unreadable:
            raise self.unreadable
        return encode(self.item)

    def write(self, status: object) -> None:
        version = int(self.item["metadata"]["resourceVersion"]) + 1
        metadata = {**self.item["metadata"], "resourceVersion": str(version)}
        self.item = {**self.item, "metadata": metadata, "status": status}


class Events(EventSender):
    """A sender that keeps what it is offered."""

    def __init__(self, sent: list[Announcement], counts: ProcessCounts, clock: TimeSource) -> None:
        super().__init__(ScriptedServer(), "g/v1", counts=counts, identity="pod", clock=clock, stop=threading.Event())
        self._sent = sent

    def offer(self, announcement: Announcement) -> None:
        self._sent.append(announcement)


class Bench:
    """A reconciler with its store, its queue and its cluster; `turn` lets it take every key that is due.

    Attributes:
        rules: What concludes.
        leads: Whether this replica may write, asked each time.
        sent: The Events.
    """

    rules: Conclude = staticmethod(tiny_rules)
    leads: Callable[[], bool] = staticmethod(lambda: True)

    def __init__(self, item: Json | None = None, **more: object) -> None:
        self.known = watched(self.wake)
        self.clock = self.known.clock
        self.cluster = Cluster(item or support.request(support.settled(PODS_ONLY), **more))  # type: ignore[arg-type]  # metadata
        self.queue: CoalescingQueue[Key] = CoalescingQueue(self.clock)
        self.outcomes = Outcomes()
        self.sent: list[Announcement] = []
        self.observer = TurnObserver(self.outcomes, Events(self.sent, self.outcomes.counts, self.clock), self.clock)
        self.worker = Reconciler(
            store=self.known.store,
            writer=Writer(self.cluster, PATH),
            clock=self.clock,
            lease="system/lease",
            rules=self._conclude,
            leads=self._leads,
            chance=lambda: 1.0,
        )
        self.turns = Turns(self.queue, self.observer.observed(self.worker.turn))
        self.see()
        self.known.sync()

    def _conclude(self, history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        return self.rules(history, observation, facts, now)

    def _leads(self) -> bool:
        return self.leads()

    def wake(self, key: Key) -> None:
        self.queue.add(key)

    def see(self) -> None:
        """The watch delivers the request as the cluster holds it, and whoever it wakes is due."""
        self.put(Source.REQUESTS, self.cluster.item)

    def put(self, source: Source, *items: Json) -> None:
        self.known.put(source, *items)

    def turn(self, seconds: float = 0) -> list[Call]:
        """Let time pass, then take every due key; return the patches sent."""
        self.clock.advance(seconds)
        before = len(self.cluster.calls)
        while self.turns.next(0):
            pass
        return [call for call in self.cluster.calls[before:] if call.verb == "patch"]

    @property
    def status(self) -> Json:
        found: Json = self.cluster.item["status"]
        return found


def test_a_first_look_is_written_at_once_with_the_version_as_precondition() -> None:
    bench = Bench()
    [patch] = bench.turn()
    assert patch.path == OBJECT_PATH + "/status"
    assert patch.body
    assert patch.body["metadata"] == {"resourceVersion": "1"}
    assert bench.status["phase"] == "Progressing"
    assert bench.status["conditions"][0]["type"] == "ConfigureWorkflowCompleted"


def test_later_changes_are_written_together_after_the_interval_and_the_last_state_counts() -> None:
    bench = Bench()
    bench.turn()
    bench.put(Source.PODS, support.pod("a"))
    assert bench.turn(1) == []
    bench.put(Source.PODS, support.pod("b"))
    assert bench.turn(1) == []
    [patch] = bench.turn(3)
    assert patch.body
    assert patch.body["status"]["health"] == {"workloads": {"ready": 2, "total": 2}}
    assert bench.status["phase"] == "Ready"


def test_after_a_conflict_everything_is_computed_from_a_fresh_read() -> None:
    bench = Bench()

    def kratix_writes() -> None:
        foreign = {"type": "Reconciled", "status": "True"}
        bench.cluster.write({**bench.status, "conditions": [foreign, *bench.status["conditions"]]})

    bench.cluster.failures.append(kratix_writes)
    patches = bench.turn()
    assert len(patches) == 2
    assert [call.path for call in bench.cluster.calls if call.verb == "get"] == [OBJECT_PATH]
    types = [entry["type"] for entry in bench.status["conditions"]]
    assert types == ["Reconciled", "ConfigureWorkflowCompleted", "Ready"]


def test_nothing_is_written_again_from_a_state_that_the_server_called_outdated() -> None:
    bench = Bench()
    bench.cluster.write({**bench.status, "message": "Kratix wrote, and the watch has not said so"})
    bench.cluster.unreadable = ForbiddenError("HTTP 403", status=403)
    assert len(bench.turn()) == 1
    for _ in range(5):
        assert bench.turn(10) == []
    bench.cluster.unreadable = None
    [patch] = bench.turn(10)
    assert patch.body is not None
    assert patch.body["metadata"]["resourceVersion"] == "2"
    assert bench.status["phase"] == "Progressing"


def test_a_request_that_is_gone_is_no_error() -> None:
    bench = Bench()
    bench.cluster.failures.append(NotFoundError("HTTP 404", status=404))
    bench.turn()
    [(_, tally)] = bench.outcomes.tallies()
    assert tally.errors == 0
    bench.known.remove(Source.REQUESTS, MEDIA)
    bench.queue.add(MEDIA)
    assert bench.turn(1) == []
    assert bench.outcomes.outcomes() == []
    assert list(bench.outcomes.tallies()) == []


def test_a_defect_in_one_turn_does_not_end_the_worker(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()

    def broken(*_: object) -> Projection:
        raise ZeroDivisionError

    bench.rules = broken
    assert bench.turn() == []
    assert "a defect of the sidecar" in caplog.text
    bench.rules = tiny_rules
    assert len(bench.turn(1)) == 1


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_a_dry_run_is_never_touched(value: str) -> None:
    bench = Bench(labels={"kratix.io/dry-run": value})
    bench.put(Source.PODS, support.pod())
    assert bench.turn() == []
    assert bench.turn(100) == []
    assert bench.outcomes.outcomes() == []


def test_deleting_is_written_once_and_then_nothing() -> None:
    bench = Bench(deletionTimestamp="2026-02-26T10:30:00Z")
    assert len(bench.turn()) == 1
    assert bench.status["phase"] == "Deleting"
    bench.cluster.write({**bench.status, "phase": "Ready", "conditions": []})
    bench.see()
    assert bench.turn(60) == []


def test_deleting_that_an_earlier_run_wrote_is_not_written_again() -> None:
    told = support.settled(PODS_ONLY, phase="Deleting")
    told["conditions"] = [{"type": "Ready", "status": "Unknown", "reason": "Deleting"}]
    bench = Bench(support.request(told, deletionTimestamp="2026-02-26T10:30:00Z"))
    assert bench.turn(60) == []


def test_while_a_workflow_runs_the_write_keeps_out_of_its_start_window() -> None:
    running = support.settled(PODS_ONLY, kratix={"workflows": {"pipelines": [{"name": "p", "phase": "Running"}]}})
    bench = Bench(support.request(running))
    assert bench.turn() == []
    bench.clock.advance(1.5)
    bench.cluster.write({**bench.status, "message": "Pending"})
    bench.see()
    assert bench.turn(1) == []
    assert len(bench.turn(1)) == 1


def test_nothing_is_projected_before_the_first_lists() -> None:
    bench = Bench(support.request())
    bench.put(Source.REQUESTS, support.request(version=2))
    assert bench.turn() == []
    assert bench.outcomes.outcomes() == []
    bench.known.store.put_secret(("vcluster-media", "kubeconfig"), Absent())
    bench.queue.add(MEDIA)
    bench.cluster.item = support.request(version=2)
    assert len(bench.turn(3)) == 1


def test_the_moment_that_the_rules_name_brings_another_look() -> None:
    bench = Bench()
    bench.turn()
    looked = []

    def noting(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        looked.append(now)
        return tiny_rules(history, observation, facts, now)

    bench.rules = noting
    bench.turn(59)
    assert looked == []
    bench.turn(1)
    assert len(looked) == 1


def test_the_time_of_a_sync_alone_is_written_a_minute_after_the_sync_and_no_sooner() -> None:
    bench = Bench()
    synced = bench.clock.now()

    def syncing(history: History, observation: Observation, facts: Facts, now: datetime) -> Projection:
        found = tiny_rules(history, observation, facts, now)
        return msgspec.structs.replace(
            found, health={**found.health, "argocd": {"lastSyncTime": format_time(synced)}}, wake=None
        )

    bench.rules = syncing
    assert len(bench.turn()) == 1
    bench.see()
    bench.clock.advance(600)
    synced = bench.clock.now()
    bench.queue.add(MEDIA)
    assert bench.turn(10) == []
    assert bench.turn(49) == []
    [patch] = bench.turn(1)
    assert patch.body
    assert patch.body["status"]["health"] == {"argocd": {"lastSyncTime": format_time(synced)}}
    bench.see()
    assert bench.turn(3600) == []
    synced = bench.clock.now()
    bench.put(Source.PODS, support.pod())
    assert len(bench.turn()) == 1, "it rides on the next write"
    assert bench.status["health"]["argocd"] == {"lastSyncTime": format_time(synced)}
    bench.see()
    bench.clock.advance(600)
    synced = bench.clock.now()
    bench.queue.add(MEDIA)
    assert bench.turn() == []
    assert bench.turn(30) == []
    synced = bench.clock.now()
    bench.queue.add(MEDIA)
    assert bench.turn(29) == []
    assert len(bench.turn(1)) == 1, "a second sync does not put the first one off"


def test_what_the_server_drops_is_warned_of_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.cluster.prunes = True
    bench.turn()
    bench.put(Source.PODS, support.pod())
    bench.turn(5)
    assert caplog.text.count("dropped or changed fields") == 1
    assert bench.outcomes.counts.pruned.items() == [(("VClusterOrchestratorV2",), 2)]


def test_the_metrics_tell_a_conclusion_before_it_is_written_for_a_write_may_hang() -> None:
    bench = Bench()
    told: list[int] = []
    bench.cluster.failures.append(lambda: told.append(len(bench.outcomes.outcomes())))
    bench.turn()
    assert told == [1]


def test_the_metrics_hear_of_every_conclusion() -> None:
    bench = Bench()
    bench.put(Source.PODS, support.pod())
    bench.turn()
    expected = RequestOutcome(
        Phase.READY, 1, 1, "VClusterOrchestratorV2", "VCluster", "media", conditions="T------", reason="AllHealthy"
    )
    assert bench.outcomes.outcomes() == [(MEDIA, expected)]
