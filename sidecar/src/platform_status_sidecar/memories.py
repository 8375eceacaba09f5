"""The state that is kept about a request between two turns; a restart may lose it without harm.

Belongs here: what this process did about a request. May not: anything that a status depends on; that is stored in the
status itself (``health.since``), so that a restart changes nothing.
"""

import random
from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_kube.errors import RefusedError, ThrottledError, TransportError

from .watch.backoff import Backoff
from .write.pace import Pacing, Stage

__all__ = ["Memories", "Memory"]

_MIN_RETRY_INTERVAL: Final = 1.0
_MAX_RETRY_INTERVAL: Final = 8.0
"""Longest retry interval after a passing failure, so that the status is right within 10 s after the API server
recovers."""
_MAX_REFUSED_INTERVAL: Final = 60.0
"""Longest retry interval after a lasting failure, such as a 422."""


class Memory(Struct, frozen=True):
    """The state of one request.

    Attributes:
        uid: metadata.uid, which distinguishes it from an earlier request of the same name.
        pacing: When it was written.
        backoff: The backoff after failed turns; None after a successful one.
        outdated: The resourceVersion that met a conflict. Nothing is written from it again: a watch that lags or is
            forbidden would return it for ever.
        warned: Whether a warning was logged that the server drops fields of the status.
        told: The phase that we wrote last, and so announced; None if we have not written yet.
        rides_since: Since when a change of lastSyncTime alone waits for the next write; monotonic, None if none does.
        backed_off: Whether it is written at most once a minute (design.md section 6, rule 9).
    """

    uid: str
    pacing: Pacing = Pacing()
    backoff: Backoff | None = None
    outdated: str | None = None
    warned: bool = False
    told: Phase | None = None
    rides_since: float | None = None
    backed_off: bool = False


class Memories:
    """The state of all requests; the queue gives each request to one worker at a time."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """Begin without any request.

        Args:
            chance: Uniform in [0, 1), for jitter.
        """
        self._chance = chance
        self._memories: dict[Key, Memory] = {}

    def of(self, record: RequestRecord) -> Memory:
        """Return the memory of a request; a new request with an old name gets an empty one."""
        memory = self._memories.get(record.key)
        if memory is None or memory.uid != record.uid:
            memory = self._memories[record.key] = Memory(record.uid)
        return memory

    def keep(self, key: Key, memory: Memory) -> None:
        """Store the memory of a request."""
        self._memories[key] = memory

    def is_outdated(self, record: RequestRecord) -> bool:
        """Return whether a write from this resourceVersion met a conflict."""
        memory = self._memories.get(record.key)
        return memory is not None and memory.outdated == record.resource_version

    def drop(self, key: Key) -> None:
        """Drop a request."""
        self._memories.pop(key, None)

    def remembered(self) -> list[Key]:
        """Return every request that has a memory."""
        return list(self._memories)

    def starting(self) -> list[Key]:
        """Return every request for which Kratix was about to start a pipeline in its last turn."""
        return [key for key, memory in list(self._memories.items()) if memory.pacing.stage is Stage.STARTING]

    def succeeded(self, key: Key) -> None:
        """Reset the backoff after a successful turn."""
        memory = self._memories.get(key)
        if memory is not None and memory.backoff is not None:
            self._memories[key] = replace(memory, backoff=None)

    def retry_after(self, key: Key, error: Exception) -> float | None:
        """Return the seconds until a request whose turn failed is retried; None for one without a memory.

        Args:
            key: The request.
            error: Why it failed. A timeout, a conflict or a missing permission passes; a 422 or a defect of ours
                recurs, so its interval grows further.
        """
        memory = self._memories.get(key)
        if memory is None:
            return None
        backoff = memory.backoff or Backoff(first=_MIN_RETRY_INTERVAL, cap=_MAX_REFUSED_INTERVAL, random=self._chance)
        self._memories[key] = replace(memory, backoff=backoff)
        passing = isinstance(error, TransportError) and not isinstance(error, RefusedError)
        asked = error.retry_after if isinstance(error, ThrottledError) else None
        return backoff.delay(asked, at_most=_MAX_RETRY_INTERVAL if passing else _MAX_REFUSED_INTERVAL)
