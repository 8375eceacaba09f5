"""Writing beside others: their conditions and keys survive, and a conflict loses nothing of anybody (section 6)."""

import json
from collections.abc import Callable

import pytest

from localplane.client import Object

from . import objects
from .conftest import RunSidecar
from .places import OWNED, Past, Place, Things, ready_of
from .sidecars import Sidecar, eventually

pytestmark = pytest.mark.cluster

ODD = 'text with "quotes", a \\ and snow \u2603, and <&> as Go escapes them'
OURS = ("phase", "message", "lastReconciled", "destinations", "health", "conditions")


def _crowded(place: Place) -> Object:
    """A status in which everybody has written something, in an order that nobody would choose."""
    status = place.status_of(Past())
    foreign = objects.condition
    status["conditions"] = [
        foreign("WorksSucceeded", "Unknown", "WorksPending", "Pending"),
        foreign("example.org/Backup", "False", "Never", ODD),
        foreign("Ready", "False", "WaitingForWorkflow", "of an older reconciler"),
        objects.workflow_condition("completed"),
        {"type": "example.org/Bare", "status": "True"},
        foreign("PodsReady", "False", "NoPods"),
        foreign("Reconciled", "False", "ConditionsNotMet", ODD),
        foreign("PromiseAvailable", "True", "PromiseAvailable", ""),
        foreign("Ready/Not", "True", "LooksLikeOurs"),
    ]
    return status | {
        "endpoints": {"api": "https://media.example.org:443"},
        "credentials": {"kubeconfigSecret": "media-kubeconfig"},
        "problems": [],
        "workflows": 1,
        "workflowsSucceeded": 1,
        "workflowsFailed": 0,
        "promiseVersion": "v0.1.0",
        "resourceBindingVersion": "latest",
        "lastSuccessfulConfigureWorkflowTime": objects.ago(3600),
        "kratix": {"workflows": {"pipelines": [{"name": "configure", "phase": "Succeeded", "attempts": 1}]}},
        "healthStatus": {"state": "ready", "empty": {}, "list": [1, 2.5, True, "x"]},
        "somebodyElse": ODD,
    }


def _foreign(found: Object) -> tuple[str, str]:
    """Conditions that are not the sidecar's, in order, and keys that are not: as text, so equal means equal bytes."""
    status = found["status"]
    conditions = [entry for entry in status["conditions"] if entry["type"] not in OWNED]
    return json.dumps(conditions), json.dumps({key: value for key, value in status.items() if key not in OURS})


def test_foreign_conditions_and_keys_survive_a_life_byte_for_byte_and_in_order(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    before = _foreign(place.say(_crowded(place)))

    def edit(contract: object) -> None:
        place.patch({"status": {"contract": contract}}, subresource="status")

    steps: list[tuple[Callable[[], object], str, str]] = [
        (lambda: None, "Ready", "AllHealthy"),
        (lambda: place.say_pod("media-0", ready=False), "Degraded", "PodsNotReady"),
        (lambda: place.say_pod("media-0", ready=True), "Ready", "AllHealthy"),
        (lambda: place.say_application({"health": {"status": "Degraded"}}), "Degraded", "ApplicationDegraded"),
        (lambda: place.say_application({"health": {"status": "Suspended"}}), "Degraded", "Paused"),
        (lambda: place.say_application({"health": {"status": "Healthy"}}), "Ready", "AllHealthy"),
        (lambda: edit({"works": False}), "Ready", "AllHealthy"),
        (lambda: edit({"version": "v2"}), "Unknown", "InvalidContract"),
    ]
    orders = []
    with run() as sidecar:
        for change, phase, reason in steps:
            change()
            found = place.await_status(phase, reason)
            sidecar.poke(place.key)
            found = place.read()
            orders.append([entry["type"] for entry in found["status"]["conditions"]])
            before_contract, after_contract = (_without_contract(text) for text in (before[1], _foreign(found)[1]))
            assert _foreign(found)[0] == before[0], f"conditions of others after {phase}, {reason}"
            assert after_contract == before_contract, f"keys of others after {phase}, {reason}"
        assert sidecar.writes(place.key) >= len(steps)
    first = orders[0]
    assert first[2] == "Ready", "a condition of ours stays where it was"
    assert first[5] == "PodsReady", "a condition of ours stays where it was"
    assert all(order == first for order in orders[:6]), "no transition reorders anything"
    assert orders[6] == [kind for kind in first if kind != "WorksReady"], "what is observed no more is taken out"
    assert orders[7] == orders[6], "a contract that cannot be read makes them Unknown, and takes none out"


def _without_contract(keys: str) -> str:
    # The test itself edits the contract, as the pipeline would.
    return json.dumps({key: value for key, value in json.loads(keys).items() if key != "contract"})


def _interfere(sidecar: Sidecar, place: Place, times: int, write: Callable[[int], object]) -> None:
    """Be faster than the sidecar the next few times that it writes this request's status."""
    done: list[str] = []

    def before_patch(path: str) -> None:
        # The Lease of the sidecar lies in the same namespace and is renewed by a thread of its own.
        if path.endswith(f"/{place.key[1]}/status") and len(done) < times:
            write(len(done) + 1)  # should it fail on a busy machine, the next attempt of the sidecar is the one
            done.append(path)

    sidecar.tap.before_patch = before_patch


@pytest.mark.parametrize("times", [1, 4, 6])
def test_a_conflict_is_redone_from_a_fresh_read_and_nothing_is_lost(place: Place, run: RunSidecar, times: int) -> None:
    place.put(Things())
    place.ask()

    def write(number: int) -> None:
        # As Kratix writes: a PUT of the whole status, a condition and a key more than before.
        status = place.read()["status"]
        more = objects.condition(f"example.org/Number{number}", "True", "Written", ODD)
        place.say({**status, "conditions": [more, *status["conditions"]], f"number{number}": number})

    with run() as sidecar:
        place.await_status("Ready")
        _interfere(sidecar, place, times, write)
        place.say_pod("media-1", ready=False)
        # More than five conflicts in one go, and the sidecar waits for its turn: time passes.
        found = _pushed(sidecar, place, "Degraded") if times > 5 else place.await_status("Degraded")
        sidecar.tap.before_patch = lambda _path: None
        status = found["status"]
        numbered = [entry for entry in status["conditions"] if entry["type"].startswith("example.org/Number")]
        assert [entry["type"] for entry in numbered] == [f"example.org/Number{n}" for n in range(times, 0, -1)]
        assert all(entry["message"] == ODD for entry in numbered)
        assert [status[f"number{n}"] for n in range(1, times + 1)] == list(range(1, times + 1))
        assert sidecar.writes(place.key) == 1 + times + 1
        assert {entry["type"] for entry in status["conditions"]} >= set(OWNED)
        assert status["health"]["workloads"] == {"ready": 1, "total": 2, "summary": "1/2"}


def _pushed(sidecar: Sidecar, place: Place, phase: str) -> Object:
    # it may have been written before we look for the first time: nothing is pushed then
    while (found := place.read())["status"]["phase"] != phase:
        sidecar.skip(61, place.key)
    return found


def test_a_contract_that_changes_between_read_and_write_is_the_one_that_counts(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    with run() as sidecar:
        place.await_status("Ready")
        _interfere(sidecar, place, 1, lambda _number: place.patch({"status": {"contract": None}}, subresource="status"))
        place.say_pod("media-1", ready=False)
        status = place.await_status("Unknown", "NoContract")["status"]
        assert "workloads" not in status["health"]
        assert sidecar.writes(place.key) == 3


def test_a_request_that_becomes_a_dry_run_between_read_and_write_is_left_alone(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    with run() as sidecar:
        before = place.await_status("Ready")["status"]
        _interfere(
            sidecar,
            place,
            1,
            lambda _number: place.patch({"metadata": {"labels": {"kratix.io/dry-run": "true"}}}),
        )
        place.say_pod("media-1", ready=False)
        eventually(lambda: sidecar.writes(place.key) >= 2, "the write that meets the conflict")
        eventually(lambda: place.key not in dict(sidecar.app.outcomes.outcomes()), "the request is forgotten")
        assert place.read()["status"] == before


def test_a_request_that_goes_between_read_and_write_is_told_to_be_deleting(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    place.patch({"metadata": {"finalizers": ["example.org/hold"]}})
    with run() as sidecar:
        place.await_status("Ready")
        _interfere(
            sidecar,
            place,
            1,
            lambda _number: place.delete(),
        )
        place.say_pod("media-1", ready=False)
        sidecar.concluded(place.key, "1")
        sidecar.pass_the_hold(place.key)
        status = place.await_status("Deleting")["status"]
        ready = ready_of(status)
        assert ready is not None
        assert (ready["status"], ready["reason"]) == ("False", "Deleting")
