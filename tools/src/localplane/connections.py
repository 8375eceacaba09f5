"""How a client reaches an API server: where it is, whom it trusts, who it says it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from localplane.errors import ClusterChoiceError

__all__ = ["Connection", "from_kubeconfig"]

Authorization = Callable[[], str | None]


def _none() -> str | None:
    return None


@dataclass(frozen=True)
class Connection:
    """Everything that is needed to open a connection.

    Attributes:
        server: Such as ``https://127.0.0.1:40123``.
        authority: File with the PEM certificates to trust; None trusts the system's.
        certificate: File with the client's PEM certificate, if it has one.
        key: File with the client's PEM key, if it has one.
        authorization: Asked before each request for the Authorization header; None sends none. Asked each time
            because tokens expire.
        impersonate: User and groups to act as, instead of whoever the credentials belong to.
        impersonation: Headers to the same end, as a kubeconfig has them; `impersonate` goes before them.
        tls_server_name: The name that the server's certificate has, if it is not the host's.
        proxy: URL of an HTTP proxy, empty for none.
        proxy_headers: What that proxy wants to see.
        verify: False accepts any certificate, as a kubeconfig may ask with insecure-skip-tls-verify.
    """

    server: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    authorization: Authorization = _none
    impersonate: tuple[str, tuple[str, ...]] | None = None
    impersonation: tuple[tuple[str, str], ...] = ()
    tls_server_name: str | None = None
    proxy: str = ""
    proxy_headers: dict[str, str] | None = None
    verify: bool = True
    pool_size: int = field(default=4)

    def pool(self) -> urllib3.PoolManager:
        """Open a pool of connections; nothing is sent yet."""
        through: dict[str, Any] = {"proxy_url": self.proxy, "proxy_headers": self.proxy_headers} if self.proxy else {}
        return (urllib3.ProxyManager if self.proxy else urllib3.PoolManager)(
            **through,
            maxsize=self.pool_size,
            server_hostname=self.tls_server_name,
            ca_certs=None if self.authority is None else str(self.authority),
            cert_file=None if self.certificate is None else str(self.certificate),
            key_file=None if self.key is None else str(self.key),
            cert_reqs="CERT_REQUIRED" if self.verify else "CERT_NONE",
            # A retry could create an object twice, and would hide what tests want to see.
            retries=False,
        )

    def headers(self) -> urllib3.HTTPHeaderDict:
        """Return the headers that say who is asking."""
        headers = urllib3.HTTPHeaderDict()
        authorization = self.authorization()
        if authorization:
            headers.add("Authorization", authorization)
        if self.impersonate is not None:
            user, groups = self.impersonate
            headers.add("Impersonate-User", user)
            for group in groups:
                headers.add("Impersonate-Group", group)
        for name, value in self.impersonation if self.impersonate is None else ():
            headers.add(name, value)
        return headers


def from_kubeconfig(path: Path, impersonate: tuple[str, tuple[str, ...]] | None = None) -> Connection:
    """Read a kubeconfig that the user has, with whatever way to log in it names.

    Args:
        path: The file; it is read and never written.
        impersonate: User and groups to act as.

    Raises:
        ClusterChoiceError: If the file cannot be read as a kubeconfig with a current context.
    """
    # only here: in the cluster of a test, in a pod for example, nobody has a kubeconfig or what reads it
    from platform_status_kube.errors import KubeconfigError  # noqa: PLC0415 - see above
    from platform_status_kube.kubeconfig import access  # noqa: PLC0415 - see above

    try:
        found = access(str(path))
    except KubeconfigError as error:
        raise ClusterChoiceError(f"{path}: cannot be used as a kubeconfig: {error}") from error
    certificate, key = found.certificate or (None, None)
    return Connection(
        server=found.server,
        authority=_path(found.authority),
        certificate=_path(certificate),
        key=_path(key),
        authorization=found.authorization,
        impersonate=impersonate,
        impersonation=found.impersonation,
        tls_server_name=found.tls_server_name or None,
        proxy=found.proxy,
        proxy_headers=found.proxy_headers,
        verify=found.verify,
    )


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
