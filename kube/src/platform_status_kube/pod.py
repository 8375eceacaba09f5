"""Access as the ServiceAccount of a pod: three files that the kubelet mounts and replaces, and two variables."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from .access import Access
from .credentials import TokenFile
from .errors import AccessError
from .proxies import chosen_proxy, proxy_headers

__all__ = ["SERVICE_ACCOUNT", "pod_access"]

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where the kubelet mounts it."""


def pod_access(environment: Mapping[str, str], account: Path = SERVICE_ACCOUNT) -> Access:
    """Return the settings with which a pod reaches its API server.

    Args:
        environment: The environment variables of the process.
        account: Folder with ``token`` and ``ca.crt``; ``namespace`` may be missing.

    Raises:
        AccessError: The process does not run in a pod, or the pod has no ServiceAccount.
    """
    host, port = (environment.get(f"KUBERNETES_SERVICE_{name}", "") for name in ("HOST", "PORT"))
    if not host or not port:
        raise AccessError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    authorization = TokenFile(str(account / "token"))
    authorization()
    authority = account / "ca.crt"
    try:
        if not authority.read_bytes():
            raise AccessError(f"{authority} is empty")
    except OSError as error:
        raise AccessError(f"{authority}: {error.strerror}") from error
    namespace = ""
    with suppress(OSError, ValueError):
        namespace = (account / "namespace").read_text(encoding="utf-8").strip()
    proxy = chosen_proxy(server, "")
    return Access(
        server,
        str(authority),
        authorization=authorization,
        namespace=namespace,
        proxy=proxy,
        proxy_headers=proxy_headers(proxy),
    )
