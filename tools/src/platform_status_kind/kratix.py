"""The real Kratix, which does all by itself: the journey only waits for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from localplane.client import Client
from localplane.errors import WaitError
from platform_status_world.errors import WorldError
from platform_status_world.promises import PromiseDocument

__all__ = ["RealKratix"]

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
