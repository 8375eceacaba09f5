"""Every status of every request, in order, watched straight at the API server: what a user could have seen."""

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Any

from localplane.client import Client
from localplane.errors import FAILURES
from tests.cluster.sidecar.world import REQUEST, until

__all__ = ["Recorder", "Sight"]

_WINDOW = 2
_AFTER_FAILURE = 0.1


@dataclass(frozen=True)
class Sight:
    """One state of one request.

    Attributes:
        namespace: Its namespace.
        name: Its name.
        version: metadata.resourceVersion, which orders all objects of one API server.
        status: Its status.
    """

    namespace: str
    name: str
    version: int
    status: dict[str, Any]

    @property
    def phase(self) -> str:
        """The phase, empty without one."""
        return str(self.status.get("phase", ""))

    def condition(self, name: str) -> dict[str, Any]:
        """One condition, empty if it is not there."""
        return next((item for item in self.status.get("conditions", []) if item["type"] == name), {})


class Recorder(threading.Thread):
    """Watches for as long as the tests run; survives restarts of the API server.

    Args:
        client: A client of its own.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(name="recorder", daemon=True)
        self._client = client
        self._ending = threading.Event()
        self._sights: list[Sight] = []
        self._version = ""

    def run(self) -> None:
        """Watch until told to end."""
        while not self._ending.is_set():
            with contextlib.suppress(*FAILURES):
                self._watch()
                continue
            self._ending.wait(_AFTER_FAILURE)

    def end(self) -> None:
        """End within two seconds."""
        self._ending.set()
        self.join(_WINDOW * 3)

    def sights(self, name: str, *, after: int = 0, namespace: str = "") -> list[Sight]:
        """Every state of a request since a resourceVersion, oldest first."""
        return [
            item
            for item in tuple(self._sights)
            if item.name == name and item.version > after and (not namespace or item.namespace == namespace)
        ]

    def catch_up(self, name: str, namespace: str) -> None:
        """Wait until the present state of a request has been seen."""

        def caught_up() -> bool:
            live = int(self._client.get(*REQUEST, name, namespace=namespace)["metadata"]["resourceVersion"])
            seen = self.sights(name, namespace=namespace)
            return bool(seen) and seen[-1].version >= live

        until(caught_up, f"the recorder has seen {namespace}/{name}")

    def _watch(self) -> None:
        began = time.monotonic()
        if not self._version:
            found = self._client.request("GET", self._client.collection(*REQUEST, None))
            self._version = found["metadata"]["resourceVersion"]
            for item in found["items"]:
                self._take(item)
        events = self._client.watch(*REQUEST, resource_version=self._version, timeout=_WINDOW)
        with contextlib.closing(events):
            for event in events:
                if event.type == "ERROR":
                    # 410 after a restart of the API server, which remembers no events from before
                    self._version = ""
                    return
                self._version = event.object["metadata"]["resourceVersion"]
                if event.type != "DELETED":
                    self._take(event.object)
        if time.monotonic() - began < _AFTER_FAILURE:
            self._ending.wait(_AFTER_FAILURE)

    def _take(self, found: dict[str, Any]) -> None:
        meta = found["metadata"]
        version = int(meta["resourceVersion"])
        self._sights.append(Sight(meta["namespace"], meta["name"], version, found.get("status") or {}))
