"""The store: which requests a change concerns, and what is known about each kind."""

from datetime import timedelta

import pytest

from platform_status_contract.model.contract import Contract, DestinationMatch
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import Absent, Present, SecretSeen
from platform_status_contract.sources.argo.kinds import about_destination
from platform_status_contract.sources.works.read import works_of
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, Watched, encode, watched

SECRET = ("vcluster-media", "kubeconfig")
OTHER = ("team", "other")


def listed() -> Watched:
    """A store that has had the first list of every kind."""
    known = watched()
    known.sync()
    return known


def applications_at(known: Watched, *, server: str, names: tuple[str, ...] | None = None) -> list[str]:
    topics = about_destination("argocd", DestinationMatch(server=server, names=names))
    return [record.name for record in known.store.group("applications", topics)]


def other_request() -> support.Json:
    contract = {
        **support.CONTRACT,
        "application": {"namespace": "argocd", "name": "vcluster-other"},
        "subApplications": {"namespace": "argocd", "destination": {"server": "https://other:443"}},
        "workloads": {"namespace": "vcluster-other"},
        "secrets": [{"role": "kubeconfig", "namespace": "vcluster-other", "name": "kubeconfig"}],
    }
    return support.request(support.settled(contract), key=OTHER)


@pytest.mark.parametrize(
    ("source", "item"),
    [
        (Source.APPLICATIONS, support.application()),
        (Source.APPLICATIONS, support.application("sub", server="https://media:443")),
        (Source.PODS, support.pod()),
        (Source.WORKS, support.work()),
        (Source.STATEFUL_SETS, support.stateful_set()),
    ],
)
def test_a_new_object_wakes_exactly_the_request_that_observes_it(source: Source, item: support.Json) -> None:
    known = listed()
    known.put(Source.REQUESTS, support.request(), other_request())
    assert known.put(source, item) == [MEDIA]


@pytest.mark.parametrize(
    ("source", "item"),
    [
        (Source.APPLICATIONS, support.application("vcluster-media-2")),
        (Source.APPLICATIONS, support.application("sub", server="https://media:4430")),
        (Source.PODS, support.pod(namespace="vcluster-media-2")),
        (Source.WORKS, support.work(promise="another")),
        (Source.WORKS, support.work(resource="media-2")),
        (Source.WORK_PLACEMENTS, support.placement(of="nobodys")),
        (Source.STATEFUL_SETS, support.stateful_set(name="vcluster-media-2")),
        (Source.DEPLOYMENTS, support.stateful_set()),
    ],
)
def test_an_object_that_nobody_names_wakes_nobody(source: Source, item: support.Json) -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request(), other_request())
    assert known.put(source, item) == []


def test_a_placement_wakes_the_request_of_its_work_whichever_came_first() -> None:
    known = listed()
    known.put(Source.REQUESTS, support.request())
    assert known.put(Source.WORK_PLACEMENTS, support.placement()) == []
    assert known.put(Source.WORKS, support.work()) == [MEDIA]
    assert known.put(Source.WORK_PLACEMENTS, support.placement(written="False")) == [MEDIA]
    [(work, placements)] = works_of(known.store, MEDIA)
    assert (work.name, [item.written for item in placements]) == ("work", [False])


def test_the_same_object_once_more_wakes_nobody() -> None:
    known = watched()
    everything = support.everything()
    for source, item in everything.items():
        known.put(source, item)
    for source, item in everything.items():
        assert known.put(source, item) == [], source


def test_a_deleted_object_wakes_who_observed_it() -> None:
    known = listed()
    for source, item in support.everything().items():
        known.put(source, item)
    assert known.remove(Source.PODS, ("vcluster-media", "p0")) == [MEDIA]
    assert known.remove(Source.APPLICATIONS, ("argocd", "vcluster-media")) == [MEDIA]
    assert known.remove(Source.WORK_PLACEMENTS, ("team", "place")) == [MEDIA]
    assert known.remove(Source.WORKS, ("team", "work")) == [MEDIA]
    assert list(works_of(known.store, MEDIA)) == []
    assert known.remove(Source.WORKS, ("team", "work")) == []


def test_an_application_that_changes_its_destination_wakes_both_sides() -> None:
    known = listed()
    known.put(Source.REQUESTS, support.request(), other_request())
    known.put(Source.APPLICATIONS, support.application("sub", server="https://media:443"))
    moved = support.application("sub", server="https://other:443")
    assert known.put(Source.APPLICATIONS, moved) == [MEDIA, OTHER]
    assert applications_at(known, server="https://media:443") == []
    assert applications_at(known, server="https://other:443") == ["sub"]


def test_an_application_that_matches_by_server_and_by_name_is_found_once() -> None:
    known = watched()
    sub = support.application("sub")
    sub["spec"]["destination"] = {"server": "https://media:443", "name": "media"}
    known.put(Source.APPLICATIONS, sub)
    assert applications_at(known, server="https://media:443", names=("x", "media")) == ["sub"]


@pytest.mark.parametrize(
    ("destination", "woken"),
    [
        ({"server": "https://media:443/"}, [MEDIA]),
        ({"server": "https://media:443//"}, [MEDIA]),
        ({"server": "https://media"}, []),
        ({"name": "media"}, [MEDIA]),
        ({"name": "media.example-org"}, [MEDIA]),
        ({"name": "media.example"}, []),
        ({"name": "one-more"}, [MEDIA]),
    ],
)
def test_a_destination_is_known_by_its_server_and_by_each_of_its_names(
    destination: support.Json, woken: list[Key]
) -> None:
    wanted = {"server": "https://media:443///", "names": ["media", "media.example-org"], "name": "one-more"}
    contract = {**support.CONTRACT, "subApplications": {"namespace": "argocd", "destination": wanted}}
    known = listed()
    known.put(Source.REQUESTS, support.request(support.settled(contract)))
    sub = support.application("sub")
    sub["spec"]["destination"] = destination
    assert known.put(Source.APPLICATIONS, sub) == woken
    match = read_contract({"contract": contract})
    assert isinstance(match, Contract)
    assert match.sub_applications
    found = match.sub_applications.destination
    assert bool(known.store.group("applications", about_destination("argocd", found))) is bool(woken)


def test_a_changed_contract_moves_the_interest() -> None:
    known = listed()
    known.put(Source.REQUESTS, support.request())
    moved = {**support.CONTRACT, "workloads": {"namespace": "elsewhere"}}
    known.put(Source.REQUESTS, support.request(support.settled(moved), version=2))
    assert known.put(Source.PODS, support.pod()) == []
    assert known.put(Source.PODS, support.pod(namespace="elsewhere")) == [MEDIA]


def test_a_list_that_lacks_an_object_deletes_it() -> None:
    known = listed()
    known.put(Source.REQUESTS, support.request())
    known.put(Source.PODS, support.pod("a"), support.pod("b"))
    known.woken.clear()
    known.store.keep_only(Source.PODS, {("vcluster-media", "a")}, "10")
    assert [item.name for item in known.store.within("pods", "vcluster-media")] == ["a"]
    assert known.woken == [MEDIA]


def test_a_list_without_a_request_forgets_the_request_and_its_interest() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.store.keep_only(Source.REQUESTS, set(), "10")
    assert known.store.request(MEDIA) is None
    assert known.put(Source.PODS, support.pod()) == []
    assert not known.store.is_secret_wanted(SECRET)


def test_other_kinds_are_needed_only_once_the_requests_are_listed() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    assert not known.store.needed[Source.PODS].is_set()
    known.sync(Source.REQUESTS)
    assert known.store.needed[Source.PODS].is_set()
    assert known.store.needed[Source.STATEFUL_SETS].is_set()
    assert not known.store.needed[Source.DEPLOYMENTS].is_set()


def test_a_contract_that_comes_later_makes_its_kinds_needed() -> None:
    known = watched()
    known.sync(Source.REQUESTS)
    assert not known.store.needed[Source.WORKS].is_set()
    known.put(Source.REQUESTS, support.request())
    assert known.store.needed[Source.WORKS].is_set()


def test_the_answer_to_our_write_is_stored_and_its_echo_is_no_work() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    changed_at = known.store.request_changed_at(MEDIA)
    known.clock.advance(5)
    answer = decode_request(encode(support.request(support.settled(phase="Ready"), version=7)))
    assert answer
    known.woken.clear()
    known.store.accept_own_write(answer)
    echo = known.put(Source.REQUESTS, support.request(support.settled(phase="Ready"), version=7))
    assert echo == []
    assert known.store.request_changed_at(MEDIA) == changed_at
    stored = known.store.request(MEDIA)
    assert stored is not None
    assert stored.resource_version == "7"


def test_an_older_state_of_a_request_does_not_undo_a_newer_one() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request(version=10))
    assert known.put(Source.REQUESTS, support.request({}, version=9)) == []
    stored = known.store.request(MEDIA)
    assert stored is not None
    assert stored.resource_version == "10"


def test_a_request_made_anew_under_its_old_name_counts_and_its_predecessor_does_not_come_back() -> None:
    known = listed()
    before = support.request({}, version=9)
    before["metadata"]["uid"] = "another"
    known.put(Source.REQUESTS, before)
    assert known.put(Source.REQUESTS, support.request(version=10)) == [MEDIA]
    assert known.put(Source.REQUESTS, before) == []


def test_a_late_answer_does_not_bring_a_deleted_request_back() -> None:
    known = watched()
    answer = decode_request(encode(support.request()))
    assert answer
    known.store.accept_own_write(answer)
    known.store.accept_fresh_read(answer)
    assert known.store.request(MEDIA) is None


def test_unreadable_counts_from_the_last_sign_of_life() -> None:
    known = watched()
    known.sync(Source.PODS)
    good_until = known.clock.now()
    known.clock.advance(50)
    known.store.note_failure(Source.PODS, Reason.SOURCE_UNREADABLE, "no answer", known.clock.now())
    known.clock.advance(50)
    known.store.note_failure(Source.PODS, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    failure = known.store.state(Source.PODS).failure
    assert failure is not None
    assert (failure.reason, failure.since) == (Reason.FORBIDDEN, good_until)


def test_a_kind_that_never_answered_is_unreadable_since_we_asked() -> None:
    known = watched()
    asked = known.clock.now()
    known.store.note_failure(Source.PODS, Reason.KIND_MISSING, "HTTP 404", asked)
    known.store.note_failure(Source.PODS, Reason.KIND_MISSING, "HTTP 404", asked + timedelta(seconds=9))
    failure = known.store.state(Source.PODS).failure
    assert failure is not None
    assert failure.since == asked


def test_observers_are_woken_when_a_kind_fails_once_and_when_it_recovers() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync()
    known.store.put_secret(SECRET, Absent())
    known.woken.clear()
    known.store.note_failure(Source.WORKS, Reason.SOURCE_UNREADABLE, "no answer", known.clock.now())
    known.store.note_failure(Source.WORKS, Reason.SOURCE_UNREADABLE, "no answer", known.clock.now())
    assert known.woken == [MEDIA]
    known.store.note_alive(Source.WORKS, known.clock.now())
    known.store.note_alive(Source.WORKS, known.clock.now())
    assert known.woken == [MEDIA, MEDIA]
    assert known.store.state(Source.WORKS).failure is None


def test_a_sign_of_life_before_the_first_list_is_no_recovery() -> None:
    known = watched()
    known.store.note_failure(Source.WORKS, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    known.store.note_alive(Source.WORKS, known.clock.now())
    assert known.store.state(Source.WORKS).failure is not None


def test_a_secret_is_polled_when_somebody_wants_it_and_forgotten_when_nobody_does() -> None:
    known = listed()
    known.put(Source.REQUESTS, support.request())
    assert known.polled == [SECRET]
    known.woken.clear()
    known.store.put_secret(SECRET, Present(SecretSeen("kubeconfig")))
    known.store.put_secret(SECRET, Present(SecretSeen("kubeconfig")))
    assert known.woken == [MEDIA]
    known.remove(Source.REQUESTS, MEDIA)
    assert known.store.secret(SECRET) is None
    known.store.put_secret(SECRET, Absent())
    assert known.store.secret(SECRET) is None
