"""The mirror's own rules: what a record says, one write per change, spacing, and no harm from any failure."""

from typing import Any

import pytest

from platform_status_contract.model.status import Condition
from platform_status_contract.model.vocabulary import ConditionStatus, Phase
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
)
from platform_status_sidecar.mirror.health_records import HealthRecords
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.settings import read_settings
from platform_status_sidecar.store.records import Key, RequestRecord
from tests.unit.sidecar.support import MEDIA, PROMISE, ScriptedServer, TurnedClock

API = "platform.integratn.tech/v1alpha1"
COLLECTION = f"/apis/platform.kratix.io/v1alpha1/namespaces/{MEDIA[0]}/healthrecords"
GONE = NotFoundError("gone", status=404)
STATES = {
    Phase.READY: "ready",
    Phase.DEGRADED: "degraded",
    Phase.FAILED: "unhealthy",
    Phase.SCHEDULED: "unknown",
    Phase.PROGRESSING: "unknown",
    Phase.UNKNOWN: "unknown",
    Phase.DELETING: "unknown",
}


def request(uid: str = "uid-1", *, deleting: bool = False) -> RequestRecord:
    return RequestRecord(
        namespace=MEDIA[0],
        name=MEDIA[1],
        version=7,
        uid=uid,
        resource_version="7",
        kind="VClusterOrchestratorV2",
        generation=3,
        deleting=deleting,
        labels=(),
        status=b"null",
    )


def projection(phase: Phase, message: str = "4 of 5") -> Projection:
    ready = Condition("Ready", ConditionStatus.FALSE, "2026-02-26T10:00:00Z", "PodsNotReady", message)
    return Projection(phase, ready, None, {}, (ready,), "6")


class Mirror:
    """A mirror, its server, and its thread's work done by hand."""

    def __init__(self, *, leads: bool = True) -> None:
        self.clock = TurnedClock()
        self.server = ScriptedServer()
        self.queue: CoalescingQueue[Key] = CoalescingQueue(self.clock)
        self.records = HealthRecords(
            self.queue,
            self.server,
            promise=PROMISE,
            api_version=API,
            clock=self.clock,
            leads=lambda: leads,
            chance=lambda: 1.0,
        )

    def told(self, phase: Phase, message: str = "4 of 5", uid: str = "uid-1", *, deleting: bool = False) -> list[str]:
        """Tell of a status, work off what is due, and return the verbs that this led to."""
        before = len(self.server.calls)
        self.records.told(request(uid, deleting=deleting), projection(phase, message))
        self.work()
        return [call.verb for call in self.server.calls[before:]]

    def later(self, seconds: float) -> list[str]:
        before = len(self.server.calls)
        self.clock.advance(seconds)
        self.work()
        return [call.verb for call in self.server.calls[before:]]

    def work(self) -> None:
        while (key := self.queue.take(0)) is not None:
            self.records.turn(key)

    @property
    def last(self) -> dict[str, Any]:
        body = self.server.calls[-1].body
        assert body is not None
        return body


def ready() -> Mirror:
    """A mirror that has just created a record."""
    mirror = Mirror()
    mirror.server.will("get", GONE).will("create", {})
    assert mirror.told(Phase.READY) == ["get", "create"]
    return mirror


def test_it_is_off_unless_it_is_asked_for() -> None:
    assert read_settings([], {}).health_records is False
    assert read_settings(["--health-records"], {}).health_records is True
    assert read_settings([], {"PLATFORM_STATUS_HEALTH_RECORDS": "true"}).health_records is True


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_a_state_of_kratix(phase: Phase) -> None:
    mirror = Mirror()
    mirror.server.will("get", GONE).will("create", {})
    mirror.told(phase)
    assert mirror.last["data"]["state"] == STATES[phase]
    assert mirror.last["data"]["details"] == {"phase": phase.value, "reason": "PodsNotReady", "message": "4 of 5"}
    assert mirror.server.calls[-1].path == COLLECTION


def test_what_is_said_twice_is_written_once() -> None:
    mirror = ready()
    assert mirror.told(Phase.READY) == []
    assert mirror.later(3600) == []


def test_a_change_waits_for_its_spacing_and_only_the_last_state_is_written() -> None:
    mirror = ready()
    mirror.server.will("patch", {})
    assert mirror.told(Phase.DEGRADED) == []
    assert mirror.told(Phase.FAILED) == []
    assert mirror.later(29) == []
    assert mirror.later(1.5) == ["patch"]
    assert mirror.last["data"]["state"] == "unhealthy"
    assert mirror.later(3600) == []


def test_what_changed_and_changed_back_meanwhile_is_not_written() -> None:
    mirror = ready()
    assert mirror.told(Phase.DEGRADED) == []
    assert mirror.told(Phase.READY) == []
    assert mirror.later(60) == []


def test_after_a_start_a_record_that_says_it_already_is_only_read() -> None:
    first = ready()
    stored = first.last
    second = Mirror()
    second.server.will("get", stored)
    assert second.told(Phase.READY) == ["get"]
    assert second.later(600) == []


@pytest.mark.parametrize(
    "stored",
    [
        *(None, 1, "x", [], {}, {"data": None}, {"data": {"state": "ready"}}, {"metadata": {"ownerReferences": 1}}),
        {"metadata": {"ownerReferences": [None, {"uid": ["uid-1"]}]}, "data": {"promiseRef": []}},
    ],
)
def test_a_record_of_anybodys_making_is_put_right(stored: object) -> None:
    mirror = Mirror()
    mirror.server.will("get", stored).will("patch", {})
    assert mirror.told(Phase.READY) == ["get", "patch"]
    assert mirror.last["metadata"]["ownerReferences"][0]["uid"] == "uid-1"
    assert mirror.last["data"]["promiseRef"] == {"name": PROMISE}


def test_a_record_of_another_promise_is_never_written() -> None:
    mirror = Mirror()
    mirror.server.will("get", *[{"data": {"promiseRef": {"name": "other"}}}] * 3)
    assert mirror.told(Phase.READY) == ["get"]
    assert mirror.told(Phase.FAILED) == ["get"]
    assert mirror.later(10) == ["get"]


def test_a_request_made_anew_under_its_name_becomes_the_owner() -> None:
    mirror = ready()
    mirror.server.will("patch", {})
    assert mirror.told(Phase.READY, uid="uid-2") == []
    assert mirror.later(31) == ["patch"]
    assert mirror.last["metadata"]["ownerReferences"][0]["uid"] == "uid-2"


def test_a_record_that_is_being_deleted_is_written_anew_once_it_is_gone() -> None:
    mirror = ready()
    mirror.server.will("patch", {"metadata": {"deletionTimestamp": "2026-02-26T10:00:00Z"}})
    mirror.told(Phase.FAILED)
    assert mirror.later(31) == ["patch"]
    mirror.server.will("get", GONE).will("create", {})
    assert mirror.later(10) == ["get", "create"]


def test_a_record_that_somebody_deleted_is_created_with_the_next_change() -> None:
    mirror = ready()
    mirror.server.will("patch", GONE).will("create", {})
    mirror.told(Phase.FAILED)
    assert mirror.later(31) == ["patch", "create"]


@pytest.mark.parametrize(
    "error",
    [
        UnansweredError("no answer"),
        ForbiddenError("no", status=403),
        RefusedError("schema", status=422),
        ThrottledError("slowly", retry_after=20.0),
        ConflictError("it exists", status=409),
        NotFoundError("no such kind", status=404),
    ],
)
def test_a_failure_is_tried_again_ever_more_seldom_and_raises_nothing(error: TransportError) -> None:
    mirror = Mirror()
    mirror.server.will("get", *[GONE] * 50).will("create", *[error] * 50)
    mirror.told(Phase.READY)
    for _ in range(360):
        mirror.later(10)
    tries = sum(call.verb == "create" for call in mirror.server.calls)
    assert 5 <= tries <= 15, "an hour: quick at first, then every ten minutes"
    mirror.server.answers["create"].clear()
    mirror.server.will("create", {})
    mirror.later(601)
    assert mirror.later(3600) == []


def test_an_answer_that_is_no_json_ends_nothing() -> None:
    mirror = Mirror()
    # A script without an answer raises what no transport raises: a defect.
    mirror.told(Phase.READY)
    mirror.server.will("get", GONE).will("create", {})
    assert mirror.later(10) == ["get", "create"]


def test_who_does_not_lead_and_what_is_deleted_write_nothing() -> None:
    assert Mirror(leads=False).told(Phase.READY) == []
    mirror = ready()
    assert mirror.told(Phase.DELETING, deleting=True) == []
    assert mirror.later(60) == []


def test_what_is_forgotten_is_read_anew() -> None:
    mirror = ready()
    mirror.records.forget(MEDIA)
    mirror.server.will("get", GONE).will("create", {})
    assert mirror.told(Phase.READY) == ["get", "create"]
