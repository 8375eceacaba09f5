"""The interface of a cluster for tests and the demo, for a started and for an existing one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from localplane.client import Client
from localplane.errors import ClusterChoiceError
from platform_status_kube.access import Access
from platform_status_kube.errors import AccessError

__all__ = ["Cluster", "ExistingCluster", "existing_cluster", "from_kubeconfig"]


class Cluster(Protocol):
    """An API server and its administrator."""

    @property
    def server(self) -> str:
        """Its URL."""

    @property
    def admin(self) -> Client:
        """A client with all permissions."""

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""

    def client(self, user: str, groups: Sequence[str] = ()) -> Client:
        """Return a client for any user; it is closed with the cluster."""


class ExistingCluster:
    """An existing cluster, given by PLATFORM_STATUS_CLUSTER.

    Other users are impersonated, which requires that permission for the kubeconfig's user.

    Args:
        kubeconfig: The kubeconfig; it is never written.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._kubeconfig = kubeconfig
        self._access = from_kubeconfig(kubeconfig)
        self._clients = [Client(self._access)]

    @property
    def server(self) -> str:
        """Its URL."""
        return self._access.server

    @property
    def admin(self) -> Client:
        """A client for the kubeconfig's own user."""
        return self._clients[0]

    @property
    def kubeconfig(self) -> Path:
        """The user's kubeconfig."""
        return self._kubeconfig

    def client(self, user: str, groups: Sequence[str] = ()) -> Client:
        """Return a client that impersonates a user."""
        acting_as = (("Impersonate-User", user), *(("Impersonate-Group", group) for group in groups))
        client = Client(replace(self._access, impersonation=acting_as))
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close all clients; the cluster does not change."""
        for client in self._clients:
            client.close()


def existing_cluster(value: str, named_by: str = "PLATFORM_STATUS_CLUSTER") -> ExistingCluster:
    """Open an existing cluster.

    Args:
        value: The path of a kubeconfig.
        named_by: The variable or option with the path, for the error.

    Raises:
        ClusterChoiceError: The file does not exist, or is not a kubeconfig with a current context.
    """
    path = Path(value).expanduser().absolute()
    if not path.is_file():
        raise ClusterChoiceError(
            f"{named_by}={value}: no such file; expected the path of a kubeconfig, "
            "or leave it out to use a control plane on this machine"
        )
    return ExistingCluster(path)


def from_kubeconfig(path: Path) -> Access:
    """Read a kubeconfig with any method of authentication.

    Args:
        path: The file; it is never written.

    Raises:
        ClusterChoiceError: The file is not a kubeconfig with a current context.
    """
    # Imported only here: in a pod, for example, neither a kubeconfig nor its reader is installed.
    from platform_status_kube.kubeconfig import access  # noqa: PLC0415 - see above

    try:
        return access(str(path))
    except AccessError as error:
        raise ClusterChoiceError(f"{path}: cannot be used as a kubeconfig: {error}") from error
