"""The real Kratix: what tells it where to write; all else it does by itself, and the journey only waits for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from localplane.client import Client
from localplane.errors import WaitError
from platform_status_world.errors import WorldError
from platform_status_world.promises import PromiseDocument

__all__ = ["RealKratix", "destination", "state_store"]

DESTINATION = "platform-cluster"
_API = "platform.kratix.io/v1alpha1"
_STORE = "default"


def state_store() -> dict[str, Any]:
    """Return the BucketStateStore; address and Secret are those that the store's own manifest makes."""
    return {
        "apiVersion": _API,
        "kind": "BucketStateStore",
        "metadata": {"name": _STORE},
        "spec": {
            "endpoint": "bucket.seaweedfs.svc.cluster.local",
            "insecure": True,
            "bucketName": "kratix",
            "authMethod": "accessKey",
            "secretRef": {"name": "bucket-credentials", "namespace": "default"},
        },
    }


def destination() -> dict[str, Any]:
    """Return the Destination that the Promise's selectors ask for (docs/kratix.md section 1)."""
    return {
        "apiVersion": _API,
        "kind": "Destination",
        "metadata": {"name": DESTINATION, "labels": {"environment": "platform"}},
        "spec": {
            "path": DESTINATION,
            "strictMatchLabels": True,
            "stateStoreRef": {"name": _STORE, "kind": "BucketStateStore"},
        },
    }


_PATIENCE = 300.0
_CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


class RealKratix:
    """Kratix, installed on the cluster.

    Args:
        client: Who applies the Promise.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def complaints(self) -> Sequence[str]:
        """Nothing: what Kratix has to say is in the cluster, in its logs and Events."""
        return ()

    def install(self, document: PromiseDocument) -> None:
        """Apply a Promise and wait until its API is served; its Work is waited for by who delivers it."""
        self._client.apply(document.document, field_manager="user")
        name = document.crd["metadata"]["name"]
        try:
            self._client.wait_for(*_CRD, name, _established, timeout=_PATIENCE, until="Kratix has installed it")
        except WaitError as error:
            raise WorldError(f"Promise {document.name}: {error}") from error


def _established(crd: Mapping[str, Any]) -> bool:
    conditions = crd.get("status", {}).get("conditions") or []
    return any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions)
