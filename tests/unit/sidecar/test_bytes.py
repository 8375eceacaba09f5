"""What others make large stays outside: pages by size, labels that a selector looks at, statuses without their rest."""

import json
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_status_contract.model.conditions import MAX_OBJECTS
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.observing.decode.requests import decode_request, to_keep
from platform_status_contract.observing.records import MAX_LABELS, LabelledRecord
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.contracts import MAX_CONTRACT, read_contract
from platform_status_contract.rules.observation import ContractProblem
from platform_status_kube.errors import ForbiddenError, TooLargeError, TransportError
from platform_status_sidecar.metrics import exposition
from platform_status_sidecar.outcomes import Outcomes, RequestOutcome
from platform_status_sidecar.watch.lists import MAX_PAGE, read_pages
from tests.examples import examples
from tests.unit.sidecar import metrics_world, support
from tests.unit.sidecar.support import encode, pods_in, watched

_SLACK: Final = 200
"""Bytes of a page around its objects."""


class Collection:
    """Objects of some sizes, and an API server that pages them."""

    def __init__(self, sizes: list[int]) -> None:
        self.sizes = sizes
        self.largest = 0
        self.asked = 0

    def ask(self, *, limit: int, continue_token: str, most: int) -> bytes:
        """Answer like the transport does."""
        self.asked += 1
        first = int(continue_token or 0)
        chosen = range(first, min(first + limit, len(self.sizes)))
        then = str(chosen.stop) if chosen.stop < len(self.sizes) else ""
        metadata = {"resourceVersion": str(10 + first), "continue": then}
        body = encode({"metadata": metadata, "items": [[at, "x" * self.sizes[at]] for at in chosen]})
        if most and len(body) > most:
            raise TooLargeError("LIST x: too large")
        if limit > 1:
            self.largest = max(self.largest, len(body))
        return body

    def read(self, limit: int) -> tuple[str, list[int]]:
        """Read everything; return the version, and the objects in the order in which they came."""
        found: list[int] = []

        def put(raw: msgspec.Raw) -> None:
            found.append(msgspec.json.decode(raw)[0])

        version = read_pages(self.ask, limit, put=put, beat=lambda: None, stopped=lambda: False)
        return version, found


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.sampled_from([10, 1000, MAX_PAGE // 3, MAX_PAGE + 1]), max_size=40), st.integers(1, 100))
def test_every_object_comes_once_and_no_page_is_larger_than_its_bound(sizes: list[int], limit: int) -> None:
    collection = Collection(sizes)
    version, found = collection.read(limit)
    assert found == list(range(len(sizes)))
    assert version == "10"
    assert collection.largest <= MAX_PAGE
    assert collection.asked <= 5 * (len(sizes) + 1)


def test_small_objects_take_as_few_pages_as_ever() -> None:
    collection = Collection([100] * 250)
    collection.read(100)
    assert collection.asked == 3


def test_any_other_failure_is_the_callers() -> None:
    def ask(**_: object) -> bytes:
        raise ForbiddenError("LIST x: forbidden", status=403)

    with pytest.raises(TransportError, match="forbidden"):
        read_pages(ask, 10, put=lambda _: None, beat=lambda: None, stopped=lambda: False)


def _many(**named: str) -> dict[str, str]:
    return {**{f"k{number:05}": "v" * 60 for number in range(8000)}, **named}


def _contract(key: str) -> dict[str, Any]:
    selector = {"matchLabels": {key: "yes"}}
    return {**support.CONTRACT, "workloads": {"namespace": "vcluster-media", "selector": selector}}


def test_of_the_labels_of_a_pod_those_are_kept_that_a_selector_looks_at() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request(support.settled(_contract("ours"))))
    known.sync(Source.REQUESTS)
    known.store.note_list(Source.PODS)
    known.put(Source.PODS, support.pod("a", labels=_many(ours="yes", later="yes")), support.pod("b", labels={"x": "y"}))
    known.sync(Source.PODS)
    kept = {record.name: record.labels for record in pods_in(known.store, "vcluster-media")}
    assert kept == {"a": (("ours", "yes"),), "b": ()}


def test_an_application_has_no_place_to_list_again_and_keeps_up_to_32_labels() -> None:
    known = watched()
    few = {f"k{number:02}": "v" for number in range(MAX_LABELS)}
    known.put(Source.APPLICATIONS, support.application("few", labels=few))
    known.put(Source.APPLICATIONS, support.application("many", labels={**few, "one": "more"}))
    records = (known.store.record(Source.APPLICATIONS, ("argocd", name)) for name in ("few", "many"))
    assert [isinstance(record, LabelledRecord) and dict(record.labels) for record in records] == [few, {}]


def test_a_selector_that_looks_at_another_label_waits_until_the_pods_were_read_again() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request(support.settled(_contract("ours"))))
    known.sync(Source.REQUESTS)
    known.store.note_list(Source.PODS)
    pod = support.pod("a", labels=_many(ours="yes", later="yes"))
    known.put(Source.PODS, pod)
    known.sync(Source.PODS)
    known.put(Source.REQUESTS, support.request(support.settled(_contract("later")), version=2))
    place = ("pods", "vcluster-media", "")
    assert known.covered == [place]
    assert not known.store.is_known(place)
    known.put(Source.PODS, pod)
    known.store.note_listed(place)
    assert known.store.is_known(place)
    assert [record.labels for record in pods_in(known.store, "vcluster-media")] == [(("later", "yes"),)]


def test_a_request_keeps_the_labels_that_are_read() -> None:
    labels = _many(**{"kratix.io/paused": "true"})
    record = decode_request(encode(support.request(labels=labels)))
    assert record is not None
    assert record.labels == (("kratix.io/paused", "true"),)


def test_a_contract_of_a_megabyte_is_invalid_by_name_and_nothing_else_of_the_status_is_lost() -> None:
    contract = {**support.CONTRACT, "annotations": {f"k{number}": "v" * 1000 for number in range(1000)}}
    status = support.settled(contract, endpoints={"api": "x" * MAX_CONTRACT})
    record = decode_request(encode(support.request(status)))
    assert record is not None
    assert len(record.status) < MAX_CONTRACT
    kept = json.loads(record.status)
    found = read_contract(kept)
    assert isinstance(found, ContractProblem)
    assert (found.reason, found.newer) == (Reason.INVALID_CONTRACT, False)
    assert f"larger than {MAX_CONTRACT} bytes" in found.message
    assert read_contract(status) == found, "hctl, which reads it whole, says the same"
    assert kept["conditions"] == status["conditions"]
    assert kept["message"] == status["message"]


def test_a_status_that_others_made_large_is_read_as_before() -> None:
    status = support.settled(other={"x": "y" * MAX_CONTRACT})
    record = decode_request(encode(support.request(status)))
    assert record is not None
    assert read_contract(json.loads(record.status)) == read_contract(status)


@pytest.mark.parametrize("key", ["conditions", "problems", "health", "kratix", "message"])
def test_of_a_status_of_a_megabyte_the_contract_alone_is_kept(key: str) -> None:
    status = support.settled()
    large = {"conditions": [*status["conditions"], {"type": "Theirs", "message": "x" * 1_000_000}]}
    record = decode_request(encode(support.request({**status, key: "x" * 1_000_000} | (large if key in large else {}))))
    assert record is not None
    assert len(record.status) > 1_000_000, "whoever writes conditions back has all of them"
    kept = to_keep(record)
    assert json.loads(kept.status) == {"contract": status["contract"]}
    assert (kept.is_cut, kept.uid, to_keep(kept)) == (True, record.uid, kept)


def test_an_ordinary_status_is_kept_whole() -> None:
    record = decode_request(encode(support.request(support.settled())))
    assert record is not None
    assert to_keep(record) is record


def test_a_request_has_a_bounded_number_of_series() -> None:
    contract = {
        **{key: support.CONTRACT[key] for key in ("version", "generation", "displayName", "name")},
        "objects": [
            {
                "name": f"o{at}",
                "apiVersion": "v1",
                "kind": "Thing",
                "resource": "things",
                "scope": "Cluster",
                "object": "x",
            }
            for at in range(MAX_OBJECTS + 1)
        ],
    }
    refused = read_contract({"contract": contract})
    assert isinstance(refused, ContractProblem)
    assert f"length <= {MAX_OBJECTS}" in refused.message

    def series(free: int) -> int:
        known = Outcomes()
        conditions = tuple((f"O{at}Ready", "T") for at in range(free))
        known.conclude(
            ("team", "one"), RequestOutcome(Phase.READY, kind="Database", conditions="T------", free=conditions)
        )
        lines = b"".join(exposition(metrics_world.scrape(known))).decode().splitlines()
        return sum('name="one"' in line for line in lines)

    assert series(MAX_OBJECTS) - series(0) == 3 * MAX_OBJECTS, "one for each status of each condition"
