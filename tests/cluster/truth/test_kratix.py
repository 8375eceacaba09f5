"""Works of a pipeline that runs in a namespace of its own, and where Kratix has placed the request."""

import pytest

from localplane.client import Client

from . import objects
from .conftest import RunSidecar
from .places import Place, Things

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]


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
