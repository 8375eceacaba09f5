"""The parts of one kind that are known, now that what nobody observes is dropped. Bookkeeping only; the store locks.

A cluster holds many more pods than requests observe, so what lies elsewhere is not kept. When a request begins to
observe a place, a namespace or one name in it, after everything was listed, that place is listed on its own, and until
then it counts as not read: half a list is not absence. That list and the watch run side by side, so versions decide
which state is newer, and deletes seen meanwhile are remembered: a slower list must not bring an object back.
"""

from collections.abc import Set as AbstractSet

from platform_status_contract.observing.interest import Place
from platform_status_contract.observing.records import Key

__all__ = ["Coverage"]


class Coverage:
    """Observed places, and those among them that are still being listed.

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
        """Begin to keep a place; return whether it must be listed on its own."""
        if place in self._observed:
            return False
        self._observed.add(place)
        if not self._begun:
            # The first list of everything is still to come, and will bring this too.
            return False
        self._pending.add(place)
        return True

    def forget(self, place: Place) -> None:
        """Keep a place no more."""
        self._observed.discard(place)
        self._listed(place)
        self._listing.discard(place)

    def holds(self, key: Key) -> bool:
        """Say whether an object lies in an observed place."""
        return self._lies_in(key, self._observed)

    def takes(self, key: Key, version: int) -> bool:
        """Say whether this state of an object is kept: its place is, and no delete newer than it was seen."""
        return self.holds(key) and version > self._deleted.get(key, -1)

    def is_known(self, place: Place) -> bool:
        """Say whether what we do not have of this place is absent."""
        return place in self._observed and place not in self._pending

    def begin_list(self) -> None:
        """Note that a list of everything begins: it will hold every place that is observed now."""
        self._begun = True
        self._listing = set(self._observed)

    def end_list(self) -> list[Place]:
        """Note that the list of everything is complete; return the places that were waited for."""
        known = sorted(self._listing & self._pending)
        for place in known:
            self._listed(place)
        self._listing = set()
        return known

    def listed(self, place: Place) -> bool:
        """Note that a place was listed on its own; return whether it was waited for."""
        waited = place in self._pending
        self._listed(place)
        return waited

    def deleted(self, key: Key, version: int) -> None:
        """Remember a delete for as long as a list of that place runs."""
        if self._lies_in(key, self._pending):
            self._deleted[key] = version

    def _listed(self, place: Place) -> None:
        self._pending.discard(place)
        self._deleted = {key: version for key, version in self._deleted.items() if self._lies_in(key, self._pending)}

    def _lies_in(self, key: Key, places: AbstractSet[Place]) -> bool:
        namespace, name = key
        return (self._source, namespace, "") in places or (self._source, namespace, name) in places
