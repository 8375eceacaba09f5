"""The store: takes records, and finds out which requests a change concerns.

One lock guards everything; every method takes it, and `reading` holds it for several reads. Nothing in here blocks.
A change calls listeners: `wake` with a request, `poll` with a Secret that is newly observed, `cover` with a place that
is newly observed.
"""

import threading
import zlib
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from msgspec.structs import replace

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.decode.requests import to_keep
from platform_status_contract.observing.interest import (
    NOTHING,
    Interest,
    Place,
    Topic,
    about_kind,
    about_object,
    about_place,
)
from platform_status_contract.observing.records import (
    MAX_LABELS,
    Key,
    LabelledRecord,
    Labels,
    Record,
    RequestRecord,
    number_of,
)
from platform_status_contract.observing.sources import Source, alive, failed
from platform_status_contract.sources.registry import KINDS
from platform_status_contract.sources.source import ObservedKind
from platform_status_sidecar.clock import TimeSource

from .reading import Reading, SecretReading, interest_of
from .shelf import Index

__all__ = ["Store"]

_LEVEL: Final = 1
"""Of zlib: the fastest; a better one makes a status of 2 KiB hardly shorter."""


class Wake(Protocol):
    """Is called with a request that is to be reconciled."""

    def __call__(self, key: Key, *, bulk: bool) -> None:
        """Queue the request without blocking.

        Args:
            key: The request.
            bulk: Many requests are woken at once without a change of their own: they may wait for those that changed.
        """
        ...


class Store(Reading):
    """The known objects of the cluster; thread-safe."""

    def __init__(
        self,
        *,
        promise: str,
        clock: TimeSource,
        wake: Wake,
        poll: Callable[[Key], None],
        cover: Callable[[Place], None],
        kinds: Mapping[str, ObservedKind] = KINDS,
        scope: Sequence[str] | None = None,
        mine: Callable[[str], bool] = lambda _uid: True,
        silent_after: float = 0.0,
    ) -> None:
        """Make an empty store.

        Args:
            promise: Name of the Promise, as its Works are labelled.
            clock: For when a request changed last.
            wake: Called with a request that is to be reconciled; must not block.
            poll: Called with a Secret that must be polled; must not block.
            cover: Called with a place that must be listed separately; must not block.
            kinds: The kinds that may be read, beside the requests.
            scope: The namespaces that contracts may observe; None: any.
            mine: Whether a request with this uid is ours; nothing is kept for the others.
            silent_after: Seconds without a sign of life after which Argo CD counts as silent; 0 for never.
        """
        super().__init__(promise, kinds, silent_after, scope)
        self._clock = clock
        self._wake = wake
        self._mine = mine
        self._poll = poll
        self._cover = cover
        # Kind and key of a label -> requests that select by it.
        self._selected: Index[tuple[str, str], Key] = Index()
        self.needed: Mapping[str, threading.Event] = {source: threading.Event() for source in self.sources}
        self.needed[Source.REQUESTS].set()

    # -- the state of sources

    def note_alive(self, source: str, now: datetime) -> None:
        """Record a sign of life; a kind that was synced and has failed since is readable again."""
        with self._lock:
            before = self._states[source]
            self._states[source] = alive(before, now, synced=before.synced)
            if before.synced and before.failure is not None:
                self._wake_observers(source)

    def note_list(self, source: str) -> None:
        """Record that a list begins."""
        with self._lock:
            if source in self._coverage:
                self._coverage[source].begin_list()

    def note_synced(self, source: str, now: datetime) -> None:
        """Record that a list is complete."""
        with self._lock:
            if source in self._coverage:
                for place in self._coverage[source].end_list():
                    self._wake_about(about_place(place))
            before = self._states[source]
            self._states[source] = alive(before, now, synced=True)
            if not before.synced or before.failure:
                self._wake_observers(source)
            if source == Source.REQUESTS and not before.synced:
                self._announce_needs(self.kinds)

    def note_failure(self, source: str, reason: Reason, message: str, now: datetime, told: str = "") -> None:
        """Record that a kind cannot be read; the time of the first failure is kept for as long as this lasts."""
        with self._lock:
            before = self._states[source]
            self._states[source] = failed(before, reason, message, now, told)
            if before.failure is None or (before.failure.reason, before.failure.told) != (reason, told):
                self._wake_observers(source)

    # -- records

    def put(self, source: str, record: Record) -> None:
        """Store an object from a list or a watch, unless a newer state is known or no request observes it.

        If the record changed, the requests that observe it are woken.
        """
        with self._lock:
            if isinstance(record, RequestRecord):
                self._put_request(record, foreign=True)
            elif source not in self._coverage or self._coverage[source].takes(record.key, record.version):
                self._put_observed(source, record)

    def remove(self, source: str, key: Key, version: str = "") -> None:
        """Remove an object, unless a newer state is known: then it was created again after this delete.

        Args:
            source: Its kind.
            key: Namespace and name.
            version: resourceVersion of the DELETED event, if there is one.
        """
        with self._lock:
            deleted = number_of(version)
            if source in self._coverage and deleted:
                self._coverage[source].deleted(key, deleted)
            known = self._shelves[source].get(key)
            if known is not None and known.is_newer_than(deleted):
                return
            if source == Source.REQUESTS:
                self._remove_request(key)
            elif before := self._shelves[source].pop(key):
                self._note_sign(source, before, None)
                self._changed_record(source, before, None)

    def keep_only(self, source: str, keys: set[Key], version: str) -> None:
        """Remove every object of a kind that is missing in a complete list: deletes that no watch reported.

        Args:
            source: The kind.
            keys: The keys in the list.
            version: resourceVersion of the list; newer objects stay, because the list may come from a stale cache.
        """
        with self._lock:
            listed = number_of(version)
            for record in [record for record in self._shelves[source] if record.key not in keys]:
                if not record.is_newer_than(listed):
                    self.remove(source, record.key)

    def note_listed(self, place: Place) -> None:
        """Record that a place was listed separately; the requests that waited for it are woken."""
        with self._lock:
            if self._coverage[place[0]].listed(place):
                self._wake_about(about_place(place))

    def accept_own_write(self, record: RequestRecord) -> None:
        """Store the response to our own write at once, so that its event in the watch changes nothing."""
        with self._lock:
            if self._request(record.key):
                self._put_request(record, foreign=False)

    def accept_fresh_read(self, record: RequestRecord) -> None:
        """Store a request that was read outside the watch, after a conflict."""
        with self._lock:
            if self._request(record.key):
                self._put_request(record, foreign=True)

    def put_secret(self, key: Key, reading: SecretReading) -> None:
        """Store the result of a poll of a Secret."""
        with self._lock:
            before = self._secrets.get(key)
            if self.is_secret_wanted(key) and before != reading:
                self._secrets[key] = reading
                self._wake_about(about_object(Source.SECRETS, key), bulk=before is None)

    # -- requests as a whole

    def awaits(self, key: Key) -> bool:
        """Return whether a kind or a Secret that the request observes has not been read yet.

        False for a request that is being deleted, since nothing is observed for it.
        """
        with self._lock:
            record = self._request(key)
            if record is not None and record.deleting:
                return False
            interest = self._interests.get(key, NOTHING)
            states = (self._states[source] for source in interest.sources)
            return any(not state.synced and state.failure is None for state in states) or any(
                self.secret(secret) is None for secret in interest.secrets
            )

    def wake_all(self) -> None:
        """Wake every request."""
        with self._lock:
            self._wake_observers(Source.REQUESTS)

    # -- inside

    def _put_observed(self, source: str, record: Record) -> None:
        if isinstance(record, LabelledRecord) and record.labels:
            record = record.with_labels(self._kept(source, record.labels))
        shelf = self._shelves[source]
        before = shelf.get(record.key)
        if before is not None and before.is_newer_than(record.version):
            return
        shelf.put(record)
        self._note_sign(source, before, record)
        if before is None or not before.says_the_same(record):
            self._changed_record(source, before, record)

    def _kept(self, source: str, labels: Labels) -> Iterable[tuple[str, str]]:
        # Where an object is kept for its place, that is listed again if a contract selects by a further label.
        if source not in self._coverage and len(labels) <= MAX_LABELS:
            return labels
        asked = self.kinds[source].labels
        return (pair for pair in labels if pair[0] in asked or (source, pair[0]) in self._selected)

    def _note_sign(self, source: str, before: Record | None, after: Record | None) -> None:
        record, read = after or before, self.kinds[source].sign
        if record is None or read is None:
            return
        signs = (read(before) if before else None, read(after) if after else None)
        if self._signs[source].note(record.key, *signs, self._clock.now()):
            self._wake_observers(source)

    def _put_request(self, record: RequestRecord, *, foreign: bool) -> None:
        record, key = to_keep(record), record.key
        before = self._request(key)
        if before is not None and before.is_newer_than(record.version):
            return
        if not self._mine(record.uid):
            # A new request of an old name may be another shard's.
            self._remove_request(key)
            return
        if before is not None and (before.uid, before.resource_version) == (record.uid, record.resource_version):
            # The event of our own write.
            return
        kept = replace(record, status=zlib.compress(record.status, _LEVEL))
        self._shelves[Source.REQUESTS].put(kept)
        if before is None or before.status != kept.status:
            self._register(key, interest_of(record, self.kinds, self.scope))
        if foreign:
            self._changed[key] = self._clock.monotonic()
            self._wake_one(key, bulk=not self._states[Source.REQUESTS].synced)

    def _remove_request(self, key: Key) -> None:
        if self._shelves[Source.REQUESTS].pop(key) is None:
            return
        self._register(key, NOTHING)
        self._interests.pop(key, None)
        self._changed.pop(key, None)
        self._wake_one(key)

    def _register(self, key: Key, interest: Interest) -> None:
        before = self._interests.get(key, NOTHING)
        if interest == before:
            return
        self._interests[key] = interest
        self._observers.move(key, before.topics, interest.topics)
        further = self._selected.move(key, before.labels, interest.labels)
        self._cover_places(before.places, interest.places, {source for source, _ in further})
        for secret in set(before.secrets).difference(interest.secrets):
            if not self.is_secret_wanted(secret):
                self._secrets.pop(secret, None)
        for secret in set(interest.secrets).difference(before.secrets):
            self._poll(secret)
        if self._states[Source.REQUESTS].synced:
            self._announce_needs(interest.sources)

    def _cover_places(self, before: Iterable[Place], after: Iterable[Place], again: Container[str]) -> None:
        """Keep the observed places; those of the kinds `again` are listed again, for labels that were not kept."""
        for place in set(before).difference(after):
            if about_place(place) not in self._observers:
                self._forget(place)
        for place in after:
            coverage = self._coverage[place[0]]
            if place[0] in again:
                coverage.forget(place)
            if coverage.observe(place):
                self._cover(place)

    def _forget(self, place: Place) -> None:
        source, namespace, _ = place
        coverage, shelf = self._coverage[source], self._shelves[source]
        coverage.forget(place)
        for record in [record for record in shelf.within(namespace) if not coverage.holds(record.key)]:
            shelf.pop(record.key)
            self._regroup(source, record, None)

    def _announce_needs(self, sources: Iterable[str]) -> None:
        # Only after the requests were listed, so that the other kinds are read once with every interest known.
        for source in sources:
            if about_kind(source) in self._observers:
                self.needed[source].set()

    def _changed_record(self, source: str, before: Record | None, after: Record | None) -> None:
        self._regroup(source, before, after)
        kind = self.kinds[source]
        for record in filter(None, (before, after)):
            topics = list(kind.about(record))
            whole = kind.part_of(record) if kind.part_of else None
            found = self.record(*whole) if whole else None
            if whole and found:
                topics += self.kinds[whole[0]].about(found)
            for topic in topics:
                self._wake_about(topic, bulk=not self._states[source].synced)

    def _regroup(self, source: str, before: Record | None, after: Record | None) -> None:
        groups = self.kinds[source].groups
        if before:
            for group in groups(before):
                self._groups.discard(group, before.key)
        if after:
            for group in groups(after):
                self._groups.add(group, after.key)

    def _wake_about(self, topic: Topic, *, bulk: bool = False) -> None:
        for key in self._observers.get(topic):
            self._wake_one(key, bulk=bulk)

    def _wake_one(self, key: Key, *, bulk: bool = False) -> None:
        # Each first list wakes it again, so while one is incomplete, its ten thousand pods need not cause turns.
        if not (bulk and self.awaits(key)):
            self._wake(key, bulk=bulk)

    def _wake_observers(self, source: str) -> None:
        if source == Source.REQUESTS:
            for record in self._shelves[Source.REQUESTS]:
                self._wake_one(record.key, bulk=True)
        else:
            self._wake_about(about_kind(source), bulk=True)
