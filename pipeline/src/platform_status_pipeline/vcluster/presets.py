"""The presets dev and prod; each field of a request overrides only its own default."""

from typing import Final

from msgspec import Struct

from platform_status_contract.model.request import Quantity, Request, ResourceList, Resources, VCluster

__all__ = ["PRESETS", "Preset", "Size", "size_of"]


class Preset(Struct, frozen=True):
    """The defaults of one size.

    Attributes:
        replicas: Control plane replicas.
        requests: CPU and memory that a pod is guaranteed.
        limits: CPU and memory that a pod may use.
        persistent: Whether a volume is claimed.
        volume: Size of the volume, if one is claimed.
        coredns: CoreDNS replicas.
        environment: Environment label of the cluster in Argo CD.
    """

    replicas: int
    requests: tuple[str, str]
    limits: tuple[str, str]
    persistent: bool
    volume: str
    coredns: int
    environment: str


PRESETS: Final[dict[str, Preset]] = {
    "dev": Preset(1, ("200m", "768Mi"), ("1000m", "1536Mi"), False, "5Gi", 1, "development"),  # noqa: FBT003 - a table
    "prod": Preset(3, ("500m", "1Gi"), ("2", "2Gi"), True, "10Gi", 2, "production"),  # noqa: FBT003 - a table
}


class Size(Struct, frozen=True):
    """The size of one virtual cluster, from preset and request.

    Attributes:
        replicas: Control plane replicas.
        requests: Resource name -> quantity, as text.
        limits: Resource name -> quantity, as text.
        persistent: Whether a volume is claimed.
        volume: Size of the volume.
        storage_class: StorageClass of the volume, None for the host cluster's default.
        coredns: CoreDNS replicas.
        environment: Environment label of the cluster in Argo CD.
    """

    replicas: int
    requests: dict[str, str]
    limits: dict[str, str]
    persistent: bool
    volume: str
    storage_class: str | None
    coredns: int
    environment: str


def size_of(request: Request) -> Size:
    """Combine preset and request; an unknown preset, which the schema rejects, counts as dev."""
    vcluster = request.spec.vcluster or VCluster()
    preset = PRESETS.get(vcluster.preset or "", PRESETS["dev"])
    resources, persistence, coredns = vcluster.resources or Resources(), vcluster.persistence, vcluster.coredns
    argocd = request.spec.integrations.argocd if request.spec.integrations else None
    enabled = persistence.enabled if persistence else None
    return Size(
        replicas=_or(vcluster.replicas, preset.replicas),
        requests=_resources(resources.requests, preset.requests),
        limits=_resources(resources.limits, preset.limits),
        persistent=preset.persistent if enabled is None else enabled,
        volume=(persistence.size if persistence else None) or preset.volume,
        storage_class=persistence.storage_class if persistence else None,
        coredns=_or(coredns.replicas if coredns else None, preset.coredns),
        environment=(argocd.environment if argocd else None) or preset.environment,
    )


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _resources(given: ResourceList | None, preset: tuple[str, str]) -> dict[str, str]:
    given = given or ResourceList()
    return {"cpu": _quantity(given.cpu, preset[0]), "memory": _quantity(given.memory, preset[1])}


def _quantity(value: Quantity | None, default: str) -> str:
    return default if value is None else str(value)
