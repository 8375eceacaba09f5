"""The Authorization header of a token, and of a file whose token is replaced now and then."""

import base64
import time
from pathlib import Path
from typing import Final

from .errors import AccessError, one_line

__all__ = ["TokenFile", "basic", "bearer"]

_REREAD_INTERVAL: Final = 10.0


def bearer(token: str) -> str:
    """Spell the header of a token.

    Raises:
        AccessError: No header can hold it.
    """
    bare = token.strip()
    if not bare or not bare.isascii() or not bare.isprintable():
        raise AccessError("its token holds characters that no header may, or is empty")
    return f"Bearer {bare}"


def basic(pair: str) -> str:
    """Spell the header of ``name:password``."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


class TokenFile:
    """A file whose content changes; while it cannot be read, what was read last counts."""

    def __init__(self, path: str, token: str = "") -> None:
        """Read nothing yet.

        Args:
            path: The file.
            token: What counts until it can be read.
        """
        self._path = path
        self._known = bearer(token) if token else ""
        self._until = float("-inf")

    def __call__(self) -> str:
        """Return the header, from the file as it was ten seconds ago at most.

        Raises:
            AccessError: It could not be read even once.
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
