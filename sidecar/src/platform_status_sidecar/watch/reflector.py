"""The reflector: one thread per kind that keeps the store equal to the cluster.

List in pages into the store, then watch from that resourceVersion with bookmarks. When the stream ends, watch again
from the last resourceVersion; when that is too old (410, as HTTP status or in the stream), list again and remove the
objects whose deletion was missed. Failures are retried with backoff and recorded in the store; each kind fails alone.
"""

import logging
import random
import threading
from collections.abc import Iterator
from functools import partial
from typing import Final

import msgspec

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.decode.envelope import (
    Event,
    decode_event,
    decode_failure,
    decode_version,
)
from platform_status_contract.observing.records import Key
from platform_status_kube.errors import (
    ExpiredError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
)
from platform_status_kube.transport import Transport
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.counts import Counter, RestartCause
from platform_status_sidecar.kinds import WatchedKind
from platform_status_sidecar.logs import bind
from platform_status_sidecar.store import Store
from platform_status_sidecar.workers import LiveThread

from .backoff import Backoff
from .lists import KindMismatchError, KindTooLargeError, mismatch, read_pages, receive

__all__ = ["Reflector", "cause_of", "reason_of"]

_MIN_DELAY: Final = 0.5
_MAX_DELAY: Final = 4.0
"""Longest delay of a retry: 4 s, and at most 5 s until the write, so the status is right within 10 s."""
_STEADY: Final = 5.0
"""A watch that was open for this long was healthy, so its next failure starts from the first delay again."""
_WATCH_TIMEOUTS: Final = (300, 600)
"""Range of the random timeoutSeconds of a watch, so that the watches do not all restart at once."""
_SILENCE_TIMEOUT: Final = 90.0
"""The transport ends a watch that is silent for this long; bookmarks arrive about every minute."""
_MAX_RELIST_DELAY: Final = 5.0
"""Longest delay between full lists while the server answers every resourceVersion with 410."""
_AT_ONCE: Final = 0.001
"""An event that took longer than this to arrive ended a wait; any other was already in the buffer."""
_GONE: Final = 410
_TOO_MANY: Final = 429


class Reflector(LiveThread):
    """Keeps one kind of the store up to date; it starts when a contract needs the kind."""

    def __init__(
        self,
        kind: WatchedKind,
        *,
        transport: Transport,
        store: Store,
        clock: TimeSource,
        stop: threading.Event,
        restarts: Counter | None = None,
    ) -> None:
        """Prepare.

        Args:
            kind: The kind.
            transport: The API server.
            store: The store.
            clock: The clocks.
            stop: Set when the sidecar stops.
            restarts: Counts restarts of watches.
        """
        super().__init__(f"watch-{kind.source}", clock)
        self._kind = kind
        self._decode = kind.decode
        self._transport = transport
        self._store = store
        self._clock = clock
        # Not `_stop`: threading.Thread has an attribute of that name.
        self._stopping = stop
        self._version = ""
        self._streams = kind.streamed
        self._paged_next = not kind.streamed
        self._backoff = Backoff(first=_MIN_DELAY, cap=_MAX_DELAY, random=random.random)
        self._relists = Backoff(first=_MIN_DELAY, cap=_MAX_RELIST_DELAY, random=random.random)
        self._log = bind(logging.getLogger(__name__), source=kind.source)
        self._said: Reason | None = None
        self._restarts = restarts or Counter()

    def run(self) -> None:
        """List and watch until stopped."""
        needed = self._store.needed[self._kind.source]
        while not self._stopping.is_set():
            self.beat()
            # A reflector that was never needed ends at most a second after the stop.
            if not needed.wait(1.0):
                continue
            try:
                if not self._version and self._paged_next:
                    self._list()
                self._watch()
            except RefusedError as error:
                if self._version or self._paged_next:
                    self._restarted(cause_of(error))
                    self._note(error)
                else:
                    self._log.debug("The server streams no initial events, listing pages", extra={"cause": str(error)})
                    self._streams, self._paged_next = False, True
            except ExpiredError as error:
                self._log.info("Listing again, the version is too old", extra={"cause": str(error)})
                self._version = ""
                self._restarted(RestartCause.EXPIRED)
                # A server that answers every resourceVersion with 410 must not cause full lists in a loop.
                self._rest(self._relists.delay())
            except KindTooLargeError as error:
                self._note(error)
            except TransportError as error:
                self._restarted(cause_of(error))
                self._note(error)
            except (msgspec.DecodeError, RecursionError) as error:
                self._version = ""
                self._restarted(RestartCause.MALFORMED)
                self._note(UnansweredError(f"{self._kind.path}: not the JSON of a list or an event: {error}"))

    def _list(self) -> None:
        started = self._clock.monotonic()
        self._store.note_list(self._kind.source)
        keys: set[Key] = set()
        if wrong := mismatch(self._transport, self._kind):
            raise KindMismatchError(wrong)
        version = read_pages(
            partial(
                self._transport.list_page,
                self._kind.path,
                selector=self._kind.selector,
                metadata_only=self._kind.metadata_only,
            ),
            self._kind.page,
            put=lambda raw: self._put(raw, keys),
            beat=self.beat,
            stopped=self._stopping.is_set,
            max_objects=self._kind.max_objects,
        )
        if not self._stopping.is_set():
            self._listed(keys, version, started)

    def _stream(self, lines: Iterator[bytes]) -> bool:
        """Consume the initial events of a watch; return whether they were complete."""
        started = self._clock.monotonic()
        self._store.note_list(self._kind.source)
        keys: set[Key] = set()

        def drop(event: Event) -> None:
            self._apply_event(event)
            # An incomplete list has no resourceVersion to continue from.
            self._version = ""
            record = self._decode(event.object)
            if record:
                keys.discard(record.key)

        # Whatever the cause of the failure, the next try lists in pages.
        self._paged_next = True
        version = receive(
            lines, put=lambda raw: self._put(raw, keys), other=drop, beat=lambda: self.beat(_SILENCE_TIMEOUT)
        )
        if version and not self._stopping.is_set():
            self._listed(keys, version, started)
        return bool(version)

    def _listed(self, keys: set[Key], version: str, started: float) -> None:
        self._store.keep_only(self._kind.source, keys, version)
        self._version = version
        self._paged_next = not self._streams
        self._store.note_synced(self._kind.source, self._clock.now())
        self._succeeded()
        seconds = round(self._clock.monotonic() - started, 3)
        self._log.info("Listed", extra={"objects": len(keys), "seconds": seconds})

    def _watch(self) -> None:
        if self._stopping.is_set():
            return
        opened = self._clock.monotonic()
        initial = not self._version
        with self._transport.watch(
            self._kind.path,
            resource_version=self._version,
            seconds=random.randint(*_WATCH_TIMEOUTS),  # noqa: S311 - spreads load, protects nothing
            selector=self._kind.selector,
            metadata_only=self._kind.metadata_only,
            initial=initial,
        ) as lines:
            if initial and not self._stream(lines):
                raise UnansweredError(f"watch {self._kind.path}: ended before the initial events did")
            self._store.note_alive(self._kind.source, self._clock.now())
            self._said = None
            try:
                self.beat(_SILENCE_TIMEOUT)
                asked = self._clock.monotonic()
                for line in lines:
                    waited = self._clock.monotonic() - asked
                    self._apply(line)
                    self._store.note_alive(self._kind.source, self._clock.now())
                    self._backoff.reset()
                    self._relists.reset()
                    self.beat(_SILENCE_TIMEOUT)
                    if self._kind.gather and waited > _AT_ONCE:
                        self._stopping.wait(self._kind.gather)
                    if self._stopping.is_set():
                        return
                    asked = self._clock.monotonic()
            except UnansweredError as error:
                # The kind is unreadable only if the watch cannot be opened again.
                self._log.debug("The watch broke, resuming it", extra={"cause": str(error)})
                self._restarted(RestartCause.BROKEN)
                if self._clock.monotonic() - opened >= _STEADY:
                    self._backoff.reset()
                self._rest(self._backoff.delay())
                return
        self._restarted(RestartCause.ENDED)
        if self._clock.monotonic() - opened < 1.0:
            # A server that ends every watch at once must not cause a busy loop.
            self._rest(self._backoff.delay())
        else:
            self._backoff.reset()

    def _restarted(self, cause: RestartCause) -> None:
        if not self._stopping.is_set():
            self._restarts.add(self._kind.source, cause.value)

    def _rest(self, seconds: float) -> None:
        self.beat(seconds)
        self._stopping.wait(seconds)

    def _apply(self, line: bytes) -> None:
        known = self._kind.decode.read_event(line)
        if known is None or not known[1].version:
            self._apply_event(decode_event(line))
            return
        change, record = known
        version = str(record.version)
        if change == "DELETED":
            self._store.remove(self._kind.source, record.key, version)
        else:
            self._store.put(self._kind.source, record)
        self._version = version

    def _apply_event(self, event: Event) -> None:
        match event.type:
            case "BOOKMARK":
                self._version = decode_version(event.object) or self._version
                return
            case "ERROR":
                failure = decode_failure(event.object)
                text = f"watch {self._kind.path}: {failure.code} {failure.message}"
                if failure.code == _GONE:
                    raise ExpiredError(text, status=_GONE)
                if failure.code == _TOO_MANY:
                    raise ThrottledError(text, retry_after=failure.retry_after)
                raise UnansweredError(text, status=failure.code)
            case "DELETED":
                record = self._decode(event.object)
                if record:
                    self._store.remove(self._kind.source, record.key, decode_version(event.object))
            case _:
                self._put(event.object, None)
        self._version = decode_version(event.object) or self._version

    def _put(self, raw: msgspec.Raw, keys: set[Key] | None) -> None:
        record = self._decode(raw)
        if record is None:
            self._log.warning("Skipped an object without a name; no API server sends one")
            return
        self._store.put(self._kind.source, record)
        if keys is not None:
            keys.add(record.key)

    def _note(self, error: TransportError) -> None:
        if self._stopping.is_set():
            return
        reason = reason_of(error)
        if isinstance(error, ForbiddenError | NotFoundError):
            # The kind may be replaced by another one of the same name: start from a list.
            self._version = ""
        told = str(error) if isinstance(error, KindMismatchError) else ""
        self._store.note_failure(self._kind.source, reason, str(error), self._clock.now(), told)
        if reason is not self._said:
            self._said = reason
            self._log.warning("Cannot read", extra={"reason": reason.value, "cause": str(error)})
        at_least = error.retry_after if isinstance(error, ThrottledError) else None
        if isinstance(error, NotFoundError | KindTooLargeError) and self._kind.missing_interval:
            self._rest(self._kind.missing_interval)
        else:
            self._rest(self._backoff.delay(at_least))

    def _succeeded(self) -> None:
        if self._said:
            self._log.info("Readable again")
        self._said = None


def reason_of(error: TransportError) -> Reason:
    """Map a failure to the reason that the rules use (design.md section 5)."""
    if isinstance(error, ForbiddenError):
        return Reason.FORBIDDEN
    if isinstance(error, NotFoundError):
        return Reason.KIND_MISSING
    if isinstance(error, KindTooLargeError):
        return Reason.KIND_TOO_LARGE
    return Reason.SOURCE_UNREADABLE


def cause_of(error: TransportError) -> RestartCause:
    """Map a failure to the cause that the metrics count."""
    if isinstance(error, ForbiddenError):
        return RestartCause.FORBIDDEN
    if isinstance(error, NotFoundError):
        return RestartCause.MISSING
    if isinstance(error, ThrottledError):
        return RestartCause.THROTTLED
    return RestartCause.BROKEN
