"""Watches collections: keeps their present objects, and a queue of changes."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

from hctl.cluster.leases import read_leases
from hctl.cluster.requests import Collection
from hctl.cluster.transport import ClusterReader
from hctl.errors import ClusterError
from hctl.reading.freshness import LeaseReading, judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request
from platform_status_contract.model.lookup import mapping

__all__ = ["Following"]

_LEASES_INTERVAL: Final = 10.0
_MAX_PAUSE: Final = 10.0

Key = tuple[str, str]


class Following:
    """Watches collections until closed; a context manager.

    Args:
        transport: The API server.
        collections: The collections, just listed.
        name: metadata.name of the only request to watch; empty for all.
    """

    def __init__(self, transport: ClusterReader, collections: Sequence[Collection], *, name: str = "") -> None:
        self._transport = transport
        self._collections = tuple(collections)
        self._fields = f"metadata.name={name}" if name else ""
        self._name = name
        self._objects: list[dict[Key, Any]] = [_keyed(each.objects, name) for each in collections]
        self._leases: dict[str, LeaseReading] = {}
        self._news: queue.Queue[Callable[[], None]] = queue.Queue()
        self._stop = threading.Event()
        self._broken: set[int] = set()

    def __enter__(self) -> Self:
        self._leases = read_leases(self._transport, self._named_leases())
        for index in range(len(self._collections)):
            threading.Thread(target=self._follow, args=(index,), name=f"watch-{index}", daemon=True).start()
        threading.Thread(target=self._look_at_leases, name="leases", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # The threads are daemons, so one that blocks in a read ends with the command.
        self._stop.set()

    @property
    def broken(self) -> bool:
        """Whether a watch is down at this moment, so that the objects may be outdated."""
        return bool(self._broken)

    def judged(self) -> list[Judged]:
        """Return every request with its present state and freshness."""
        now = self._transport.now()
        found = []
        for collection, objects in zip(self._collections, self._objects, strict=True):
            for raw in objects.values():
                view = read_request(raw, resource=collection.kind.resource)
                found.append(judge(view, judge_freshness(view, self._leases.get(view.lease), now)))
        return found

    def next(self, timeout: float) -> bool:
        """Wait for changes, and apply all in the queue.

        Args:
            timeout: Seconds to wait; then it returns False.

        Returns:
            Whether there was a change.
        """
        try:
            self._news.get(timeout=timeout)()
        except queue.Empty:
            return False
        while True:
            try:
                self._news.get_nowait()()
            except queue.Empty:
                return True

    # -- in threads of their own; `next` applies their changes in the thread of its caller

    def _follow(self, index: int) -> None:
        collection = self._collections[index]
        version, pause = collection.version, 0.5
        while not self._stop.is_set():
            try:
                if not version:
                    objects, version = self._transport.list_all(
                        collection.path, selector=collection.selector, fields=self._fields
                    )
                    self._news.put(lambda found=objects: self._reset(index, found))  # type: ignore[misc]  # a default that binds
                    pause = 0.5
                version = self._watch(index, collection, version)
            except ClusterError:
                version = ""
                self._news.put(lambda: self._broken.add(index))
                self._stop.wait(pause)
                pause = min(pause * 2, _MAX_PAUSE)

    def _watch(self, index: int, collection: Collection, version: str) -> str:
        """Read one watch to its end.

        Returns:
            The resourceVersion from which to continue; empty to list again.
        """
        path, selector = collection.path, collection.selector
        with self._transport.watch(path, version=version, selector=selector, fields=self._fields) as events:
            for event in events:
                if self._stop.is_set():
                    break
                kind, found = mapping(event).get("type"), mapping(mapping(event).get("object"))
                if kind == "ERROR":
                    return ""
                moved = mapping(found.get("metadata")).get("resourceVersion")
                version = moved if isinstance(moved, str) else version
                if kind in ("ADDED", "MODIFIED", "DELETED"):
                    gone = kind == "DELETED"
                    self._news.put(lambda found=found, gone=gone: self._change(index, found, gone=gone))  # type: ignore[misc]  # defaults that bind
        return version

    def _look_at_leases(self) -> None:
        while not self._stop.wait(_LEASES_INTERVAL):
            found = read_leases(self._transport, self._named_leases())
            self._news.put(lambda found=found: self._leases.update(found))  # type: ignore[misc]  # a default that binds

    # -- in the thread of the caller of `next`

    def _reset(self, index: int, objects: Sequence[Any]) -> None:
        self._broken.discard(index)
        self._objects[index] = _keyed(objects, self._name)
        self._read_new_leases()

    def _change(self, index: int, found: Any, *, gone: bool) -> None:  # noqa: ANN401 - JSON
        for key, raw in _keyed((found,), self._name).items():
            if gone:
                self._objects[index].pop(key, None)
            else:
                self._objects[index][key] = raw
        self._read_new_leases()

    def _read_new_leases(self) -> None:
        """Read newly named Leases at once, so that a new status is not untrusted for up to ten seconds."""
        fresh = self._named_leases() - self._leases.keys()
        if fresh:
            self._leases |= read_leases(self._transport, fresh)

    def _named_leases(self) -> set[str]:
        views = (read_request(raw) for objects in tuple(self._objects) for raw in tuple(objects.values()))
        return {view.lease for view in views if view.lease}


def _keyed(objects: Sequence[Any], name: str) -> dict[Key, Any]:
    keyed = {}
    for raw in objects:
        metadata = mapping(mapping(raw).get("metadata"))
        key = (str(metadata.get("namespace")), str(metadata.get("name")))
        if not name or key[1] == name:
            keyed[key] = raw
    return keyed
