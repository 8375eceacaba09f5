"""A tenant who may write the status of its own request cannot have others look where it may not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hctl.cluster.connection import NAMESPACE_VARIABLE
from hctl.cluster.transport import ClusterReader
from hctl.session import Session
from localplane.client import Client
from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from platform_status_assistant.mcp.tools import diagnosis_document, explanation_document
from tests.cluster.rights import grant
from tests.unit.hctl.requests import contract

from .test_diagnose import _CRASHING, _contract, _put, _put_pod
from .world import KIND, Place

pytestmark = pytest.mark.cluster

RESOURCE = "vclusterorchestratorv2s.platform.integratn.tech"
MAY_WRITE_STATUSES = {
    "apiGroups": ["platform.integratn.tech"],
    "resources": ["vclusterorchestratorv2s/status"],
    "verbs": ["patch"],
}


@pytest.fixture
def victim(admin: Client, place: Place) -> Iterator[Place]:
    """The namespace of somebody else, with a pod that crashes."""
    name = place.unique("victim")
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    found = Place(admin, name, place.kubeconfig)
    _put_pod(found, "theirs", "theirs-0", **_CRASHING)
    yield found
    admin.delete("v1", "Namespace", name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every path that hctl and the MCP server ask the API server for."""
    paths: list[str] = []

    def recorded(real: Callable[..., Any]) -> Callable[..., Any]:
        def ask(transport: ClusterReader, path: str, *words: Any, **further: Any) -> Any:  # noqa: ANN401 - any of three
            paths.append(path)
            return real(transport, path, *words, **further)

        return ask

    for name in ("get", "text", "page"):
        monkeypatch.setattr(ClusterReader, name, recorded(getattr(ClusterReader, name)))
    return paths


def test_a_contract_that_a_tenant_patched_in_shows_nothing_of_others(
    kinds: Cluster, place: Place, victim: Place, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(kinds, ControlPlane)
    monkeypatch.setenv(NAMESPACE_VARIABLE, place.namespace)
    name = _put(place)
    _put_pod(place, name, "media-0")
    tenant = place.unique("tenant")
    grant(place.admin, tenant, [MAY_WRITE_STATUSES], place.namespace)
    reaching = {
        **_contract(place, name),
        "workloads": {**contract(victim.namespace, name)["workloads"], "selector": None, "controllers": None},
        "generation": 1,
    }
    # The Lease is named by the status: to name another one frees nobody of the scope.
    reporter = {"lease": f"{victim.namespace}/none", "version": "0.1.0"}
    patch = {"status": {"contract": reaching, "health": {"reporter": reporter}}}
    kinds.client(tenant).patch(*KIND, name, patch, namespace=place.namespace, subresource="status")
    session = Session(("", place.namespace, str(place.kubeconfig)))
    theirs = f"/namespaces/{victim.namespace}/"

    free = diagnosis_document(session, f"vco/{name}")
    assert "theirs-0" in json.dumps(free), "without a policy a contract looks anywhere"
    assert any("/theirs-0/log" in path for path in asked)

    place.admin.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"namespace": place.namespace, "name": RESOURCE},
            "data": {"scope": '["{namespace}", "{namespace}--*", "application:*", "cluster:*"]', "objects": ""},
        }
    )
    asked.clear()
    told = [diagnosis_document(session, f"vco/{name}"), explanation_document(session, f"vco/{name}")]
    assert [path for path in asked if theirs in path and "/leases/" not in path] == []
    assert "theirs-0" not in json.dumps(told)
    assert "InvalidContract" in json.dumps(told[0])
    assert "InvalidContract" in json.dumps(told[1])
    further = {NAMESPACE_VARIABLE: place.namespace}
    for words in (("explain",), ("diagnose",), ("dump",), ("dump", "--full")):
        ended = place.run(*words, f"vco/{name}", **further)
        assert ended.returncode in (0, 1, 4), ended.stderr
        assert "theirs-0" not in ended.stdout, words
    assert "InvalidContract" in place.run("explain", f"vco/{name}", **further).stdout

    own = {"status": {"contract": _contract(place, name)}}
    kinds.client(tenant).patch(*KIND, name, own, namespace=place.namespace, subresource="status")
    within = json.dumps(explanation_document(session, f"vco/{name}"))
    assert "InvalidContract" not in within
    assert "media-0" in within
