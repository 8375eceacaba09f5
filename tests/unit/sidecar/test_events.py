"""Events: which status is a transition, what an Event says, how many there may be, and that none delays a write."""

import threading
from collections.abc import Callable

import pytest

from platform_status_contract.model.status import Condition
from platform_status_contract.model.vocabulary import ConditionStatus, Phase
from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.history import History
from platform_status_contract.rules.projection import Projection
from platform_status_kube.errors import ConflictError, ForbiddenError, ThrottledError, TransportError, UnansweredError
from platform_status_sidecar.counts import EventResult, ProcessCounts
from platform_status_sidecar.events.announcement import Announcement, Regarding, is_transition, of_phase, of_storm
from platform_status_sidecar.events.sender import Budget, EventSender
from tests.unit.sidecar.support import MEDIA, NOW, Call, ScriptedServer, TurnedClock

API = "platform.integratn.tech/v1alpha1"
REGARDING = Regarding("VClusterOrchestratorV2", MEDIA, "uid-1")
WRITTEN_BEFORE = History(phase=Phase.READY, observed_generation=1)


def record(name: str = MEDIA[1]) -> RequestRecord:
    return RequestRecord(
        namespace=MEDIA[0],
        name=name,
        version=7,
        uid=REGARDING.uid,
        resource_version="7",
        kind=REGARDING.kind,
        generation=1,
        deleting=False,
        labels=(),
        status=b"null",
    )


def projection(phase: Phase, message: str = "PodsReady: 4 of 5") -> Projection:
    ready = Condition("Ready", ConditionStatus.FALSE, "2026-02-26T10:00:00Z", "PodsNotReady", message)
    return Projection(phase, ready, None, {}, (ready,), "6")


def phase_event(phase: Phase, message: str = "4 of 5") -> Announcement:
    return of_phase(record(), projection(phase, message), NOW)


ANNOUNCEMENT = phase_event(Phase.READY)


class Told:
    """A sender, the phase that was written last, and what was counted."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.clock = TurnedClock()
        self.counts = ProcessCounts()
        self.server = ScriptedServer()
        self.phase: Phase | None = None
        self.sender = EventSender(
            self.server,
            API,
            counts=self.counts,
            identity="pod",
            clock=self.clock,
            stop=threading.Event(),
            budget=budget,
        )

    def written(self, phase: Phase, history: History = WRITTEN_BEFORE) -> bool:
        """Write a status; return whether that is announced."""
        before = self.phase
        self.phase = phase
        return is_transition(before, history, phase)

    def count(self, result: EventResult) -> int:
        return self.counts.events.value(result.value)

    def sent(self, *announcements: Announcement) -> int:
        """Offer Events, and send what was taken; return how many that were."""
        before = self.count(EventResult.SENT)
        for announcement in announcements:
            self.sender.offer(announcement)
        self.sender.close()
        self.server.will("create", *[{}] * len(announcements))
        self.sender.run()
        return self.count(EventResult.SENT) - before


class TestTransitions:
    def test_only_another_phase_is_announced(self) -> None:
        told = Told()
        assert not told.written(Phase.READY)
        assert told.written(Phase.DEGRADED)
        assert not told.written(Phase.DEGRADED)
        assert told.written(Phase.READY)

    def test_after_a_restart_what_stands_in_the_status_is_not_announced_again(self) -> None:
        assert not Told().written(Phase.DEGRADED, History(phase=Phase.DEGRADED, observed_generation=1))

    def test_what_changed_while_we_were_down_is_announced(self) -> None:
        assert Told().written(Phase.DEGRADED)

    def test_a_status_of_an_older_reconciler_is_adopted_in_silence(self) -> None:
        told = Told()
        assert not told.written(Phase.DEGRADED, History(phase=Phase.SCHEDULED))
        assert told.written(Phase.READY, History(phase=Phase.DEGRADED, observed_generation=1))

    def test_the_first_phase_of_a_new_request_is_announced(self) -> None:
        assert Told().written(Phase.SCHEDULED, History())

    def test_a_phase_that_somebody_else_overwrote_and_we_restored_is_not(self) -> None:
        told = Told()
        told.written(Phase.DEGRADED)
        assert not told.written(Phase.DEGRADED, History(phase=Phase.SCHEDULED, observed_generation=1))

    def test_a_deletion_that_the_pipeline_wrote_first_is_announced_all_the_same(self) -> None:
        told = Told()
        told.written(Phase.READY)
        assert told.written(Phase.DELETING, History(phase=Phase.DELETING, observed_generation=1))


class TestBody:
    def test_it_is_what_the_api_asks_for(self) -> None:
        body = phase_event(Phase.DEGRADED).body(API, "pod-1", "abc")
        assert body == {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"namespace": "team", "name": "media.abc"},
            "eventTime": "2026-02-26T10:30:00.000000Z",
            "reportingController": "platform.integratn.tech/status-sidecar",
            "reportingInstance": "pod-1",
            "action": "ChangePhase",
            "reason": "PodsNotReady",
            "type": "Warning",
            "note": "4 of 5",
            "regarding": {
                "apiVersion": API,
                "kind": "VClusterOrchestratorV2",
                "namespace": "team",
                "name": "media",
                "uid": "uid-1",
            },
        }

    @pytest.mark.parametrize("phase", Phase)
    def test_what_a_person_should_look_at_is_a_warning(self, phase: Phase) -> None:
        expected = phase in (Phase.DEGRADED, Phase.FAILED, Phase.UNKNOWN)
        assert phase_event(phase).is_warning is expected

    @pytest.mark.parametrize("note", ["x" * 5000, "\u00e9" * 5000, "a" + "\U0001f600" * 2000, "half \ud800 a pair"])
    def test_a_note_is_no_longer_than_the_api_takes(self, note: str) -> None:
        body = phase_event(Phase.READY, note).body(API, "i" * 500, "abc")
        assert len(str(body["note"]).encode()) <= 1024
        assert len(str(body["reportingInstance"])) <= 128

    def test_a_long_name_leaves_room_for_what_makes_it_unique(self) -> None:
        metadata = of_storm(record("n" * 253), (), NOW).body(API, "i", "0" * 16)["metadata"]
        assert isinstance(metadata, dict)
        assert len(metadata["name"]) <= 253
        assert metadata["name"].endswith(".0000000000000000")


class TestBudget:
    def test_a_flapping_request_has_ten_and_then_one_a_minute(self) -> None:
        told = Told()
        assert told.sent(*[ANNOUNCEMENT] * 40) == 10
        assert told.count(EventResult.OVER_BUDGET) == 30
        told.clock.advance(60)
        assert told.sent(*[ANNOUNCEMENT] * 40) == 1

    def test_a_forgotten_request_leaves_nothing_behind(self) -> None:
        told = Told(Budget(per_request=(1, 0.0)))
        assert told.sent(ANNOUNCEMENT, ANNOUNCEMENT) == 1
        told.sender.forget(MEDIA)
        assert told.sent(ANNOUNCEMENT) == 1

    def test_all_requests_together_have_a_budget_too(self) -> None:
        budget = Budget(per_request=(10, 1), whole=(3, 0.5))
        taken = [budget.take(("team", f"r{number}"), 100.0) for number in range(5)]
        assert taken == [True, True, True, False, False]
        assert budget.take(("team", "r9"), 102.0)
        assert not budget.take(("team", "r9"), 102.0)

    def test_who_is_refused_by_one_bucket_pays_nothing_to_the_other(self) -> None:
        budget = Budget(per_request=(1, 0.0), whole=(2, 0.0))
        assert [budget.take(MEDIA, 1.0) for _ in range(3)] == [True, False, False]
        assert budget.take(("team", "other"), 1.0)

    def test_a_storm_is_announced_as_a_warning(self) -> None:
        events = [of_storm(record(), others, NOW) for others in ((), ("meddler",))]
        assert {(event.reason, event.action, event.is_warning) for event in events} == {("WriteStorm", "BackOff", True)}
        text = "The status was written so often that it is now written once a minute"
        assert [event.note for event in events] == [text, f"{text}; other writers of its status: meddler"]


class Hurried(threading.Event):
    """A stop signal whose waits take no time; it notes them."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return self.is_set()


class TestSending:
    def send(self, *answers: object, stopped: bool = False) -> tuple[ScriptedServer, ProcessCounts, Hurried]:
        server, counts, stop = ScriptedServer().will("create", *answers), ProcessCounts(), Hurried()
        if stopped:
            stop.set()
        sender = EventSender(
            server, API, counts=counts, identity="pod", clock=TurnedClock(), stop=stop, unique=lambda: "abc"
        )
        sender.send(ANNOUNCEMENT)
        return server, counts, stop

    def test_it_goes_into_the_namespace_of_the_request(self) -> None:
        server, counts, _ = self.send({})
        assert [call.path for call in server.calls] == ["/apis/events.k8s.io/v1/namespaces/team/events"]
        assert counts.events.items() == [(("sent",), 1)]

    def test_no_answer_is_tried_again_under_the_same_name(self) -> None:
        server, counts, _ = self.send(UnansweredError("text"), {})
        assert [call.body and call.body["metadata"]["name"] for call in server.calls] == ["media.abc"] * 2
        assert counts.events.items() == [(("sent",), 1)]

    def test_one_that_is_there_already_was_sent_by_an_earlier_try(self) -> None:
        _, counts, _ = self.send(UnansweredError("text"), ConflictError("text"))
        assert counts.events.items() == [(("sent",), 1)]

    def test_after_three_tries_it_is_given_up(self) -> None:
        server, counts, _ = self.send(*[UnansweredError("text")] * 3)
        assert len(server.calls) == 3
        assert counts.events.items() == [(("failed",), 1)]

    def test_it_waits_as_long_as_the_server_asks_but_not_for_ever(self) -> None:
        _, _, stop = self.send(ThrottledError("t", retry_after=7.0), ThrottledError("t", retry_after=9999.0), {})
        assert stop.waits == [7.0, 30.0]

    @pytest.mark.parametrize("error", [ForbiddenError("text", status=403), TransportError("text", status=422)])
    def test_a_refusal_is_not_tried_again(self, error: TransportError) -> None:
        server, counts, _ = self.send(error)
        assert len(server.calls) == 1
        assert counts.events.items() == [(("refused",), 1)]

    def test_while_stopping_nothing_is_tried_twice(self) -> None:
        server, _, _ = self.send(UnansweredError("text"), stopped=True)
        assert len(server.calls) == 1

    def test_a_refusal_is_a_warning_once_until_one_goes_through(self, caplog: pytest.LogCaptureFixture) -> None:
        answers: list[object] = [ForbiddenError("text"), ForbiddenError("text"), {}, ForbiddenError("text")]
        server = ScriptedServer().will("create", *answers)
        sender = EventSender(server, API, counts=ProcessCounts(), identity="pod", clock=TurnedClock(), stop=Hurried())
        with caplog.at_level("DEBUG", logger="platform_status_sidecar.events.sender"):
            for _ in answers:
                sender.send(ANNOUNCEMENT)
        assert [found.levelname for found in caplog.records] == ["WARNING", "DEBUG", "WARNING"]


class Stuck(ScriptedServer):
    """An API server that takes an Event, and does not answer before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answer = threading.Event(), threading.Event()

    def create(self, path: str, body: bytes) -> bytes:
        self.asked.set()
        assert self.answer.wait(30)
        self.will("create", {})
        return super().create(path, body)


class TestThread:
    def start(self, check: Callable[[EventSender, Stuck, ProcessCounts], None]) -> ProcessCounts:
        server, counts = Stuck(), ProcessCounts()
        budget = Budget(per_request=(1000, 0.0), whole=(1000, 0.0))
        stop = threading.Event()
        sender = EventSender(server, API, counts=counts, identity="pod", clock=TurnedClock(), stop=stop, budget=budget)
        sender.start()
        try:
            check(sender, server, counts)
        finally:
            server.answer.set()
            sender.close()
            sender.join(30)
        assert not sender.is_alive()
        return counts

    def test_a_server_that_does_not_answer_delays_nobody_and_the_queue_has_an_end(self) -> None:
        def check(sender: EventSender, server: Stuck, counts: ProcessCounts) -> None:
            sender.offer(ANNOUNCEMENT)
            assert server.asked.wait(30)
            for _ in range(300):
                sender.offer(ANNOUNCEMENT)
            assert counts.events.items() == [(("overflow",), 100)]

        counts = self.start(check)
        # closing a full queue drops one at most, to have room to say so
        assert counts.events.value("sent") + counts.events.value("overflow") == 301
        assert counts.events.value("overflow") <= 101

    def test_what_is_queued_is_sent_before_it_ends(self) -> None:
        def check(sender: EventSender, server: Stuck, _counts: ProcessCounts) -> None:
            server.answer.set()
            for _ in range(5):
                sender.offer(ANNOUNCEMENT)

        assert self.start(check).events.items() == [(("sent",), 5)]


def test_a_defect_in_one_event_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(ScriptedServer):
        def create(self, path: str, body: bytes) -> bytes:
            if not self.calls:
                self.calls.append(Call("create", path))
                raise KeyError(path)
            return super().create(path, body)

    counts = ProcessCounts()
    server = Broken().will("create", {})
    sender = EventSender(server, API, counts=counts, identity="pod", clock=TurnedClock(), stop=threading.Event())
    sender.offer(ANNOUNCEMENT)
    sender.offer(ANNOUNCEMENT)
    sender.close()
    sender.run()
    assert counts.events.items() == [(("failed",), 1), (("sent",), 1)]
    assert "a defect of the sidecar" in caplog.text
