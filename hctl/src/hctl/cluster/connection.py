"""The connection settings, by way of the ``kubernetes`` package, without paying a second for all of it.

``import kubernetes`` runs its whole generated client, aiohttp, pydantic, requests and OAuth: three quarters of a second
of CPU, for a command that answers in less. So the package bodies are left out, and only the modules that we use run:
the kubeconfig loader and the REST client that makes the TLS pool. A kubeconfig with an auth-provider needs OAuth; then,
and only then, the ordinary import is used.
"""

import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from hctl.errors import ClusterError, HctlError
from hctl.texts import inert
from platform_status_contract import REPOSITORY

__all__ = ["Connection", "connect", "kubeconfig_path"]

_BARE: Final = ("kubernetes", "kubernetes.client", "kubernetes.config", "kubernetes.utils")
_OAUTH: Final = ("oauthlib", "oauthlib.oauth2", "requests_oauthlib")
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

    def __init__(self, configuration: Any, context: str, namespace: str) -> None:  # noqa: ANN401 - untyped there
        configuration.connection_pool_maxsize = _CONNECTIONS
        configuration.retries = False
        with _slim():
            rest = importlib.import_module("kubernetes.client.rest")
        self._configuration = configuration
        self.pool = rest.RESTClientObject(configuration).pool_manager
        self.host: str = str(configuration.host).rstrip("/")
        self.context = context
        self.namespace = namespace

    def authorization(self) -> str | None:
        """Return the Authorization header, if the credentials are not a certificate."""
        found = self._configuration.auth_settings().get("BearerToken")
        if found and found["value"]:
            return str(found["value"]).strip()
        if self._configuration.username:
            return str(self._configuration.get_basic_auth_token())
        return None


def connect(kubeconfig: str = "", context: str = "") -> Connection:
    """Load the settings as kubectl does: --kubeconfig, else KUBECONFIG, else ~/.kube/config, else the pod's account.

    Args:
        kubeconfig: Path given on the command line; empty for none.
        context: Context given on the command line; empty for the current one.

    Raises:
        HctlError: The settings cannot be read, or hold no such context.
    """
    # What the loader says by way of logging, such as a failing exec plugin, comes back to us as a refused request.
    logging.lastResort = None
    path = kubeconfig_path(kubeconfig)
    if not any(Path(part).exists() for part in path.split(os.pathsep) if part):
        if not kubeconfig and Path(_POD, "token").exists():
            return _from_pod()
        raise HctlError(f"kubeconfig {path} does not exist; name one with --kubeconfig FILE or KUBECONFIG")
    try:
        return _from_kubeconfig(path, context)
    except HctlError:
        raise
    except Exception as error:
        raise HctlError(_unreadable(path, context, error)) from error


def kubeconfig_path(given: str = "") -> str:
    """Return the kubeconfig that counts; several are joined by the path separator."""
    return given or os.environ.get("KUBECONFIG", "") or str(Path("~/.kube/config").expanduser())


def _unreadable(path: str, context: str, error: Exception) -> str:
    cause = inert(" ".join(str(error).split()), 300) or type(error).__name__
    if context and context in str(error):
        return f"kubeconfig {path}: no context {context!r}; `kubectl config get-contexts` lists them"
    if "current-context" in cause:
        return f"kubeconfig {path} names no current context; choose one with --context, `kubectl config use-context`"
    return f"kubeconfig {path} cannot be used: {cause}; name a valid one with --kubeconfig FILE or KUBECONFIG"


def _from_kubeconfig(path: str, context: str) -> Connection:
    with _slim(oauth=_wants_oauth(path)):
        configuration = importlib.import_module("kubernetes.client.configuration").Configuration()
        loading = importlib.import_module("kubernetes.config.kube_config")
    merger = loading.KubeConfigMerger(path)
    chosen_by_first = next(filter(None, (_current_context(merger, part) for part in path.split(os.pathsep))), None)
    loader = loading.KubeConfigLoader(
        config_dict=merger.config, config_base_path=None, active_context=context or chosen_by_first
    )
    loader.load_and_set(configuration)
    chosen = loader.current_context
    settings = chosen.get("context") or {}
    return Connection(configuration, str(chosen.get("name", "")), str(settings.get("namespace") or "default"))


def _current_context(merger: Any, part: str) -> str | None:  # noqa: ANN401 - untyped there
    """Return the current context of one file: with kubectl the first file that names one decides, there the last."""
    found = merger.config_files.get(part)
    named = found.get("current-context") if isinstance(found, dict) else None
    return named if isinstance(named, str) else None


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
    return Connection(configuration, "", namespace or "default")


def _wants_oauth(path: str) -> bool:
    for part in path.split(os.pathsep):
        with suppress(OSError):
            if b"auth-provider" in Path(part).read_bytes():
                return True
    return False


@contextmanager
def _slim(*, oauth: bool = False) -> Iterator[None]:
    """Let submodules of ``kubernetes`` be imported without the bodies of the packages above them.

    Packages that somebody imported already are left alone. The empty ones are taken away again at the end, and what was
    imported below them likewise: a later ``import kubernetes`` gets the real thing, with all that belongs to it.
    """
    if oauth:
        yield
        return
    stand_ins: list[str] = []
    before = set(sys.modules)
    for name in (*_BARE, *_OAUTH):
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name) if name in _BARE else None
        if name in _BARE and spec is None:
            raise HctlError(
                "the package kubernetes is not installed; install hctl with all that it needs, in a checkout of "
                f"{REPOSITORY}: pip install ./schemas ./hctl"
            )
        sys.modules[name] = importlib.util.module_from_spec(spec) if spec else ModuleType(name)
        stand_ins.append(name)
    try:
        if "kubernetes.client" in stand_ins:
            client: Any = sys.modules["kubernetes.client"]
            client.Configuration = importlib.import_module("kubernetes.client.configuration").Configuration
            client.ApiClient = None
        if "requests_oauthlib" in stand_ins:
            stand_in: Any = sys.modules["requests_oauthlib"]
            stand_in.OAuth2Session = None
        yield
    finally:
        below = {name for name in sys.modules if name not in before and name.rpartition(".")[0] in stand_ins}
        for name in {*stand_ins, *below}:
            sys.modules.pop(name, None)
