"""The data structures of the store: the records of one kind, and a multimap; compact, for tens of thousands of keys."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from platform_status_contract.observing.records import Key, Record

__all__ = ["Index", "Shelf"]

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
