"""What the store is made of: the records of one kind, and a multimap; both small, for there are tens of thousands."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from platform_status_contract.observing.records import Key, Record

__all__ = ["Index", "Shelf"]

R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)


class Shelf(Generic[R]):
    """The records of one kind, by namespace and name.

    Two dicts deep: ten thousand keys need no tuple each, and a namespace is walked without the others.
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
        """Walk the records of one namespace."""
        return iter(self._namespaces.get(namespace, {}).values())

    def __iter__(self) -> Iterator[R]:
        for names in self._namespaces.values():
            yield from names.values()


class Index(Generic[K, V]):
    """Key -> values; a key without values is gone.

    Most keys have one value, and there are tens of thousands of them: a single value stands without a set of its own.
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
        """Remove a value; return whether the key is gone with it."""
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

    def get(self, key: K) -> Iterable[V]:
        """Return the values, possibly none; not to be changed, nor kept beyond the store's lock."""
        several = self._several.get(key)
        if several is not None:
            return several
        return (self._single[key],) if key in self._single else ()

    def __contains__(self, key: K) -> bool:
        return key in self._single or key in self._several
