"""One question and one answer over HTTP, to a server that is not believed: bounded in time and size, led nowhere else.

Prometheus and the model's endpoint are both asked this way. What goes wrong comes back as `ExchangeError`, whose text
has the address and never a query, a body that was sent, or a secret.
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

__all__ = ["Endpoint", "ExchangeError", "PrometheusAnswer", "QueryFailure", "read_secret"]

_MAX_BYTES: Final = 8 * 1024 * 1024
_MAX_SECRET_BYTES: Final = 64 * 1024
_CHUNK: Final = 64 * 1024
_CONNECT_TIMEOUT: Final = 5.0
_REDIRECTS: Final = range(300, 400)
_SECRET: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)
_HIDDEN: Final = "[secret]"


class QueryFailure(StrEnum):
    """Why there is no answer; a caller may say different things for each."""

    SETTINGS = "settings"
    """What we were told cannot be used: the address, a file."""
    UNREACHABLE = "unreachable"
    """Nobody answered, or not in time."""
    REFUSED = "refused"
    """It does not let us: 401 or 403."""
    BAD_QUERY = "bad query"
    """It does not accept what was asked."""
    UNAVAILABLE = "unavailable"
    """It answered that it cannot answer now: 429 or 5xx."""
    NOT_UNDERSTOOD = "not understood"
    """It answered, but not as what we took it for."""


class ExchangeError(Exception):
    """There is no answer; the text is one line that names the address, what came back and what to do.

    Attributes:
        failure: Which kind of no.
    """

    def __init__(self, text: str, failure: QueryFailure) -> None:
        super().__init__(text)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class PrometheusAnswer:
    """What came back.

    Attributes:
        status: The HTTP status, no redirect.
        body: Its bytes, at most 8 MiB.
    """

    status: int
    body: bytes = field(repr=False)
    _secret: str = field(default="", repr=False)

    def excerpt(self, limit: int = 160) -> str:
        """Return the head of the body as one inert line, for an error."""
        return self.redact(self.body[: limit * 16].decode("utf-8", "replace"), limit)

    def redact(self, text: object, limit: int = 160) -> str:
        """Make a text of the answer inert, and hide the secret that was sent, should the server send it back."""
        return _redacted(text, self._secret, limit)


def _redacted(text: object, secret: str, limit: int = 160) -> str:
    known = text if isinstance(text, str) else ""
    return clean(known.replace(secret, _HIDDEN) if secret else known, limit)


class Endpoint:
    """One server.

    Args:
        address: Base URL, with the path that it is served below.
        what: What is expected there, as an error calls it: ``Prometheus``.
        ca_file: The authorities that are trusted; None: those of the machine.
        timeout_seconds: For each silence before the answer begins, and for the whole of its body; connecting has five
            seconds at most.

    Raises:
        ExchangeError: The address or the file cannot be used.

    Attributes:
        url: The address without a trailing slash.
    """

    def __init__(
        self, address: str, *, what: str, ca_file: str | Path | None = None, timeout_seconds: float = 10.0
    ) -> None:
        self._what = what
        self.url, self._confidential = _parsed(address, what)
        self._seconds = timeout_seconds
        connect = min(timeout_seconds, _CONNECT_TIMEOUT)
        self._pool = urllib3.PoolManager(
            ssl_context=_trusting(ca_file, what) if self.url.startswith("https:") else None,
            timeout=urllib3.Timeout(connect=connect, read=timeout_seconds),
            retries=False,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        secret: str = "",
        accept: str = "application/json",
    ) -> PrometheusAnswer:
        """Ask once; no redirect is followed.

        Args:
            method: GET or POST.
            path: Below the address, with its slash.
            query: Of the URL.
            body: JSON to send.
            secret: A bearer token; as `read_secret` has checked it.
            accept: The media type that is understood.

        Raises:
            ExchangeError: There is no answer, it is too long, or it points elsewhere.
        """
        if secret and not self._confidential:
            raise ExchangeError(
                f"{self._what} {self.url}: a secret is not sent over plain HTTP to another machine; use https://",
                QueryFailure.SETTINGS,
            )
        headers = {"Accept": accept, "User-Agent": "platform-status-assistant"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        deadline = time.monotonic() + self._seconds
        try:
            response = self._pool.request(
                method,
                f"{self.url}{path}" + (f"?{urlencode(query)}" if query else ""),
                body=body,
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
            raise ExchangeError(self._unreached(error), QueryFailure.UNREACHABLE) from None
        if response.status in _REDIRECTS:
            place = response.headers.get("Location", "nowhere").partition("?")[0]  # what was asked may stand behind it
            elsewhere = _redacted(place, secret)
            raise ExchangeError(
                f"{self._what} {self.url} answered {response.status} and points to {elsewhere}, which is not followed; "
                "give the address that answers by itself",
                QueryFailure.NOT_UNDERSTOOD,
            )
        # A server that sends our secret back shall not have it carried into a prompt or a log.
        return PrometheusAnswer(
            response.status, content.replace(secret.encode(), _HIDDEN.encode()) if secret else content, secret
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        found = bytearray()
        while piece := response.read1(_CHUNK):
            found += piece
            if len(found) > _MAX_BYTES:
                raise ExchangeError(
                    f"{self._what} {self.url} answered more than {_MAX_BYTES // 1024**2} MiB; ask for less",
                    QueryFailure.NOT_UNDERSTOOD,
                )
            if time.monotonic() > deadline:
                raise ExchangeError(self._late(), QueryFailure.UNREACHABLE)
        return bytes(found)

    def _late(self) -> str:
        return f"{self._what} {self.url} did not answer within {self._seconds:g} s; ask for less, or allow it more"

    def _unreached(self, error: Exception) -> str:
        if isinstance(error, urllib3.exceptions.ReadTimeoutError):
            return self._late()
        if isinstance(error, (urllib3.exceptions.SSLError, ssl.SSLError)):
            return f"{self._what} {self.url}: no TLS with it: {_cause(error)}; name the authority of its certificate"
        return f"{self._what} {self.url} cannot be reached: {_cause(error)}; check the address, and that it runs"


def read_secret(file: str | Path, what: str) -> str:
    """Read a secret of one line, such as a bearer token.

    Args:
        file: Where it is.
        what: What it is, as an error calls it: ``the token of Prometheus``.

    Raises:
        ExchangeError: It cannot be read or is none; the text never has a part of it.
    """
    try:
        with Path(file).open("rb") as stream:
            held = stream.read(_MAX_SECRET_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ExchangeError(
            f"{what}: {clean(str(file), 300)} cannot be read: {_cause(error)}; name a file that can",
            QueryFailure.SETTINGS,
        ) from None
    secret = held.decode("ascii", "replace").strip()
    if len(held) > _MAX_SECRET_BYTES or not _SECRET.fullmatch(secret):
        raise ExchangeError(
            f"{what}: {clean(str(file), 300)} holds no secret of one line of printable ASCII; write it there alone",
            QueryFailure.SETTINGS,
        )
    return secret


def _parsed(address: str, what: str) -> tuple[str, bool]:
    """Return the base URL, and whether a secret may be sent there."""
    # What cannot be taken apart may hold a password or a token anywhere, and then it is not repeated.
    odd = next((char for char in "@?#" if char in address), "")
    shown = f"with {odd!r} in it" if odd else repr(clean(address, 200))
    expected = f"{what}: address {shown}: expected http://HOST[:PORT] or https://HOST[:PORT]"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ExchangeError(expected, QueryFailure.SETTINGS) from None
    if parts.username is not None or parts.password is not None:
        raise ExchangeError(
            f"{what}: the address has credentials in it; leave them out and name a file with a token",
            QueryFailure.SETTINGS,
        )
    plain = address.isascii() and address.isprintable() and not any(char in address for char in " \\?#")
    if parts.scheme not in {"http", "https"} or not host or port == 0 or not plain:
        raise ExchangeError(expected, QueryFailure.SETTINGS)
    return address.rstrip("/"), parts.scheme == "https" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trusting(ca_file: str | Path | None, what: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ExchangeError(
            f"{what}: {clean(str(ca_file), 300)} holds no certificates that can be used: {_cause(error)}; name a file "
            "of PEM certificates",
            QueryFailure.SETTINGS,
        ) from None


def _cause(error: BaseException) -> str:
    """Return what the operating system said, without urllib3's objects around it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return clean(seen.verify_message, 200)
        if isinstance(seen, OSError) and seen.strerror:
            return clean(seen.strerror, 200)
        seen = seen.__cause__ or seen.__context__
    return clean(str(error).rpartition(": ")[2], 200) or type(error).__name__
