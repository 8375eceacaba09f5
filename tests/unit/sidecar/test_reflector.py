"""The reflector: pages, resume, bookmarks, 410, synthesised deletes, and how failures are noted."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.workloads.pod_record import decode_pod
from platform_status_kube.errors import (
    ConflictError,
    ExpiredError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
)
from platform_status_sidecar.kinds import WatchedKind
from platform_status_sidecar.store import Store
from platform_status_sidecar.watch.backoff import Backoff
from platform_status_sidecar.watch.lists import mismatch
from platform_status_sidecar.watch.reflector import Reflector, reason_of
from tests.unit.sidecar import support
from tests.unit.sidecar.support import Call, Json, ScriptedServer, Watched, pods_in, watched

PODS = WatchedKind(Source.PODS, "/api/v1/pods", decode_pod, page=2)
NAMESPACE = "vcluster-media"


class NoWait(threading.Event):
    """A stop event whose waits take no time, and are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return self.is_set()


def page(*items: Json, version: str = "10", then: str = "") -> Json:
    return {"metadata": {"resourceVersion": version, "continue": then}, "items": list(items)}


def event(kind: str, item: Json, version: int) -> Json:
    item["metadata"]["resourceVersion"] = str(version)
    return {"type": kind, "object": item}


def bookmark(version: int) -> Json:
    return {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": str(version)}}}


def gone() -> Json:
    return {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old resource version"}}


class Run:
    """One run of a reflector against scripted answers; it stops at the end of the script."""

    streamed = False

    def __init__(self, script: Callable[[ScriptedServer, Callable[[], None]], object]) -> None:
        self.server = ScriptedServer()
        self.stop = NoWait()
        self.known: Watched = watched()
        self.known.put(Source.REQUESTS, support.request())
        self.known.sync(Source.REQUESTS)
        script(self.server, self.stop.set)
        reflector = Reflector(
            msgspec.structs.replace(PODS, streamed=self.streamed),
            transport=self.server,
            store=self.known.store,
            clock=self.known.clock,
            stop=self.stop,
        )
        reflector.run()

    @property
    def names(self) -> list[str]:
        return sorted(pod.name for pod in self.known.store.within("pods", NAMESPACE))

    def calls(self, verb: str) -> list[Call]:
        return [call for call in self.server.calls if call.verb == verb]

    @property
    def watched_from(self) -> list[str]:
        return [call.options["version"] for call in self.calls("watch")]


def test_a_list_is_read_page_by_page_and_watched_from_its_version() -> None:
    run = Run(
        lambda server, stop: server.will(
            "list",
            page(support.pod("a"), support.pod("b"), then="next"),
            page(support.pod("c"), version="11"),
        ).will("watch", [stop, bookmark(12)])
    )
    assert run.names == ["a", "b", "c"]
    assert [call.options["continue"] for call in run.calls("list")] == ["", "next"]
    assert run.calls("list")[0].options["limit"] == 2
    assert run.watched_from == ["10"]
    assert run.known.store.state(Source.PODS).synced


def test_events_change_the_store() -> None:
    run = Run(
        lambda server, stop: server.will("list", page(support.pod("a"), support.pod("b"))).will(
            "watch",
            [
                event("ADDED", support.pod("c"), 11),
                event("MODIFIED", support.pod("a", ready="False"), 12),
                event("DELETED", support.pod("b"), 13),
                stop,
                bookmark(14),
            ],
        )
    )
    assert [(pod.name, pod.seen.ready) for pod in pods_in(run.known.store, NAMESPACE)] == [("a", False), ("c", True)]


def test_events_gather_after_one_that_was_waited_for_and_none_of_those_is_waited_for() -> None:
    server, stop, known = ScriptedServer(), NoWait(), watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.REQUESTS)

    def later() -> None:
        known.clock.advance(0.05)

    applications = [event("MODIFIED", support.application(name), 11) for name in "abcd"]
    first, second, third, last = applications
    # two were waited for, and after each of them one had gathered
    server.will("list", page()).will("watch", [later, first, second, later, third, last, stop.set, bookmark(12)])
    kind = msgspec.structs.replace(PODS, source=Source.APPLICATIONS, gather=0.2)
    Reflector(kind, transport=server, store=known.store, clock=known.clock, stop=stop).run()
    assert stop.waits.count(0.2) == 2


def test_a_watch_that_ends_is_resumed_after_the_last_version_seen() -> None:
    run = Run(
        lambda server, stop: server.will("list", page()).will(
            "watch",
            [event("ADDED", support.pod("a"), 11), bookmark(20)],
            [event("ADDED", support.pod("b"), 21)],
            [stop, bookmark(22)],
        )
    )
    assert run.watched_from == ["10", "20", "21"]
    assert len(run.calls("list")) == 1


def test_a_watch_that_breaks_is_resumed_and_nobody_hears_of_it() -> None:
    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        server.will("list", page()).will("watch", [bookmark(15), UnansweredError("broke off")], [stop, bookmark(16)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "note_failure", None)
        run = Run(script)
    assert run.watched_from == ["10", "15"]
    assert run.known.store.state(Source.PODS).failure is None


def test_a_watch_that_cannot_be_opened_again_makes_the_kind_unreadable_since_it_was_last_alive() -> None:
    failures = []

    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        def look() -> None:
            failures.append(run_store[0].state(Source.PODS).failure)

        server.will("list", page()).will(
            "watch", [UnansweredError("broke off")], UnansweredError("refused"), [look, stop, bookmark(16)]
        )

    run_store: list[Store] = []
    noted = []
    original = Store.note_failure

    def note(self: Store, source: Source, why: Reason, message: str, now: object, told: str = "") -> None:
        noted.append(why)
        run_store.append(self)
        original(self, source, why, message, now, told)  # type: ignore[arg-type]  # now is passed on as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "note_failure", note)
        run = Run(script)
    assert noted == [Reason.SOURCE_UNREADABLE]
    assert failures == [None]
    assert run.watched_from == ["10", "10", "10"]


@pytest.mark.parametrize("how", ["in the stream", "as HTTP status"])
def test_a_version_that_is_too_old_leads_to_a_new_list_that_synthesises_the_deletes(how: str) -> None:
    first: object = [gone()] if how == "in the stream" else ExpiredError("HTTP 410", status=410)
    run = Run(
        lambda server, stop: server.will(
            "list", page(support.pod("a"), support.pod("b")), page(support.pod("b"), version="50")
        ).will("watch", first, [stop, bookmark(51)])
    )
    assert run.names == ["b"]
    assert run.watched_from == ["10", "50"]
    assert run.known.woken.count(support.MEDIA) >= 1
    assert run.known.store.state(Source.PODS).failure is None


def test_a_continue_token_that_is_too_old_starts_the_list_over() -> None:
    run = Run(
        lambda server, stop: server.will(
            "list",
            page(support.pod("a"), then="next"),
            ExpiredError("HTTP 410", status=410),
            page(support.pod("b"), version="60"),
        ).will("watch", [stop, bookmark(61)])
    )
    assert run.names == ["b"]
    assert [call.options["continue"] for call in run.calls("list")] == ["", "next", ""]


@contextmanager
def failures() -> Iterator[list[Reason]]:
    """The reason of each failure that is noted in the store, which notes it all the same."""
    noted: list[Reason] = []
    original = Store.note_failure

    def note(self: Store, source: Source, why: Reason, message: str, now: object, told: str = "") -> None:
        noted.append(why)
        original(self, source, why, message, now, told)  # type: ignore[arg-type]  # now is passed on as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "note_failure", note)
        yield noted


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ForbiddenError("HTTP 403", status=403), Reason.FORBIDDEN),
        (NotFoundError("HTTP 404", status=404), Reason.KIND_MISSING),
        (UnansweredError("no answer"), Reason.SOURCE_UNREADABLE),
        (ThrottledError("HTTP 429", retry_after=None), Reason.SOURCE_UNREADABLE),
        (RefusedError("HTTP 400", status=400), Reason.SOURCE_UNREADABLE),
        (ConflictError("HTTP 409", status=409), Reason.SOURCE_UNREADABLE),
    ],
)
def test_a_list_that_fails_makes_the_kind_unreadable_until_it_succeeds(error: TransportError, reason: Reason) -> None:
    assert reason_of(error) is reason
    run: Run | None = None

    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        server.will("list", error, page(support.pod("a"))).will("watch", [stop, bookmark(11)])

    class Noting(Run):
        def __init__(self) -> None:
            super().__init__(script)

    with failures() as noted:
        run = Noting()
    assert noted == [reason]
    assert run.known.store.state(Source.PODS).failure is None
    assert run.names == ["a"]


def test_the_server_may_ask_for_patience() -> None:
    run = Run(
        lambda server, stop: server.will("list", ThrottledError("HTTP 429", retry_after=7), page()).will(
            "watch", [stop, bookmark(11)]
        )
    )
    assert 7 in run.stop.waits


def test_after_a_forbidden_watch_the_kind_is_listed_again() -> None:
    run = Run(
        lambda server, stop: server.will("list", page(support.pod("a")), page(version="30")).will(
            "watch", ForbiddenError("HTTP 403", status=403), [stop, bookmark(31)]
        )
    )
    assert run.names == []
    assert run.watched_from == ["10", "30"]


def test_what_is_no_json_is_no_answer_and_does_not_end_the_thread() -> None:
    run = Run(
        lambda server, stop: server.will("list", b"<html>", page(support.pod("a"))).will("watch", [stop, bookmark(11)])
    )
    assert run.names == ["a"]


def test_an_object_without_a_name_is_skipped() -> None:
    run = Run(
        lambda server, stop: server.will("list", page({"metadata": {}}, support.pod("a"))).will(
            "watch", [stop, bookmark(11)]
        )
    )
    assert run.names == ["a"]


def test_delays_double_up_to_the_cap_with_jitter_and_start_over_after_success() -> None:
    backoff = Backoff(first=1, cap=8, random=lambda: 1.0)
    assert [backoff.delay() for _ in range(5)] == [1, 2, 4, 8, 8]
    backoff.reset()
    assert backoff.delay(at_least=30) == 30
    jittered = Backoff(first=1, cap=8, random=random.Random(1).random)  # noqa: S311 - repeatable
    delays = [jittered.delay() for _ in range(50)]
    assert all(0.5 <= delay <= 8 for delay in delays)
    assert len(set(delays)) == len(delays)


def end_of_initial(version: int) -> Json:
    annotations = {"k8s.io/initial-events-end": "true"}
    return {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(version), "annotations": annotations}}}


class StreamedRun(Run):
    """As `Run`, with a first reading by the watch."""

    streamed = True


def test_a_first_reading_by_the_watch_needs_no_list_and_goes_on_as_a_watch() -> None:
    run = StreamedRun(
        lambda server, stop: server.will(
            "watch",
            [
                event("ADDED", support.pod("a"), 5),
                event("ADDED", support.pod("b"), 7),
                event("DELETED", support.pod("a"), 8),
                end_of_initial(9),
                event("ADDED", support.pod("c"), 11),
            ],
            [stop, bookmark(12)],
        )
    )
    assert run.calls("list") == []
    assert run.names == ["b", "c"]
    assert [(call.options["initial"], call.options["version"]) for call in run.calls("watch")] == [
        (True, ""),
        (False, "11"),
    ]
    assert run.known.store.state(Source.PODS).synced


@pytest.mark.parametrize(
    "refusal",
    [RefusedError("HTTP 422", status=422), [bookmark(3)]],
    ids=["it refuses", "it does not know initial events"],
)
def test_a_server_that_streams_no_initial_events_is_listed_page_by_page(refusal: object) -> None:
    run = StreamedRun(
        lambda server, stop: server.will("list", page(support.pod("a"))).will("watch", refusal, [stop, bookmark(12)])
    )
    assert run.names == ["a"]
    assert run.watched_from == ["", "10"]
    assert run.known.store.state(Source.PODS).failure is None


def test_a_first_reading_that_breaks_off_is_not_taken_for_all_there_is() -> None:
    states = []

    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        deleted = event("DELETED", support.pod("x"), 6)
        server.will("watch", [event("ADDED", support.pod("a"), 5), deleted, UnansweredError("broke")], [stop])
        server.will("list", page(support.pod("b")))

    original = Store.note_failure

    def note(self: Store, source: Source, why: Reason, message: str, now: object, told: str = "") -> None:
        states.append(self.state(source).synced)
        original(self, source, why, message, now, told)  # type: ignore[arg-type]  # now is passed on as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "note_failure", note)
        run = StreamedRun(script)
    assert states == [False]
    assert run.names == ["b"]
    assert run.watched_from == ["", "10"]


def test_a_server_that_calls_every_version_too_old_is_listed_ever_more_slowly() -> None:
    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        for _ in range(8):
            server.will("list", page()).will("watch", [gone()])
        server.will("list", page()).will("watch", [stop, bookmark(11)])

    run = Run(script)
    waits = [wait for wait in run.stop.waits if wait is not None and wait != 1.0]
    assert len(waits) == 8
    assert 2.5 <= waits[-1] <= 5
    assert len(run.calls("list")) == 9


def test_a_list_that_works_and_a_watch_that_does_not_are_not_tried_in_a_loop() -> None:
    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        for _ in range(6):
            server.will("list", page()).will("watch", ForbiddenError("HTTP 403", status=403))
        server.will("list", page()).will("watch", [stop, bookmark(11)])

    waits = [wait for wait in Run(script).stop.waits if wait is not None and wait != 1.0]
    assert len(waits) == 6
    assert 2 <= waits[-1] <= 4


def test_patience_that_the_server_asks_for_in_the_stream_is_kept() -> None:
    status = {"code": 429, "message": "too many", "details": {"retryAfterSeconds": 9}}
    run = Run(
        lambda server, stop: server.will("list", page()).will(
            "watch", [{"type": "ERROR", "object": status}], [stop, bookmark(11)]
        )
    )
    assert 9 in run.stop.waits


def test_nobody_is_waited_for_longer_than_two_minutes() -> None:
    assert Backoff(first=1, cap=8, random=lambda: 1.0).delay(at_least=86_400) == 120


def test_the_server_is_asked_to_end_each_watch_after_five_to_ten_minutes() -> None:
    def script(server: ScriptedServer, stop: Callable[[], None]) -> None:
        server.will("list", page()).will("watch", *[[bookmark(11)]] * 40, [stop, bookmark(12)])

    seconds = [call.options["seconds"] for call in Run(script).calls("watch")]
    assert all(300 <= value <= 600 for value in seconds)
    assert len(set(seconds)) > 10


def test_a_kind_that_vanishes_and_comes_back_is_listed_afresh() -> None:
    run = Run(
        lambda server, stop: server.will("list", page(support.pod("a")), page(support.pod("b"), version="30")).will(
            "watch",
            [event("DELETED", support.pod("a"), 11)],
            NotFoundError("HTTP 404", status=404),
            [stop, bookmark(31)],
        )
    )
    assert run.names == ["b"]
    assert run.watched_from == ["10", "11", "30"]


@pytest.mark.parametrize("told", [True, False], ids=["told-by-the-first-page", "counted"])
def test_a_kind_with_too_many_objects_is_given_up_said_and_asked_for_again(told: bool) -> None:  # noqa: FBT001
    server, stop, known = ScriptedServer(), NoWait(), watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.REQUESTS)
    kind = msgspec.structs.replace(PODS, max_objects=2, missing_interval=60.0)
    first, second = page(support.pod("a"), support.pod("b"), then="next"), page(support.pod("c"), then="not asked for")
    if told:
        first["metadata"]["remainingItemCount"] = 2
    server.will("list", *([first] if told else [first, second]), page(support.pod("a"), support.pod("b")))
    server.will("watch", [stop.set, bookmark(12)])
    with failures() as noted:
        Reflector(kind, transport=server, store=known.store, clock=known.clock, stop=stop).run()
    assert noted == [Reason.KIND_TOO_LARGE]
    assert stop.waits.count(60.0) == 1
    assert known.store.state(Source.PODS).failure is None, "two are not too many"


QUEUES = msgspec.structs.replace(PODS, path="/apis/example.org/v1/queues", called="Queue")


def resource(name: str = "queues", kind: str = "Queue", *, namespaced: bool = True) -> Json:
    return {"name": name, "kind": kind, "namespaced": namespaced}


@pytest.mark.parametrize(
    ("kind", "answer", "wrong"),
    [
        (QUEUES, {"resources": [resource()]}, ""),
        (QUEUES, {"resources": [resource("q/scale"), resource("q")]}, "the plural of Queue is q, not queues"),
        (QUEUES, {"resources": [resource(namespaced=False)]}, "the scope of Queue is Cluster, not Namespaced"),
        (
            msgspec.structs.replace(QUEUES, namespaced=False),
            {"resources": [resource()]},
            "the scope of Queue is Namespaced, not Cluster",
        ),
        (QUEUES, {"resources": [resource("others", "Other")]}, ""),
        (QUEUES, {"resources": []}, ""),
        (QUEUES, {"resources": 7}, ""),
        (QUEUES, NotFoundError("HTTP 404", status=404), ""),
        (QUEUES, ForbiddenError("HTTP 403", status=403), ""),
    ],
)
def test_discovery_names_the_right_plural_and_scope(kind: WatchedKind, answer: object, wrong: str) -> None:
    server = ScriptedServer().will("get", answer)
    assert mismatch(server, kind) == wrong
    assert [call.path for call in server.calls] == ["/apis/example.org/v1"]


def test_a_kind_of_our_own_is_not_looked_up() -> None:
    server = ScriptedServer()
    assert mismatch(server, PODS) == ""
    assert not server.calls
