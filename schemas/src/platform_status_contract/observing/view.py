"""The interface through which `observe` reads objects; the sidecar's store and a dump implement it, for any source."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from platform_status_contract.rules.observation import Absent, Present, Reading, SecretSeen, Silence, Unreadable

from .interest import Place, Topic
from .records import Key, Record
from .sources import SourceState

__all__ = ["View", "reading"]

T = TypeVar("T")


class View(Protocol):
    """The objects, consistent with each other."""

    @property
    def promise(self) -> str:
        """Name of the Promise whose Works count; empty if it is unknown: then all Works count."""
        ...

    def state(self, source: str) -> SourceState:
        """Return the state of a kind as a whole."""
        ...

    def is_known(self, place: Place) -> bool:
        """Return whether a missing object of this place is absent, and not only unread."""
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
        """Return when the controller of an object counts as silent, unless there is a sign of life before."""
        ...

    def secret(self, key: Key) -> Reading[SecretSeen] | None:
        """Return the result of the last poll of a Secret; None before the first."""
        ...


def reading(view: View, sources: Iterable[str], look: Callable[[], Present[T] | Absent]) -> Reading[T]:
    """Read objects of these kinds; unreadable if one kind is, then with the last known value if there is one."""
    states = [view.state(source) for source in sources]
    failures = [state.failure for state in states if state.failure]
    if not failures:
        return look()
    first = min(failures, key=lambda failure: failure.since)
    # The previous reading is the last known value only if each of its kinds was completely listed before.
    last = look() if all(state.synced for state in states) else None
    return Unreadable(first.reason, first.since, last, first.told)
