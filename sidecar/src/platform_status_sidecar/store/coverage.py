"""Which parts of a kind are known, now that what nobody observes is dropped. Bookkeeping only; the store locks.

A cluster holds many more pods and Secrets than requests observe, so what lies elsewhere is not kept. A part is what is
observed as a whole: the pods of a namespace, or one Secret. When a request begins to observe a part after everything
was listed, that part is listed on its own, and until then it counts as not read: half a list is not absence. That list
and the watch run side by side, so versions decide which state is newer, and deletes seen meanwhile are remembered: a
slower list must not bring an object back.
"""

from typing import Generic, TypeVar

from .records import Key

__all__ = ["Coverage"]


P = TypeVar("P", str, Key)
"""A part: a namespace, or one object."""


class Coverage(Generic[P]):
    """Observed parts of one kind, and those among them that are still being listed."""

    def __init__(self) -> None:
        self._observed: set[P] = set()
        self._pending: set[P] = set()
        self._listing: set[P] = set()
        self._deleted: dict[P, dict[str, int]] = {}
        self._begun = False

    def observe(self, part: P) -> bool:
        """Begin to keep a part; return whether it must be listed on its own."""
        if part in self._observed:
            return False
        self._observed.add(part)
        if not self._begun:
            # The first list of everything is still to come, and will bring this too.
            return False
        self._pending.add(part)
        return True

    def forget(self, part: P) -> None:
        """Keep a part no more."""
        self._observed.discard(part)
        self._listed(part)
        self._listing.discard(part)

    def keeps(self, part: P) -> bool:
        """Say whether this part is kept."""
        return part in self._observed

    def is_known(self, part: P) -> bool:
        """Say whether what we do not have of this part is absent."""
        return part not in self._pending

    def begin_list(self) -> None:
        """Note that a list of everything begins: it will hold every part that is observed now."""
        self._begun = True
        self._listing = set(self._observed)

    def end_list(self) -> list[P]:
        """Note that the list of everything is complete; return the parts that were waited for, and are known now."""
        known = sorted(self._listing & self._pending)
        for part in known:
            self._listed(part)
        self._listing = set()
        return known

    def listed(self, part: P) -> bool:
        """Note that a part was listed on its own; return whether it was waited for."""
        waited = part in self._pending
        self._listed(part)
        return waited

    def deleted(self, part: P, name: str, version: int) -> None:
        """Remember a delete for as long as a list of that part runs."""
        if part in self._pending:
            self._deleted.setdefault(part, {})[name] = version

    def is_stale(self, part: P, name: str, version: int) -> bool:
        """Say whether a delete newer than this state was seen."""
        return version <= self._deleted.get(part, {}).get(name, -1)

    def _listed(self, part: P) -> None:
        self._pending.discard(part)
        self._deleted.pop(part, None)
