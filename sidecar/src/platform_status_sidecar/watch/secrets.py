"""Polls whether each Secret exists; it requests only the metadata, so the data never leaves the API server.

Every 5 s rising to 60 s while it is missing or forbidden, every 60 s once it exists (design.md section 7).

The cost of a poll is mostly that of waking up: a thread that resumes with cold CPU caches takes several times as long
for the same code. So existing Secrets are polled in batches, at the ticks of a slow clock.
"""

import math
import random
from typing import Final
from urllib.parse import quote

import msgspec

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.observation import Absent, Present, SecretSeen, Unreadable
from platform_status_contract.sources.secrets.record import decode_secret
from platform_status_kube.errors import NotFoundError, ThrottledError, TransportError
from platform_status_kube.transport import Transport
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.queue import DueLook
from platform_status_sidecar.store import SecretReading, Store

from .reflector import reason_of

__all__ = ["SecretPolls"]

_PATH: Final = "/api/v1/namespaces/{}/secrets/{}"
_MIN_INTERVAL: Final = 5.0
_MAX_INTERVAL: Final = 60.0
_GROWTH: Final = 1.5
_JITTER: Final = 0.1
_TICK_INTERVAL: Final = 5.0
"""Seconds between two batches; a thousand Secrets make twelve batches of 83, polled one after the other."""


class SecretPolls:
    """Polls each Secret that a request observes, in `workers.Worker` threads."""

    def __init__(self, *, transport: Transport, store: Store, clock: TimeSource) -> None:
        self._transport = transport
        self._store = store
        self._clock = clock
        self._delays: dict[Key, float] = {}

    def ask(self, key: Key) -> tuple[DueLook, ...]:
        """Poll one Secret, store the result, and return when to poll again: never, if no request observes it."""
        if not self._store.is_secret_wanted(key):
            self._delays.pop(key, None)
            return ()
        before = self._store.secret(key)
        reading, at_least = self._look(key, before)
        self._store.put_secret(key, reading)
        if isinstance(reading, Present):
            self._delays.pop(key, None)
            return (DueLook(self._tick(_MAX_INTERVAL if reading == before else _MAX_INTERVAL * random.random())),)  # noqa: S311 - spreads load
        delay = self._delays.get(key, _MIN_INTERVAL)
        self._delays[key] = min(delay * _GROWTH, _MAX_INTERVAL)
        wait = max(delay * (1 - _JITTER * random.random()), at_least)  # noqa: S311 - spreads load
        return (DueLook(self._clock.monotonic() + wait),)

    def _tick(self, delay: float) -> float:
        """Return the moment of the last tick within the delay, or of the next one if there is none.

        The first delay spreads a thousand Secrets that were all found at once over the ticks of a minute; then each
        keeps its tick.
        """
        now = self._clock.monotonic()
        return max(math.floor((now + delay) / _TICK_INTERVAL), math.floor(now / _TICK_INTERVAL) + 1) * _TICK_INTERVAL

    def _look(self, key: Key, before: SecretReading | None) -> tuple[SecretReading, float]:
        namespace, name = key
        try:
            path = _PATH.format(quote(namespace, safe=""), quote(name, safe=""))
            found = self._transport.get(path, metadata_only=True)
        except NotFoundError:
            return Absent(), 0.0
        except TransportError as error:
            at_least = (error.retry_after or 0.0) if isinstance(error, ThrottledError) else 0.0
            return self._unreadable(before, reason_of(error)), at_least
        return Present(_seen(name, found)), 0.0

    def _unreadable(self, before: SecretReading | None, reason: Reason) -> SecretReading:
        if isinstance(before, Unreadable):
            return Unreadable(reason, before.since, before.last)
        return Unreadable(reason, self._clock.now(), before)


def _seen(name: str, body: bytes) -> SecretSeen:
    """Decode its metadata; of a body that is not an object only the existence counts."""
    try:
        record = decode_secret(body)
    except msgspec.DecodeError:
        record = None
    return SecretSeen(name, record.deleted, record.owner) if record else SecretSeen(name)
