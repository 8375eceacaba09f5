"""The data structures of the store, compact for tens of thousands of keys. Bookkeeping only; the store holds the lock.

Of one kind: its records (`Shelf`), which places are listed (`Coverage`), the signs of life of its controllers
(`SignsOfLife`). Of all kinds: a multimap (`Index`).
"""

from collections.abc import Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from msgspec import Struct

from platform_status_contract.observing.interest import Place, Topic
from platform_status_contract.observing.records import Key, Record
from platform_status_contract.rules.observation import Silence
from platform_status_contract.sources.source import Sign

__all__ = ["Coverage", "Index", "Shelf", "SignsOfLife"]

_REFRESH_TIMEOUT: Final = timedelta(minutes=5)
"""Argo CD does a requested refresh within seconds; one that it missed, with its next comparison."""
_MIN_WATCHED: Final = timedelta(minutes=5)
"""After a start of the sidecar or of the cluster, Argo CD has this long for its first sign of life."""

R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)


class Shelf(Generic[R]):
    """The records of one kind, by namespace and name.

    A dict of dicts: no tuple a key, and the records of one namespace are found without a scan.
    """

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, R]] = {}

    def get(self, key: Key) -> R | None:
        """Return a record."""
        return self._namespaces.get(key[0], {}).get(key[1])

    def put(self, record: R) -> R | None:
        """Store a record and return the one it replaces."""
        names = self._namespaces.setdefault(record.namespace, {})
        before = names.get(record.name)
        names[record.name] = record
        return before

    def pop(self, key: Key) -> R | None:
        """Remove a record and return it."""
        names = self._namespaces.get(key[0])
        if names is None:
            return None
        before = names.pop(key[1], None)
        if not names:
            del self._namespaces[key[0]]
        return before

    def within(self, namespace: str) -> Iterator[R]:
        """Iterate over the records of one namespace."""
        return iter(self._namespaces.get(namespace, {}).values())

    def __iter__(self) -> Iterator[R]:
        for names in self._namespaces.values():
            yield from names.values()


class Index(Generic[K, V]):
    """Key -> values; a key without values is removed.

    Most of the tens of thousands of keys have one value, so a single value is stored without a set.
    """

    def __init__(self) -> None:
        self._single: dict[K, V] = {}
        self._several: dict[K, set[V]] = {}

    def add(self, key: K, value: V) -> bool:
        """Add a value; return whether the key is new."""
        several = self._several.get(key)
        if several is not None:
            several.add(value)
            return False
        if key not in self._single:
            self._single[key] = value
            return True
        if self._single[key] != value:
            self._several[key] = {self._single.pop(key), value}
        return False

    def discard(self, key: K, value: V) -> bool:
        """Remove a value; return whether it was the last one of its key."""
        several = self._several.get(key)
        if several is not None:
            several.discard(value)
            if len(several) == 1:
                self._single[key] = several.pop()
                del self._several[key]
            return False
        if key in self._single and self._single[key] == value:
            del self._single[key]
            return True
        return False

    def move(self, value: V, before: Iterable[K], after: Iterable[K]) -> list[K]:
        """Replace the keys of a value; return those that no value had."""
        old, new = set(before), set(after)
        for key in old - new:
            self.discard(key, value)
        return [key for key in new - old if self.add(key, value)]

    def get(self, key: K) -> Iterable[V]:
        """Return the values, possibly none; the caller must not change them, nor use them without the store's lock."""
        several = self._several.get(key)
        if several is not None:
            return several
        return (self._single[key],) if key in self._single else ()

    def __contains__(self, key: K) -> bool:
        return key in self._single or key in self._several


class _Signs(Struct):
    """The state of one group.

    Attributes:
        last: Its last sign of life; None if none of its Applications was ever compared.
        asked: The Applications with a pending refresh, and since when.
        size: Number of its Applications.
    """

    last: datetime | None = None
    asked: dict[Key, datetime] = {}
    size: int = 0


class SignsOfLife:
    """The last sign of life of each group of Applications; nothing is kept if the check is off.

    Argo CD compares each Application every few minutes and writes `reconciledAt`. If it hangs, its Applications stay
    Synced and Healthy. Either a controller (of one namespace) hangs or its watch of one cluster, so both identify a
    group; one Application with a recent `reconciledAt` proves that its group is alive, however old the others are.
    """

    def __init__(self, after: float) -> None:
        """Begin without any group.

        Args:
            after: Seconds without a sign of life after which a group counts as silent; 0 for never.
        """
        self._after = timedelta(seconds=after)
        self._groups: dict[Topic, _Signs] = {}

    def note(self, key: Key, before: Sign | None, after: Sign | None, now: datetime) -> bool:
        """Record a new state of an object.

        Args:
            key: Its namespace and name.
            before: Its previous state.
            after: Its new state; None if it was deleted.
            now: The wall time. A sign of life in the future counts as now.

        Returns:
            Whether its group was silent, and no longer is.
        """
        sign = after or before
        if sign is None or not self._after:
            return False
        if before is not None and after is not None and before.group != after.group:
            self.note(key, before, None, now)
            return self.note(key, None, after, now)
        signs = self._groups.setdefault(sign.group, _Signs())
        was_silent = self._is_silent(signs, now)
        signs.size += (before is None) - (after is None)
        if not signs.size:
            del self._groups[sign.group]
        if after is None or not after.asked:
            signs.asked.pop(key, None)
        if after is not None and after.at is not None and after.counts:
            moved = before is not None and before.at is not None and after.at > before.at
            seen = now if moved else min(after.at, now)
            signs.last = seen if signs.last is None else max(signs.last, seen)
            if after.asked:
                signs.asked.setdefault(key, now)
        return was_silent and not self._is_silent(signs, now)

    def of(self, sign: Sign, watched_since: datetime | None) -> Silence | None:
        """Return when the group of an object counts as silent, unless there is a sign of life before.

        Args:
            sign: The sign in the object; one of an object that is paused is no evidence about its controller.
            watched_since: Since when its kind has been watched without a gap.
        """
        signs = self._groups.get(sign.group)
        due = None if signs is None or not sign.counts else self._due(signs)
        return None if due is None or watched_since is None else Silence(due, watched_since + _MIN_WATCHED)

    def _is_silent(self, signs: _Signs, now: datetime) -> bool:
        due = self._due(signs)
        return due is not None and due <= now

    def _due(self, signs: _Signs) -> datetime | None:
        if signs.last is None:
            return None
        # A group with a later sign of life is alive, and has only missed the refresh.
        unanswered = [asked + _REFRESH_TIMEOUT for asked in signs.asked.values() if asked >= signs.last]
        return min([signs.last + self._after, *unanswered])


class Coverage:
    """The observed places of one kind, and which of them are still being listed.

    A cluster has many more pods than requests observe, so only objects in observed places are kept: a namespace, or one
    name in it. If a request begins to observe a place after the first list, that place is listed separately, and counts
    as not read until then, because an incomplete list does not prove absence. That list runs beside the watch, so the
    resourceVersion decides which state is newer, and deletes are recorded meanwhile: a slower list must not restore an
    object.

    Args:
        source: The kind.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._observed: set[Place] = set()
        self._pending: set[Place] = set()
        self._listing: set[Place] = set()
        self._deleted: dict[Key, int] = {}
        self._begun = False

    def observe(self, place: Place) -> bool:
        """Begin to keep a place; return whether it must be listed separately."""
        if place in self._observed:
            return False
        self._observed.add(place)
        if not self._begun:
            # The first list of the whole kind is not complete, and will include this place.
            return False
        self._pending.add(place)
        return True

    def forget(self, place: Place) -> None:
        """Stop keeping a place."""
        self._observed.discard(place)
        self._listed(place)
        self._listing.discard(place)

    def holds(self, key: Key) -> bool:
        """Return whether an object is in an observed place."""
        return self._lies_in(key, self._observed)

    def takes(self, key: Key, version: int) -> bool:
        """Return whether to keep this state of an object: its place is kept, and no newer delete was seen."""
        return self.holds(key) and version > self._deleted.get(key, -1)

    def is_known(self, place: Place) -> bool:
        """Return whether the place is completely listed, so that a missing object is absent."""
        return place in self._observed and place not in self._pending

    def begin_list(self) -> None:
        """Record that a list of the whole kind begins: it will include every place that is observed now."""
        self._begun = True
        self._listing = set(self._observed)

    def end_list(self) -> list[Place]:
        """Record that the list of the whole kind is complete; return the places that were not listed before."""
        known = sorted(self._listing & self._pending)
        for place in known:
            self._listed(place)
        self._listing = set()
        return known

    def listed(self, place: Place) -> bool:
        """Record that a place was listed separately; return whether it was not listed before."""
        waited = place in self._pending
        self._listed(place)
        return waited

    def deleted(self, key: Key, version: int) -> None:
        """Record a delete for as long as a list of that place runs."""
        if self._lies_in(key, self._pending):
            self._deleted[key] = version

    def _listed(self, place: Place) -> None:
        self._pending.discard(place)
        self._deleted = {key: version for key, version in self._deleted.items() if self._lies_in(key, self._pending)}

    def _lies_in(self, key: Key, places: AbstractSet[Place]) -> bool:
        namespace, name = key
        return (self._source, namespace, "") in places or (self._source, namespace, name) in places
