"""What observing asks of whoever holds the objects: the sidecar's store, or a dump. No source is named here."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from platform_status_contract.rules.observation import Absent, Present, Reading, SecretSeen, Silence, Unreadable

from .interest import Place, Topic
from .records import Key, Record
from .sources import SourceState

__all__ = ["View", "reading"]

T = TypeVar("T")


class View(Protocol):
    """The objects, all of one moment."""

    @property
    def promise(self) -> str:
        """Name of the Promise whose Works count; empty if that is not known, and then all do."""
        ...

    def state(self, source: str) -> SourceState:
        """Return what is known about a kind as a whole."""
        ...

    def is_known(self, place: Place) -> bool:
        """Say whether what is not there, of this place, is absent, and not only unknown yet."""
        ...

    def record(self, source: str, key: Key) -> Record | None:
        """Return one object."""
        ...

    def within(self, source: str, namespace: str) -> list[Record]:
        """Return the objects of a namespace, by name."""
        ...

    def group(self, source: str, topics: Iterable[Topic]) -> list[Record]:
        """Return the objects that belong to one of these groups, by namespace and name."""
        ...

    def silence(self, source: str, record: Record) -> Silence | None:
        """Return when what looks after an object counts as silent, unless it shows a sign of life before."""
        ...

    def secret(self, key: Key) -> Reading[SecretSeen] | None:
        """Return the last reading of a Secret, None before the first."""
        ...


def reading(view: View, sources: Iterable[str], look: Callable[[], Present[T] | Absent]) -> Reading[T]:
    """Look at objects of these kinds; unreadable, with the last value as far as there is one, if one kind is."""
    states = [view.state(source) for source in sources]
    failures = [state.failure for state in states if state.failure]
    if not failures:
        return look()
    first = min(failures, key=lambda failure: failure.since)
    # What was read before is the last known value only if every part of it was ever read as a whole.
    last = look() if all(state.synced for state in states) else None
    return Unreadable(first.reason, first.since, last, first.told)
