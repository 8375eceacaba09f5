"""Objects in the whole of a status: conditions of free types, numbers, timers, and the arrival of an edit."""

import json
from datetime import timedelta
from typing import Any, Final

import msgspec

from platform_status_contract.model.contract import Application, Contract
from platform_status_contract.model.objects import ObjectEntry, ReadyWhen
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.conclude import conclude
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.observation import (
    ConditionSeen,
    ContractProblem,
    Facts,
    ObjectSeen,
    Observation,
    Present,
    Reading,
    Unreadable,
    Workflow,
)
from platform_status_contract.rules.projection import Projection
from platform_status_contract.sources.objects.record import decode_object
from platform_status_contract.sources.objects.wanted import wanted_of
from tests.unit.rules.worlds import NOW

ANNOTATION: Final = "status.integratn.tech/request-generation"
QUEUE: Final = ObjectEntry("queue", "example.org/v1", "Queue", "queues", "Namespaced", "team-a", "films")
MARKED: Final = msgspec.structs.replace(QUEUE, generation_annotation=ANNOTATION)
JOB: Final = ObjectEntry("migrate", "batch/v1", "Job", "jobs", "Namespaced", "team-a", "migrate")
Objects = tuple[Reading[tuple[ObjectSeen, ...]], ...]


def contract_of(*entries: ObjectEntry, generation: int = 1, **more: Any) -> Contract:  # noqa: ANN401 - parts of a contract
    """A contract of these entries."""
    return Contract("v1", generation, "Library", "films", objects=entries or None, **more)


def facts_of(contract: Contract | ContractProblem, generation: int = 1) -> Facts:
    """A settled request."""
    return Facts(
        "films", "team-a", "Library", generation, deleting=False, contract=contract, workflow=Workflow.COMPLETED
    )


def queue(status: str = "True", *, written_for: str = "1") -> Reading[tuple[ObjectSeen, ...]]:
    """A queue that says something of Ready."""
    ready = ConditionSeen("Ready", status, "Because")
    seen = ObjectSeen(
        "team-a", "films", 1, NOW, speaks=True, conditions=(ready,), annotations=((ANNOTATION, written_for),)
    )
    return Present((seen,))


def look(status: dict[str, Any], contract: Contract | ContractProblem, *objects: Any, **more: Any) -> Projection:  # noqa: ANN401 - readings
    """One look."""
    return conclude(recall(status), Observation(objects=objects), facts_of(contract, **more), NOW)


def after(status: dict[str, Any], projection: Projection) -> dict[str, Any]:
    """The status once it is written."""
    return merged_status(status, projection, NOW)


def kinds(status: dict[str, Any]) -> list[str]:
    """The types of its conditions."""
    return [condition["type"] for condition in status["conditions"]]


def test_a_condition_of_a_free_type_is_written_recorded_and_taken_back() -> None:
    foreign = {"type": "OtherReady", "status": "True"}
    written = after({"conditions": [foreign]}, look({}, contract_of(QUEUE), queue()))
    assert kinds(written) == ["OtherReady", "Ready", "QueueReady"]
    assert written["health"]["conditions"] == ["QueueReady"]
    assert written["health"]["objects"] == {"ready": 1, "total": 1, "summary": "1/1", "unready": []}
    assert written["phase"] == "Ready"
    gone = after(written, look(written, contract_of(works=True)))
    assert kinds(gone) == ["OtherReady", "Ready", "WorksReady"]
    assert "conditions" not in gone["health"]
    assert after(written, look(written, contract_of(QUEUE), queue())) == written


def test_beside_an_entry_that_cannot_be_read_no_numbers_look_like_all_there_are() -> None:
    other = msgspec.structs.replace(QUEUE, name="other", object="other")
    unread = Unreadable[tuple[ObjectSeen, ...]](Reason.SOURCE_UNREADABLE, NOW - timedelta(seconds=61))
    found = look({}, contract_of(QUEUE, other), queue(), unread)
    assert "objects" not in found.health


def test_only_what_we_wrote_is_taken_back_whatever_the_status_says() -> None:
    stored = {
        "conditions": [{"type": kind, "status": "True"} for kind in ("WorksSucceeded", "Reconciled", "Foreign")],
        "health": {"conditions": ["WorksSucceeded", "Reconciled", "Foreign", "WorksReady", 5, None]},
    }
    assert recall(stored).free == ()
    assert kinds(after(stored, look(stored, contract_of(QUEUE), queue())))[:3] == [
        "WorksSucceeded",
        "Reconciled",
        "Foreign",
    ]
    assert recall({"health": {"conditions": "x"}}).free == ()


def test_an_entry_says_where_its_objects_are() -> None:
    assert (QUEUE.group, QUEUE.version, QUEUE.plural) == ("example.org", "v1", "queues")
    core = msgspec.structs.replace(QUEUE, api_version="v1", name="my-db-2")
    assert (core.group, core.version, core.condition) == ("", "v1", "MyDb2Ready")


def test_the_timer_of_an_object_is_its_own() -> None:
    first = after({}, look({}, contract_of(QUEUE), queue()))
    bad = look(first, contract_of(QUEUE), queue("False"))
    assert (bad.phase, bad.ready.reason) == (Phase.DEGRADED, Reason.OBJECT_NOT_READY)
    assert "bad.objects.queue" in bad.health["since"]  # type: ignore[operator]  # a mapping
    tolerant = msgspec.structs.replace(
        contract_of(QUEUE), thresholds=msgspec.structs.replace(contract_of(QUEUE).thresholds, degraded_after_seconds=60)
    )
    tolerated = look(first, tolerant, queue("False"))
    assert (tolerated.phase, tolerated.ready.reason) == (Phase.READY, Reason.TOLERATING)
    assert tolerated.wake == NOW + timedelta(seconds=60)


def test_a_request_that_observes_this_one_in_turn_is_named_and_not_waited_for() -> None:
    entry = ObjectEntry(
        "site", "example.org/v1", "Site", "sites", "Namespaced", "team-a", "films", ready=ReadyWhen(preset="request")
    )
    names = [{"kind": "Library", "namespace": "team-a", "object": "films"}, {"kind": "Library", "selector": {}}, 5]
    for ready, expected in (("False", Reason.OBJECT_FAILED), ("True", Reason.OBJECTS_READY)):
        status = {
            "conditions": [{"type": "Ready", "status": ready}],
            "health": {"observedGeneration": 1},
            "contract": {"objects": names},
        }
        site = {"metadata": {"name": "films", "namespace": "team-a", "generation": 1}, "status": status}
        record = decode_object(json.dumps(site).encode(), wanted_of(entry))
        assert record is not None
        assert record.seen.names == ("Library/team-a/films",)
        found = look({}, contract_of(entry), Present((record.seen,)))
        (condition,) = (each for each in found.conditions if each.type == "SiteReady")
        assert condition.reason == expected
        assert "observes this request in turn" in condition.message or ready == "True"
        paused = msgspec.structs.replace(record.seen, deleted=NOW)
        going = look({}, contract_of(entry), Present((paused,)))
        assert going.conditions[1].reason == Reason.BEING_DELETED
    assert decode_object(b'{"metadata": {"name": "x"}, "status": {"contract": 5}}', wanted_of(entry)) is not None


def test_a_time_in_the_future_is_no_time() -> None:
    ready = ConditionSeen("Ready", "Unknown", since=NOW + timedelta(hours=1))
    seen = Present((ObjectSeen("team-a", "films", 1, NOW, speaks=True, conditions=(ready,)),))
    stored = after({}, look({}, contract_of(QUEUE), queue()))
    found = look(stored, contract_of(QUEUE), seen)
    assert found.phase is Phase.READY
    assert found.health["since"]["unknown.objects.queue"] == "2026-02-26T10:30:00Z"  # type: ignore[index]  # a mapping
    assert found.wake == NOW + timedelta(seconds=60)


def test_an_edit_has_arrived_once_the_annotation_says_so() -> None:
    before = after({}, look({}, contract_of(MARKED), queue()))
    edited = contract_of(MARKED, generation=2)
    assert look(before, edited, queue(), generation=2).ready.reason == Reason.SPEC_CHANGED
    arrived = look(before, edited, queue(written_for="2"), generation=2)
    assert arrived.ready.reason == Reason.SPEC_CHANGED, "nothing may be behind for 30 s"
    assert look(before, edited, queue(written_for="x"), generation=2).ready.reason == Reason.SPEC_CHANGED
    nowhere = look(before, edited, Present(()), generation=2)
    assert "caughtUp" in nowhere.health["since"], "an object that is not there does not tell"  # type: ignore[operator]


def test_an_edit_whose_arrival_nobody_observes_is_said() -> None:
    settled = {
        "health": {"observedGeneration": 2, "readyGeneration": 2, "since": {"firstReady": "2026-02-26T09:00:00Z"}}
    }
    silent = look(settled, contract_of(QUEUE, generation=2), queue(), generation=2)
    assert silent.message == "Library films is fully operational; arrival of generation 2 is not observed"
    told = look(settled, contract_of(MARKED, generation=2), queue(written_for="2"), generation=2)
    assert told.message == "Library films is fully operational"
    application = Application("argocd", "films", generation_annotation=ANNOTATION)
    assert contract_of(QUEUE, application=application).tells_arrival
    assert not contract_of(QUEUE, application=Application("argocd", "films")).tells_arrival
    assert contract_of(works=True).tells_arrival, "without objects nobody asks"


def test_an_outage_keeps_what_an_object_that_is_behind_has_told() -> None:
    status = {"health": {"since": {"behind": "2026-02-26T10:29:00Z", "firstReady": "2026-02-26T09:00:00Z"}}}
    fresh = Unreadable[tuple[ObjectSeen, ...]](Reason.SOURCE_UNREADABLE, NOW)
    assert "behind" in look(status, contract_of(MARKED), fresh).health["since"]  # type: ignore[operator]  # a mapping
    lasting = Unreadable[tuple[ObjectSeen, ...]](Reason.SOURCE_UNREADABLE, NOW - timedelta(hours=1))
    found = look(status, contract_of(MARKED), lasting)
    assert (found.phase, found.ready.reason) == (Phase.UNKNOWN, Reason.SOURCE_UNREADABLE)
    assert "objects" not in found.health


def test_the_first_object_starts_the_clock() -> None:
    contract = contract_of(QUEUE, works=True)
    assert "started" not in look({}, contract, Present(())).health["since"]  # type: ignore[operator]  # a mapping
    assert "started" in look({}, contract, queue("False")).health["since"]  # type: ignore[operator]  # a mapping


def test_a_contract_that_is_too_new_keeps_numbers_conditions_and_what_is_done() -> None:
    complete = ObjectSeen("team-a", "migrate", speaks=True, conditions=(ConditionSeen("Complete", "True"),))
    written = after({}, look({}, contract_of(QUEUE, JOB), queue(), Present((complete,))))
    done = written["health"]["objects"]["done"]
    assert list(done) == ["migrate"]
    invalid = look(written, ContractProblem(Reason.INVALID_CONTRACT, "an unknown key", newer=True))
    kept = after(written, invalid)
    assert kept["health"]["objects"] == written["health"]["objects"]
    assert kept["health"]["conditions"] == ["MigrateReady", "QueueReady"]
    assert {condition["status"] for condition in kept["conditions"]} == {"Unknown"}
    none = after(written, look(written, ContractProblem(Reason.NO_CONTRACT)))
    assert none["health"]["objects"] == {"done": done}
    assert kinds(none) == ["Ready"]
    back = after(none, look(none, contract_of(QUEUE, JOB), queue(), Present(())))
    assert back["health"]["objects"] == {"ready": 1, "total": 1, "summary": "1/1", "unready": [], "done": done}
    assert back["phase"] == "Ready"
