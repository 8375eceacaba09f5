"""A connection to one API server: its settings, its connection pool, and the present credentials."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import parse_url

from .access import NOBODY_ELSE, Access, ActAs
from .errors import AccessError, CredentialsError
from .pod import SERVICE_ACCOUNT, pod_access

__all__ = ["Connection", "connect"]

_LOOK_INTERVAL: Final = 10.0
_log = logging.getLogger(__name__)


class Connection:
    """A connection as one user; thread-safe.

    Credentials rotate: if one of their files changes, or they expire, they are loaded again, with a new pool; open
    watches continue on the old pool until they end.

    Attributes:
        access: The settings that were loaded last.
        pool: A pool with the TLS settings of `access`.
    """

    def __init__(
        self,
        load: Callable[[], Access],
        *,
        source: str = "",
        connections: int = 10,
        look_interval: float = _LOOK_INTERVAL,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load the settings; nothing is sent yet.

        Args:
            load: Loads the settings.
            source: A file whose change causes a reload, in addition to the files of the TLS settings.
            connections: Size of the pool.
            look_interval: Seconds between two checks of the files.
            seconds: A monotonic clock.

        Raises:
            AccessError: The settings cannot be loaded.
        """
        self._load = load
        self._source = source
        self._connections = connections
        self._interval = look_interval
        self._seconds = seconds
        self._lock = threading.Lock()
        self._look_at: dict[bool, float] = {}
        self._use(load())

    def refresh(self, *, doubted: bool = False) -> None:
        """Reload the credentials if they expired or one of their files changed; checks every few seconds at most.

        Args:
            doubted: The server rejected them: reload them in any case, at the same interval.

        Raises:
            CredentialsError: They expired, and loading new ones failed.
        """
        with self._lock:
            now = self._seconds()
            if now < self._look_at[doubted]:
                return
            self._look_at[doubted] = now + self._interval
            expired = self.access.expired
            if not doubted and not expired and self._fingerprint(self.access) == self._loaded:
                return
            try:
                self._use(self._load())
            except (AccessError, ValueError, OSError) as error:
                if expired:
                    raise CredentialsError(str(error), said=str(error)) from error
                # The file is being written at this moment.
                _log.warning("Cannot load the changed credentials yet, keeping the old", extra={"cause": str(error)})
                return
            _log.log(logging.DEBUG if doubted else logging.INFO, "Loaded the credentials anew")

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers that authenticate a request; a name may occur several times.

        Raises:
            CredentialsError: A credentials file cannot be read; it may be in the middle of being replaced.
        """
        access = self.access
        try:
            authorization = access.authorization()
        except AccessError as error:
            raise CredentialsError(str(error), said=str(error)) from error
        own = [("Authorization", authorization)] if authorization else []
        return own + list(access.impersonation)

    def dial(self, timeout: float) -> HTTPConnection:
        """Open a connection outside of the pool; only possible without a proxy.

        Args:
            timeout: Seconds.

        Raises:
            OSError: It cannot be opened; also `urllib3.exceptions.HTTPError`.
        """
        url = parse_url(self.access.server)
        host = (url.host or "").strip("[]")
        opened: HTTPConnection
        if url.scheme == "https":
            opened = HTTPSConnection(host, url.port, timeout=timeout, **_tls(self.access))
        else:
            opened = HTTPConnection(host, url.port, timeout=timeout)
        try:
            opened.connect()
        except BaseException:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Close the connections of the pool."""
        self.pool.clear()

    def _use(self, access: Access) -> None:
        # Before the files are read, so that the next check detects a change in between.
        loaded = self._fingerprint(access)
        if not access.verify:
            # The kubeconfig asks for it, and kubectl does not warn either.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        # A retry could create an object twice; the callers decide about retries.
        options: dict[str, Any] = {"maxsize": self._connections, "retries": False, **_tls(access)}
        if access.proxy:
            self.pool: urllib3.PoolManager = urllib3.ProxyManager(
                access.proxy, proxy_headers=access.proxy_headers, **options
            )
        else:
            self.pool = urllib3.PoolManager(**options)
        self.access = access
        self._loaded = loaded
        self._look_at = dict.fromkeys((True, False), self._seconds() + self._interval)

    def _fingerprint(self, access: Access) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp(name) for name in (self._source, access.authority, *(access.certificate or ())))


def connect(
    kubeconfig: str = "",
    context: str = "",
    *,
    act_as: ActAs = NOBODY_ELSE,
    account: Path = SERVICE_ACCOUNT,
    environment: Mapping[str, str] = os.environ,
    connections: int = 10,
    look_interval: float = _LOOK_INTERVAL,
) -> Connection:
    """Load the settings from a kubeconfig, else from the pod; nothing is sent yet, but a credential plugin runs now.

    Args:
        kubeconfig: Path of a kubeconfig, several joined by the path separator; empty for the ServiceAccount of the pod.
        context: Context in it, empty for its current one; a reload of the credentials keeps the context.
        act_as: The user and groups to impersonate, instead of those in the kubeconfig.
        account: Folder with the pod's ``token`` and ``ca.crt``; read only without a kubeconfig.
        environment: Environment variables, which hold the address of a pod's API server.
        connections: Size of the pool.
        look_interval: Seconds between two checks of the files of the credentials.

    Raises:
        AccessError: The settings cannot be loaded.
    """
    if not kubeconfig:
        if act_as != NOBODY_ELSE:
            raise AccessError("impersonation is possible only with a kubeconfig")
        return Connection(
            lambda: pod_access(environment, account), connections=connections, look_interval=look_interval
        )
    # Imported here, because a pod needs neither this module nor its YAML parser.
    from .kubeconfig import access  # noqa: PLC0415 - see above

    chosen = context

    def load() -> Access:
        nonlocal chosen
        found = access(kubeconfig, chosen, act_as)
        chosen = found.context
        return found

    return Connection(load, source=kubeconfig, connections=connections, look_interval=look_interval)


def _tls(access: Access) -> dict[str, Any]:
    certificate, key = access.certificate or (None, None)
    return {
        "server_hostname": access.tls_server_name or None,
        "cert_reqs": "CERT_REQUIRED" if access.verify else "CERT_NONE",
        "ca_certs": access.authority,
        "cert_file": certificate,
        "key_file": key,
    }


def _stamp(name: str | None) -> tuple[int, int] | None:
    """Return values that change with a file, None without one; stat follows the link that a mounted Secret replaces."""
    try:
        found = Path(name).stat() if name else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None
