"""A contract that a tenant writes with his own token looks no further than the platform's policy lets it."""

import json
from typing import Any

import pytest

from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from tests.cluster.rights import grant

from . import objects
from .conftest import RunSidecar
from .places import Place, Things

pytestmark = pytest.mark.cluster

SCOPE = ("{namespace}", "{namespace}--*", "application:{namespace}/vcluster-*", "cluster:{namespace}/{namespace}")
WRITES_STATUSES = {
    "apiGroups": ["platform.integratn.tech"],
    "resources": ["vclusterorchestratorv2s/status"],
    "verbs": ["patch"],
}
WORDS = "what the platform says of its own"
THEIRS = "default"
"""A namespace of somebody else's."""


@pytest.mark.parametrize(
    "reaching",
    [
        {"application": {"name": "platform-root"}},
        {"secrets": [{"role": "kubeconfig", "namespace": THEIRS, "name": "x"}]},
    ],
)
def test_a_contract_that_reaches_beyond_is_invalid_and_tells_nothing(
    installed: Cluster, place: Place, run: RunSidecar, reaching: dict[str, Any]
) -> None:
    assert isinstance(installed, ControlPlane)
    tenant = f"tenant-of-{place.namespace}"
    grant(place.admin, tenant, [WRITES_STATUSES], place.namespace)
    place.put(Things())
    # Whoever names the host cluster's server would be told of this one.
    place.admin.create(objects.application(place.namespace, "platform-root", health="Degraded"))
    place.say_application({"health": {"status": "Degraded", "message": WORDS}}, "platform-root")
    place.ask()
    name = place.key[1]
    kind = ("platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2", name)
    with run(scope=SCOPE):
        place.await_status("Ready")
        written = {"status": {"contract": reaching}}
        installed.client(tenant).patch(*kind, written, namespace=place.namespace, subresource="status")
        status = place.await_status("Unknown", "InvalidContract")["status"]
        assert WORDS not in json.dumps(status)
        assert "lets no request in" in status["message"]
        own = {"status": {"contract": objects.contract(place.namespace)}}
        own["status"]["contract"]["subApplications"]["destination"] |= {"server": None, "names": None}
        place.patch(own, subresource="status")
        place.await_status("Ready")
