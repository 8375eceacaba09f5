"""Which places of one kind are kept and completely listed. Bookkeeping only; the store holds the lock.

A cluster has many more pods than requests observe, so only objects in observed places are kept: a namespace, or one
name in it. If a request begins to observe a place after the first list, that place is listed separately, and counts as
not read until then, because an incomplete list does not prove absence. That list runs beside the watch, so the
resourceVersion decides which state is newer, and deletes are recorded meanwhile: a slower list must not restore an
object.
"""

from collections.abc import Set as AbstractSet

from platform_status_contract.observing.interest import Place
from platform_status_contract.observing.records import Key

__all__ = ["Coverage"]


class Coverage:
    """The observed places, and which of them are still being listed.

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
