"""How a client reaches an API server: where it is, whom it trusts, who it says it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import urllib3
import yaml

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
        verify: False accepts any certificate, as a kubeconfig may ask with insecure-skip-tls-verify.
    """

    server: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    authorization: Authorization = _none
    impersonate: tuple[str, tuple[str, ...]] | None = None
    verify: bool = True
    pool_size: int = field(default=4)

    def pool(self) -> urllib3.PoolManager:
        """Open a pool of connections; nothing is sent yet."""
        return urllib3.PoolManager(
            maxsize=self.pool_size,
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
        return headers


def from_kubeconfig(path: Path, impersonate: tuple[str, tuple[str, ...]] | None = None) -> Connection:
    """Read a kubeconfig that the user has, with whatever way to log in it names.

    Args:
        path: The file; it is read and never written.
        impersonate: User and groups to act as.

    Raises:
        ClusterChoiceError: If the file cannot be read as a kubeconfig with a current context.
    """
    # Takes a second and 40 MB to import, and only a foreign kubeconfig with its login plugins needs it.
    from kubernetes import client, config  # noqa: PLC0415 - see above

    settings = client.Configuration()
    try:
        config.load_kube_config(  # type: ignore[no-untyped-call]  # the package has types for its models only
            config_file=str(path), client_configuration=settings, persist_config=False
        )
    except (config.ConfigException, yaml.YAMLError, OSError, ValueError) as error:
        raise ClusterChoiceError(f"{path}: cannot be used as a kubeconfig: {error}") from error

    def authorization() -> str | None:
        token: str | None = settings.get_api_key_with_prefix("BearerToken", alias="authorization")
        return token

    return Connection(
        server=str(settings.host).rstrip("/"),
        authority=_path(settings.ssl_ca_cert),
        certificate=_path(settings.cert_file),
        key=_path(settings.key_file),
        authorization=authorization,
        impersonate=impersonate,
        verify=bool(settings.verify_ssl),
    )


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
