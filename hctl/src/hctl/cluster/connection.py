"""Selects the cluster from the command line and the environment; `platform_status_kube` reads the kubeconfig."""

import os
from pathlib import Path
from typing import Final

from hctl.errors import ClusterError, HctlError
from platform_status_kube.access import NOBODY_ELSE, ActAs
from platform_status_kube.connection import Connection
from platform_status_kube.connection import connect as open_connection
from platform_status_kube.errors import AccessError
from platform_status_kube.pod import SERVICE_ACCOUNT

__all__ = ["NAMESPACE_VARIABLE", "connect", "kubeconfig_path", "sidecar_namespace"]

NAMESPACE_VARIABLE: Final = "HCTL_SIDECAR_NAMESPACE"
"""Environment variable with the namespace of the sidecars, if it is not the default."""

_SIDECAR_NAMESPACE: Final = "platform-status-system"

_MAX_CONNECTIONS: Final = 8


def connect(kubeconfig: str = "", context: str = "", act_as: ActAs = NOBODY_ELSE) -> Connection:
    """Load the settings as kubectl does: --kubeconfig, else KUBECONFIG, else ~/.kube/config, else the pod's account.

    Args:
        kubeconfig: Path given on the command line; empty for none.
        context: Context given on the command line; empty for the current one.
        act_as: The user and groups to impersonate, from the command line.

    Raises:
        HctlError: The settings cannot be read, are not supported, or lack the context.
    """
    path = kubeconfig_path(kubeconfig)
    there = any(Path(part).exists() for part in path.split(os.pathsep) if part)
    if not there and (kubeconfig or not (SERVICE_ACCOUNT / "token").exists()):
        raise HctlError(f"kubeconfig {path} does not exist; set another one with --kubeconfig FILE or KUBECONFIG")
    try:
        # Expired credentials are replaced before the next request, not some seconds later.
        return open_connection(
            path if there else "", context, act_as=act_as, connections=_MAX_CONNECTIONS, look_interval=0
        )
    except AccessError as error:
        if there:
            raise HctlError(str(error)) from error
        raise ClusterError(f"the ServiceAccount of this pod cannot be used: {error}; give --kubeconfig FILE") from error


def kubeconfig_path(given: str = "") -> str:
    """Return the path of the kubeconfig to use; several are joined by the path separator."""
    return given or os.environ.get("KUBECONFIG", "") or str(Path("~/.kube/config").expanduser())


def sidecar_namespace() -> str:
    """Return the namespace into which the Promises install their sidecars, and the ConfigMaps with their scopes."""
    return os.environ.get(NAMESPACE_VARIABLE) or _SIDECAR_NAMESPACE
