"""A controller's work queue and its watches: delayed keys, processed one at a time in one thread.

Kratix has one worker per Promise, so a pass that sleeps (section 11.4) delays every other request; so it is here.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from localplane.client import Client, Object
from localplane.errors import FAILURES
from platform_status_kube.errors import ConflictError, NotFoundError

__all__ = ["Agenda", "Kind", "Watcher"]

KeyT = TypeVar("KeyT", bound=Hashable)

_AFTER_CONFLICT = 0.01
_AFTER_ERROR = 0.25
_WATCH_SECONDS = 1


@dataclass(frozen=True)
class Kind:
    """An apiVersion and kind."""

    api_version: str
    kind: str


class Agenda(Generic[KeyT]):
    """Calls `handle(key)` for each key that is due; a key is queued at most once, at its earliest time.

    After a conflict the key is requeued at once, after another error of the API server with a delay, as usual.

    Args:
        name: Name of the thread.
        handle: Processes a key.
        on_error: Callback for every error except conflicts and deleted objects.
    """

    def __init__(self, name: str, handle: Callable[[KeyT], None], on_error: Callable[[Exception], None]) -> None:
        self._handle = handle
        self._on_error = on_error
        self._due: dict[KeyT, float] = {}
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the present key."""
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def put(self, key: KeyT, delay: float = 0.0) -> None:
        """Queue a key after `delay` seconds; a queued key keeps its time if that is earlier."""
        due = time.monotonic() + delay
        with self._changed:
            self._due[key] = min(due, self._due.get(key, due))
            self._changed.notify_all()

    def pause(self, seconds: float) -> bool:
        """Sleep in a pass; returns False if the agenda was stopped meanwhile."""
        return not self._stopped.wait(seconds)

    def _next(self) -> KeyT | None:
        with self._changed:
            while not self._stopped.is_set():
                now = time.monotonic()
                ready = min(self._due, key=self._due.__getitem__, default=None)
                if ready is not None and self._due[ready] <= now:
                    del self._due[ready]
                    return ready
                self._changed.wait(None if ready is None else self._due[ready] - now)
        return None

    def _run(self) -> None:
        while (key := self._next()) is not None:
            try:
                self._handle(key)
            except ConflictError:
                self.put(key, _AFTER_CONFLICT)
            except NotFoundError:
                # Deleted between the read and the write; if that matters, its event queues the key.
                continue
            except FAILURES as error:
                if not self._stopped.is_set():
                    self._on_error(error)
                    self.put(key, _AFTER_ERROR)
            except Exception as error:  # noqa: BLE001 - a controller survives a failed pass; the test gets the error
                self._on_error(error)


class Watcher:
    """Watches one kind and reports each object once per resourceVersion.

    Args:
        client: The client of the watch; must be thread-safe.
        kind: The kind.
        tell: Callback with the event's type (ADDED, MODIFIED, DELETED) and the object.
        namespace: Only this namespace; None: all.
    """

    def __init__(
        self, client: Client, kind: Kind, tell: Callable[[str, Object], None], namespace: str | None = None
    ) -> None:
        self._client = client
        self._kind = kind
        self._tell = tell
        self._namespace = namespace
        self._told: dict[str, str] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{kind.kind}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the callbacks; the thread itself ends within a second, with its watch."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            # Short watches that each begin with all objects: no event can be missed, and stop needs no interrupt.
            with contextlib.suppress(*FAILURES):
                for event in self._client.watch(
                    self._kind.api_version,
                    self._kind.kind,
                    namespace=self._namespace,
                    timeout=_WATCH_SECONDS,
                ):
                    if self._stopped.is_set():
                        return
                    self._pass_on(event.type, event.object)
            self._stopped.wait(0.01)

    def _pass_on(self, event: str, obj: Object) -> None:
        if event not in {"ADDED", "MODIFIED", "DELETED"}:
            return
        uid, version = obj["metadata"]["uid"], obj["metadata"]["resourceVersion"]
        if event == "DELETED":
            self._told.pop(uid, None)
        elif self._told.get(uid) == version:
            return
        else:
            self._told[uid] = version
        self._tell(event, obj)
