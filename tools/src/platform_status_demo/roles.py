"""The sidecar's own identity, and the least that it may do: read from the Promise's own manifest."""

from pathlib import Path
from typing import Any

import yaml

__all__ = ["ACCOUNT", "LEASE", "MANIFEST", "NAMESPACE", "USER", "rights"]

NAMESPACE = "platform-status-system"
ACCOUNT = "platform-status-sidecar"
USER = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"
LEASE = f"{NAMESPACE}/vcluster-orchestrator-v2"
MANIFEST = "promise/sidecar/rbac.yaml"


def rights(root: Path) -> list[dict[str, Any]]:
    """Return namespace, ServiceAccount, roles and bindings; no Secret is in them, each request brings its own Role.

    Args:
        root: The checkout.
    """
    return [document for document in yaml.safe_load_all((root / MANIFEST).read_text()) if document]
