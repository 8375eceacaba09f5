"""``hctl ask`` as a person uses it, on a real API server: answers, citations, exit codes, what it will not claim."""

import json
from typing import Any

import jsonschema
import pytest

from platform_status_assistant.ask.documents import schema_text
from tests.cluster.hctl.conftest import kinds, place  # noqa: F401 - fixtures: the world is that of hctl's own tests
from tests.cluster.hctl.world import Place
from tests.unit.hctl.requests import PHASES

pytestmark = pytest.mark.cluster

_SCHEMA = json.loads(schema_text())


def _asked(place: Place, *words: str) -> dict[str, Any]:  # noqa: F811 - a fixture's value
    found: dict[str, Any] = place.asked("ask", "-n", place.namespace, *words)
    jsonschema.validate(found, _SCHEMA)
    return found


def _facts(report: dict[str, Any]) -> dict[str, Any]:
    return {fact["name"]: fact["value"] for fact in report["facts"]}


@pytest.mark.parametrize("phase", list(PHASES))
def test_only_a_ready_request_is_answered_by_yes(place: Place, phase: str) -> None:  # noqa: F811 - a fixture
    name = place.unique("media")
    place.put(name, phase)
    ended = place.run("ask", f"Is my {name} vCluster working?")
    assert ended.stderr == ""
    assert ended.returncode == (0 if phase == "Ready" else 1), ended.stdout
    opening = {"Ready": "Yes, ", "Unknown": "I cannot say: "}.get(phase, "No, ")
    assert ended.stdout.startswith(opening)
    report = _asked(place, "is", name, "ok?")
    assert report["verdict"] == {"Ready": "yes", "Unknown": "unknown"}.get(phase, "no")
    assert _facts(report)["phase"] == phase
    assert report["request"]["name"] == name
    assert all(fact["source"]["resourceVersion"] for fact in report["facts"])


def test_the_answer_of_the_plan(place: Place) -> None:  # noqa: F811 - a fixture
    name = place.unique("media")
    place.put(name, "Ready")
    first = place.run("ask", f"Is my {name} vCluster working?").stdout.splitlines()[0]
    assert first == (
        f"Yes, vcluster {name} is Ready. API endpoint: https://{name}.integratn.tech:443, all 3/3 pods running, "
        "Argo CD synced and healthy."
    )
