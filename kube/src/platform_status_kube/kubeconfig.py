"""Turns a context into the settings of a client: connection, credentials and impersonation."""

import atexit
import base64
import binascii
import functools
import hashlib
import os
import shutil
import ssl
import string
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from .access import NOBODY_ELSE, Access, ActAs
from .credentials import authorization_of, check_methods, is_static
from .entries import Cluster, User
from .errors import AccessError, one_line
from .files import Chosen, choose
from .plugin import Credential, run_plugin
from .proxies import chosen_proxy, proxy_headers

__all__ = ["access"]

_PLAIN: Final = frozenset((string.ascii_letters + string.digits + "!#$&'*+-.^_`|~").encode())


def impersonation_headers(user: User) -> tuple[tuple[str, str], ...]:
    """Return the Impersonate headers, one for each value; a name may occur several times.

    Args:
        user: A user of a kubeconfig.

    Raises:
        AccessError: A UID, group or extra is set without a user, or a value cannot be sent.
    """
    if not user.as_user:
        if user.as_uid or user.as_groups or user.as_user_extra:
            raise AccessError("it has as-uid, as-groups or as-user-extra but no `as`; set the user")
        return ()
    found = [("Impersonate-User", user.as_user, "as")]
    found += [("Impersonate-Uid", user.as_uid, "as-uid")] if user.as_uid else []
    found += [("Impersonate-Group", group, "as-groups") for group in user.as_groups]
    for key, values in user.as_user_extra.items():
        found += [(f"Impersonate-Extra-{_escaped(key)}", value, "as-user-extra") for value in values]
    return tuple((name, _sendable(value, field)) for name, value, field in found)


def _escaped(key: str) -> str:
    """Percent-encode the characters that a header name cannot hold, and the percent sign itself."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in key.encode())


def _sendable(value: str, field: str) -> str:
    if any(ord(character) < ord(" ") or character == "\x7f" for character in value):
        raise AccessError(f"its {field} has a control character, which a header cannot hold")
    # A header is bytes; HTTP libraries encode a str as Latin-1, and API servers read UTF-8.
    return value.encode().decode("latin-1")


def access(path: str, context: str = "", act_as: ActAs = NOBODY_ELSE) -> Access:
    """Read a kubeconfig as kubectl does; a credential plugin runs now.

    Args:
        path: The file; several are joined by the path separator.
        context: Name of the context, empty for the current one.
        act_as: The user and groups to impersonate, instead of those in the file.

    Raises:
        AccessError: A field is not supported, or the credentials cannot be obtained.
    """
    chosen = choose(path, context)
    try:
        return _access(chosen, act_as)
    except AccessError as error:
        raise AccessError(f"kubeconfig {one_line(path)} cannot be used: {error}") from error


def _access(chosen: Chosen, act_as: ActAs) -> Access:
    cluster, user = chosen.cluster, _acting(chosen.user, act_as)
    with _naming("cluster", chosen.cluster_name):
        server = _server(cluster)
        authority = _authority(cluster)
        proxy = chosen_proxy(server, cluster.proxy_url)
    with _naming("user", chosen.user_name):
        impersonation = impersonation_headers(user)
        check_methods(user)
        found = Credential()
        if user.plugin is not None and not is_static(user):
            found = run_plugin(user.plugin, cluster)
        certificate = _certificate(user, found)
        authorization = authorization_of(user, found.token)
        if certificate is None and authorization() is None and server.startswith("https:"):
            raise AccessError("it has no credentials, and requests are never sent anonymously; log in again")
        repeated = len({name.lower() for name, _ in impersonation}) < len(impersonation)
        if proxy and repeated and server.startswith("http:"):
            raise AccessError("several groups cannot be sent over a proxy to a server without TLS")
    return Access(
        server,
        authority,
        certificate,
        authorization,
        impersonation,
        context=chosen.context,
        namespace=chosen.namespace,
        verify=not cluster.insecure_skip_tls_verify,
        tls_server_name=cluster.tls_server_name,
        proxy=proxy,
        proxy_headers=proxy_headers(proxy),
        expires=found.expiration_timestamp,
    )


def _acting(user: User, act_as: ActAs) -> User:
    # As kubectl's overrides: each flag replaces its own field only.
    named = {"as_user": act_as.user, "as_groups": list(act_as.groups)}
    return replace(user, **{field: value for field, value in named.items() if value})


@contextmanager
def _naming(what: str, name: str) -> Iterator[None]:
    try:
        yield
    except AccessError as error:
        raise AccessError(f"{what} {one_line(name)!r}: {error}") from error


def _server(cluster: Cluster) -> str:
    server = cluster.server.rstrip("/")
    try:
        parts = urlsplit(server)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known or not server.isprintable() or " " in server:
        raise AccessError(f"found the server {one_line(cluster.server)!r}, expected https://HOST:PORT")
    return server


def _authority(cluster: Cluster) -> str | None:
    found = _file(cluster.certificate_authority, cluster.certificate_authority_data, "certificate-authority")
    if found is None:
        return None
    if cluster.insecure_skip_tls_verify:
        raise AccessError("certificate-authority and insecure-skip-tls-verify are mutually exclusive; remove one")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=found)
    except (ssl.SSLError, ValueError) as error:
        raise AccessError("its certificate-authority is not a PEM certificate") from error
    except OSError as error:
        raise AccessError(f"certificate-authority {one_line(found)} cannot be read: {error.strerror}") from error
    return found


def _certificate(user: User, brought: Credential) -> tuple[str, str] | None:
    certificate = _file(user.client_certificate, user.client_certificate_data, "client-certificate")
    key = _file(user.client_key, user.client_key_data, "client-key")
    if brought.client_certificate_data:
        certificate = _temporary(brought.client_certificate_data.encode())
        key = _temporary(brought.client_key_data.encode())
    if certificate is None:
        return None
    if key is None:
        raise AccessError("it has a client-certificate but no client-key")

    def refuse() -> str:
        raise ValueError

    try:
        # OpenSSL would prompt on the terminal for the passphrase of an encrypted key.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, refuse)
    except (ssl.SSLError, ValueError) as error:
        raise AccessError("client-certificate and client-key are not a PEM pair without a passphrase") from error
    except OSError as error:
        raise AccessError(f"{_unreadable(certificate, key)} cannot be read: {error.strerror}") from error
    return certificate, key


def _unreadable(*files: str) -> str:
    # OpenSSL does not report which of the two is the cause.
    return " or ".join(one_line(file) for file in files if not os.access(file, os.R_OK)) or "its client-certificate"


def _file(path: str, content: str, field: str) -> str | None:
    """Return a file for a value that is named or inline; as with kubectl, the inline value takes precedence."""
    if not content:
        return path or None
    try:
        return _temporary(base64.b64decode("".join(content.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        raise AccessError(f"its {field}-data is not base64") from error


@functools.cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="platform-status-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _temporary(content: bytes) -> str:
    """Write a file that only its owner may read, for TLS libraries that need a path; removed with the process."""
    path = _folder() / hashlib.sha256(content).hexdigest()
    if not path.exists():
        descriptor, fresh = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(fresh).rename(path)
    return str(path)
