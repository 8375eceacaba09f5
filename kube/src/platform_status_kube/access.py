"""How one API server is reached as one user: light, because a sidecar in a pod imports it too."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import urllib3
from msgspec import Struct

__all__ = ["Access", "access_of"]


class Access(Struct, frozen=True):
    """How one API server is reached as one user.

    Attributes:
        context: Name of the context.
        namespace: Its namespace, empty for none.
        server: Base URL without a trailing slash.
        verify: Whether the server's certificate is verified.
        tls_server_name: The name that its certificate must have, empty for the host of the URL.
        authority: File with the authorities to trust, None for those of the system.
        certificate: Files with the client's certificate and key.
        proxy: URL of an HTTP proxy, empty for none.
        proxy_headers: What that proxy wants to see.
        impersonation: Headers that say whom requests act as; a name may be there several times.
        authorization: Returns the Authorization header of the moment; may raise `KubeconfigError`.
        expires: After which everything is to be read anew; None for never.
    """

    context: str
    namespace: str
    server: str
    verify: bool
    tls_server_name: str
    authority: str | None
    certificate: tuple[str, str] | None
    proxy: str
    proxy_headers: dict[str, str] | None
    impersonation: tuple[tuple[str, str], ...]
    authorization: Callable[[], str | None]
    expires: datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether the plugin that brought the credentials must be asked again."""
        return self.expires is not None and datetime.now(UTC) >= self.expires

    def configure(self, configuration: Any) -> None:  # noqa: ANN401 - an untyped class of kubernetes
        """Write it into a Configuration of the ``kubernetes`` package, from which its REST client makes the pool."""

        def ask(asked: Any) -> None:  # noqa: ANN401 - the same
            asked.api_key["authorization"] = self.authorization() or ""

        if not self.verify:
            # Chosen in the kubeconfig; kubectl says nothing either.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        configuration.access = self
        configuration.host = self.server
        configuration.verify_ssl = self.verify
        configuration.tls_server_name = self.tls_server_name or None
        configuration.ssl_ca_cert = self.authority
        configuration.cert_file, configuration.key_file = self.certificate or (None, None)
        configuration.proxy = self.proxy or None
        configuration.proxy_headers = self.proxy_headers
        # It was heeded when the proxy was chosen, and it does not concern the proxy that a kubeconfig names.
        configuration.no_proxy = None
        configuration.api_key["authorization"] = ""
        configuration.refresh_api_key_hook = ask


def access_of(configuration: Any) -> Access | None:  # noqa: ANN401 - an untyped class of kubernetes
    """Return what a Configuration was configured from; None in a pod."""
    found: Access | None = getattr(configuration, "access", None)
    return found
