"""Cluster API: Cluster, MachineDeployment, KubeadmControlPlane and the rest. From its contract's documentation.

Since v1beta2 an object says Available; before that it said Ready. Nothing was recorded here.
"""

from typing import Final

from platform_status_contract.model.objects import PausedWhen
from platform_status_contract.sources.objects.standard import KindPreset

__all__ = ["CLUSTER_API"]

CLUSTER_API: Final = KindPreset(
    "cluster-api",
    groups=("cluster.x-k8s.io", ".cluster.x-k8s.io"),
    ready=("Available", "Ready"),
    paused=(PausedWhen("spec.paused", equals=True),),
    paused_by=(("cluster.x-k8s.io/paused", ""),),
    unverified=("ready", "pending", "paused", "deleting", "silent"),
)
