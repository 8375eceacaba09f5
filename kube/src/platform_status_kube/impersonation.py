"""Whom requests act as: the Impersonate headers, byte for byte as client-go sends them."""

import string
from typing import Final

from .entries import User
from .errors import AccessError

__all__ = ["impersonation_headers"]

_PLAIN: Final = frozenset((string.ascii_letters + string.digits + "!#$&'*+-.^_`|~").encode())


def impersonation_headers(user: User) -> tuple[tuple[str, str], ...]:
    """Return the headers, one for each value; the same name may come several times.

    Args:
        user: A user of a kubeconfig.

    Raises:
        AccessError: Something is to be acted as without a user, or cannot be sent.
    """
    if not user.as_user:
        if user.as_uid or user.as_groups or user.as_user_extra:
            raise AccessError("it has as-uid, as-groups or as-user-extra and no `as`; name the user")
        return ()
    found = [("Impersonate-User", user.as_user, "as")]
    found += [("Impersonate-Uid", user.as_uid, "as-uid")] if user.as_uid else []
    found += [("Impersonate-Group", group, "as-groups") for group in user.as_groups]
    for key, values in user.as_user_extra.items():
        found += [(f"Impersonate-Extra-{_escaped(key)}", value, "as-user-extra") for value in values]
    return tuple((name, _sendable(value, field)) for name, value, field in found)


def _escaped(key: str) -> str:
    """Encode what no name of a header may hold by percent, the percent sign itself included."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in key.encode())


def _sendable(value: str, field: str) -> str:
    if any(ord(character) < ord(" ") or character == "\x7f" for character in value):
        raise AccessError(f"its {field} holds a control character, which no header may")
    # A header is bytes; HTTP libraries encode a str as Latin-1, and API servers read UTF-8.
    return value.encode().decode("latin-1")
