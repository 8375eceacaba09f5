"""One object that somebody made odd on purpose is the trouble of nobody else (an API server takes it as it is)."""

import json

import pytest

from platform_status_contract.observing.sources import Source

from . import objects
from .conftest import RunSidecar
from .places import Place, Things
from .sidecars import Sidecar, eventually

pytestmark = pytest.mark.cluster

LEVELS = 5000
"""Levels of nesting; measured, the API server takes 9900 where a schema preserves unknown fields: Helm values."""

APPLICATIONS = "/apis/argoproj.io/v1alpha1"


def _deep_application(namespace: str) -> bytes:
    found = objects.application(namespace, "deep")
    found["spec"]["source"]["helm"] = {"valuesObject": {"a": "DEEP"}}
    # As text: the json of Python is no hero here either.
    return json.dumps(found).replace('"DEEP"', '{"a":' * LEVELS + "1" + "}" * LEVELS).encode()


def _still_sees(sidecar: Sidecar, place: Place) -> None:
    place.say_application({"health": {"status": "Degraded"}})
    place.await_status("Degraded", "ApplicationDegraded")
    place.say_application({"health": {"status": "Healthy"}})
    place.await_status("Ready", "AllHealthy")
    assert sidecar.app.store.state(Source.APPLICATIONS).failure is None


def test_an_application_nested_deeply_blinds_nobody(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    place.ask()
    path = f"{APPLICATIONS}/namespaces/{place.namespace}/applications"
    try:
        with run() as sidecar:
            place.await_status("Ready")
            # By a watch, and after a restart by a list.
            sidecar.tap.create(path, _deep_application(place.namespace))
            _still_sees(sidecar, place)
        with run() as sidecar:
            eventually(lambda: sidecar.rows.get(place.key) == "3", "row 3 after a restart")
            _still_sees(sidecar, place)
    finally:
        place.admin.delete("argoproj.io/v1alpha1", "Application", "deep", namespace=place.namespace, missing_ok=True)
