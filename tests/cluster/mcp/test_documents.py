"""What a tool will answer with conforms to the published schemas, from a real API server."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from hctl.documents.schemas import schema_text
from hctl.errors import UsageError
from hctl.session import Session
from platform_status_assistant.mcp.documents import (
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
