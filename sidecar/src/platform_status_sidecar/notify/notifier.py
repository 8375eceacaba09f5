"""Posts what it is offered, on a thread of its own: whatever the receiver does, no status waits for it."""

import logging
import secrets
import threading
from typing import Final

from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.counts import NotificationResult, ProcessCounts
from platform_status_sidecar.logs import bind
from platform_status_sidecar.outbox import Outbox

from .event import Notification, of_phase
from .receiver import Receiver

__all__ = ["Notifier"]

_WAITS: Final = (1.0, 5.0)
"""Seconds before the second and the third try."""
_AGAIN: Final = (408, 425, 429)
_SUCCESS: Final = range(200, 300)
_SERVER_ERRORS: Final = range(500, 600)

_log = logging.getLogger(__name__)


class Notifier(threading.Thread):
    """Posts in order, three tries each; drops what finds no room. /healthz does not ask for this thread."""

    def __init__(
        self,
        receiver: Receiver,
        *,
        promise: str,
        api_version: str,
        counts: ProcessCounts,
        clock: TimeSource,
        stop: threading.Event,
        waits: tuple[float, ...] = _WAITS,
    ) -> None:
        """Prepare; nothing is posted before `start`.

        Args:
            receiver: Where to.
            promise: Name of the Promise.
            api_version: ``group/version`` of the requests.
            counts: For what became of each.
            clock: For the time of a notification.
            stop: Set when the sidecar stops: from then on there is one try each.
            waits: Seconds before each further try.
        """
        super().__init__(name="notify", daemon=True)
        self._receiver = receiver
        self._promise = promise
        self._api_version = api_version
        self._counts = counts
        self._clock = clock
        # not `_stop`, which threading.Thread uses itself
        self._stopping = stop
        self._waits = waits
        self._outbox = Outbox[Notification](lambda: counts.notifications.add(NotificationResult.DROPPED.value))
        self._failing = False

    def offer(self, record: RequestRecord, projection: Projection) -> None:
        """Take the news that a request was written to be in another phase, without blocking."""
        notification = of_phase(
            record,
            projection,
            self._clock.now(),
            promise=self._promise,
            api_version=self._api_version,
            unique=secrets.token_hex(16),
        )
        self._outbox.offer(notification)

    def run(self) -> None:
        """Post until closed."""
        while (notification := self._outbox.take()) is not None:
            try:
                self._tell(notification)
            except Exception:  # noqa: BLE001 - logged below; the next one may go, and the statuses go on
                self._counts.notifications.add(NotificationResult.FAILED.value)
                _log.exception("Cannot notify: a defect of the sidecar")

    def close(self) -> None:
        """End the thread after what is queued; if there is no room to say so, some of that goes."""
        self._outbox.close()

    def _tell(self, notification: Notification) -> None:
        for wait in (*self._waits, None):
            cause = self._try(notification)
            if cause is None:
                self._failing = False
                self._counts.notifications.add(NotificationResult.SENT.value)
                return
            if not cause.may_pass or wait is None or self._stopping.wait(wait):
                self._fell(notification, cause.text)
                return

    def _try(self, notification: Notification) -> "_Cause | None":
        try:
            status = self._receiver.post(notification)
        except OSError as error:
            # The text of an error may quote the receiver, so only its name is kept.
            return _Cause(type(error).__name__, may_pass=True)
        if status in _SUCCESS:
            return None
        return _Cause(f"status {status}", may_pass=status in _AGAIN or status in _SERVER_ERRORS)

    def _fell(self, notification: Notification, cause: str) -> None:
        self._counts.notifications.add(NotificationResult.FAILED.value)
        log = bind(_log, request=f"{notification.namespace}/{notification.name}", uid=notification.uid)
        if self._failing:
            log.debug("Cannot notify", extra={"cause": cause})
            return
        self._failing = True
        log.warning("Cannot notify the receiver of --notify-url, the statuses are not affected", extra={"cause": cause})


class _Cause:
    def __init__(self, text: str, *, may_pass: bool) -> None:
        self.text = text
        self.may_pass = may_pass
