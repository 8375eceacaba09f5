"""hctl and a sidecar that may not read everything agree.

In a module of its own: a sidecar speaks of every request of the cluster, those on the stage of `test_explain` included.
"""

import secrets

import pytest

from hctl.explain.derive import explain
from localplane.clusters import Cluster
from localplane.plane import ControlPlane
from tests.cluster.truth import places as truth
from tests.cluster.truth.sidecars import running_sidecar
from tests.cluster.truth.test_blindness import _ALL_BUT_PODS, Permissions

from .dumps import dumped

pytestmark = pytest.mark.cluster


def test_a_forbidden_sidecar_and_a_forbidden_reader_agree(kinds: Cluster) -> None:
    """A request whose pods the sidecar may not read is Unknown, and hctl derives the same phase as the same user."""
    if not isinstance(kinds, ControlPlane):
        pytest.skip("only our own control plane makes a kubeconfig for another user")
    namespace = f"explain-{secrets.token_hex(5)}"
    kinds.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    found = truth.Place(kinds.admin, namespace)
    permissions = Permissions(kinds.admin, f"sidecar:{namespace}")
    permissions.set(*_ALL_BUT_PODS)
    kubeconfig = kinds.kubeconfig_for(permissions.user)
    try:
        found.put(truth.Things())
        found.ask()
        with running_sidecar(kubeconfig, namespace) as sidecar:
            status = found.await_status("Unknown", "SourceUnreadable")["status"]
            said = explain(dumped(kubeconfig, found))
            assert said.projection.row == sidecar.rows[found.key] == "8"
            assert (said.projection.phase, said.projection.ready.reason) == (status["phase"], "SourceUnreadable")
            # what the reader may not read is no answer to him; that the sidecar may not either, the status alone says
            assert {found.field for found in said.differences} == {"message", "condition PodsReady"}
    finally:
        found.clear()
        permissions.remove()
        kinds.admin.delete("v1", "Namespace", namespace, missing_ok=True)
