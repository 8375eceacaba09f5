"""An Application that was written for another request tells nothing of this one."""

import json

import pytest

from platform_status_contract.model.vocabulary import OWNER_ANNOTATION

from .conftest import RunSidecar
from .places import Place, Things

pytestmark = pytest.mark.cluster


def _own(place: Place, owner: str | None) -> None:
    patch = {"metadata": {"annotations": {OWNER_ANNOTATION: owner}}}
    place.admin.patch("argoproj.io/v1alpha1", "Application", "vcluster-media", patch, namespace=place.namespace)


def test_an_application_counts_until_it_names_another_request(place: Place, run: RunSidecar) -> None:
    place.put(Things())
    _own(place, "/".join(place.key))
    place.ask()
    with run():
        place.await_status("Ready")
        place.say_application({"health": {"status": "Degraded", "message": "of somebody else"}})
        _own(place, f"{place.namespace}/theirs")
        status = place.await_status("Degraded", "NotOurs")["status"]
        assert "of somebody else" not in json.dumps(status)
        assert status["health"]["argocd"]["healthStatus"] == "Unknown"
        place.say_application({"health": {"status": "Healthy", "message": ""}})
        _own(place, None)
        place.await_status("Ready")
