"""A contract for a newer sidecar: whatever key it does not know is told, and nothing that it knew is lost meanwhile."""

from collections.abc import Mapping

import pytest

from tests.newer import KEY, newer, places

from .conftest import RunSidecar
from .places import OWNED, Past, Place, Things, ready_of
from .test_objects import declared

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

_SERVER = {
    "name": "server",
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "resource": "statefulsets",
    "scope": "Namespaced",
    "ready": {"exists": True},
    "paused": {"field": "spec.paused", "equals": True},
}


def _statuses(status: Mapping[str, list[Mapping[str, str]]]) -> dict[str, str]:
    """Of our conditions."""
    ours = (*OWNED, "ServerReady")
    return {entry["type"]: entry["status"] for entry in status["conditions"] if entry["type"] in ours}


def test_an_unknown_key_at_any_depth_is_told_and_ready_comes_back_without_it(place: Place, run: RunSidecar) -> None:
    server = {**_SERVER, "namespace": place.namespace, "object": "vcluster-media"}
    place.put(Things())
    place.ask(Past(contract={"objects": [server], "thresholds": {"failedAfterSeconds": 900}}))
    with run(kinds=declared(_SERVER)) as sidecar:
        before = place.await_status("Ready")["status"]
        conditions = _statuses(before)
        assert set(conditions.values()) == {"True"}
        depths = list(places(before["contract"]))
        assert len(depths) > 12
        for path in depths:
            place.resolve(newer(before["contract"], path))
            status = place.await_status("Unknown", "InvalidContract")["status"]
            ready = ready_of(status)
            assert ready is not None
            assert KEY in ready["message"]
            assert "update the sidecar's image" in ready["message"]
            assert _statuses(status) == dict.fromkeys(conditions, "Unknown")
            assert status["health"] == before["health"], "timers, firstReady and numbers"
            place.resolve(before["contract"])
            status = place.await_status("Ready")["status"]
            assert _statuses(status) == conditions
            assert status["health"] == before["health"]
        assert sidecar.writes(place.key) == 1 + 2 * len(depths)
