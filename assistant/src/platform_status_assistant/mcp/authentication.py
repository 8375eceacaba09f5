"""Who may ask over HTTP: whoever bears the token of a file. The token is never an argument and never logged."""

import hmac
import os
import stat
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from hctl.public.facts import UsageError, inert

__all__ = ["Authenticated", "bears", "read_token"]

_SHORTEST, _LONGEST = 16, 4096
_PRINTABLE = range(0x21, 0x7F)
_BEARER = b"bearer "

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def read_token(path: Path) -> bytes:
    """Read the token of a file that others can neither read nor write.

    Raises:
        UsageError: It cannot be read, is open to others, or holds no usable token.
    """
    shown = inert(str(path), 400)
    try:
        with path.open("rb") as file:
            # Of the open file, not of its path: it cannot be exchanged between the look and the reading.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(_LONGEST + 1).strip()
    except OSError as error:
        raise UsageError(
            f"--token-file {shown}: {error.strerror or 'cannot be read'}; expected a file to read"
        ) from None
    if mode & 0o007:
        raise UsageError(f"--token-file {shown}: mode {mode:04o} opens it to everybody; chmod it to 0600 or 0640")
    if not _SHORTEST <= len(text) <= _LONGEST or not all(byte in _PRINTABLE for byte in text):
        raise UsageError(
            f"--token-file {shown}: holds no usable token; expected {_SHORTEST} to {_LONGEST} printable ASCII "
            "characters without a space"
        )
    return text


def bears(headers: list[tuple[bytes, bytes]], token: bytes) -> bool:
    """Tell whether a request's headers bear the token; two Authorization headers bear none."""
    given = [value for name, value in headers if name.lower() == b"authorization"]
    if len(given) != 1 or given[0][: len(_BEARER)].lower() != _BEARER:
        return False
    return hmac.compare_digest(given[0][len(_BEARER) :].strip(), token)


class Authenticated:
    """An ASGI application before which every HTTP request must bear the token."""

    def __init__(self, application: Application, token: bytes) -> None:
        self._application = application
        self._token = token

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the server's own start and stop on, and a request only with the token."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and bears(scope["headers"], self._token)):
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            headers = [(b"www-authenticate", b'Bearer realm="platform-status-mcp"'), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.close", "code": 1008})
