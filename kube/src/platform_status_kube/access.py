"""The settings to reach one API server as one user; with few imports, because the sidecar in a pod uses it too."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

__all__ = ["NOBODY_ELSE", "Access", "ActAs"]


class ActAs(Struct, frozen=True):
    """The user and groups to impersonate, from the command line.

    Attributes:
        user: The user; empty for that of the kubeconfig.
        groups: The groups; empty for those of the kubeconfig.
    """

    user: str = ""
    groups: tuple[str, ...] = ()


NOBODY_ELSE = ActAs()


def _nobody() -> str | None:
    return None


class Access(Struct, frozen=True):
    """The settings to reach one API server as one user.

    Attributes:
        server: Base URL without a trailing slash.
        authority: File with the CA certificates to trust, None for those of the system.
        certificate: Files with the client's certificate and key.
        authorization: Returns the present Authorization header; may raise `AccessError`.
        impersonation: The Impersonate headers; a name may occur several times.
        context: Name of the context, empty without a kubeconfig.
        namespace: The namespace of the context, empty for none.
        verify: Whether the server's certificate is verified.
        tls_server_name: The name that its certificate must have, empty for the host of the URL.
        proxy: URL of an HTTP proxy, empty for none.
        proxy_headers: Headers for that proxy.
        expires: When the settings expire and must be loaded again; None for never.
    """

    server: str
    authority: str | None = None
    certificate: tuple[str, str] | None = None
    authorization: Callable[[], str | None] = _nobody
    impersonation: tuple[tuple[str, str], ...] = ()
    context: str = ""
    namespace: str = ""
    verify: bool = True
    tls_server_name: str = ""
    proxy: str = ""
    proxy_headers: dict[str, str] | None = None
    expires: datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether the credentials have expired, so that the plugin must run again."""
        return self.expires is not None and datetime.now(UTC) >= self.expires
