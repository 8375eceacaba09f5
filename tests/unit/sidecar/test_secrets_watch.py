"""Secrets as a watched kind: existence only, only those that contracts name, and never half read."""

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.observation import Absent, Present, SecretSeen, Unreadable
from platform_status_sidecar.decode.secrets import decode_secret
from platform_status_sidecar.errors import UnansweredError
from platform_status_sidecar.health import readiness
from platform_status_sidecar.kinds import Source
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.store.records import Key, SecretRecord
from platform_status_sidecar.watch.secret_backfill import SecretBackfill
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, ScriptedServer, Watched, encode

SECRET: Key = ("vcluster-media", "kubeconfig")
OTHER: Key = ("vcluster-media", "tenant")
LATE: Key = ("team", "late")
LATE_SECRET: Key = ("vcluster-late", "kubeconfig")
THERE = Present(SecretSeen("kubeconfig"))


def secret(key: Key = SECRET, version: int = 5, **more: object) -> support.Json:
    return {"kind": "PartialObjectMetadata", "metadata": support.meta(key, version, **more)}


def named(key: Key, version: int = 1) -> support.Json:
    contract = {**support.CONTRACT, "secrets": [{"role": "kubeconfig", "namespace": key[0], "name": key[1]}]}
    return support.request(support.settled(contract), key=LATE, version=version)


def listed(*secrets: support.Json) -> Watched:
    """A store whose Secrets were listed while only `MEDIA` observed one."""
    known = support.watched(watch_secrets=True)
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.REQUESTS)
    known.store.note_list(Source.SECRETS)
    known.put(Source.SECRETS, *secrets)
    known.store.keep_only(
        Source.SECRETS, {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in secrets}, "9"
    )
    known.sync()
    return known


def backfill(known: Watched, server: ScriptedServer) -> tuple[SecretBackfill, CoalescingQueue[Key]]:
    due: CoalescingQueue[Key] = CoalescingQueue(known.clock)
    return SecretBackfill(due, transport=server, store=known.store), due


def test_the_record_holds_existence_and_nothing_else() -> None:
    raw = secret(annotations={"kubectl.kubernetes.io/last-applied-configuration": "SEKRET"}, labels={"a": "SEKRET"})
    assert decode_secret(encode({**raw, "data": {"config": "SEKRET"}})) == SecretRecord(*SECRET, 5)
    assert decode_secret(encode({"metadata": {"name": "kubeconfig", "namespace": 7}})) == SecretRecord(
        "", "kubeconfig", 0
    )


def test_before_the_first_list_nothing_is_known_and_nobody_is_asked_for() -> None:
    known = support.watched(watch_secrets=True)
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.REQUESTS)
    assert known.store.needed[Source.SECRETS].is_set()
    assert known.polled == []
    assert known.store.secret(SECRET) is None
    assert known.store.awaits(MEDIA)
    assert "secrets: first list is not finished" in readiness(known.store).lines


def test_a_request_without_a_secret_needs_no_watch() -> None:
    known = support.watched(watch_secrets=True)
    known.put(Source.REQUESTS, support.request(support.settled({**support.CONTRACT, "secrets": None})))
    known.sync(Source.REQUESTS)
    assert not known.store.needed[Source.SECRETS].is_set()


def test_when_secrets_are_polled_their_watch_is_not_needed_and_the_page_says_so() -> None:
    known = support.watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.REQUESTS)
    assert not known.store.needed[Source.SECRETS].is_set()
    assert "secrets: asked for one by one" in readiness(known.store).lines


def test_a_secret_that_comes_and_goes_wakes_its_request_and_no_other_is_kept() -> None:
    known = listed()
    assert known.store.secret(SECRET) == Absent()
    assert known.put(Source.SECRETS, secret(OTHER)) == []
    assert known.put(Source.SECRETS, secret()) == [MEDIA]
    assert known.store.secret(SECRET) == THERE
    assert known.put(Source.SECRETS, secret(version=6)) == [], "a change of what it holds is none of existence"
    assert known.remove(Source.SECRETS, SECRET) == [MEDIA]
    assert known.store.secret(SECRET) == Absent()
    assert known.store.secret(OTHER) == Absent()


def test_unreadable_keeps_its_beginning_and_the_last_reading_and_passes() -> None:
    known = listed(secret())
    since = known.clock.now()
    known.store.note_failure(Source.SECRETS, Reason.FORBIDDEN, "HTTP 403", since)
    known.clock.advance(60)
    known.store.note_failure(Source.SECRETS, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    assert known.store.secret(SECRET) == Unreadable(Reason.FORBIDDEN, since, THERE)
    known.woken.clear()
    known.sync(Source.SECRETS)
    assert known.woken == [MEDIA]
    assert known.store.secret(SECRET) == THERE


def test_forbidden_from_the_start_is_unreadable_without_a_last_reading() -> None:
    known = support.watched(watch_secrets=True)
    known.put(Source.REQUESTS, support.request())
    known.store.note_failure(Source.SECRETS, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    assert known.store.secret(SECRET) == Unreadable(Reason.FORBIDDEN, known.clock.now(), None)


def test_a_secret_that_comes_into_view_later_is_unknown_until_it_was_looked_for() -> None:
    known = listed(secret())
    known.put(Source.REQUESTS, named(LATE_SECRET))
    assert known.polled == [LATE_SECRET]
    assert known.store.secret(LATE_SECRET) is None
    page = {"metadata": {"resourceVersion": "9"}, "items": [secret(LATE_SECRET, 7)]}
    server = ScriptedServer().will("list", page)
    known.woken.clear()
    backfill(known, server)[0].ask(LATE_SECRET)
    [call] = server.calls
    assert call.path == "/api/v1/namespaces/vcluster-late/secrets"
    assert (call.options["fields"], call.options["metadata_only"]) == ("metadata.name=kubeconfig", True)
    assert set(known.woken) == {LATE}
    assert known.store.secret(LATE_SECRET) == THERE


def test_a_look_that_fails_leaves_it_unknown_and_is_due_again() -> None:
    known = listed(secret())
    known.put(Source.REQUESTS, named(LATE_SECRET))
    server = ScriptedServer().will("list", UnansweredError("no answer"), {"metadata": {}, "items": []})
    looks, due = backfill(known, server)
    looks.ask(LATE_SECRET)
    assert known.store.secret(LATE_SECRET) is None
    known.clock.advance(10)
    key = due.take(0)
    assert key == LATE_SECRET
    looks.ask(key)
    assert known.store.secret(LATE_SECRET) == Absent()


def test_while_secrets_cannot_be_read_at_all_none_is_looked_for() -> None:
    known = listed(secret())
    known.put(Source.REQUESTS, named(LATE_SECRET))
    known.store.note_failure(Source.SECRETS, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    server = ScriptedServer()
    looks, due = backfill(known, server)
    looks.ask(LATE_SECRET)
    assert (server.calls, len(due)) == ([], 1)
    known.store.note_list(Source.SECRETS)
    known.sync(Source.SECRETS)
    looks.ask(LATE_SECRET)
    assert server.calls == []
    assert known.store.secret(LATE_SECRET) == Absent()


def test_a_look_that_is_older_than_the_watch_brings_nothing_back() -> None:
    known = listed(secret())
    known.put(Source.REQUESTS, named(LATE_SECRET))
    known.store.remove(Source.SECRETS, LATE_SECRET, "12")
    page = {"metadata": {}, "items": [secret(LATE_SECRET, 11)]}
    backfill(known, ScriptedServer().will("list", page))[0].ask(LATE_SECRET)
    assert known.store.secret(LATE_SECRET) == Absent()
    known.put(Source.SECRETS, secret(LATE_SECRET, 13))
    assert known.store.secret(LATE_SECRET) == THERE


def test_a_secret_that_nobody_observes_any_more_is_forgotten() -> None:
    known = listed(secret())
    known.put(Source.REQUESTS, named(SECRET))
    known.remove(Source.REQUESTS, MEDIA)
    assert known.store.secret(SECRET) == THERE, "another request observes it"
    known.remove(Source.REQUESTS, LATE)
    known.put(Source.REQUESTS, support.request(version=3))
    assert known.polled == [SECRET]
    assert known.store.secret(SECRET) is None
