"""The connection settings, and a pool of connections by way of the ``kubernetes`` package.

What a kubeconfig means is `platform_status_kube`'s to say. ``import kubernetes`` runs its whole generated client,
aiohttp, pydantic, requests and OAuth: three quarters of a second of CPU, for a command that answers in less. So the
package bodies are left out, and only the modules that we use run: the configuration, the pod's loader and the REST
client that makes the TLS pool.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hctl.errors import ClusterError, HctlError
from platform_status_contract import REPOSITORY
from platform_status_kube.access import access_of
from platform_status_kube.errors import KubeconfigError
from platform_status_kube.kubeconfig import access

__all__ = ["Connection", "connect", "kubeconfig_path"]

_BARE: Final = ("kubernetes", "kubernetes.client", "kubernetes.config", "kubernetes.utils")
_POD: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
_CONNECTIONS: Final = 8


class Connection:
    """Where the API server is, with which pool and credentials.

    Attributes:
        host: Base URL without a trailing slash.
        context: Name of the context; empty inside a pod.
        namespace: The namespace that the context chooses.
        pool: The urllib3 pool manager with the cluster's TLS settings.
    """

    def __init__(self, load: Callable[[], Any], namespace: str = "") -> None:
        self._load = load
        self._use(load())
        self.context = self._access.context if self._access else ""
        self.namespace = (self._access.namespace if self._access else namespace) or "default"

    def _use(self, configuration: Any) -> None:  # noqa: ANN401 - untyped there
        configuration.connection_pool_maxsize = _CONNECTIONS
        configuration.retries = False
        with _slim():
            rest = importlib.import_module("kubernetes.client.rest")
        self._configuration = configuration
        self._access = access_of(configuration)
        self.pool = rest.RESTClientObject(configuration).pool_manager
        self.host: str = str(configuration.host).rstrip("/")

    def authorization(self) -> str | None:
        """Return the Authorization header, if the credentials are not a certificate.

        Raises:
            ClusterError: There are no credentials now; nothing may be asked without them.
        """
        try:
            if self._access is not None and self._access.expired:
                self._use(self._load())
            found = self._configuration.auth_settings().get("BearerToken")
        except Exception as error:  # the pod's loader has errors of its own
            raise ClusterError(str(error)) from error
        return str(found["value"]).strip() if found and found["value"] else None

    @property
    def impersonation(self) -> tuple[tuple[str, str], ...]:
        """The headers that say whom requests act as; a name may be there several times."""
        return self._access.impersonation if self._access is not None else ()


def connect(kubeconfig: str = "", context: str = "") -> Connection:
    """Load the settings as kubectl does: --kubeconfig, else KUBECONFIG, else ~/.kube/config, else the pod's account.

    Args:
        kubeconfig: Path given on the command line; empty for none.
        context: Context given on the command line; empty for the current one.

    Raises:
        HctlError: The settings cannot be read, cannot be honoured, or hold no such context.
    """
    path = kubeconfig_path(kubeconfig)
    if not any(Path(part).exists() for part in path.split(os.pathsep) if part):
        if not kubeconfig and Path(_POD, "token").exists():
            return _from_pod()
        raise HctlError(f"kubeconfig {path} does not exist; name one with --kubeconfig FILE or KUBECONFIG")

    def load() -> Any:  # noqa: ANN401 - untyped there
        found = access(path, context)
        with _slim():
            configuration = importlib.import_module("kubernetes.client.configuration").Configuration()
        found.configure(configuration)
        return configuration

    try:
        return Connection(load)
    except KubeconfigError as error:
        raise HctlError(str(error)) from error


def kubeconfig_path(given: str = "") -> str:
    """Return the kubeconfig that counts; several are joined by the path separator."""
    return given or os.environ.get("KUBECONFIG", "") or str(Path("~/.kube/config").expanduser())


def _from_pod() -> Connection:
    with _slim():
        loader = importlib.import_module("kubernetes.config.incluster_config")
        configuration = importlib.import_module("kubernetes.client.configuration").Configuration()
    try:
        loader.InClusterConfigLoader(token_filename=f"{_POD}/token", cert_filename=f"{_POD}/ca.crt").load_and_set(
            configuration
        )
        namespace = Path(_POD, "namespace").read_text(encoding="utf-8").strip()
    except (loader.ConfigException, OSError) as error:
        raise ClusterError(f"the ServiceAccount of this pod cannot be used: {error}; give --kubeconfig FILE") from error
    return Connection(lambda: configuration, namespace)


@contextmanager
def _slim() -> Iterator[None]:
    """Let submodules of ``kubernetes`` be imported without the bodies of the packages above them.

    Packages that somebody imported already are left alone. The empty ones are taken away again at the end, and what was
    imported below them likewise: a later ``import kubernetes`` gets the real thing, with all that belongs to it.
    """
    stand_ins: list[str] = []
    before = set(sys.modules)
    for name in _BARE:
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise HctlError(
                "the package kubernetes is not installed; install hctl with all that it needs, in a checkout of "
                f"{REPOSITORY}: pip install ./schemas ./kube ./hctl"
            )
        sys.modules[name] = importlib.util.module_from_spec(spec)
        stand_ins.append(name)
    try:
        yield
    finally:
        below = {name for name in sys.modules if name not in before and name.rpartition(".")[0] in stand_ins}
        for name in {*stand_ins, *below}:
            sys.modules.pop(name, None)
