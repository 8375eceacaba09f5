"""Which phase was told last, and so whether a status that was just written is a transition."""

import threading
from collections.abc import Callable

from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_contract.rules.history import History
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.clock import Clock
from platform_status_sidecar.counts import Counts, EventResult

from .announcement import Announcement, Regarding, of_phase, of_storm
from .budget import Budget

__all__ = ["Announcer"]


class Announcer:
    """Turns written statuses into Events; thread-safe, and never blocks."""

    def __init__(
        self, api_version: str, *, clock: Clock, counts: Counts, send: Callable[[Announcement], bool], budget: Budget
    ) -> None:
        """Prepare.

        Args:
            api_version: ``group/version`` of the requests.
            clock: For eventTime and for the budget.
            counts: For what is dropped.
            send: Takes an Event without blocking; False if it has no room.
            budget: How many there may be.
        """
        self._api_version = api_version
        self._clock = clock
        self._counts = counts
        self._send = send
        self._budget = budget
        self._lock = threading.Lock()
        self._told: dict[Key, tuple[str, Phase]] = {}

    def written(self, record: RequestRecord, history: History, projection: Projection) -> None:
        """Announce a status that was just written, if its phase is another than before.

        Before is what we wrote last. After a restart we do not know that, and take what the status said: it was told
        when it was written. A status that no sidecar ever wrote is adopted in silence: whatever its phase was, the
        change to ours is none of the cluster's doing.

        Args:
            record: The request, as it was read for this write.
            history: What its status said.
            projection: What it says now.
        """
        with self._lock:
            uid, before = self._told.get(record.key, ("", None))
            self._told[record.key] = (record.uid, projection.phase)
        if uid != record.uid:
            before = history.phase
            if before is not None and history.observed_generation is None:
                return
        if before is projection.phase:
            return
        ready = projection.ready
        self._announce(
            record.key,
            of_phase(self._regarding(record), projection.phase, ready.reason, ready.message, self._clock.now()),
        )

    def storm(self, record: RequestRecord, message: str) -> None:
        """Announce that a request is backed off because it was written too often (design.md section 6, rule 9)."""
        self._announce(record.key, of_storm(self._regarding(record), message, self._clock.now()))

    def forget(self, key: Key) -> None:
        """Drop what is known of a request."""
        with self._lock:
            self._told.pop(key, None)
            self._budget.forget(key)

    def _regarding(self, record: RequestRecord) -> Regarding:
        return Regarding(self._api_version, record.kind, record.key, record.uid)

    def _announce(self, key: Key, announcement: Announcement) -> None:
        with self._lock:
            allowed = self._budget.take(key, self._clock.monotonic())
        if not allowed:
            self._counts.events.add(EventResult.OVER_BUDGET.value)
        elif not self._send(announcement):
            self._counts.events.add(EventResult.OVERFLOW.value)
