"""The Authorization header of a user: which method counts, and what it sends at this moment."""

import base64
import json
import time
from collections.abc import Callable
from typing import Final

from .entries import AuthProvider, User
from .errors import AccessError, one_line
from .plugin import Credential
from .tokens import TokenFile, basic, bearer

__all__ = ["authorization_of", "check_methods", "is_static"]

_EARLY_SECONDS: Final = 10.0


def check_methods(user: User) -> None:
    """Refuse what kubectl refuses: methods that exclude each other, and providers that it does not have.

    Raises:
        AccessError: With the names of the fields.
    """
    if (user.username or user.password) and (user.token or user.token_file):
        raise AccessError("a token and username/password exclude each other; remove one")
    if user.password and not user.username:
        raise AccessError("it has a password and no username")
    if ":" in user.username:
        raise AccessError("its username holds a colon, which basic authentication cannot send")
    if user.auth_provider is not None and user.plugin is not None:
        raise AccessError("auth-provider and exec exclude each other; remove one")
    if user.auth_provider is not None and user.auth_provider.name != "oidc":
        name = one_line(user.auth_provider.name)
        raise AccessError(f"auth-provider {name!r} is not supported; use a credential plugin (exec)")


def is_static(user: User) -> bool:
    """Whether the file itself holds credentials: then no plugin is asked."""
    certificate = user.client_certificate or user.client_certificate_data
    return bool(user.token or user.token_file or user.username or certificate)


def authorization_of(user: User, brought: Credential) -> Callable[[], str | None]:
    """Return what is asked for the header before each request.

    Args:
        user: Whose.
        brought: What the plugin brought, if one was asked.

    Raises:
        AccessError: There is none now; the function that is returned raises it later.
    """
    if user.token_file:
        return TokenFile(user.token_file, user.token)
    if user.auth_provider is not None and not user.token and not user.username:
        return _OidcToken(user.auth_provider)
    token = user.token or brought.token
    header = bearer(token) if token else basic(f"{user.username}:{user.password}") if user.username else None
    return lambda: header


class _OidcToken:
    """The ID token that kubectl left in the file. It is not renewed here: that would write into the file."""

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
    """Return the moment of a JWT's ``exp``; one that cannot be read has expired."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return 0.0
