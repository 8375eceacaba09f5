"""What tests and the demo may ask of a cluster, whether we started it or the user has it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from localplane.client import Client
from localplane.connections import Connection, from_kubeconfig
from localplane.errors import ClusterChoiceError

__all__ = ["Cluster", "ExistingCluster", "existing_cluster"]


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
        connection = from_kubeconfig(kubeconfig)
        self._server = connection.server
        self._clients = [Client(connection)]

    @property
    def server(self) -> str:
        """Its URL."""
        return self._server

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
        connection: Connection = from_kubeconfig(self._kubeconfig, (user, tuple(groups)))
        client = Client(connection)
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
