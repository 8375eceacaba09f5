"""Kratix's writes to a request: whole objects by PUT with the resourceVersion that was read; each attempt is recorded.

Kratix never patches a request (kratix.md section 3), so every change by another writer in between causes a conflict,
and no change of another writer is lost.
"""

import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kratix_double.requests import Key, key_of
from localplane.client import Client, Object
from platform_status_kube.errors import ConflictError, TransportError

__all__ = ["Write", "Writer"]


@dataclass(frozen=True)
class Write:
    """One sent PUT.

    Attributes:
        at: Seconds, monotonic.
        key: The request.
        what: The step of Kratix, such as `starting status`.
        result: `written`, `conflict`, or the error's text.
    """

    at: float
    key: Key
    what: str
    result: str


class Writer:
    """Sends PUTs and records them; thread-safe."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._writes: list[Write] = []
        self._notes: list[str] = []

    @property
    def writes(self) -> list[Write]:
        """All PUTs so far, in order."""
        with self._lock:
            return list(self._writes)

    @property
    def notes(self) -> list[str]:
        """The errors of containers and passes so far."""
        with self._lock:
            return list(self._notes)

    def note(self, text: str) -> None:
        """Record an error."""
        with self._lock:
            self._notes.append(text)

    def status(
        self, request: Object, change: Callable[[dict[str, Any]], None], what: str, *, always: bool = False
    ) -> Object:
        """Change the status of a request that was read, and PUT it if that changed anything.

        Args:
            request: The request, as read; not changed.
            change: Changes a status in place.
            what: The step of Kratix.
            always: PUT it even if nothing changed.

        Returns:
            The request after the write.

        Raises:
            TransportError: The API server rejected it; ConflictError if another write came first.
        """
        changed = deepcopy(request)
        change(changed.setdefault("status", {}))
        if changed == request and not always:
            return request
        return self._put(changed, what, subresource="status")

    def label(self, request: Object, labels: Mapping[str, str | None], what: str) -> Object:
        """Set labels (None removes one) with a PUT of the main resource, if that changes anything."""
        changed = deepcopy(request)
        present = changed["metadata"].setdefault("labels", {})
        for name, value in labels.items():
            if value is None:
                present.pop(name, None)
            else:
                present[name] = value
        if present == request["metadata"].get("labels", {}):
            return request
        return self._put(changed, what)

    def finalizers(self, request: Object, finalizers: list[str], what: str) -> Object:
        """Set the finalizers with a PUT of the main resource, if that changes anything."""
        if finalizers == request["metadata"].get("finalizers", []):
            return request
        changed = deepcopy(request)
        changed["metadata"]["finalizers"] = finalizers
        return self._put(changed, what)

    def _put(self, changed: Object, what: str, *, subresource: str | None = None) -> Object:
        # Under the lock: a write that is visible in the cluster must be in `writes`.
        with self._lock:
            result = "written"
            try:
                return self._client.replace(changed, subresource=subresource)
            except ConflictError:
                result = "conflict"
                raise
            except TransportError as error:
                result = str(error)
                raise
            finally:
                self._writes.append(Write(time.monotonic(), key_of(changed), what, result))
