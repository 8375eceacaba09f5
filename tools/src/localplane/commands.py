"""The command lines of etcd and the API server. Pure, so that the access to both can be reviewed in one place.

Both require a certificate: the API server rejects anonymous requests, and etcd trusts its own CA, so that a client
certificate for the API server is not valid there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SERVER_HOSTS", "Files", "apiserver_command", "etcd_command"]

_SERVICE_NETWORK = "10.96.0.0/16"

SERVER_HOSTS = (
    "127.0.0.1",
    "localhost",
    "10.96.0.1",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)
"""Names and addresses in the serving certificates."""


@dataclass(frozen=True)
class Files:
    """Paths below the temporary folder.

    Attributes:
        folder: The temporary folder.
    """

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    @property
    def data(self) -> Path:
        """Data folder of etcd."""
        return self.folder / "etcd"


def etcd_command(binary: Path, files: Files, port: int, peer_port: int) -> list[str]:
    """Return the command line of etcd.

    Args:
        binary: Path of etcd.
        files: Paths of its certificates and data.
        port: Port for the API server.
        peer_port: Port for other members; there are none, but etcd always listens.
    """
    client, peer = f"https://127.0.0.1:{port}", f"https://127.0.0.1:{peer_port}"
    return [
        str(binary),
        "--name=local",
        f"--data-dir={files.data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=local={peer}",
        f"--trusted-ca-file={files['etcd-ca.crt']}",
        f"--cert-file={files['etcd.crt']}",
        f"--key-file={files['etcd.key']}",
        "--client-cert-auth",
        f"--peer-trusted-ca-file={files['etcd-ca.crt']}",
        f"--peer-cert-file={files['etcd.crt']}",
        f"--peer-key-file={files['etcd.key']}",
        "--peer-client-cert-auth",
        "--socket-reuse-port",  # see ports.ReservedPort
        "--unsafe-no-fsync",  # the data need not survive a crash of this machine
        "--log-level=warn",
    ]


def apiserver_command(
    binary: Path,
    files: Files,
    port: int,
    etcd_port: int,
    extra: Sequence[str] = (),
    *,
    service_accounts: bool = False,
) -> list[str]:
    """Return the command line of the API server.

    Args:
        binary: Path of kube-apiserver.
        files: Paths of its certificates.
        port: Its port on 127.0.0.1.
        etcd_port: The port of etcd.
        extra: Additional flags; of a repeated flag the last one counts.
        service_accounts: Give each Pod its ServiceAccount and a token, which requires a controller manager.
    """
    # This plugin requires the ServiceAccount "default" for every Pod, which only a controller manager creates.
    admission = [] if service_accounts else ["--disable-admission-plugins=ServiceAccount"]
    return [
        str(binary),
        f"--etcd-servers=https://127.0.0.1:{etcd_port}",
        f"--etcd-cafile={files['etcd-ca.crt']}",
        f"--etcd-certfile={files['etcd-client.crt']}",
        f"--etcd-keyfile={files['etcd-client.key']}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--permit-port-sharing",  # see ports.ReservedPort
        f"--tls-cert-file={files['apiserver.crt']}",
        f"--tls-private-key-file={files['apiserver.key']}",
        f"--cert-dir={files['generated']}",
        # Without these two it requires a default route, which a machine without network lacks.
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--anonymous-auth=false",
        f"--client-ca-file={files['ca.crt']}",
        "--authorization-mode=RBAC",
        f"--service-cluster-ip-range={_SERVICE_NETWORK}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={files['service-accounts.pub']}",
        f"--service-account-signing-key-file={files['service-accounts.key']}",
        # For logs and exec, if there are nodes.
        f"--kubelet-client-certificate={files['kubelet-client.crt']}",
        f"--kubelet-client-key={files['kubelet-client.key']}",
        "--kubelet-preferred-address-types=InternalIP",
        *admission,
        "--allow-privileged=true",
        "--profiling=false",
        *extra,
    ]
