"""Every name in a plan: those derived from a request, as in the contract template, and those of platform parts."""

import hashlib
from typing import Final

from msgspec import Struct

from platform_status_contract.model.request import Request

__all__ = ["GENERATION_ANNOTATION", "RECONCILE_ANNOTATION", "REQUEST_LABEL", "Names", "Settings", "names_of"]

GENERATION_ANNOTATION: Final = "platform.integratn.tech/request-generation"
"""Annotation on the Application: the generation of the request that it was written for."""

RECONCILE_ANNOTATION: Final = "platform.integratn.tech/reconcile-at"
"""Annotation on the request: a new value changes the name of the sync Job, so that it runs again."""

REQUEST_LABEL: Final = "platform.integratn.tech/request"
"""Label on every document: metadata.name of the request."""


class Settings(Struct, frozen=True):
    """Where the platform's own parts live.

    Attributes:
        argocd_namespace: Namespace of Argo CD.
        sidecar_namespace: Namespace of the sidecar.
        sidecar_account: ServiceAccount of the sidecar, as the container `sidecar` names it; it may read the kubeconfig
            Secret's metadata.
    """

    argocd_namespace: str = "argocd"
    sidecar_namespace: str = "platform-status-system"
    sidecar_account: str = "vcluster-orchestrator-v2-status"


class Names(Struct, frozen=True):
    """The names of one request.

    Attributes:
        name: spec.name, also the name of the Helm release: the chart uses it for its workload, its Service and the
            label ``release`` of its pods.
        request: metadata.name.
        namespace: Namespace of the request and of the sub-requests.
        target: Namespace of the virtual cluster.
        project: Argo CD project.
        application: Argo CD Application.
        kubeconfig: Secret that holds the kubeconfig, and the item of 1Password.
        registration: The cluster registration.
        sync_job: The Job that reads the kubeconfig.
    """

    name: str
    request: str
    namespace: str
    target: str
    project: str
    application: str
    kubeconfig: str
    registration: str
    sync_job: str

    @property
    def labels(self) -> dict[str, str]:
        """The labels of every document.

        Never ``kratix.io/promise-name``: Kratix deletes Roles with that label together with the Promise (kratix.md 1).
        """
        return {
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/managed-by": "kratix",
            REQUEST_LABEL: self.request,
        }


def names_of(request: Request) -> Names:
    """Derive the names of a request that has a name and a namespace."""
    name, namespace = request.spec.name, request.metadata.namespace or ""
    stamp = (request.metadata.annotations or {}).get(RECONCILE_ANNOTATION, "")
    suffix = "-" + hashlib.sha256(stamp.encode("utf-8", "surrogatepass")).hexdigest()[:8] if stamp else ""
    return Names(
        name=name,
        request=request.metadata.name or "",
        namespace=namespace,
        target=request.spec.target_namespace or namespace,
        project=request.spec.project_name or f"vcluster-{name}",
        application=f"vcluster-{name}",
        kubeconfig=f"vcluster-{name}-kubeconfig",
        registration=f"{name}-cluster-registration",
        sync_job=f"{name}-sync{suffix}",
    )
