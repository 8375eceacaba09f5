"""The sidecar's ServiceAccount and its minimal rights, as the pipeline renders them for a Promise."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from platform_status_pipeline.kratix.folders import read_documents, read_mapping
from platform_status_pipeline.promise.facts import read_promise
from platform_status_pipeline.promise.manifests import SidecarOptions, account_of, render_sidecar

__all__ = [
    "ACCOUNT",
    "LEASE",
    "NAMESPACE",
    "PARTS",
    "PROMISE",
    "PROMISE_FILE",
    "USER",
    "manifests",
    "rights",
    "rights_among",
]

PROMISE = "vcluster-orchestrator-v2"
NAMESPACE = "platform-status-system"
ACCOUNT = account_of(PROMISE)
USER = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"
LEASE = f"{NAMESPACE}/{PROMISE}"
PROMISE_FILE = "promise/promise.yaml"
PARTS = "promise/sidecar"

_NOBODYS = SidecarOptions()
_RIGHTS = frozenset({"Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})


def manifests(root: Path, options: SidecarOptions = _NOBODYS) -> list[dict[str, Any]]:
    """Return the output of the Promise's container `sidecar`.

    Args:
        root: The checkout.
        options: The options of the platform.
    """
    files = render_sidecar(read_documents(root / PARTS), read_promise(read_mapping(root / PROMISE_FILE)), options)
    return [document for documents in files.values() for document in documents]


def rights(root: Path, options: SidecarOptions = _NOBODYS) -> list[dict[str, Any]]:
    """Return namespace, ServiceAccount, roles and bindings; without Secrets, for which each request has its own Role.

    Args:
        root: The checkout.
        options: The options of the platform.
    """
    return rights_among(manifests(root, options))


def rights_among(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the namespace, first, and the RBAC objects."""
    found = [document for document in documents if document["kind"] in _RIGHTS]
    return sorted(found, key=lambda document: document["kind"] != "Namespace")
