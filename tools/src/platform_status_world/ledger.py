"""Records every run of every container of all pods from the API, also after its end."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from localnode.sampler import Measured
from localplane.client import Client
from localplane.errors import FAILURES
from platform_status_world.cluster import container_id, container_statuses, limits_of

__all__ = ["Ledger", "Ran"]

_WATCH_SECONDS = 3600
_STILL = "~"
"""Sorts after every time of an end."""


@dataclass(frozen=True)
class Ran:
    """One run of one container.

    Attributes:
        namespace: Namespace of its pod.
        pod: Its pod.
        place: Its index among its pod's containers, init containers first, which is the order of their start.
        container: Its name in the pod.
        image: Its image, as the pod names it.
        limits: cpu and memory, as the pod sets them.
        id: ID of the container.
        exit_code: None while it runs.
        reason: Why it ended, such as Completed, Error or OOMKilled; empty while it runs.
        started: When it started, RFC 3339, to the second.
        ended: When it ended; empty while it runs.
        measured: The measurements; None if none are possible.
    """

    namespace: str
    pod: str
    place: int
    container: str
    image: str
    limits: Mapping[str, str]
    id: str
    exit_code: int | None
    reason: str
    started: str
    ended: str
    measured: Measured | None = None

    def seconds(self, now: datetime) -> float:
        """Return its run time so far, in whole seconds."""
        end = datetime.fromisoformat(self.ended) if self.ended else now
        return max(0.0, (end - datetime.fromisoformat(self.started)).total_seconds())


class Ledger:
    """Watches all pods, in its own thread, until the API server ends or it is closed.

    Args:
        client: The client of the watch.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._ran: dict[str, Ran] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop recording; the thread ends with the API server."""
        self._closed = True

    def rows(self, measured: Mapping[str, Measured]) -> list[Ran]:
        """Return every run so far, in the order of their start.

        Kubernetes has the start in whole seconds, in which several init containers may have run one after the other.

        Args:
            measured: The measurements, by container ID.
        """
        with self._lock:
            every = list(self._ran.values())
        complete = [replace(ran, measured=measured.get(ran.id)) for ran in every]
        return sorted(complete, key=lambda ran: (ran.started, ran.pod, ran.place, ran.ended or _STILL))

    def _run(self) -> None:
        try:
            for event in self._client.watch("v1", "Pod", timeout=_WATCH_SECONDS):
                if self._closed:
                    return
                if event.type in {"ADDED", "MODIFIED", "DELETED"}:
                    self.note(event.object)
        except FAILURES:
            return  # the cluster has ended; the records stay

    def note(self, pod: Mapping[str, Any]) -> None:
        """Record the present state of a pod."""
        spec = pod["spec"]
        told = {entry["name"]: entry for entry in container_statuses(pod)}
        for place, container in enumerate([*spec.get("initContainers", []), *spec.get("containers", [])]):
            entry = told.get(container["name"], {})
            for state in (entry.get("lastState", {}), entry.get("state", {})):
                self._note(pod["metadata"], place, container, entry, state)

    def _note(
        self,
        metadata: Mapping[str, Any],
        place: int,
        container: Mapping[str, Any],
        entry: Mapping[str, Any],
        state: Mapping[str, Any],
    ) -> None:
        ended: Mapping[str, Any] = state.get("terminated") or {}
        running: Mapping[str, Any] = state.get("running") or {}
        found = container_id(ended) if ended else container_id(entry) if running else ""
        started = str((ended or running).get("startedAt") or "")
        if not found or not started:
            return  # it is waiting, or never started
        with self._lock:
            self._ran[found] = Ran(
                namespace=metadata["namespace"],
                pod=metadata["name"],
                place=place,
                container=container["name"],
                image=container["image"],
                limits=limits_of(container),
                id=found,
                exit_code=ended.get("exitCode"),
                reason=str(ended.get("reason", "")),
                started=started,
                ended=str(ended.get("finishedAt") or ""),
            )
