"""The namespaces whose pods are known, now that what nobody observes is dropped. Bookkeeping only; the store locks.

A cluster holds many more pods than requests observe, so what lies elsewhere is not kept. When a request begins to
observe a namespace after everything was listed, that namespace is listed on its own, and until then it counts as not
read: half a list is not absence. That list and the watch run side by side, so versions decide which state is newer, and
deletes seen meanwhile are remembered: a slower list must not bring an object back.
"""

__all__ = ["Coverage"]


class Coverage:
    """Observed namespaces, and those among them that are still being listed."""

    def __init__(self) -> None:
        self._observed: set[str] = set()
        self._pending: set[str] = set()
        self._listing: set[str] = set()
        self._deleted: dict[str, dict[str, int]] = {}
        self._begun = False

    def observe(self, namespace: str) -> bool:
        """Begin to keep a namespace; return whether it must be listed on its own."""
        if namespace in self._observed:
            return False
        self._observed.add(namespace)
        if not self._begun:
            # The first list of everything is still to come, and will bring this too.
            return False
        self._pending.add(namespace)
        return True

    def forget(self, namespace: str) -> None:
        """Keep a namespace no more."""
        self._observed.discard(namespace)
        self._listed(namespace)
        self._listing.discard(namespace)

    def takes(self, namespace: str, name: str, version: int) -> bool:
        """Say whether this state of a pod is kept: its namespace is, and no delete newer than it was seen."""
        return namespace in self._observed and version > self._deleted.get(namespace, {}).get(name, -1)

    def is_known(self, namespace: str) -> bool:
        """Say whether what we do not have of this namespace is absent."""
        return namespace not in self._pending

    def begin_list(self) -> None:
        """Note that a list of everything begins: it will hold every namespace that is observed now."""
        self._begun = True
        self._listing = set(self._observed)

    def end_list(self) -> list[str]:
        """Note that the list of everything is complete; return the namespaces that were waited for."""
        known = sorted(self._listing & self._pending)
        for namespace in known:
            self._listed(namespace)
        self._listing = set()
        return known

    def listed(self, namespace: str) -> bool:
        """Note that a namespace was listed on its own; return whether it was waited for."""
        waited = namespace in self._pending
        self._listed(namespace)
        return waited

    def deleted(self, namespace: str, name: str, version: int) -> None:
        """Remember a delete for as long as a list of that namespace runs."""
        if namespace in self._pending:
            self._deleted.setdefault(namespace, {})[name] = version

    def _listed(self, namespace: str) -> None:
        self._pending.discard(namespace)
        self._deleted.pop(namespace, None)
