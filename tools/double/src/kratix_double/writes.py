"""How Kratix writes a request: whole objects by PUT with the resourceVersion it read, each attempt recorded.

Kratix patches nothing of a request (kratix.md section 3), so everything that another writer changed in between shows
as a conflict here, and nothing of another writer is ever lost.
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
    """One PUT that was sent.

    Attributes:
        at: Seconds, monotonic.
        key: The request.
        what: Which write of Kratix it is, such as `starting status`.
        result: `written`, `conflict`, or the error's text.
    """

    at: float
    key: Key
    what: str
    result: str


class Writer:
    """Sends PUTs and remembers them; safe to share between threads."""

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
        """What containers and passes complained about so far."""
        with self._lock:
            return list(self._notes)

    def note(self, text: str) -> None:
        """Remember a complaint."""
        with self._lock:
            self._notes.append(text)

    def status(
        self, request: Object, change: Callable[[dict[str, Any]], None], what: str, *, always: bool = False
    ) -> Object:
        """Change the status of a request as it was read, and PUT it if that changed anything.

        Args:
            request: The request, as read; not changed.
            change: Changes the status it is given, in place.
            what: Which write of Kratix it is.
            always: PUT it also if nothing changed.

        Returns:
            The request as it then is.

        Raises:
            TransportError: As the API server refused it; ConflictError if somebody was faster.
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
        # Under the lock: whoever has seen a write in the cluster finds it in `writes`.
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
