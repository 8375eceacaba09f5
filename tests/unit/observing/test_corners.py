"""Corners of what sources share: events read at once, another kind's record, what a dump keeps of any object."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.policy import Bound
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.decode.envelope import Reader
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.facts import facts_of
from platform_status_contract.observing.sources import SourceState, alive
from platform_status_contract.policy.patterns import expected
from platform_status_contract.rules.masking import masked
from platform_status_contract.rules.observation import ContractProblem
from platform_status_contract.sources.argo.kinds import APPLICATION, keep_application
from platform_status_contract.sources.objects.wanted import Wanted, keep_object
from platform_status_contract.sources.sub_applications.read import sub_applications_of
from platform_status_contract.sources.workloads.kinds import POD
from tests.unit.sidecar import support
from tests.unit.sidecar.support import NOW, encode, watched


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ({"type": "MODIFIED", "object": support.pod("a")}, ("MODIFIED", "a")),
        ({"type": "DELETED", "object": support.pod("a")}, ("DELETED", "a")),
        ({"type": "BOOKMARK", "object": {"metadata": {"name": "", "resourceVersion": "7"}}}, None),
        ({"type": "ERROR", "object": {"metadata": {"name": "x"}, "code": 410}}, None),
        ({"type": "ADDED", "object": {"metadata": {"name": ""}}}, None),
        ({"type": "ADDED", "object": {"metadata": 5}}, None),
    ],
)
def test_a_change_is_read_at_once_and_all_else_by_parts(line: dict[str, Any], read: tuple[str, str] | None) -> None:
    found = POD.decode.read_event(encode(line))
    assert (None if found is None else (found[0], found[1].name)) == read


def test_a_reader_of_its_own_reads_no_event_at_once() -> None:
    assert Reader(dict, lambda _: None).read_event(b"{}") is None


def test_a_contract_beyond_its_reach_is_invalid() -> None:
    record = decode_request(encode(support.request(support.settled(support.CONTRACT))))
    assert record is not None
    status = msgspec.json.decode(record.status)
    found = facts_of(record, status, lease="a/b", version="1", out_of_reach=lambda _: "it looks too far")
    assert found.contract == ContractProblem(Reason.INVALID_CONTRACT, "status.contract: it looks too far")
    assert isinstance(facts_of(record, status, lease="a/b", version="1").contract, Contract)


def test_a_kind_is_watched_since_the_last_gap() -> None:
    first = alive(SourceState(), NOW, synced=True)
    later = alive(first, NOW + timedelta(seconds=60), synced=True)
    assert (first.watched_since, later.watched_since) == (NOW, NOW)
    after = NOW + timedelta(seconds=600)
    assert alive(later, after, synced=True).watched_since == after


def test_a_bound_that_allows_any_text_still_allows_no_template() -> None:
    assert expected(Bound("spec.x", "string", allowed=("*",))).startswith("visible ASCII without {{")


def test_an_invisible_character_hides_no_credential() -> None:
    assert "secret" not in masked("pass\u200bword=secret", 100)


def test_what_is_no_application_has_no_destination_and_no_sign_of_life() -> None:
    pod = POD.decode(encode(support.pod("a")))
    assert pod is not None
    assert APPLICATION.sign is not None
    assert (APPLICATION.sign(pod), list(APPLICATION.groups(pod))) == (None, [])


def test_of_the_results_of_a_sync_those_that_failed_are_kept() -> None:
    whole = support.application()
    results = [{"status": "Synced", "name": "a"}, {"status": "SyncFailed", "name": "b"}]
    results += [{"hookPhase": "Failed", "name": "c"}]
    whole["status"]["operationState"] = {"syncResult": {"resources": results}}
    kept: Any = {"metadata": {"annotations": {}}, "status": {"operationState": {}}}
    keep_application(kept, whole, None)
    assert [item["name"] for item in kept["status"]["operationState"]["syncResult"]["resources"]] == ["b", "c"]


def test_without_its_part_of_the_contract_nothing_is_found() -> None:
    contract, store = support.contract(subApplications=None, workloads=None), watched().store
    assert sub_applications_of(store, contract) == []


READY = {"type": "Ready", "status": "True"}
OTHER = {"type": "Other", "message": ""}
MINE = {"type": "Mine", "message": "m"}
WANTED = Wanted(
    "example.org",
    "Queue",
    fields=("spec.suspend", "status.deep.phase", "status.list.0.ip", "status.list.0.name"),
    annotations=("x.org/for",),
    conditions=("Ready",),
    entries=True,
)


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ({"status": 5}, {"status": 5}),
        ({"status": [1, 2]}, {"status": [None]}),
        ({"spec": {"suspend": True, "secret": "x"}}, {"spec": {"suspend": True}}),
        ({"status": {"deep": {"phase": "Up", "other": "x"}}}, {"status": {"deep": {"phase": "Up"}}}),
        ({"status": {"deep": "flat"}}, {"status": {"deep": "flat"}}),
        ({"status": {}}, {"status": {}}),
        ({"status": {"observedGeneration": 3}}, {"status": {"observedGeneration": 3}}),
        ({"status": {"conditions": {"a": 1}}}, {"status": {"conditions": {}, "Other": True}}),
        ({"status": {"parents": ["x"], "users": 3}}, {"status": {"Other": True}}),
        ({"status": {"observedGeneration": -1, "parents": []}}, {"status": {"observedGeneration": -1}}),
        (
            {"status": {"list": [{"ip": "1", "name": "a", "x": 1}, {"ip": "2"}]}},
            {"status": {"list": [{"ip": "1", "name": "a"}]}},
        ),
        ({"status": {"list": [5]}}, {"status": {"list": [{}]}}),
        ({"status": {"list": []}}, {"status": {"list": []}}),
        (
            {"status": {"conditions": [READY, {"type": "Mine", "message": "m"}]}},
            {"status": {"conditions": [READY, OTHER]}},
        ),
        ({"status": {"conditions": [{"type": 5}, 5]}}, {"status": {"conditions": [{"type": 5}, 5]}}),
        (
            {"status": {"contract": {"name": "x", "objects": [{"kind": "A", "name": "n"}, 5]}}},
            {"status": {"contract": {"objects": [{"kind": "A"}, 5]}}},
        ),
        ({"status": {"contract": {"objects": "x"}}}, {"status": {"contract": {"objects": "x"}}}),
    ],
)
def test_a_dump_keeps_what_rules_read_and_the_shape_of_the_rest(part: dict[str, Any], kept: object) -> None:
    found: dict[str, Any] = {}
    keep_object(WANTED, found, part, None)
    assert found == kept


def test_of_annotations_those_are_kept_that_rules_read() -> None:
    whole = {"metadata": {"annotations": {"x.org/for": "3", "y.org/secret": "s"}}}
    found: dict[str, Any] = {"metadata": {"annotations": {}}}
    keep_object(WANTED, found, whole, None)
    assert found == {"metadata": {"annotations": {"x.org/for": "3"}}}


def test_of_a_large_status_that_is_no_mapping_nothing_is_kept() -> None:
    record = decode_request(encode({"metadata": {"name": "a"}, "status": ["x" * 70_000]}))
    assert record is not None
    assert record.status == b"null"
