"""What was written for another request tells nothing of this one."""

import json

import pytest

from platform_status_contract.model.vocabulary import OWNER_ANNOTATION

from .conftest import RunSidecar
from .objects import condition
from .places import Past, Place, Things
from .test_objects import GROUP, NOTHING, QUEUE, Operators, declared, names, operators

pytestmark = pytest.mark.cluster

__all__ = ["operators"]


def _own(place: Place, owner: str | None, api: str, kind: str, name: str) -> None:
    patch = {"metadata": {"annotations": {OWNER_ANNOTATION: owner}}}
    place.admin.patch(api, kind, name, patch, namespace=place.namespace)


@pytest.mark.parametrize("name", ["vcluster-media", "media-inner"])
def test_an_application_counts_until_it_names_another_request(place: Place, run: RunSidecar, name: str) -> None:
    application = ("argoproj.io/v1alpha1", "Application", name)
    place.put(Things())
    _own(place, "/".join(place.key), *application)
    place.ask()
    with run():
        place.await_status("Ready")
        place.say_application({"health": {"status": "Degraded", "message": "of somebody else"}}, name)
        _own(place, f"{place.namespace}/theirs", *application)
        status = place.await_status("Degraded", "NotOurs")["status"]
        assert "of somebody else" not in json.dumps(status)
        assert "theirs" not in json.dumps(status)
        if name == "vcluster-media":
            assert status["health"]["argocd"]["healthStatus"] == "Unknown"
        else:
            assert status["health"]["subApps"]["total"] == 0
            assert name not in json.dumps(status)
        place.say_application({"health": {"status": "Healthy", "message": ""}}, name)
        _own(place, None, *application)
        place.await_status("Ready")


def test_a_secret_of_another_request_is_no_kubeconfig_of_this_one(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    _own(place, f"{place.namespace}/theirs", "v1", "Secret", "media-kubeconfig")
    place.ask()
    with run():
        status = place.await_status("Progressing", "NotOurs")["status"]
        assert "theirs" not in json.dumps(status)


def test_an_object_counts_until_it_names_another_request(place: Place, run: RunSidecar, operators: Operators) -> None:
    operators.install("Queue")
    operators.make("Queue", "media", {"conditions": [condition("Ready", "True", "Up")]})
    place.ask(Past(contract={**NOTHING, "objects": [names(QUEUE, place.namespace)]}))
    with run(kinds=declared(QUEUE)):
        place.await_status("Ready")
        operators.say("Queue", "media", {"conditions": [condition("Ready", "False", "Down", "of somebody else")]})
        _own(place, f"{place.namespace}/theirs", f"{GROUP}/v1", "Queue", "media")
        assert "of somebody else" not in json.dumps(place.await_status("Degraded", "NotOurs")["status"])
        operators.say("Queue", "media", {"conditions": [condition("Ready", "True", "Up")]})
        _own(place, "/".join(place.key), f"{GROUP}/v1", "Queue", "media")
        place.await_status("Ready")
