"""How many connections one address may hold, and for how long one may be silent: nobody keeps others out by waiting.

uvicorn counts connections of all addresses together, so a hundred idle ones of a stranger would be an outage.
"""

import asyncio
from collections import Counter
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["MAX_CONNECTIONS", "MAX_OF_ADDRESS", "Bounded"]

MAX_OF_ADDRESS: Final = 32
"""Connections of one address; behind a proxy, which is one, so many calls go on at the same time."""

MAX_CONNECTIONS: Final = 512
"""Connections of all addresses; each costs a file of this process."""

_SILENCE_TIMEOUT: Final = 10.0
"""Seconds within which a new connection must have begun a request; after one, uvicorn counts by itself."""


class Bounded(H11Protocol):
    """uvicorn's protocol for one connection, refused where there are too many and closed where nothing is asked."""

    _held: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, or close it at once."""
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._is_held = self._held[self._address] < MAX_OF_ADDRESS and self._held.total() < MAX_CONNECTIONS
        if not self._is_held:
            transport.abort()
            return
        self._held[self._address] += 1
        super().connection_made(transport)
        self._silence = self.loop.call_later(_SILENCE_TIMEOUT, self._end_if_silent)

    def data_received(self, data: bytes) -> None:
        """Take what was sent."""
        if self._is_held:
            super().data_received(data)

    def eof_received(self) -> None:
        """Take the end of what was sent."""
        if self._is_held:
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        if self._is_held:
            self._silence.cancel()
            self._held[self._address] -= 1
            if not self._held[self._address]:
                del self._held[self._address]
            super().connection_lost(exc)

    def _end_if_silent(self) -> None:
        # Half a head is as good as none: it is what is sent one byte a minute.
        cycle: Any = self.cycle
        if cycle is None:
            self.transport.close()
