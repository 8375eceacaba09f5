"""Kratix' Works and workflows, beside a sidecar that runs: where Works lie, what waits, and for whom."""

from pathlib import Path

import pytest

from kratix_double.requests import PAUSED, SUSPENDED
from localplane.client import Client, Object

from . import objects
from .conftest import RunSidecar
from .places import Place, Things, ready_of
from .sidecars import eventually
from .workflows import Workflow

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

_HOUR = 3600.0
_SETTLED = 31.0
"""Seconds; so long what was rolled out has to stay well until it counts (row 3 of the phase table)."""


@pytest.fixture
def workflow(place: Place, tmp_path: Path) -> Workflow:
    return Workflow(place, tmp_path)


def _says(place: Place, words: str) -> Object:
    """Wait until the message of Ready holds these words, and return the status."""

    def found() -> Object | None:
        status: Object = place.read().get("status", {})
        ready = ready_of(status)
        return status if ready and words in ready["message"] else None

    return eventually(found, f"the message says {words}")


def test_works_of_another_namespace_are_found_by_the_namespace_that_they_name_and_tell_where_the_request_is(
    place: Place, admin: Client, run: RunSidecar
) -> None:
    elsewhere = f"{place.namespace}-pipelines"
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": elsewhere}})
    try:
        place.put(Things(work=False))
        place.ask()
        with run():
            place.await_status("Progressing", "WaitingForWorks")
            made = objects.work(elsewhere, place.namespace)
            made["metadata"]["labels"]["kratix.io/resource-namespace"] = place.namespace
            admin.create(made)
            placed = admin.create(objects.work_placement(elsewhere))
            written = objects.condition("WriteSucceeded", "True", "WorkloadsWrittenToStateStore")
            admin.replace({**placed, "status": {"conditions": [written]}}, subresource="status")
            status = place.await_status("Ready")["status"]
            assert status["destinations"] == [placed["spec"]["targetDestinationName"]]
    finally:
        admin.delete("v1", "Namespace", elsewhere, missing_ok=True)


def test_a_new_work_that_no_destination_takes_is_a_note_for_two_minutes_and_then_bad(
    workflow: Workflow, place: Place, run: RunSidecar
) -> None:
    with workflow.run_by_kratix(workflow.first) as kratix, run() as sidecar:
        place.await_status("Ready")
        kratix.destination.matches = False
        kratix.rerun_all(workflow.both)
        _says(place, "Works not yet written")
        sidecar.skip(60, place.key)
        status = place.read()["status"]
        told = {entry["type"]: (entry["status"], entry["reason"]) for entry in status["conditions"]}
        assert (status["phase"], told["Ready"]) == ("Ready", ("True", "AllHealthy"))
        assert told["WorksReady"] == ("True", "WorksWritten"), "what was written is written"
        sidecar.skip(61, place.key)
        place.await_status("Degraded", "WorksPending")
        kratix.destination.matches = True
        kratix.replace_works()
        place.await_status("Ready")


def test_a_workflow_that_goes_on_by_itself_waits_for_nobody(workflow: Workflow, place: Place, run: RunSidecar) -> None:
    workflow.control |= {"retryAfter": "5s", "message": "the registry is not up"}
    with workflow.run_by_kratix(*workflow.both), run():
        status = _says(place, "it tries again by itself at")
        ready = ready_of(status)
        assert ready is not None
        # Kratix labels it like one that waits for a person
        assert (status["phase"], ready["reason"]) == ("Progressing", "WaitingForWorkflow")
        assert "the registry is not up" in ready["message"]
        workflow.control.clear()
        place.await_status("Ready")


def test_an_edit_whose_second_pipeline_waits_for_a_person_is_not_ready(
    workflow: Workflow, place: Place, run: RunSidecar
) -> None:
    with workflow.run_by_kratix(*workflow.both), run() as sidecar:
        place.await_status("Ready")
        workflow.control |= {"suspend": True, "message": "needs an approval"}
        workflow.edit()
        status = place.await_status("Progressing", "WorkflowSuspended")["status"]
        ready = ready_of(status)
        assert ready is not None
        assert (ready["status"], status["contract"]["generation"]) == ("Unknown", 2)
        assert "needs an approval" in ready["message"]
        sidecar.skip(_HOUR, place.key)
        place.await_status("Progressing", "WorkflowSuspended")
        workflow.control.clear()
        workflow.label(SUSPENDED, None)
        status = place.await_status("Ready")["status"]
        assert status["health"]["readyGeneration"] == 2


def test_an_edit_of_a_paused_request_says_what_keeps_kratix_from_it(
    workflow: Workflow, place: Place, run: RunSidecar
) -> None:
    with workflow.run_by_kratix(workflow.first), run() as sidecar:
        place.await_status("Ready")
        workflow.label(PAUSED, "true")
        sidecar.poke(place.key)
        place.await_status("Ready")
        workflow.edit()
        place.await_status("Progressing", "WorkflowSuspended")
        _says(place, PAUSED)
        workflow.label(PAUSED, None)
        eventually(lambda: place.read()["status"]["contract"]["generation"] == 2, "the edit is resolved")
        place.await_status("Progressing", "SpecChanged")
        sidecar.skip(_SETTLED, place.key)
        place.await_status("Ready")
