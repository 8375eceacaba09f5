"""What goes into the target namespace beside the chart: the namespace itself, and RBAC."""

from typing import Any

from platform_status_contract.model.policy import Defaults
from platform_status_pipeline.vcluster.names import REQUEST_LABEL, Names
from platform_status_pipeline.vcluster.settings import Settings

__all__ = ["kubeconfig_access", "namespace"]

Document = dict[str, Any]


def namespace(names: Names, defaults: Defaults) -> Document:
    """Write the Namespace. It is never pruned: other things may live in it, the request itself may.

    A namespace that is the request's own is shared with other requests, so it gets no label of one of them: two
    writers would take turns for ever.
    """
    labels = names.labels
    if names.target == names.namespace:
        labels = {key: value for key, value in labels.items() if key != REQUEST_LABEL}
        labels["app.kubernetes.io/name"] = names.target
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": names.target,
            "labels": {**defaults.namespace_labels, **labels},
            "annotations": {
                "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
                "argocd.argoproj.io/sync-wave": "-1",
                "kustomize.toolkit.fluxcd.io/prune": "disabled",
            },
        },
    }


def kubeconfig_access(names: Names, settings: Settings) -> list[Document]:
    """Write the Role and the RoleBinding that let the sidecar get exactly one Secret (design.md section 7)."""
    metadata = {"name": f"{names.kubeconfig}-reader", "namespace": names.target, "labels": names.labels}
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": metadata,
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [names.kubeconfig], "verbs": ["get"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
        "subjects": [
            {
                "kind": "ServiceAccount",
                "name": settings.sidecar_account,
                "namespace": settings.sidecar_namespace,
            }
        ],
    }
    return [role, binding]
