"""The Authorization header: selects the method of a user and returns its present value; few imports, for pods too."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .entries import AuthProvider, User
from .errors import AccessError, one_line

__all__ = ["TokenFile", "authorization_of", "basic", "check_methods", "is_static"]

_EARLY_SECONDS: Final = 10.0
_REREAD_INTERVAL: Final = 10.0


def check_methods(user: User) -> None:
    """Reject what kubectl rejects: methods that are mutually exclusive, and unsupported providers.

    Raises:
        AccessError: With the names of the fields.
    """
    if (user.username or user.password) and (user.token or user.token_file):
        raise AccessError("a token and username/password are mutually exclusive; remove one")
    if user.password and not user.username:
        raise AccessError("it has a password but no username")
    if ":" in user.username:
        raise AccessError("its username has a colon, which basic authentication cannot send")
    if user.auth_provider is not None and user.plugin is not None:
        raise AccessError("auth-provider and exec are mutually exclusive; remove one")
    if user.auth_provider is not None and user.auth_provider.name != "oidc":
        name = one_line(user.auth_provider.name)
        raise AccessError(f"auth-provider {name!r} is not supported; use a credential plugin (exec)")


def is_static(user: User) -> bool:
    """Whether the kubeconfig itself holds credentials, so that no plugin runs."""
    certificate = user.client_certificate or user.client_certificate_data
    return bool(user.token or user.token_file or user.username or certificate)


def authorization_of(user: User, brought: str) -> Callable[[], str | None]:
    """Return the function that computes the header of each request.

    Args:
        user: The user.
        brought: The token from the plugin; empty without one.

    Raises:
        AccessError: There is no credential now; the returned function raises it later.
    """
    if user.token_file:
        return TokenFile(user.token_file, user.token)
    if user.auth_provider is not None and not user.token and not user.username:
        return _OidcToken(user.auth_provider)
    token = user.token or brought
    header = bearer(token) if token else basic(f"{user.username}:{user.password}") if user.username else None
    return lambda: header


def bearer(token: str) -> str:
    """Return the header for a token.

    Raises:
        AccessError: The token has characters that a header cannot hold.
    """
    bare = token.strip()
    if not bare or not bare.isascii() or not bare.isprintable():
        raise AccessError("its token is empty, or has characters that a header cannot hold")
    return f"Bearer {bare}"


def basic(pair: str) -> str:
    """Return the header for ``name:password``."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


class TokenFile:
    """A bearer token in a file that is replaced at any time; while it cannot be read, the last token is used."""

    def __init__(self, path: str, token: str = "") -> None:
        """Prepare; the file is not read yet.

        Args:
            path: The file.
            token: Used until the file can be read.
        """
        self._path = path
        self._known = bearer(token) if token else ""
        self._until = float("-inf")

    def __call__(self) -> str:
        """Return the header; the file is read again after ten seconds.

        Raises:
            AccessError: The file has never been readable.
        """
        now = time.monotonic()
        if now < self._until:
            return self._known
        try:
            self._known = bearer(Path(self._path).read_text(encoding="utf-8"))
        except (OSError, ValueError, AccessError) as error:
            if not self._known:
                cause = getattr(error, "strerror", None) or one_line(str(error))
                raise AccessError(f"token file {one_line(self._path)}: {cause}") from error
        self._until = now + _REREAD_INTERVAL
        return self._known


class _OidcToken:
    """The ID token that kubectl stored in the kubeconfig; not refreshed here, because that would change the file."""

    def __init__(self, provider: AuthProvider) -> None:
        token = provider.config.get("id-token")
        self._header = bearer(token) if isinstance(token, str) and token else ""
        self._expires = _expiry(token) if isinstance(token, str) else 0.0

    def __call__(self) -> str:
        if not self._header or time.time() + _EARLY_SECONDS >= self._expires:
            state = "has expired" if self._header else "is missing"
            raise AccessError(f"the id-token of auth-provider 'oidc' {state}; any kubectl command renews it")
        return self._header


def _expiry(token: str) -> float:
    """Return the time in a JWT's ``exp``; an unreadable one counts as expired."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return 0.0
