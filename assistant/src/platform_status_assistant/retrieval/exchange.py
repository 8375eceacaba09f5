"""One HTTP request to an untrusted Prometheus, limited in time and size, without redirects.

Every failure is a `PrometheusError`, whose text has the URL, but never a query or a secret.
"""

import ipaddress
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

import urllib3

from platform_status_contract.rules.texts import clean

__all__ = ["Endpoint", "PrometheusAnswer", "PrometheusError", "QueryFailure", "read_secret"]

_MAX_BYTES: Final = 8 * 1024 * 1024
_MAX_SECRET_BYTES: Final = 64 * 1024
_CHUNK: Final = 64 * 1024
_CONNECT_TIMEOUT: Final = 5.0
_REDIRECTS: Final = range(300, 400)
_SECRET: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)
_HIDDEN: Final = "[secret]"


class QueryFailure(StrEnum):
    """Why there is no result, for callers with a message for each case."""

    SETTINGS = "settings"
    """The URL or a file in the settings cannot be used."""
    UNREACHABLE = "unreachable"
    """No response, or not in time."""
    REFUSED = "refused"
    """401 or 403: access denied."""
    BAD_QUERY = "bad query"
    """The query is invalid."""
    UNAVAILABLE = "unavailable"
    """429 or 5xx: a retry may succeed."""
    NOT_UNDERSTOOD = "not understood"
    """The response is not from a Prometheus."""


class PrometheusError(Exception):
    """Prometheus returned no result; the message is one line with the URL, the response and the fix.

    Attributes:
        failure: The kind of failure.
    """

    def __init__(self, text: str, failure: QueryFailure) -> None:
        super().__init__(text)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class PrometheusAnswer:
    """The response.

    Attributes:
        status: The HTTP status, never a redirect.
        body: The body, at most 8 MiB.
    """

    status: int
    body: bytes = field(repr=False)
    _secret: str = field(default="", repr=False)

    def excerpt(self, limit: int = 160) -> str:
        """Return the beginning of the body as one inert line, for an error."""
        return self.redact(self.body[: limit * 16].decode("utf-8", "replace"), limit)

    def redact(self, text: object, limit: int = 160) -> str:
        """Return a text of the response inert, with the sent secret masked, because a server may echo it."""
        return _redacted(text, self._secret, limit)


def _redacted(text: object, secret: str, limit: int = 160) -> str:
    known = text if isinstance(text, str) else ""
    return clean(known.replace(secret, _HIDDEN) if secret else known, limit)


class Endpoint:
    """One server.

    Args:
        address: Base URL, including a path prefix.
        ca_file: CA certificates to trust; None for those of the system.
        timeout_seconds: Timeout for each read before the response begins, and for its whole body; connecting has at
            most five seconds.

    Raises:
        PrometheusError: The URL or the file cannot be used.

    Attributes:
        url: The URL without a trailing slash.
    """

    def __init__(self, address: str, *, ca_file: str | Path | None, timeout_seconds: float) -> None:
        self.url, self._confidential = _parsed(address)
        self._seconds = timeout_seconds
        connect = min(timeout_seconds, _CONNECT_TIMEOUT)
        self._pool = urllib3.PoolManager(
            ssl_context=_trusting(ca_file) if self.url.startswith("https:") else None,
            timeout=urllib3.Timeout(connect=connect, read=timeout_seconds),
            retries=False,
        )

    def ask(self, path: str, query: Mapping[str, str], secret: str = "") -> PrometheusAnswer:
        """Send one request; redirects are not followed.

        Args:
            path: Path below the base URL, with its slash.
            query: Query parameters.
            secret: Bearer token, checked by `read_secret`.

        Raises:
            PrometheusError: No response, one that is too large, or a redirect.
        """
        if secret and not self._confidential:
            raise PrometheusError(
                f"Prometheus {self.url}: a secret is not sent over plain HTTP to another machine; use https://",
                QueryFailure.SETTINGS,
            )
        headers = {"Accept": "application/json", "User-Agent": "platform-status-assistant"}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        deadline = time.monotonic() + self._seconds
        try:
            response = self._pool.request(
                "GET",
                f"{self.url}{path}?{urlencode(query)}",
                headers=headers,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                content = self._read(response, deadline)
            finally:
                response.close()
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            raise PrometheusError(self._unreached(error), QueryFailure.UNREACHABLE) from None
        if response.status in _REDIRECTS:
            place = response.headers.get("Location", "nowhere").partition("?")[0]  # the query may hold our expression
            elsewhere = _redacted(place, secret)
            raise PrometheusError(
                f"Prometheus {self.url} returned {response.status}, a redirect to {elsewhere}, which is not followed; "
                "give the final URL",
                QueryFailure.NOT_UNDERSTOOD,
            )
        # A server may echo the secret, which must not reach a prompt or a log.
        return PrometheusAnswer(
            response.status, content.replace(secret.encode(), _HIDDEN.encode()) if secret else content, secret
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        found = bytearray()
        while piece := response.read1(_CHUNK):
            found += piece
            if len(found) > _MAX_BYTES:
                raise PrometheusError(
                    f"Prometheus {self.url} returned more than {_MAX_BYTES // 1024**2} MiB; narrow the query",
                    QueryFailure.NOT_UNDERSTOOD,
                )
            if time.monotonic() > deadline:
                raise PrometheusError(self._late(), QueryFailure.UNREACHABLE)
        return bytes(found)

    def _late(self) -> str:
        return (
            f"Prometheus {self.url} did not respond within {self._seconds:g} s; narrow the query, or raise the timeout"
        )

    def _unreached(self, error: Exception) -> str:
        if isinstance(error, urllib3.exceptions.ReadTimeoutError):
            return self._late()
        if isinstance(error, (urllib3.exceptions.SSLError, ssl.SSLError)):
            return f"Prometheus {self.url}: TLS failed: {_cause(error)}; set the CA of its certificate"
        return f"Prometheus {self.url} cannot be reached: {_cause(error)}; check the URL, and that it runs"


def read_secret(file: str | Path) -> str:
    """Read the bearer token from a file with one line.

    Args:
        file: Path of the file.

    Raises:
        PrometheusError: The file cannot be read, or has no valid token; the message never quotes it.
    """
    try:
        with Path(file).open("rb") as stream:
            held = stream.read(_MAX_SECRET_BYTES + 1)
    except (OSError, ValueError) as error:
        raise PrometheusError(
            f"the token of Prometheus: {clean(str(file), 300)} cannot be read: {_cause(error)}; give a readable file",
            QueryFailure.SETTINGS,
        ) from None
    secret = held.decode("ascii", "replace").strip()
    if len(held) > _MAX_SECRET_BYTES or not _SECRET.fullmatch(secret):
        raise PrometheusError(
            f"the token of Prometheus: {clean(str(file), 300)} has no token of one line of printable ASCII; "
            "write only the token into it",
            QueryFailure.SETTINGS,
        )
    return secret


def _parsed(address: str) -> tuple[str, bool]:
    """Return the base URL, and whether a secret may be sent to it."""
    # An address that cannot be parsed may contain a password or a token anywhere, so it is not quoted.
    odd = next((char for char in "@?#" if char in address), "")
    shown = f"with {odd!r} in it" if odd else repr(clean(address, 200))
    expected = f"Prometheus: address {shown}: expected http://HOST[:PORT] or https://HOST[:PORT]"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PrometheusError(expected, QueryFailure.SETTINGS) from None
    if parts.username is not None or parts.password is not None:
        raise PrometheusError(
            "Prometheus: the URL has credentials in it; remove them and give a file with a token",
            QueryFailure.SETTINGS,
        )
    plain = address.isascii() and address.isprintable() and not any(char in address for char in " \\?#")
    if parts.scheme not in {"http", "https"} or not host or port == 0 or not plain:
        raise PrometheusError(expected, QueryFailure.SETTINGS)
    return address.rstrip("/"), parts.scheme == "https" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trusting(ca_file: str | Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise PrometheusError(
            f"Prometheus: {clean(str(ca_file), 300)} has no valid certificates: {_cause(error)}; give a "
            "file of PEM certificates",
            QueryFailure.SETTINGS,
        ) from None


def _cause(error: BaseException) -> str:
    """Return the error of the operating system, without urllib3's wrappers."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return clean(seen.verify_message, 200)
        if isinstance(seen, OSError) and seen.strerror:
            return clean(seen.strerror, 200)
        seen = seen.__cause__ or seen.__context__
    return clean(str(error).rpartition(": ")[2], 200) or type(error).__name__
