"""What dev and prod mean, and how each field of a request overrides its preset alone; quantities, as compared."""

import re
from decimal import Decimal
from typing import Final

from msgspec import Struct

from platform_status_contract.model.request import Quantity, Request, ResourceList, Resources, VCluster

__all__ = ["PRESETS", "Preset", "Size", "amount", "size_of"]

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_UNITS = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
}


def amount(quantity: int | str) -> Decimal | None:
    """Read a quantity.

    Args:
        quantity: For example ``500m``, ``2``, ``1.5Gi``.

    Returns:
        The number of units (cores, bytes), None if it is not a quantity.
    """
    match = _QUANTITY.fullmatch(str(quantity))
    return Decimal(match[1]) * _UNITS[match[2]] if match else None


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
    """The size of one virtual cluster, preset and request put together.

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
    """Put preset and request together; an unknown preset, which the schema refuses, counts as dev."""
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
