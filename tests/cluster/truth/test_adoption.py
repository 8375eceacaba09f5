"""Statuses of the older Go implementation are adopted: few writes, no flapping, then rest (ADR 0005, number 2)."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from localplane.client import Client
from localplane.clusters import Cluster
from tests.faults.recorder import Recorder

from .conftest import RunSidecar
from .fleets import Fleet
from .places import OWNED, ready_of
from .sidecars import Sidecar, eventually

# Fifty requests, each with a workflow of its own: more than a test's two minutes on a machine that is busy.
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

ONCE_READY = ("ready", "foreign-wiped", "all-wiped", "no-trace", "degraded", "failed", "texts", "other-types")
SAID_READY = ("ready", "foreign-wiped", "all-wiped", "no-trace", "texts", "other-types")


@pytest.fixture
def fleet(installed: Cluster, admin: Client, namespace: str, request: pytest.FixtureRequest) -> Iterator[Fleet]:
    """One request of each shape, or as many as a test asks for."""
    del installed
    found = Fleet(admin, namespace, of_each_shape=getattr(request, "param", 1))
    found.create()
    yield found
    found.clear()


@pytest.fixture
def recorder(fleet: Fleet, control_plane: Cluster) -> Iterator[Recorder]:
    """What a user could have seen, from the older statuses on."""
    del fleet
    started = Recorder(Client(control_plane.admin.access))
    started.start()
    yield started
    started.end()


def _seen(recorder: Recorder, fleet: Fleet, name: str) -> tuple[list[str], list[str]]:
    """Return the phases of a request and the statuses of its Ready, each as often as it changed."""
    recorder.catch_up(name, fleet.namespace)
    sights = recorder.sights(name, namespace=fleet.namespace)
    phases = [phase for phase, _ in groupby(sight.phase for sight in sights)]
    readies = [status for status, _ in groupby(str(sight.condition("Ready").get("status", "")) for sight in sights)]
    return phases, readies


def _rests(fleet: Fleet, sidecar: Sidecar) -> None:
    """Ten minutes and a resync later nobody has written anything, neither we nor Kratix."""
    for key in fleet.keys:
        sidecar.poke(key)
    versions = fleet.versions()
    written = {key: sidecar.writes(key) for key in fleet.keys}
    sidecar.clock.skip(700)
    for key in fleet.keys:
        sidecar.poke(key)
    assert {key: sidecar.writes(key) for key in fleet.keys} == written
    assert fleet.versions() == versions


def _adopted(fleet: Fleet, times: dict[str, str | None]) -> None:
    """Check what each status says once it is ours."""
    for name, found in fleet.read().items():
        status, shape = found["status"], fleet.shapes[name]
        ready = ready_of(status)
        assert ready is not None
        assert (ready["status"], ready["reason"]) == ("True", "AllHealthy")
        assert status["health"].keys() <= {
            *("observedGeneration", "readyGeneration", "updatingGeneration", "reporter", "since"),
            *("argocd", "workloads"),
        }, "what the older one kept in health is gone"
        assert status["health"]["workloads"] == {"ready": 2, "total": 2, "summary": "2/2"}
        types = [entry["type"] for entry in status["conditions"]]
        assert len(types) == len(set(types))
        assert {*OWNED, *types} - {"SubAppsHealthy"} == set(types), "nobody's condition is missing"
        assert "SubAppsHealthy" not in types, "the contract does not observe them"
        first = status["health"]["since"]["firstReady"]
        if shape in ONCE_READY and times[name] is not None:
            assert first == times[name], f"{shape}: once Ready since its Ready condition last changed"
        if shape in SAID_READY and times[name] is not None:
            assert ready["lastTransitionTime"] == times[name], f"{shape}: Ready went on being Ready"
        # What the older pipeline put there, and nobody resolves anew, stays.
        if shape != "no-trace":
            assert status["endpoints"]["api"] == f"https://{name}.example.org:443"


def _transition_times(fleet: Fleet) -> dict[str, str | None]:
    found = {name: ready_of(request["status"]) for name, request in fleet.read().items()}
    return {name: ready["lastTransitionTime"] if ready else None for name, ready in found.items()}


@pytest.mark.parametrize("fleet", [5], indirect=True)
def test_after_the_promise_fifty_older_statuses_are_adopted_with_one_write_each(
    fleet: Fleet, recorder: Recorder, run: RunSidecar, tmp_path: Path
) -> None:
    times = _transition_times(fleet)
    assert len(times) == 50
    with fleet.kratix(tmp_path / "jobs", version="v0.1.0") as kratix:
        fleet.await_settled("v0.1.0")
        before = len(kratix.writes)
        with run() as sidecar:
            fleet.await_phase("Ready")
            _adopted(fleet, times)
            _rests(fleet, sidecar)
            assert {key: sidecar.writes(key) for key in fleet.keys} == dict.fromkeys(fleet.keys, 1)
        assert len(kratix.writes) == before, "Kratix answers none of these writes with one of its own"
        assert kratix.complaints == []
    for name, shape in fleet.shapes.items():
        phases, readies = _seen(recorder, fleet, name)
        assert len(phases) <= 2, f"{shape}: {phases}"
        assert phases[-1] == "Ready"
        if shape in SAID_READY:
            assert phases == ["Ready"], f"{shape}: {phases}"
            assert set(readies) <= {"", "True"}, f"{shape}: {readies}"


def test_before_the_promise_nothing_is_claimed_and_the_contract_ends_that(
    fleet: Fleet, recorder: Recorder, run: RunSidecar, tmp_path: Path
) -> None:
    times = _transition_times(fleet)
    with run() as sidecar:
        eventually(lambda: all(key in sidecar.rows for key in fleet.keys), "a first conclusion of each")
        # Where no workflow has left a trace, one may be about to start, and a write is held for it (rule 5).
        sidecar.pass_the_hold(*fleet.keys)
        fleet.await_phase("Unknown", "Scheduled")
        for name, found in fleet.read().items():
            shape, status = fleet.shapes[name], found["status"]
            ready = ready_of(status)
            assert ready is not None
            assert sidecar.rows[fleet.namespace, name] in ("2b", "2c")
            if shape in ONCE_READY:
                assert status["phase"] == "Unknown", shape
                assert ready["status"] == "Unknown"
                assert ready["reason"] in ("NoContract", "WaitingForWorkflow")
                assert "firstReady" in status["health"]["since"], f"{shape} is adopted although nothing can be said"
            assert "workloads" not in status["health"], "nobody has counted these"
        assert {key: sidecar.writes(key) for key in fleet.keys} == dict.fromkeys(fleet.keys, 1)
        with fleet.kratix(tmp_path / "jobs", version="v0.1.0") as kratix:
            fleet.await_settled("v0.1.0")
            sidecar.pass_the_hold(*fleet.keys)
            fleet.await_phase("Ready")
            _rests(fleet, sidecar)
            assert kratix.complaints == []
        for name, found in fleet.read().items():
            if fleet.shapes[name] in ONCE_READY and times[name] is not None:
                assert found["status"]["health"]["since"]["firstReady"] == times[name]
        # Nothing yet, the contract, Ready; and one between, where pods and Works take a busy machine more than 5 s.
        landed = _writes_of_ours(recorder, fleet)
        assert max(landed.values()) <= 4, landed
    for name, shape in fleet.shapes.items():
        phases, _ = _seen(recorder, fleet, name)
        assert phases.count("Ready") == (2 if shape in SAID_READY else 1), f"{shape}: {phases}"


def _writes_of_ours(recorder: Recorder, fleet: Fleet) -> dict[str, int]:
    """Count the writes of ours that landed: each of them moves one of our keys or conditions."""
    found = {}
    for name in fleet.shapes:
        recorder.catch_up(name, fleet.namespace)
        said = [
            str([sight.status.get(key) for key in ("phase", "lastReconciled", "health")])
            + str([sight.condition(kind) for kind in OWNED])
            for sight in recorder.sights(name, namespace=fleet.namespace)
        ]
        found[name] = sum(1 for _ in groupby(said)) - 1
    return found


def test_a_new_version_of_the_promise_keeps_every_status(
    fleet: Fleet, recorder: Recorder, run: RunSidecar, tmp_path: Path
) -> None:
    with fleet.kratix(tmp_path / "first", version="v0.1.0"):
        fleet.await_settled("v0.1.0")
    with run() as sidecar:
        fleet.await_phase("Ready")
        before, written = fleet.read(), _writes_of_ours(recorder, fleet)
        version = max(int(found["metadata"]["resourceVersion"]) for found in before.values())
        with fleet.kratix(tmp_path / "second", version="v0.2.0", display_name="Virtual cluster") as kratix:
            fleet.await_settled("v0.2.0", "Virtual cluster")
            sidecar.pass_the_hold(*fleet.keys)
            _rests(fleet, sidecar)
            assert kratix.complaints == []
        landed = _writes_of_ours(recorder, fleet)
        # The new display name: in the condition at once, in `message` when the workflow has left that key to us.
        assert max(landed[name] - written[name] for name in landed) <= 2
    for name, found in fleet.read().items():
        status, old = found["status"], before[name]["status"]
        assert status["promiseVersion"] == "v0.2.0"
        assert status["contract"]["displayName"] == "Virtual cluster"
        assert status["health"]["since"] == old["health"]["since"]
        assert status["health"]["readyGeneration"] == 1
        assert ready_of(status) == {**(ready_of(old) or {}), "message": f"Virtual cluster {name} is fully operational"}
        sights = recorder.sights(name, after=version, namespace=fleet.namespace)
        assert {sight.phase for sight in sights} == {"Ready"}
        assert {sight.condition("Ready").get("status") for sight in sights} == {"True"}
