"""What tests and the demo may ask of a cluster, whether we started it or the user has it."""

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
        """A client that may do everything."""

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""

    def client(self, user: str, groups: Sequence[str] = ()) -> Client:
        """Return a client for any user; it is closed with the cluster."""


class ExistingCluster:
    """A cluster that the user has, named by PLATFORM_STATUS_CLUSTER.

    Other users are impersonated, which the kubeconfig's user must be allowed to do.

    Args:
        kubeconfig: The user's file; it is read, never written.
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
        """Close all clients; the cluster is left as it is."""
        for client in self._clients:
            client.close()


def existing_cluster(value: str, named_by: str = "PLATFORM_STATUS_CLUSTER") -> ExistingCluster:
    """Open the cluster that the user has named.

    Args:
        value: The path of a kubeconfig.
        named_by: The variable or option that holds it, for the error.

    Raises:
        ClusterChoiceError: If there is no such file, or it is no kubeconfig with a current context.
    """
    path = Path(value).expanduser().absolute()
    if not path.is_file():
        raise ClusterChoiceError(
            f"{named_by}={value}: no such file; expected the path of a kubeconfig, "
            "or leave it out to use a control plane on this machine"
        )
    return ExistingCluster(path)


def from_kubeconfig(path: Path) -> Access:
    """Read a kubeconfig that the user has, with whatever way to log in it names.

    Args:
        path: The file; it is read and never written.

    Raises:
        ClusterChoiceError: If the file cannot be read as a kubeconfig with a current context.
    """
    # only here: in the cluster of a test, in a pod for example, nobody has a kubeconfig or what reads it
    from platform_status_kube.kubeconfig import access  # noqa: PLC0415 - see above

    try:
        return access(str(path))
    except AccessError as error:
        raise ClusterChoiceError(f"{path}: cannot be used as a kubeconfig: {error}") from error
