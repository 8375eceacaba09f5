"""How one API server is reached as one user: light, because a sidecar in a pod imports it too."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

__all__ = ["NOBODY_ELSE", "Access", "ActAs"]


class ActAs(Struct, frozen=True):
    """Whom requests act as, by the command line.

    Attributes:
        user: The user; empty for whom the kubeconfig says.
        groups: The groups; empty for those of the kubeconfig.
    """

    user: str = ""
    groups: tuple[str, ...] = ()


NOBODY_ELSE = ActAs()


def _nobody() -> str | None:
    return None


class Access(Struct, frozen=True):
    """How one API server is reached as one user.

    Attributes:
        server: Base URL without a trailing slash.
        authority: File with the authorities to trust, None for those of the system.
        certificate: Files with the client's certificate and key.
        authorization: Returns the Authorization header of the moment; may raise `AccessError`.
        impersonation: Headers that say whom requests act as; a name may be there several times.
        context: Name of the context, empty without a kubeconfig.
        namespace: The namespace that it chooses, empty for none.
        verify: Whether the server's certificate is verified.
        tls_server_name: The name that its certificate must have, empty for the host of the URL.
        proxy: URL of an HTTP proxy, empty for none.
        proxy_headers: What that proxy wants to see.
        expires: After which everything is to be read anew; None for never.
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
        """Whether the plugin that brought the credentials must be asked again."""
        return self.expires is not None and datetime.now(UTC) >= self.expires
