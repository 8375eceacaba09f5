"""The state of a control plane between its start and stop, and the place where it runs: this machine or a namespace."""

import datetime as dt
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

from localplane.binaries import Binaries
from localplane.certificates import Authority, KeyPair, new_authority, signing_keys
from localplane.children import Child, Nursery
from localplane.client import Client
from localplane.commands import SERVER_HOSTS, Files, apiserver_command, etcd_command
from localplane.errors import FAILURES
from localplane.folders import RunFolder
from localplane.kubeconfigs import kubeconfig, write_private
from platform_status_kube.access import Access

__all__ = ["HERE", "Place", "ReservedPort", "Run"]


class Place(Protocol):
    """The place where etcd and the API server run."""

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command there; it must exec the command, not start a child."""
        ...

    def lead(self, port: int) -> None:
        """Forward 127.0.0.1 at a port to the API server; called before it starts.

        Args:
            port: The port for clients on this machine; reserved, see ``runs.ReservedPort``.
        """
        ...


class _Here:
    def inside(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def lead(self, port: int) -> None:
        """No-op: the API server itself listens on that port."""


HERE: Place = _Here()
"""This machine, without a namespace."""


class ReservedPort:
    """A free TCP port on 127.0.0.1, reserved until it is closed.

    Choosing a free port, releasing it, and starting a server on it is a race. So here a socket stays bound to the port
    without listening. Both servers bind with SO_REUSEPORT too (the flags ``--permit-port-sharing`` and
    ``--socket-reuse-port``). Linux allows that to the same user only, so no other process gets the port. It also stays
    reserved during a restart of a server.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._socket.bind(("127.0.0.1", 0))
        except OSError:
            self._socket.close()
            raise
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        """Release the port."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Run:
    """The state between one start and its stop.

    Args:
        folder: The temporary folder, deleted with the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.files = Files(folder.path)
        self._ports: list[ReservedPort] = []
        self._nursery = Nursery()
        self._clients: list[Client] = []
        self._minted = 0

    def prepare(
        self,
        binaries: Binaries,
        apiserver_flags: Sequence[str],
        environ: Mapping[str, str],
        place: Place = HERE,
        *,
        service_accounts: bool = False,
    ) -> None:
        """Create certificates, ports, command lines and the administrator's client; start nothing."""
        for _ in range(3):
            self._ports.append(ReservedPort())
        port, etcd_port, peer_port = (reserved.number for reserved in self._ports)
        self.server = f"https://127.0.0.1:{port}"
        self._authority = self._write_certificates()
        etcd = etcd_command(binaries.etcd, self.files, etcd_port, peer_port)
        apiserver = apiserver_command(
            binaries.apiserver, self.files, port, etcd_port, apiserver_flags, service_accounts=service_accounts
        )
        place.lead(port)
        # The API server must not call servers on this machine through a proxy of the environment.
        environment = {name: value for name, value in environ.items() if not name.lower().endswith("_proxy")}
        etcd, apiserver = place.inside(etcd), place.inside(apiserver)
        self.etcd = Child(etcd, self.folder.logs / "etcd.log", self._nursery, environment)
        self.apiserver = Child(apiserver, self.folder.logs / "kube-apiserver.log", self._nursery, environment)
        self.admin = self.client("localplane-admin", ["system:masters"])
        config = self._kubeconfig("localplane-admin", ["system:masters"], "default")
        write_private(self.files["admin.kubeconfig"], config.encode())

    def ready(self) -> str:
        """Return what is missing until the API server is ready with its first namespaces; empty if nothing."""
        try:
            self.admin.request("GET", "/readyz")
            self.admin.request("GET", "/api/v1/namespaces/default")
        except FAILURES as error:
            return str(error)
        return ""

    def client(self, user: str, groups: Sequence[str]) -> Client:
        """Create a client; it is closed with the run."""
        pair = self._mint(user, groups)
        self._minted += 1
        stem = f"client-{self._minted}"
        certificate = write_private(self.files[f"{stem}.crt"], pair.certificate)
        key = write_private(self.files[f"{stem}.key"], pair.key)
        client = Client(Access(self.server, str(self.files["ca.crt"]), (str(certificate), str(key))))
        self._clients.append(client)
        return client

    def kubeconfig_for(
        self, user: str, groups: Sequence[str], namespace: str, valid_for: dt.timedelta | None = None
    ) -> Path:
        """Create a kubeconfig."""
        self._minted += 1
        path = self.files[f"client-{self._minted}.kubeconfig"]
        return write_private(path, self._kubeconfig(user, groups, namespace, valid_for).encode())

    def close(self, *, keep_logs: bool) -> None:
        """Stop the API server, then etcd, then delete the folder; an error in one step does not skip the others."""
        try:
            for client in self._clients:
                client.close()
            for child in (getattr(self, "apiserver", None), getattr(self, "etcd", None)):
                if child is not None:
                    # No need for a graceful stop: the data is deleted.
                    child.stop(grace=0)
        finally:
            self._nursery.close()
            for reserved in self._ports:
                reserved.close()
            self.folder.remove(keep_logs=keep_logs)

    def _kubeconfig(
        self, user: str, groups: Sequence[str], namespace: str, valid_for: dt.timedelta | None = None
    ) -> str:
        pair = self._mint(user, groups, valid_for)
        return kubeconfig(self.server, self._authority.certificate, user, pair, namespace)

    def _mint(self, user: str, groups: Sequence[str], valid_for: dt.timedelta | None = None) -> KeyPair:
        if valid_for is None:
            return self._authority.client(user, groups, _now())
        return self._authority.client(user, groups, _now(), valid_for)

    def _write_certificates(self) -> Authority:
        now = _now()
        authority, etcd = new_authority("localplane", now), new_authority("localplane-etcd", now)
        for name, pair in (
            ("apiserver", authority.server("kube-apiserver", SERVER_HOSTS, now)),
            ("etcd", etcd.server("etcd", ["127.0.0.1", "localhost"], now)),
            ("etcd-client", etcd.client("kube-apiserver", (), now)),
            ("kubelet-client", authority.client("kube-apiserver-kubelet-client", ["system:masters"], now)),
        ):
            write_private(self.files[f"{name}.crt"], pair.certificate)
            write_private(self.files[f"{name}.key"], pair.key)
        write_private(self.files["ca.crt"], authority.certificate)
        write_private(self.files["etcd-ca.crt"], etcd.certificate)
        private, public = signing_keys()
        write_private(self.files["service-accounts.key"], private)
        write_private(self.files["service-accounts.pub"], public)
        return authority


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
