"""The connection settings, by way of the ``kubernetes`` package, without paying for all of it.

``import kubernetes.config`` runs ``kubernetes/__init__``, which imports the dynamic client, informers, websockets,
pydantic, aiohttp and requests: 20 MiB that a sidecar under a limit of 64 MiB cannot spare (design.md section 8). So for
the moment of the import the package bodies are left out, and only the modules that we use run: the configuration, the
in-cluster loader and the REST client that makes the TLS pool. Outside a pod `platform_status_kube` says what a
kubeconfig means, as for hctl; it is imported then only, with its YAML parser.
"""

import importlib
import importlib.util
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from platform_status_contract import REPOSITORY
from platform_status_kube.access import access_of
from platform_status_kube.errors import KubeconfigError

from .errors import SettingsError, UnansweredError

__all__ = ["Connection", "connect"]

_SKIPPED = ("kubernetes", "kubernetes.config", "kubernetes.utils")
_LOOK_SECONDS: Final = 10.0
_TOKEN_SECONDS: Final = 5.0
"""The loader of a pod's token reads the whole environment each time that it is asked: a tenth of a millisecond."""
_log = logging.getLogger(__name__)


class Connection:
    """An open way to the API server: where, with which pool, and the credentials of the moment.

    Credentials rotate: when a file that they came from changes, they are loaded anew, with a new pool; open watches go
    on over the old one until they end.

    Attributes:
        host: Base URL without a trailing slash.
        pool: The urllib3 pool manager with the cluster's TLS settings.
    """

    def __init__(
        self,
        load: Callable[[], Any],
        *,
        source: str = "",
        connections: int = 10,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load the settings.

        Args:
            load: Makes a ``kubernetes`` Configuration.
            source: A file whose change means that everything is to be loaded anew, beside those of the TLS settings.
            connections: How many connections are kept.
            seconds: A monotonic clock.

        Raises:
            SettingsError: If the settings cannot be loaded.
        """
        self._load = load
        self._source = source
        self._connections = connections
        self._seconds = seconds
        self._lock = threading.Lock()
        self._look_at: dict[bool, float] = {}
        self._authorization: tuple[float, str | None]
        self._use(load())

    def refresh(self, *, doubted: bool = False) -> None:
        """Load the credentials anew if a file of theirs changed; looks at the files every few seconds at most.

        Args:
            doubted: The server did not accept them: load them anew in any case, but no more often than that.
        """
        with self._lock:
            now = self._seconds()
            if now < self._look_at[doubted]:
                return
            self._look_at[doubted] = now + _LOOK_SECONDS
            expired = self._access is not None and self._access.expired
            if not doubted and not expired and self._fingerprint() == self._loaded:
                return
            try:
                self._use(self._load())
            except (SettingsError, ValueError, OSError) as error:
                # Half a file: it is being written at this moment.
                _log.warning("Cannot load the changed credentials yet, keeping the old", extra={"cause": str(error)})
                return
            _log.log(logging.DEBUG if doubted else logging.INFO, "Loaded the credentials anew")

    def _use(self, configuration: Any) -> None:  # noqa: ANN401 - an untyped class of kubernetes
        configuration.connection_pool_maxsize = self._connections
        configuration.retries = False
        configuration.keep_alive = True
        with _package_bodies_left_out():
            rest = importlib.import_module("kubernetes.client.rest")
        # Before the files are read: a change in between is then seen at the next look.
        self._configuration = configuration
        self._access = access_of(configuration)
        loaded = self._fingerprint()
        self.pool = rest.RESTClientObject(configuration).pool_manager
        self.host: str = str(configuration.host).rstrip("/")
        self._loaded = loaded
        self._authorization = (float("-inf"), None)
        self._look_at = dict.fromkeys((True, False), self._seconds() + _LOOK_SECONDS)

    def _fingerprint(self) -> tuple[tuple[int, int] | None, ...]:
        known = self._configuration
        return tuple(_stamp(name) for name in (self._source, known.ssl_ca_cert, known.cert_file, known.key_file))

    def authorization(self) -> str | None:
        """Return the Authorization header; a rotated ServiceAccount token is read again at most a minute late.

        Raises:
            UnansweredError: If the token cannot be read, or is none; it may be in the middle of being replaced.
        """
        asked_at, known = self._authorization
        now = self._seconds()
        if now >= asked_at + _TOKEN_SECONDS:
            known = self._ask_authorization()
            self._authorization = (now, known)
        return known

    def _ask_authorization(self) -> str | None:
        try:
            found = self._configuration.auth_settings().get("BearerToken")
        except Exception as error:  # a login of any kind may be behind it, with errors of its own
            raise UnansweredError(f"the token cannot be read, is it being replaced? {error}") from error
        if found and found["value"]:
            token = str(found["value"]).strip()
            if not (token.isascii() and token.isprintable()):
                raise UnansweredError("the token holds characters that no header may, is it being replaced?")
            return token
        return None

    @property
    def impersonation(self) -> tuple[tuple[str, str], ...]:
        """The headers that say whom requests act as; a name may be there several times."""
        return self._access.impersonation if self._access is not None else ()


def connect(kubeconfig: str, context: str, *, service_account: str, connections: int) -> Connection:
    """Load the connection settings and make the pool; nothing is sent yet.

    Args:
        kubeconfig: Path of a kubeconfig, empty for the ServiceAccount of the pod.
        context: Context in it, empty for its current one.
        service_account: Folder with the pod's ``token`` and ``ca.crt``; read only without a kubeconfig.
        connections: How many connections are kept.

    Raises:
        SettingsError: If the settings cannot be loaded.
    """

    def load() -> Any:  # noqa: ANN401 - an untyped class of kubernetes
        return _from_kubeconfig(kubeconfig, context) if kubeconfig else _from_pod(service_account)

    return Connection(load, source=kubeconfig, connections=connections)


def _stamp(name: str | None) -> tuple[int, int] | None:
    """Return what changes with a file; None without one. A mounted Secret changes by a link to another file."""
    try:
        found = Path(name).stat() if name else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None


def _from_kubeconfig(path: str, context: str) -> Any:  # noqa: ANN401 - an untyped class of kubernetes
    # In a pod nobody needs it, nor its YAML parser.
    kube = importlib.import_module("platform_status_kube.kubeconfig")
    with _package_bodies_left_out():
        configuration = importlib.import_module("kubernetes.client.configuration").Configuration()
    try:
        kube.access(path, context).configure(configuration)
    except KubeconfigError as error:
        raise SettingsError(f"--kubeconfig: {error}") from error
    return configuration


def _from_pod(service_account: str) -> Any:  # noqa: ANN401 - an untyped class of kubernetes
    with _package_bodies_left_out():
        loader = importlib.import_module("kubernetes.config.incluster_config")
        configuration = importlib.import_module("kubernetes.client.configuration").Configuration()
    try:
        loader.InClusterConfigLoader(
            token_filename=f"{service_account}/token", cert_filename=f"{service_account}/ca.crt"
        ).load_and_set(configuration)
    except (loader.ConfigException, OSError, ValueError) as error:
        raise SettingsError(
            f"no --kubeconfig, and this is not a pod with a ServiceAccount: {error}; give --kubeconfig FILE"
        ) from error
    return configuration


@contextmanager
def _package_bodies_left_out() -> Iterator[None]:
    """Let submodules of ``kubernetes`` be imported without running the ``__init__`` of the packages above them.

    Packages that somebody imported already are left alone, and the empty ones are taken away again at the end, so a
    later ``import kubernetes`` gets the real thing.
    """
    bare = []
    for name in _SKIPPED:
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise SettingsError(
                "the package kubernetes is not installed; install the sidecar with all that it needs, in a checkout of "
                f"{REPOSITORY}: pip install ./schemas ./kube ./sidecar"
            )
        sys.modules[name] = importlib.util.module_from_spec(spec)
        bare.append(name)
    try:
        yield
    finally:
        for name in bare:
            sys.modules.pop(name, None)
