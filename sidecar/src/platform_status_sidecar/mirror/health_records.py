"""Keeps one HealthRecord per request: written when it would say something new, and then at most twice a minute."""

import logging
import random
import threading
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

import msgspec

from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.clock import Clock
from platform_status_sidecar.errors import NotFoundError, RefusedError, ThrottledError, TransportError, UnansweredError
from platform_status_sidecar.logs import BoundLogger, bind
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.store.records import Key, RequestRecord
from platform_status_sidecar.transport import Transport
from platform_status_sidecar.watch.backoff import Backoff

from .record import API_VERSION, Mirrored, document, is_leaving, mirrored, patch, promise_of, says

__all__ = ["HealthRecords"]

_INTERVAL: Final = 30.0
"""Seconds between two writes of one record: Kratix answers each with a PUT of the request (kratix.md section 7)."""
_FIRST_RETRY: Final = 5.0
_SLOWEST_RETRY: Final = 600.0

_log = logging.getLogger(__name__)


class HealthRecords:
    """Hears what statuses say, and mirrors it from a thread that works off the queue with `turn`."""

    def __init__(
        self,
        queue: CoalescingQueue[Key],
        transport: Transport,
        *,
        promise: str,
        api_version: str,
        clock: Clock,
        leads: Callable[[], bool] = lambda: True,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare.

        Args:
            queue: Requests whose record may have to be written.
            transport: The API server.
            promise: Name of the Promise.
            api_version: ``group/version`` of the requests.
            clock: For lastRun and for the spacing.
            leads: Whether this replica may write.
            chance: Uniform in [0, 1), for jitter.
        """
        self._queue = queue
        self._transport = transport
        self._promise = promise
        self._api_version = api_version
        self._clock = clock
        self._leads = leads
        self._chance = chance
        self._lock = threading.Lock()
        self._wanted: dict[Key, Mirrored] = {}
        self._kept: dict[Key, Mirrored] = {}
        self._written_at: dict[Key, float] = {}
        self._backoffs: dict[Key, Backoff] = {}

    def told(self, record: RequestRecord, projection: Projection) -> None:
        """Hear what a status says now; returns at once.

        Args:
            record: The request. While it is being deleted nothing is mirrored: its record goes with it.
            projection: What its status says.
        """
        if record.deleting:
            return
        said = mirrored(record, projection)
        with self._lock:
            if self._kept.get(record.key) == said:
                # Also what was wanted meanwhile, and did not last.
                self._wanted.pop(record.key, None)
                return
            self._wanted[record.key] = said
        self._queue.add(record.key)

    def forget(self, key: Key) -> None:
        """Drop what is known of a request."""
        with self._lock:
            for known in (self._wanted, self._kept, self._written_at, self._backoffs):
                known.pop(key, None)

    def turn(self, key: Key) -> None:
        """Write one record, if it is due; a failure is logged and tried again, and concerns nobody else."""
        with self._lock:
            said, kept, written_at = self._wanted.get(key), self._kept.get(key), self._written_at.get(key)
        if said is None or not self._leads():
            return
        wait = 0.0 if written_at is None else written_at + _INTERVAL - self._clock.monotonic()
        if wait > 0:
            self._queue.add(key, wait)
            return
        log = bind(_log, request="/".join(key), uid=said.uid)
        try:
            self._mirror(key, said, known=kept is not None, log=log)
        except TransportError as error:
            self._retry(key, error, log)
            return
        except Exception:  # the other records go on, and the traceback names the defect
            log.exception("Cannot write a HealthRecord: a defect of the sidecar")
            self._retry(key, None, log)
            return
        with self._lock:
            self._backoffs.pop(key, None)
            if self._wanted.get(key) == said:
                del self._wanted[key]
            self._kept[key] = said

    def _mirror(self, key: Key, said: Mirrored, *, known: bool, log: BoundLogger) -> None:
        name = f"{self._promise}.{key[1]}"
        collection = f"/apis/{API_VERSION}/namespaces/{quote(key[0])}/healthrecords"
        path = f"{collection}/{quote(name)}"
        if not known:
            # After a start nobody remembers: one read tells whether it needs a write.
            try:
                stored = msgspec.json.decode(self._transport.get(path))
            except NotFoundError:
                self._create(collection, key, name, said, log)
                return
            other = promise_of(stored)
            if other not in (None, self._promise):
                raise RefusedError(f"{path}: speaks for the Promise {other!r}, not for {self._promise!r}; delete it")
            if says(stored, said, key=key, promise=self._promise) and not is_leaving(stored):
                return
        try:
            answer = msgspec.json.decode(self._transport.patch(path, self._body(key, name, said, whole=False)))
        except NotFoundError:
            self._create(collection, key, name, said, log)
            return
        if is_leaving(answer):
            raise UnansweredError(f"{path}: it is being deleted; another takes its place once it is gone")
        self._note_write(key, said, log)

    def _create(self, collection: str, key: Key, name: str, said: Mirrored, log: BoundLogger) -> None:
        self._transport.create(collection, self._body(key, name, said, whole=True))
        self._note_write(key, said, log)

    def _body(self, key: Key, name: str, said: Mirrored, *, whole: bool) -> bytes:
        found = document(
            said, name=name, key=key, promise=self._promise, api_version=self._api_version, now=self._clock.now()
        )
        return msgspec.json.encode(found if whole else patch(found))

    def _note_write(self, key: Key, said: Mirrored, log: BoundLogger) -> None:
        with self._lock:
            self._written_at[key] = self._clock.monotonic()
        log.info("Wrote the HealthRecord", extra={"phase": said.phase.value})

    def _retry(self, key: Key, error: TransportError | None, log: BoundLogger) -> None:
        with self._lock:
            # Whether an earlier write landed is not known any more.
            self._kept.pop(key, None)
            first = key not in self._backoffs
            backoff = self._backoffs.setdefault(
                key, Backoff(first=_FIRST_RETRY, cap=_SLOWEST_RETRY, random=self._chance)
            )
            delay = backoff.delay(error.retry_after if isinstance(error, ThrottledError) else None)
        if error is not None:
            log.log(
                logging.WARNING if first else logging.DEBUG,
                "Cannot write a HealthRecord, the status is not affected",
                extra={"cause": str(error), "status": error.status},
            )
        self._queue.add(key, delay)
