"""The event recorder: sends Events on a thread of its own, so that a slow API server never delays a status write.

It limits their rate: neither a flapping request nor a thousand that change at once may fill etcd. An Event over the
limit is dropped, not queued: the status holds the same information, and is newer.
"""

import logging
import queue
import secrets
import threading
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from platform_status_contract.observing.records import Key
from platform_status_kube.errors import ConflictError, ThrottledError, TransportError, UnansweredError
from platform_status_kube.transport import Transport
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.counts import EventResult, ProcessCounts
from platform_status_sidecar.logs import bind
from platform_status_sidecar.outbox import Outbox
from platform_status_sidecar.workers import LiveThread

from .announcement import Announcement

__all__ = ["Budget", "EventSender"]

_PER_REQUEST: Final = (10.0, 1 / 60)
"""Capacity, and tokens a second: enough for all phases from Scheduled to Ready at once, then one a minute."""
_ALTOGETHER: Final = (100.0, 1.0)

_MAX_TRIES: Final = 3
_RETRY_INTERVAL: Final = 1.0
_MAX_RETRY_INTERVAL: Final = 30.0
_IDLE_INTERVAL: Final = 30.0
"""Seconds after which an idle thread reports that it is alive."""

_log = logging.getLogger(__name__)


class _Bucket(Struct, gc=False):
    tokens: float
    filled_at: float

    def fill(self, now: float, most: float, rate: float) -> float:
        self.tokens = min(most, self.tokens + max(now - self.filled_at, 0.0) * rate)
        self.filled_at = now
        return self.tokens


class Budget:
    """The rate limit: a token bucket per request, and one for all.

    It reads no clock. Not thread-safe: the sender holds a lock.
    """

    def __init__(
        self, per_request: tuple[float, float] = _PER_REQUEST, whole: tuple[float, float] = _ALTOGETHER
    ) -> None:
        """Begin with full buckets.

        Args:
            per_request: Capacity and tokens a second, of each request.
            whole: The same, of all requests together.
        """
        self._per_request = per_request
        self._altogether = whole
        self._whole = _Bucket(whole[0], 0.0)
        self._buckets: dict[Key, _Bucket] = {}

    def take(self, key: Key, now: float) -> bool:
        """Take one token from each of the two buckets, or none from either.

        Args:
            key: The request.
            now: Monotonic seconds.

        Returns:
            Whether the Event may be sent.
        """
        bucket = self._buckets.setdefault(key, _Bucket(self._per_request[0], now))
        own = bucket.fill(now, *self._per_request)
        whole = self._whole.fill(now, *self._altogether)
        if own < 1 or whole < 1:
            return False
        bucket.tokens -= 1
        self._whole.tokens -= 1
        return True

    def forget(self, key: Key) -> None:
        """Drop a request's bucket."""
        self._buckets.pop(key, None)


def _unique() -> str:
    return secrets.token_hex(8)


class EventSender(LiveThread):
    """Sends Events in order; retries failures, and drops Events that are refused or over the limit."""

    def __init__(
        self,
        transport: Transport,
        api_version: str,
        *,
        counts: ProcessCounts,
        identity: str,
        clock: TimeSource,
        stop: threading.Event,
        budget: Budget | None = None,
        unique: Callable[[], str] = _unique,
    ) -> None:
        """Prepare; nothing is sent before `start`.

        Args:
            transport: The API server.
            api_version: ``group/version`` of the requests.
            counts: Receives the result of each Event.
            identity: reportingInstance: the host name, which is the name of the pod.
            clock: For the watchdog and for the rate limit.
            stop: Set when the sidecar stops.
            budget: The rate limit; the usual one if absent.
            unique: Makes the suffix of a name.
        """
        super().__init__("events", clock)
        self._transport = transport
        self._api_version = api_version
        self._counts = counts
        self._clock = clock
        self._budget = budget or Budget()
        self._lock = threading.Lock()
        self._identity = identity
        # not `_stop`, which threading.Thread uses itself
        self._stopping = stop
        self._unique = unique
        self._outbox = Outbox[Announcement](lambda: counts.events.add(EventResult.OVERFLOW.value))
        self._failing = False

    def offer(self, announcement: Announcement) -> None:
        """Queue an Event without blocking; one over the rate limit, or for a full queue, is counted and dropped."""
        with self._lock:
            allowed = self._budget.take(announcement.regarding.key, self._clock.monotonic())
        if not allowed:
            self._counts.events.add(EventResult.OVER_BUDGET.value)
            return
        self._outbox.offer(announcement)

    def forget(self, key: Key) -> None:
        """Drop the token bucket of a request."""
        with self._lock:
            self._budget.forget(key)

    def run(self) -> None:
        """Send until closed; each Event that is queued when the sidecar stops is tried once."""
        while True:
            self.beat(_IDLE_INTERVAL)
            try:
                announcement = self._outbox.take(_IDLE_INTERVAL)
            except queue.Empty:
                continue
            if announcement is None:
                return
            try:
                self.send(announcement)
            except Exception:  # noqa: BLE001 - logged below; the next one may be told, and the statuses go on
                self._counts.events.add(EventResult.FAILED.value)
                _log.exception("Cannot send an Event: a defect of the sidecar")

    def close(self) -> None:
        """End the thread after the queued Events; if the queue is full, some of them are dropped for the end mark."""
        self._outbox.close()

    def send(self, announcement: Announcement) -> None:
        """Send one Event, and count the result."""
        namespace = announcement.regarding.key[0]
        path = f"/apis/events.k8s.io/v1/namespaces/{quote(namespace)}/events"
        body = msgspec.json.encode(announcement.body(self._api_version, self._identity, self._unique()))
        for tries_left in reversed(range(_MAX_TRIES)):
            self.beat(_MAX_RETRY_INTERVAL)
            try:
                self._transport.create(path, body)
            except ConflictError:
                # An earlier try was accepted, only its response was lost.
                break
            except (UnansweredError, ThrottledError) as error:
                asked = error.retry_after if isinstance(error, ThrottledError) else None
                if tries_left and not self._stopping.wait(min(asked or _RETRY_INTERVAL, _MAX_RETRY_INTERVAL)):
                    continue
                self._fell(announcement, EventResult.FAILED, error)
                return
            except TransportError as error:
                self._fell(announcement, EventResult.REFUSED, error)
                return
            break
        self._failing = False
        self._counts.events.add(EventResult.SENT.value)

    def _fell(self, announcement: Announcement, result: EventResult, error: TransportError) -> None:
        self._counts.events.add(result.value)
        log = bind(_log, request="/".join(announcement.regarding.key), uid=announcement.regarding.uid)
        keys = {"cause": str(error), "status": error.status}
        if self._failing:
            log.debug("Cannot send an Event", extra=keys)
            return
        self._failing = True
        log.warning(
            "Cannot send Events, the statuses are not affected; compare the ClusterRole with promise/sidecar/rbac.yaml",
            extra=keys,
        )
