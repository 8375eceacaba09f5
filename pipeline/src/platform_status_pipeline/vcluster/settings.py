"""What the platform decides for every request; the Promise gives it by flags or environment."""

from msgspec import Struct

__all__ = ["Settings"]


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
