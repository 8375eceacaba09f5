"""The read methods of the store: records by name and by group, consistent within one call. Nothing here writes.

`interest_of` reads what a request observes from its contract; it is pure and total.
"""

import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.facts import is_dry_run
from platform_status_contract.observing.interest import NOTHING, Interest, Place, Topic, about_object
from platform_status_contract.observing.records import Key, Record, RequestRecord
from platform_status_contract.observing.sources import Source, SourceState
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import Absent, ContractProblem, Present, SecretSeen, Silence, Unreadable
from platform_status_contract.rules.scope import out_of_scope
from platform_status_contract.sources.registry import interest_in, out_of_reach
from platform_status_contract.sources.source import ObservedKind

from .shelf import Coverage, Index, Shelf, SignsOfLife

__all__ = ["Reading", "SecretReading", "interest_of"]

SecretReading = Present[SecretSeen] | Absent | Unreadable[SecretSeen]
"""The result of the last poll of a Secret."""


class Reading:
    """The read half of the store; it implements `observing.view.View`."""

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
        # Index keys: topic -> requests that observe it, and group -> records in it.
        self._observers: Index[Topic, Key] = Index()
        self._groups: Index[Topic, Key] = Index()

    @property
    def sources(self) -> tuple[str, ...]:
        """The kinds that may be read, the requests first."""
        return (Source.REQUESTS, *self.kinds)

    def out_of_reach(self, contract: Contract, request: Key) -> str:
        """Return what a contract names that is not watched or not allowed to its request; empty if nothing."""
        return out_of_reach(contract, self.kinds) or out_of_scope(contract, self.scope, *request)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock, so that several reads are consistent."""
        with self._lock:
            yield

    def state(self, source: str) -> SourceState:
        """Return the state of a kind as a whole."""
        with self._lock:
            return self._states[source]

    def request(self, key: Key) -> RequestRecord | None:
        """Return a request."""
        with self._lock:
            found = self._request(key)
        return replace(found, status=zlib.decompress(found.status)) if found else None

    def _request(self, key: Key) -> RequestRecord | None:
        # As it is kept: with a compressed status, which is a third as long.
        found = self._shelves[Source.REQUESTS].get(key)
        return found if isinstance(found, RequestRecord) else None

    def request_changed_at(self, key: Key) -> float:
        """Return the monotonic time at which another writer changed the request last."""
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
        """Return whether a missing object of this place is absent, and not only unread."""
        with self._lock:
            return self._coverage[place[0]].is_known(place)

    def silence(self, source: str, record: Record) -> Silence | None:
        """Return when the controller of an object counts as silent, unless there is a sign of life before."""
        with self._lock:
            read = self.kinds[source].sign
            sign = read(record) if read else None
            return self._signs[source].of(sign, self._states[source].watched_since) if sign else None

    def secret(self, key: Key) -> SecretReading | None:
        """Return the result of the last poll of a Secret; None before the first."""
        with self._lock:
            return self._secrets.get(key)

    def is_secret_wanted(self, key: Key) -> bool:
        """Return whether a request observes the Secret."""
        with self._lock:
            return about_object(Source.SECRETS, key) in self._observers


def interest_of(
    record: RequestRecord, kinds: Mapping[str, ObservedKind], scope: Sequence[str] | None = None
) -> Interest:
    """Derive from a request's contract which objects it observes; a dry run is never written, so it observes none.

    Args:
        record: The request.
        kinds: The watched kinds; a contract that names another one is treated as absent.
        scope: Namespaces that it may observe; a contract that names another one is treated as absent.
    """
    if is_dry_run(record):
        return NOTHING
    try:
        contract = read_contract(msgspec.json.decode(record.status))
    except (msgspec.DecodeError, RecursionError):
        # Nested too deep: its reconcile will report it; other requests must not be affected.
        return NOTHING
    if isinstance(contract, ContractProblem) or out_of_reach(contract, kinds):
        return NOTHING
    if out_of_scope(contract, scope, record.namespace, record.name):
        return NOTHING
    return interest_in(contract, record.key)
