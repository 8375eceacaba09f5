"""A multimap with exact keys; the one index structure of the store."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

__all__ = ["Index"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)


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

    def __len__(self) -> int:
        return len(self._single) + len(self._several)
