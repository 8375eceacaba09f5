"""Words Events about a request and hands them over, as far as there may be any."""

import threading
from collections.abc import Callable

from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.clock import Clock
from platform_status_sidecar.counts import Counts, EventResult

from .announcement import Announcement, Regarding, of_phase, of_storm
from .budget import Budget

__all__ = ["Announcer"]


class Announcer:
    """Turns what a turn came to into Events; thread-safe, and never blocks."""

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

    def transition(self, record: RequestRecord, projection: Projection) -> None:
        """Announce that the request was written to be in another phase."""
        ready, now = projection.ready, self._clock.now()
        self._announce(
            record.key, of_phase(self._regarding(record), projection.phase, ready.reason, ready.message, now)
        )

    def storm(self, record: RequestRecord, others: tuple[str, ...]) -> None:
        """Announce that a request is backed off because it was written too often (design.md section 6, rule 9).

        Args:
            record: The request.
            others: Field managers besides ours that own keys of ours, by managedFields; usually none.
        """
        named = f"; other writers of its status: {', '.join(others)}" if others else ""
        message = f"The status was written so often that it is now written once a minute{named}"
        self._announce(record.key, of_storm(self._regarding(record), message, self._clock.now()))

    def forget(self, key: Key) -> None:
        """Drop what is known of a request."""
        with self._lock:
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
