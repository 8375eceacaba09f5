"""The election: one holder, taken over when it goes silent, handed over when it goes; wall clocks do not matter."""

import json
import threading
from typing import Any

import pytest

from platform_status_kube.errors import ConflictError, NotFoundError, TransportError, UnansweredError
from platform_status_sidecar.watch.election import Election
from tests.unit.sidecar.support import ScriptedServer, TurnedClock, encode

PATH = "/apis/coordination.k8s.io/v1/namespaces/system/leases"


class LeaseServer(ScriptedServer):
    """An API server that holds one Lease, with optimistic versions."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.spec: dict[str, Any] = {}
        self.broken: TransportError | None = None

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        self._fail()
        assert (path, metadata_only) == (f"{PATH}/lease", False)
        if not self.version:
            raise NotFoundError("HTTP 404", status=404)
        return self._answer_lease()

    def create(self, path: str, body: bytes) -> bytes:
        self._fail()
        assert path == PATH
        if self.version:
            raise ConflictError("HTTP 409", status=409)
        return self._write(json.loads(body)["spec"])

    def patch(self, path: str, body: bytes) -> bytes:
        self._fail()
        assert path == f"{PATH}/lease"
        found = json.loads(body)
        if found["metadata"]["resourceVersion"] != str(self.version):
            raise ConflictError("HTTP 409", status=409)
        return self._write(found["spec"])

    def _fail(self) -> None:
        if self.broken:
            raise self.broken

    def _write(self, spec: dict[str, Any]) -> bytes:
        self.version += 1
        self.spec |= spec
        return self._answer_lease()

    def _answer_lease(self) -> bytes:
        return encode({"metadata": {"resourceVersion": str(self.version)}, "spec": self.spec})


class Replicas:
    """Replicas that share a Lease, each with what it was told."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.server = LeaseServer()
        self.told: dict[str, list[bool]] = {}
        self.a, self.b = self.replica("a"), self.replica("b")

    def replica(self, name: str) -> Election:
        told = self.told[name] = []
        return Election(
            "system/lease",
            identity=name,
            transport=self.server,
            clock=self.clock,
            stop=threading.Event(),
            healthy=lambda: True,
            on_change=told.append,
        )


def test_the_first_takes_the_lease_and_the_other_stands_by() -> None:
    both = Replicas()
    both.a.look()
    both.b.look()
    assert (both.a.leads, both.b.leads) == (True, False)
    assert (both.told["a"], both.told["b"]) == ([True], [])
    assert both.server.spec["holderIdentity"] == "a"
    assert both.server.spec["leaseDurationSeconds"] == 15
    assert both.server.spec["leaseTransitions"] == 0
    assert both.server.spec["acquireTime"] == both.server.spec["renewTime"]


def test_a_holder_that_renews_keeps_the_lease() -> None:
    both = Replicas()
    for _ in range(20):
        both.a.look()
        both.b.look()
        both.clock.advance(5)
    assert both.server.spec["holderIdentity"] == "a"
    assert not both.b.leads
    assert both.told["a"] == [True]


def test_a_silent_holder_is_taken_over_after_the_duration_and_had_stopped_writing_before() -> None:
    both = Replicas()
    both.a.look()
    both.b.look()
    waited = 0
    while not both.b.leads:
        both.clock.advance(1)
        waited += 1
        both.b.look()
        assert not (both.a.leads and both.b.leads)
    assert waited == 15
    assert both.server.spec["holderIdentity"] == "b"
    assert both.server.spec["leaseTransitions"] == 1
    both.a.look()
    assert not both.a.leads
    assert both.told["a"] == [True, False]


def test_a_lease_that_is_given_back_is_taken_at_once() -> None:
    both = Replicas()
    both.a.look()
    both.b.look()
    both.a.release()
    assert not both.a.leads
    both.b.look()
    assert both.b.leads


def test_of_two_that_take_a_free_lease_at_once_one_is_refused() -> None:
    both = Replicas()
    both.a.look()
    both.a.release()
    both.a._read()
    both.b._read()
    both.a._hold()
    with pytest.raises(ConflictError):
        both.b._hold()


def test_a_holder_whose_lease_was_stolen_stops() -> None:
    both = Replicas()
    both.a.look()
    both.server._write({"holderIdentity": "thief"})
    both.a.look()
    assert not both.a.leads
    both.a.look()
    assert not both.a.leads
    assert both.server.spec["holderIdentity"] == "thief"


def test_a_holder_that_cannot_renew_writes_for_ten_seconds_more_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    both = Replicas()
    both.a.look()
    both.server.broken = UnansweredError("no answer")
    for _ in range(9):
        both.clock.advance(1)
        both.a.look()
        assert both.a.leads
    both.clock.advance(1)
    assert not both.a.leads
    assert caplog.text.count("Cannot look after the Lease") == 1
    both.server.broken = None
    both.a.look()
    assert both.a.leads


def test_a_lease_that_was_deleted_is_made_again() -> None:
    both = Replicas()
    both.a.look()
    both.server.version = 0
    both.a.look()
    both.clock.advance(10)
    both.a.look()
    assert both.a.leads
    assert both.server.version == 1
