"""Selects the cluster: the one in PLATFORM_STATUS_CLUSTER, else a new control plane.

No other setting is used: neither KUBECONFIG nor the kubeconfig in the home folder. Tests create and delete objects
freely, so a cluster must be selected explicitly.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from localplane.clusters import Cluster, existing_cluster
from localplane.plane import ControlPlane

__all__ = ["open_cluster"]


@contextmanager
def open_cluster(environ: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Open the selected cluster for a ``with`` block.

    Args:
        environ: Environment variables; None: those of this process.

    Yields:
        An ExistingCluster, or a started ControlPlane.

    Raises:
        ClusterChoiceError: PLATFORM_STATUS_CLUSTER is not the path of a usable kubeconfig.
        StartError: The new control plane did not start.
    """
    chosen = os.environ if environ is None else environ
    named = chosen.get("PLATFORM_STATUS_CLUSTER", "")
    if named:
        existing = existing_cluster(named)
        try:
            yield existing
        finally:
            existing.close()
    else:
        with ControlPlane(environ=chosen) as plane:
            yield plane
