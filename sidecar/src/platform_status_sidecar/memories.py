"""What is remembered of a request between two turns; lost on restart without harm.

Belongs here: notes of one process on its own doings. May not: anything that a status depends on; that stands in the
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
"""A server that writes again is written to within this: the truth in 10 s."""
_MAX_REFUSED_INTERVAL: Final = 60.0
"""What the server refuses by its nature, such as a 422, is tried again this seldom."""


class Memory(Struct, frozen=True):
    """Of one request.

    Attributes:
        uid: Which request of that name.
        pacing: When it was written.
        backoff: How long its last failures made it wait; None after a turn that went well.
        outdated: The resourceVersion that the server called out of date in a conflict. Nothing is written from it
            again: a watch that lags, or may not read, would offer it for ever.
        warned: It was said that the server drops fields of our status.
        told: The phase that we wrote last, and so announced; None if we have not written yet.
        rides_since: Since when a change of lastSyncTime alone waits for the next write; monotonic, None if none does.
        backed_off: It is written once a minute (design.md section 6, rule 9).
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
    """Of all requests; each is used by one worker at a time, as the queue sees to."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """Remember nothing.

        Args:
            chance: Uniform in [0, 1), for jitter.
        """
        self._chance = chance
        self._memories: dict[Key, Memory] = {}

    def of(self, record: RequestRecord) -> Memory:
        """Return the memory of a request, a new one for a new request of an old name."""
        memory = self._memories.get(record.key)
        if memory is None or memory.uid != record.uid:
            memory = self._memories[record.key] = Memory(record.uid)
        return memory

    def keep(self, key: Key, memory: Memory) -> None:
        """Remember."""
        self._memories[key] = memory

    def is_outdated(self, record: RequestRecord) -> bool:
        """Say whether the server has called this very state out of date."""
        memory = self._memories.get(record.key)
        return memory is not None and memory.outdated == record.resource_version

    def drop(self, key: Key) -> None:
        """Forget a request."""
        self._memories.pop(key, None)

    def remembered(self) -> list[Key]:
        """Name every request that is remembered."""
        return list(self._memories)

    def starting(self) -> list[Key]:
        """Name every request of which Kratix was about to start a pipeline when it was looked at last."""
        return [key for key, memory in list(self._memories.items()) if memory.pacing.stage is Stage.STARTING]

    def succeeded(self, key: Key) -> None:
        """Note that a turn went well: the next failure waits as if it were the first."""
        memory = self._memories.get(key)
        if memory is not None and memory.backoff is not None:
            self._memories[key] = replace(memory, backoff=None)

    def retry_after(self, key: Key, error: Exception) -> float | None:
        """Return the seconds until a request whose turn failed has its next, None for one that is not remembered.

        Args:
            key: The request.
            error: Why it failed. Silence, conflicts and missing permissions pass; a 422 or a defect is still there the
                next time, and waits longer and longer.
        """
        memory = self._memories.get(key)
        if memory is None:
            return None
        backoff = memory.backoff or Backoff(first=_MIN_RETRY_INTERVAL, cap=_MAX_REFUSED_INTERVAL, random=self._chance)
        self._memories[key] = replace(memory, backoff=backoff)
        passing = isinstance(error, TransportError) and not isinstance(error, RefusedError)
        asked = error.retry_after if isinstance(error, ThrottledError) else None
        return backoff.delay(asked, at_most=_MAX_RETRY_INTERVAL if passing else _MAX_REFUSED_INTERVAL)
