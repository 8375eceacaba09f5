"""CloudNativePG: Cluster, Pooler and the rest. From its API's documentation; nothing was recorded here.

A cluster that is hibernated, or whose reconciliation is switched off, is paused by an annotation.
"""

from typing import Final

from platform_status_contract.sources.objects.standard import KindPreset

__all__ = ["CLOUDNATIVE_PG"]

CLOUDNATIVE_PG: Final = KindPreset(
    "cloudnative-pg",
    groups=("postgresql.cnpg.io",),
    kinds=("Cluster",),
    paused_by=(("cnpg.io/hibernation", "on"), ("cnpg.io/reconciliationLoop", "disabled")),
    unverified=("ready", "pending", "paused", "deleting", "silent"),
)
