"""What the store answers: records by name and by group, each answer of one moment. Nothing here changes anything."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from platform_status_contract.observing.records import (
    ApplicationRecord,
    ControllerRecord,
    Key,
    PlacementRecord,
    PodRecord,
    Record,
    RequestRecord,
    WorkRecord,
)
from platform_status_contract.observing.sources import Source, SourceState
from platform_status_contract.rules.observation import Absent, Present, SecretSeen, Silence, Unreadable

from .coverage import Coverage
from .shelf import Index, Shelf
from .signs import SignsOfLife
from .topics import Topic, about_destination, about_secret, about_works, placed_with

__all__ = ["Reading", "SecretReading"]

SecretReading = Present[SecretSeen] | Absent | Unreadable[SecretSeen]
"""What the last look at a Secret gave."""


class Reading:
    """The reading half of the store; see `observe.View` for what observing needs of it."""

    def __init__(self, promise: str, silent_after: float = 0.0) -> None:
        self._promise = promise
        self._signs = SignsOfLife(silent_after)
        self._lock = threading.RLock()
        self._states = dict.fromkeys(Source, SourceState())
        self._shelves: dict[Source, Shelf[Record]] = {source: Shelf() for source in Source}
        self._coverage: Coverage = Coverage()
        self._secrets: dict[Key, SecretReading] = {}
        self._changed: dict[Key, float] = {}
        # topic -> requests that it concerns, and group -> records in it
        self._observers: Index[Topic, Key] = Index()
        self._groups: Index[Topic, Key] = Index()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock, so that several reads see one moment."""
        with self._lock:
            yield

    def state(self, source: Source) -> SourceState:
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

    def application(self, key: Key) -> ApplicationRecord | None:
        """Return an Application."""
        with self._lock:
            found = self._shelves[Source.APPLICATIONS].get(key)
            return found if isinstance(found, ApplicationRecord) else None

    def applications_at(self, namespace: str, servers: Iterable[str], names: Iterable[str]) -> list[ApplicationRecord]:
        """Return the Applications of a namespace whose destination is one of the servers or of the names; by name."""
        with self._lock:
            keys: set[Key] = set()
            for field, values in (("server", servers), ("name", names)):
                for value in values:
                    keys.update(self._groups.get(about_destination(namespace, field, value)))
            found = (self.application(key) for key in sorted(keys))
            return [record for record in found if record is not None]

    def silence(self, record: ApplicationRecord) -> Silence | None:
        """Return when the Argo CD of an Application counts as silent, unless it shows a sign of life before."""
        with self._lock:
            return self._signs.of(record, self._states[Source.APPLICATIONS].watched_since)

    def is_pods_known(self, namespace: str) -> bool:
        """Say whether a pod that is not in `pods` is absent, and not only unknown yet."""
        with self._lock:
            return self._coverage.is_known(namespace)

    def pods(self, namespace: str) -> list[PodRecord]:
        """Return the pods of a namespace."""
        with self._lock:
            return [pod for pod in self._shelves[Source.PODS].within(namespace) if isinstance(pod, PodRecord)]

    def controller(self, source: Source, key: Key) -> ControllerRecord | None:
        """Return a StatefulSet or Deployment."""
        with self._lock:
            found = self._shelves[source].get(key)
            return found if isinstance(found, ControllerRecord) else None

    def works(self, request: Key) -> list[tuple[WorkRecord, list[PlacementRecord]]]:
        """Return the Works of a request, by name, each with its placements, by name."""
        with self._lock:
            works, placements = self._shelves[Source.WORKS], self._shelves[Source.WORK_PLACEMENTS]
            found = []
            for key in sorted(self._groups.get(about_works(self._promise, request))):
                work = works.get(key)
                parts = (placements.get(part) for part in sorted(self._groups.get(placed_with(key))))
                if isinstance(work, WorkRecord):
                    found.append((work, [part for part in parts if isinstance(part, PlacementRecord)]))
            return found

    def secret(self, key: Key) -> SecretReading | None:
        """Return the last reading of a Secret, None before the first."""
        with self._lock:
            return self._secrets.get(key)

    def is_secret_wanted(self, key: Key) -> bool:
        """Say whether some request observes the Secret."""
        with self._lock:
            return about_secret(key) in self._observers
