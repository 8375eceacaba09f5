"""Shards: every request is somebody's and nobody else's, and of the others' nothing is kept."""

import uuid

import pytest

from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.observation import Absent
from platform_status_sidecar.errors import SettingsError
from platform_status_sidecar.settings import Shard, read_settings
from platform_status_sidecar.store import Store
from tests.unit.sidecar import support
from tests.unit.sidecar.support import DECODERS, MEDIA, TurnedClock, encode


def test_every_request_is_in_exactly_one_shard_and_they_are_about_equal() -> None:
    shards = [Shard(number, 3) for number in (1, 2, 3)]
    owners = [[shard.number for shard in shards if shard.owns(str(uuid.UUID(int=seed)))] for seed in range(3000)]
    assert all(len(owner) == 1 for owner in owners)
    assert all(900 < owners.count([number]) < 1100 for number in (1, 2, 3))


def test_the_hash_is_the_same_for_ever() -> None:
    assert [number for number in range(1, 8) if Shard(number, 7).owns("00000000-0000-4000-8000-000000000000")] == [6]


def test_a_shard_has_a_lease_of_its_own() -> None:
    settings = read_settings(["--shard", "2/3", "--lease", "system/promise"], {})
    assert settings.shard == Shard(2, 3)
    assert settings.lease == "system/promise-2-of-3"
    assert read_settings(["--shard", "1/1", "--lease", "system/promise"], {}).lease == "system/promise"


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "-1/3", "a/b", "1/3/5", "01/3"])
def test_a_shard_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="--shard"):
        read_settings([f"--shard={text}"], {})


def test_leader_election_is_a_flag_and_a_variable() -> None:
    assert not read_settings([], {}).leader_elect
    assert read_settings(["--leader-elect"], {}).leader_elect
    assert read_settings([], {"PLATFORM_STATUS_LEADER_ELECT": "true"}).leader_elect
    assert not read_settings(["--leader-elect=false"], {"PLATFORM_STATUS_LEADER_ELECT": "true"}).leader_elect
    with pytest.raises(SettingsError, match="PLATFORM_STATUS_LEADER_ELECT"):
        read_settings([], {"PLATFORM_STATUS_LEADER_ELECT": "yes"})


class Told:
    """A store that keeps only requests whose uid begins with "uid", with what it told."""

    def __init__(self) -> None:
        self.urgent: list[Key] = []
        self.bulk: list[Key] = []
        self.store = Store(
            promise=support.PROMISE,
            clock=TurnedClock(),
            wake=self.wake,
            poll=lambda _key: None,
            cover=lambda _namespace: None,
            mine=lambda uid: uid.startswith("uid"),
        )

    def wake(self, key: Key, *, bulk: bool) -> None:
        (self.bulk if bulk else self.urgent).append(key)

    def put(self, source: Source, item: support.Json) -> None:
        record = DECODERS[source](encode(item))
        assert record
        self.store.put(source, record)


def test_of_another_shards_requests_nothing_is_kept() -> None:
    told = Told()
    told.put(Source.REQUESTS, support.request(uid="other"))
    assert told.store.request(MEDIA) is None
    told.put(Source.PODS, support.pod())
    assert told.store.within("pods", "vcluster-media") == []
    assert told.bulk == told.urgent == []


def test_a_request_that_is_made_anew_and_becomes_another_shards_is_forgotten() -> None:
    told = Told()
    told.put(Source.REQUESTS, support.request())
    assert told.store.request(MEDIA)
    told.put(Source.REQUESTS, support.request(version=9, uid="other"))
    assert told.store.request(MEDIA) is None


def test_first_lists_wake_as_a_bulk_once_all_are_read_and_changes_after_them_do_not() -> None:
    told = Told()
    told.put(Source.REQUESTS, support.request())
    told.put(Source.PODS, support.pod())
    for source in Source:
        told.store.note_synced(source, support.NOW)
    assert told.urgent == told.bulk == []
    told.store.put_secret(("vcluster-media", "kubeconfig"), Absent())
    assert (told.urgent, told.bulk) == ([], [MEDIA])
    told.put(Source.PODS, support.pod())
    assert told.urgent == []
    told.put(Source.PODS, support.pod(ready="False", resourceVersion="2"))
    assert set(told.urgent) == {MEDIA}
    told.urgent.clear()
    told.put(Source.REQUESTS, support.request(version=2))
    assert told.urgent == [MEDIA]
