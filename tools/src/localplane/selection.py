"""Which cluster to use: the one that PLATFORM_STATUS_CLUSTER names, else a control plane of our own.

Nothing else is ever taken: not KUBECONFIG, not the kubeconfig in the home folder. Tests create and delete what they
like, so a cluster must be named for just this purpose.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from localplane.clusters import Cluster, existing_cluster
from localplane.plane import ControlPlane

__all__ = ["open_cluster"]


@contextmanager
def open_cluster(environ: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Open the chosen cluster for the length of a ``with`` block.

    Args:
        environ: Environment variables; None takes this process's own.

    Yields:
        An ExistingCluster, or a ControlPlane that has been started.

    Raises:
        ClusterChoiceError: If PLATFORM_STATUS_CLUSTER names no usable kubeconfig.
        StartError: If our own control plane does not start.
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
