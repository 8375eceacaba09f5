"""`kubectl wait` as docs/using.md shows it: it ends when a request is Ready, never on the Ready of before an edit."""

import os
import shlex
from pathlib import Path

import pytest

from localplane.binaries import find_kubectl
from localplane.client import Client
from localplane.clusters import Cluster

from . import objects
from .conftest import ROOT, RunSidecar
from .kubectl import Kubectl
from .places import Place, Things, ready_of

# The first run on a machine builds kubectl, which takes as long as the machine is slow.
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

READY = "--for=condition=Ready"
LOOKED = "--for=jsonpath={.status.health.observedGeneration}="
MET = "condition met"


@pytest.fixture(scope="session")
def kubectl_binary() -> Path:
    return find_kubectl(os.environ)


@pytest.fixture
def kubectl(kubectl_binary: Path, installed: Cluster, namespace: str, tmp_path: Path) -> Kubectl:
    return Kubectl(kubectl_binary, installed, namespace, tmp_path)


def _target(place: Place) -> str:
    return f"vclusterorchestratorv2/{place.key[1]}"


def _edit(place: Place) -> None:
    """Edit the request, and let Kratix and the pipeline finish with it; Argo CD has not heard of it yet."""
    place.patch({"spec": {"projectName": "edited"}})
    place.patch({"status": {"contract": {"generation": 2}, "observedGeneration": 2}}, subresource="status")


def _deliver_edit(admin: Client, place: Place) -> None:
    admin.patch(
        "argoproj.io/v1alpha1",
        "Application",
        "vcluster-media",
        {"metadata": {"annotations": {objects.ANNOTATION: "2"}}},
        namespace=place.namespace,
    )


def test_the_documented_commands_are_the_ones_that_are_tested_here() -> None:
    lines = [shlex.split(line) for line in (ROOT / "docs/using.md").read_text().splitlines() if "kubectl wait" in line]
    waits = [next(word for word in line if word.startswith("--for=")) for line in lines]
    assert waits == [READY, LOOKED + "$generation", READY]


def test_a_new_request_is_waited_for_until_it_is_ready(place: Place, run: RunSidecar, kubectl: Kubectl) -> None:
    place.put(Things(pods=(True, False)))
    place.ask()
    with run():
        place.await_status("Progressing")
        code, said = kubectl.run("wait", _target(place), READY, "--timeout=2s")
        assert code == 1
        assert "timed out" in said
        waiting = kubectl.start("wait", _target(place), READY, "--timeout=50s")
        place.say_pod("media-1", ready=True)
        code, said = kubectl.end(waiting)
        assert (code, MET in said) == (0, True), said
        assert place.read()["status"]["phase"] == "Ready"


def test_a_broken_one_is_not_ready_and_a_healed_one_is(place: Place, run: RunSidecar, kubectl: Kubectl) -> None:
    place.put(Things())
    place.ask()
    with run():
        place.await_status("Ready")
        place.say_pod("media-1", ready=False)
        broken = kubectl.run("wait", _target(place), "--for=condition=Ready=false", "--timeout=50s")
        assert broken[0] == 0, broken[1]
        assert kubectl.run("wait", _target(place), READY, "--timeout=1s")[0] == 1
        waiting = kubectl.start("wait", _target(place), READY, "--timeout=50s")
        place.say_pod("media-1", ready=True)
        code, said = kubectl.end(waiting)
        assert code == 0, said


def test_after_an_edit_the_two_commands_never_take_the_ready_of_before(
    place: Place, admin: Client, run: RunSidecar, kubectl: Kubectl
) -> None:
    place.put(Things())
    place.ask()
    with run() as sidecar:
        place.await_status("Ready")
        clock = sidecar.clock
    # The sidecar is away just when the edit comes: the worst moment there is.
    place.patch({"spec": {"projectName": "edited"}})
    code, said = kubectl.run("wait", _target(place), READY, "--timeout=1s")
    assert code == 1, f"until Kratix has seen the edit, kubectl itself heeds status.observedGeneration: {said}"
    _edit(place)
    code, said = kubectl.run("wait", _target(place), READY, "--timeout=1s")
    assert code == 0, f"the trap that the first command is for is not there any more: {said}"
    generation = kubectl.run("get", _target(place), "-o", "jsonpath={.metadata.generation}")[1]
    assert generation == "2"
    assert kubectl.run("wait", _target(place), LOOKED + generation, "--timeout=1s")[0] == 1
    looking = kubectl.start("wait", _target(place), LOOKED + generation, "--timeout=50s")
    with run(clock=clock) as sidecar:
        code, said = kubectl.end(looking)
        assert code == 0, said
        ready = ready_of(place.read()["status"])
        assert ready is not None
        assert (ready["status"], ready["reason"]) == ("Unknown", "SpecChanged")
        code, said = kubectl.run("wait", _target(place), READY, "--timeout=2s")
        assert code == 1, f"Ready before the edit is rolled out: {said}"
        waiting = kubectl.start("wait", _target(place), READY, "--timeout=50s")
        _deliver_edit(admin, place)
        admin.wait_for(
            objects.GROUP,
            "VClusterOrchestratorV2",
            place.key[1],
            lambda found: "caughtUp" in found["status"]["health"]["since"],
            namespace=place.namespace,
            timeout=30,
            until="the edit is seen to be rolled out",
        )
        # What was rolled out counts once nothing has been behind for 30 s (row 3 of the phase table).
        sidecar.skip(31, place.key)
        code, said = kubectl.end(waiting)
        assert (code, MET in said) == (0, True), said
        status = place.read()["status"]
        assert (status["phase"], status["health"]["readyGeneration"]) == ("Ready", 2)


def test_phase_can_be_waited_for_as_well_and_deletion(place: Place, run: RunSidecar, kubectl: Kubectl) -> None:
    place.put(Things())
    place.ask()
    with run():
        code, said = kubectl.run("wait", _target(place), "--for=jsonpath={.status.phase}=Ready", "--timeout=50s")
        assert code == 0, said
        leaving = kubectl.start("wait", _target(place), "--for=delete", "--timeout=50s")
        place.delete()
        code, said = kubectl.end(leaving)
        assert code == 0, said
