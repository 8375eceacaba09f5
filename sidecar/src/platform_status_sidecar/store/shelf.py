"""The records of one kind, by namespace and name."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from platform_status_contract.observing.records import Key, Record

__all__ = ["Shelf"]

R = TypeVar("R", bound=Record)


class Shelf(Generic[R]):
    """Two dicts deep: ten thousand keys need no tuple each, and a namespace is walked without the others."""

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

    def drop(self, namespace: str) -> None:
        """Forget a namespace."""
        self._namespaces.pop(namespace, None)

    def __iter__(self) -> Iterator[R]:
        for names in self._namespaces.values():
            yield from names.values()

    def __len__(self) -> int:
        return sum(len(names) for names in self._namespaces.values())
