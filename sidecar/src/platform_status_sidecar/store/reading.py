"""What the store answers: records by name and by group, each answer of one moment. Nothing here changes anything."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.interest import Interest, Place, Topic, about_object
from platform_status_contract.observing.records import Key, Record, RequestRecord
from platform_status_contract.observing.sources import Source, SourceState
from platform_status_contract.rules.observation import Absent, Present, SecretSeen, Silence, Unreadable
from platform_status_contract.rules.scope import out_of_scope
from platform_status_contract.sources.registry import out_of_reach
from platform_status_contract.sources.source import ObservedKind

from .coverage import Coverage
from .shelf import Index, Shelf
from .signs import SignsOfLife

__all__ = ["Reading", "SecretReading"]

SecretReading = Present[SecretSeen] | Absent | Unreadable[SecretSeen]
"""What the last look at a Secret gave."""


class Reading:
    """The reading half of the store; see `observing.view.View` for what observing needs of it."""

    def __init__(
        self, promise: str, kinds: Mapping[str, ObservedKind], silent_after: float, scope: Sequence[str] | None = None
    ) -> None:
        self.promise = promise
        self.kinds = kinds
        self.scope = scope
        self._lock = threading.RLock()
        self._states: dict[str, SourceState] = dict.fromkeys(self.sources, SourceState())
        self._shelves: dict[str, Shelf[Record]] = {source: Shelf() for source in self.sources}
        self._coverage = {kind.source: Coverage(kind.source) for kind in kinds.values() if kind.by_place}
        self._signs = {kind.source: SignsOfLife(silent_after) for kind in kinds.values() if kind.sign}
        self._secrets: dict[Key, SecretReading] = {}
        self._changed: dict[Key, float] = {}
        self._interests: dict[Key, Interest] = {}
        # topic -> requests that it concerns, and group -> records in it
        self._observers: Index[Topic, Key] = Index()
        self._groups: Index[Topic, Key] = Index()

    @property
    def sources(self) -> tuple[str, ...]:
        """The kinds that may be read, the requests first."""
        return (Source.REQUESTS, *self.kinds)

    def out_of_reach(self, contract: Contract, request: Key) -> str:
        """Say what a contract looks at that is not watched, or not its request's to look at; empty if nothing."""
        return out_of_reach(contract, self.kinds) or out_of_scope(contract, self.scope, *request)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock, so that several reads see one moment."""
        with self._lock:
            yield

    def state(self, source: str) -> SourceState:
        """Return what is known about a kind as a whole."""
        with self._lock:
            return self._states[source]

    def request(self, key: Key) -> RequestRecord | None:
        """Return a request."""
        with self._lock:
            found = self._shelves[Source.REQUESTS].get(key)
            return found if isinstance(found, RequestRecord) else None

    def request_changed_at(self, key: Key) -> float:
        """Return the monotonic time at which somebody else changed the request last."""
        with self._lock:
            return self._changed.get(key, float("-inf"))

    def record(self, source: str, key: Key) -> Record | None:
        """Return one object."""
        with self._lock:
            return self._shelves[source].get(key)

    def within(self, source: str, namespace: str) -> list[Record]:
        """Return the objects of a namespace, by name."""
        with self._lock:
            return sorted(self._shelves[source].within(namespace), key=lambda record: record.name)

    def group(self, source: str, topics: Iterable[Topic]) -> list[Record]:
        """Return the objects that belong to one of these groups, by namespace and name."""
        with self._lock:
            keys = {key for topic in topics for key in self._groups.get(topic)}
            found = (self._shelves[source].get(key) for key in sorted(keys))
            return [record for record in found if record is not None]

    def is_known(self, place: Place) -> bool:
        """Say whether what is not there, of this place, is absent, and not only unknown yet."""
        with self._lock:
            return self._coverage[place[0]].is_known(place)

    def silence(self, source: str, record: Record) -> Silence | None:
        """Return when what looks after an object counts as silent, unless it shows a sign of life before."""
        with self._lock:
            read = self.kinds[source].sign
            sign = read(record) if read else None
            return self._signs[source].of(sign, self._states[source].watched_since) if sign else None

    def secret(self, key: Key) -> SecretReading | None:
        """Return the last reading of a Secret, None before the first."""
        with self._lock:
            return self._secrets.get(key)

    def is_secret_wanted(self, key: Key) -> bool:
        """Say whether some request observes the Secret."""
        with self._lock:
            return about_object(Source.SECRETS, key) in self._observers
