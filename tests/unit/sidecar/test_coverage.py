"""Pods of namespaces that nobody observes are dropped, and a namespace that comes into view is not half read."""

import threading

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.interest import Place
from platform_status_contract.observing.observe import NotYet, observe
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.observation import Observation, Present
from platform_status_contract.sources.workloads.pod_record import decode_pod
from platform_status_kube.errors import UnansweredError
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.watch.backfill import Backfill
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, ScriptedServer, Watched, encode, pods_in, watched

LATE = "vcluster-late"
PLACE: Place = ("pods", LATE, "")
CONTRACT = {
    "version": "v1",
    "generation": 1,
    "displayName": "VCluster",
    "name": "late",
    "workloads": {"namespace": LATE},
}
LATE_REQUEST = support.request(support.settled(CONTRACT), key=("team", "late"))
ONLY_PODS = {"application": None, "subApplications": None, "secrets": None, "works": False}


def pod(name: str, version: int, *, ready: str = "True") -> support.Json:
    item = support.pod(name, LATE, ready=ready)
    item["metadata"]["resourceVersion"] = str(version)
    return item


def listed() -> Watched:
    """A store whose pods were listed before the late request came."""
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.store.note_list(Source.PODS)
    known.sync()
    return known


def seen(known: Watched) -> Observation | NotYet:
    return observe(known.store, ("team", "late"), support.contract(**ONLY_PODS, workloads={"namespace": LATE}))


def names(known: Watched) -> list[str]:
    return sorted(item.name for item in pods_in(known.store, LATE))


def test_a_pod_in_a_namespace_that_nobody_observes_is_dropped() -> None:
    known = listed()
    known.put(Source.PODS, pod("a", 5))
    assert names(known) == []


def test_the_first_list_covers_what_was_observed_before_it() -> None:
    known = watched()
    known.put(Source.REQUESTS, LATE_REQUEST)
    known.sync(Source.REQUESTS)
    known.store.note_list(Source.PODS)
    known.put(Source.PODS, pod("a", 5))
    known.sync(Source.PODS)
    assert known.covered == []
    assert isinstance(seen(known), Observation)
    assert names(known) == ["a"]


def test_a_namespace_that_comes_into_view_is_unknown_until_it_was_listed_on_its_own() -> None:
    known = listed()
    known.put(Source.REQUESTS, LATE_REQUEST)
    assert known.covered == [PLACE]
    assert seen(known) == NotYet(("pods",))
    known.woken.clear()
    known.store.note_listed(PLACE)
    assert known.woken == [("team", "late")]
    assert seen(known) == Observation(pods=Present(()))


def test_a_namespace_that_comes_into_view_while_all_pods_are_listed_is_not_covered_by_that_list() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.REQUESTS)
    known.store.note_list(Source.PODS)
    known.put(Source.REQUESTS, LATE_REQUEST)
    known.sync(Source.PODS)
    assert seen(known) == NotYet(("pods",))
    known.store.note_list(Source.PODS)
    known.woken.clear()
    known.sync(Source.PODS)
    assert known.woken == [("team", "late")]
    assert isinstance(seen(known), Observation)


def test_while_pods_cannot_be_read_at_all_no_namespace_is_asked_for() -> None:
    known = listed()
    known.put(Source.REQUESTS, LATE_REQUEST)
    known.store.note_failure(Source.PODS, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    server = ScriptedServer()
    due: CoalescingQueue[Place] = CoalescingQueue(known.clock)
    Backfill(due, transport=server, store=known.store, clock=known.clock, stop=threading.Event()).fill(PLACE)
    assert server.calls == []
    assert len(due) == 1


def test_a_list_that_is_older_than_the_watch_changes_nothing_back() -> None:
    known = listed()
    known.put(Source.REQUESTS, LATE_REQUEST)
    known.put(Source.PODS, pod("a", 9, ready="False"), pod("b", 9))
    known.store.remove(Source.PODS, (LATE, "b"), "10")
    known.put(Source.PODS, pod("a", 8), pod("b", 8), pod("c", 8))
    assert [(item.name, item.seen.ready) for item in pods_in(known.store, LATE)] == [("a", False), ("c", True)]


def test_a_pod_that_is_newer_than_a_list_of_all_survives_the_end_of_that_list() -> None:
    known = listed()
    known.put(Source.REQUESTS, LATE_REQUEST)
    known.put(Source.PODS, pod("old", 5), pod("new", 50))
    known.store.keep_only(Source.PODS, set(), "20")
    assert names(known) == ["new"]


def test_a_namespace_that_nobody_observes_any_more_is_forgotten() -> None:
    known = listed()
    known.put(Source.REQUESTS, LATE_REQUEST)
    known.put(Source.PODS, pod("a", 5))
    known.remove(Source.REQUESTS, ("team", "late"))
    assert names(known) == []
    known.put(Source.PODS, pod("a", 6))
    assert names(known) == []
    known.put(Source.REQUESTS, LATE_REQUEST)
    assert known.covered == [PLACE, PLACE]


def test_a_change_of_the_version_alone_wakes_nobody() -> None:
    known = listed()
    first = support.pod(resourceVersion="5")
    assert known.put(Source.PODS, first) == [MEDIA]
    assert known.put(Source.PODS, support.pod(resourceVersion="6")) == []


def test_a_namespace_is_listed_page_by_page_and_again_after_a_failure() -> None:
    known = listed()
    known.put(Source.REQUESTS, LATE_REQUEST)
    server = ScriptedServer().will(
        "list",
        UnansweredError("no answer"),
        {"metadata": {"continue": "next"}, "items": [pod("a", 5)]},
        {"metadata": {}, "items": [pod("b", 6)]},
    )
    due: CoalescingQueue[Place] = CoalescingQueue(known.clock)
    fill = Backfill(due, transport=server, store=known.store, clock=known.clock, stop=threading.Event())
    fill.fill(PLACE)
    assert not known.store.is_known(PLACE)
    known.clock.advance(1)
    assert due.take(0) == PLACE
    fill.fill(PLACE)
    assert known.store.is_known(PLACE)
    assert names(known) == ["a", "b"]
    assert {call.path for call in server.calls} == {f"/api/v1/namespaces/{LATE}/pods"}
    fill.fill(PLACE)
    assert len(server.calls) == 3


def test_a_version_that_is_no_number_counts_as_oldest() -> None:
    record = decode_pod(encode(support.pod(resourceVersion="x")))
    assert record is not None
    assert record.version == 0
