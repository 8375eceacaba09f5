"""What a tool will answer with conforms to the published schemas, from a real API server."""

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from hctl.documents.reports import schema_text
from hctl.errors import UsageError
from hctl.session import Session
from platform_status_assistant.mcp.tools import (
    diagnosis_document,
    explanation_document,
    list_document,
    status_document,
)
from tests.cluster.hctl.conftest import kinds, place
from tests.cluster.hctl.world import Place

__all__ = ["kinds", "place"]

pytestmark = pytest.mark.cluster

ONE: dict[str, Callable[[Session, str], Any]] = {
    "status": status_document,
    "explanation": explanation_document,
    "diagnosis": diagnosis_document,
}


def _session(place: Place) -> Session:
    return Session(("", place.namespace, str(place.kubeconfig)))


@pytest.mark.parametrize("phase", ["Ready", "Degraded"])
@pytest.mark.parametrize("document", sorted(ONE))
def test_a_document_about_one_request_conforms_to_its_schema(place: Place, document: str, phase: str) -> None:
    name = place.unique("media")
    place.put(name, phase)
    said = ONE[document](_session(place), name)
    jsonschema.validate(said, json.loads(schema_text(document)))
    assert name in json.dumps(said)


SPOKEN = {"status": "status", "explanation": "explain", "diagnosis": "diagnose"}
PASSING = {"now", "lastCheck", "ageSeconds", "inSeconds"}
DURATION = re.compile(r"\b(?:\d+[smhd])+\b")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


@pytest.mark.parametrize("document", sorted(ONE))
def test_a_tool_and_a_command_say_the_same(place: Place, document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(place.kubeconfig))
    name = place.unique("media")
    place.put(name, "Degraded")
    by_command = place.run(SPOKEN[document], name, "-n", place.namespace, "-o", "json")
    by_tool = ONE[document](Session(("", place.namespace, "")), name)
    assert _lasting(by_tool) == _lasting(json.loads(by_command.stdout))


def test_the_tool_and_the_command_list_the_same(place: Place) -> None:
    for phase in ("Ready", "Degraded", "Failed"):
        place.put(place.unique(phase.lower()), phase)
    said, _ = list_document(_session(place))
    assert len(said["items"]) == 3
    by_command = place.run("list", "-n", place.namespace, "-o", "json")
    assert _lasting(said) == _lasting(json.loads(by_command.stdout))


def _lasting(found: Any) -> Any:  # noqa: ANN401 - JSON
    """A document without what differs between two moments: ages, times counted from now, and the Lease."""
    if isinstance(found, dict):
        return {key: _lasting(value) for key, value in found.items() if key not in PASSING}
    if isinstance(found, str):
        return DURATION.sub("a while", MOMENT.sub("a moment", found))
    return [_lasting(value) for value in found] if isinstance(found, list) else found


def test_a_list_conforms_to_its_schema_and_can_leave_out_what_is_well(place: Place) -> None:
    well, ill = place.unique("well"), place.unique("ill")
    place.put(well, "Ready")
    place.put(ill, "Degraded")
    for problems in (False, True):
        said, missing = list_document(_session(place), problems=problems)
        assert missing == ()
        jsonschema.validate(said, json.loads(schema_text("list")))
        assert ill in json.dumps(said)
        assert (well in json.dumps(said)) is not problems


@pytest.mark.parametrize("document", sorted(ONE))
def test_an_unknown_name_is_one_clear_line(place: Place, document: str) -> None:
    place.put(place.unique("media"), "Ready")
    with pytest.raises(UsageError, match="absent"):
        ONE[document](_session(place), "absent")
