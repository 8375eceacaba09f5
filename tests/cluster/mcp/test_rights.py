"""The role of docs/mcp: enough for every tool, and nothing but reading."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hctl.session import Session
from localplane.client import Client
from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from platform_status_assistant.mcp.tools import (
    diagnosis_document,
    explanation_document,
    list_document,
    status_document,
)
from tests.cluster.hctl.conftest import kinds, place
from tests.cluster.hctl.world import Place
from tests.cluster.rights import grant

__all__ = ["kinds", "place"]

pytestmark = pytest.mark.cluster

DOCS = Path(__file__).parents[3] / "docs" / "mcp"


def _documents(name: str) -> dict[str, Any]:
    return {found["kind"]: found for found in yaml.safe_load_all((DOCS / name).read_text())}


def test_the_role_reads_and_knows_no_secrets() -> None:
    rules = _documents("rbac.yaml")["ClusterRole"]["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list"}
    assert not [rule for rule in rules if "secrets" in rule["resources"] or "*" in rule["apiGroups"]]
    wide = [rule["apiGroups"] for rule in rules if "*" in rule["resources"]]
    assert wide == [["platform.integratn.tech"]]


def test_with_the_role_every_tool_answers(kinds: Cluster, place: Place, admin: Client) -> None:
    assert isinstance(kinds, ControlPlane)
    user = place.unique("mcp")
    grant(admin, user, _documents("rbac.yaml")["ClusterRole"]["rules"])
    name = place.unique("media")
    place.put(name, "Degraded")
    session = Session(("", place.namespace, str(kinds.kubeconfig_for(user, namespace=place.namespace))))
    found, missing = list_document(session)
    assert missing == ()
    assert name in [entry["request"]["name"] for entry in found["items"]]
    assert status_document(session, name)["freshness"]["state"] == "fresh"
    assert explanation_document(session, name)["status"]["phase"] == "Degraded"
    unread = [look for look in diagnosis_document(session, name)["looks"] if "you may not read" in look["summary"]]
    assert [look["title"] for look in unread] == ["Secret"]


def test_the_server_accepts_the_manifests(admin: Client) -> None:
    deployment = _documents("deployment.yaml")["Deployment"]
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert deployment["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True
    account = _documents("rbac.yaml")["ServiceAccount"]
    assert deployment["metadata"]["namespace"] == account["metadata"]["namespace"]
    assert deployment["spec"]["template"]["spec"]["serviceAccountName"] == account["metadata"]["name"]
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": account["metadata"]["namespace"]}})
    for found in (account, deployment):
        assert admin.apply(found)["metadata"]["uid"]
