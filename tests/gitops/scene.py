"""One life: a request, what delivers it and its repository, and what a person or a kubelet does to them."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from typing import Any, ClassVar

from localgitops.engine import Engine
from localplane.client import Client
from localplane.errors import WaitError
from platform_status_kube.errors import ConflictError, NotFoundError
from tests.cluster.truth import objects

from . import kubelet
from .manifests import Json
from .records import Recorder

__all__ = ["REQUESTS", "Scene"]

REQUESTS = "requests"
"""Namespace of the requests, unless a life has them elsewhere."""

_COUNTS = {"DaemonSet": ("desiredNumberScheduled", "numberReady", "updatedNumberScheduled")}
_POLL_INTERVAL = 0.1


class Scene(ABC):
    """Request, namespace and repository of one life; they bear its name.

    Args:
        engine: The engine of the lane.
        name: Name of the life.
        seconds: The life ends in an error if it has not ended by then.
        recorder: Keeps objects of the engine that are worth it.
    """

    kind: ClassVar[tuple[str, str]]
    """Of the request."""

    recorded: ClassVar[str]
    """Folder below tests/golden of what the engine wrote."""

    def __init__(self, engine: Engine, name: str, seconds: float, recorder: Recorder) -> None:
        self.engine = engine
        self.name = name
        self.home = REQUESTS
        self.repository = engine.repository(name)
        self._deadline = time.monotonic() + seconds
        self._recorder = recorder

    @property
    def admin(self) -> Client:
        return self.engine.admin

    @abstractmethod
    def engine_objects(self) -> Iterator[Json]:
        """Yield what the engine writes of this life, as it is now."""

    @abstractmethod
    def refresh(self) -> None:
        """Have the engine look at Git again."""

    # -- what people do

    def commit(self, files: Mapping[str, str | None], *, refresh: bool = True) -> None:
        """Commit to main and have the engine look, as a webhook would."""
        self.repository.commit({f"app/{name}": text for name, text in files.items()})
        if refresh:
            self.refresh()

    def make_namespace(self, name: str = "") -> None:
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name or self.name}})

    def settle(self, contract: Json | None, spec: Json, workflow: str = "completed") -> None:
        """Create the request, with the status that it has once its workflow is over.

        Args:
            contract: What the workflow has resolved; None if it came to nothing.
            spec: What the request asks for.
            workflow: How it ended; see `objects.workflow_condition`.
        """
        api_version, kind = self.kind
        metadata = {"name": self.name, "namespace": self.home}
        made = self.admin.create({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
        resolved = {"contract": {**contract, "generation": 1}} if contract else {}
        status = {**resolved, "observedGeneration": 1, "conditions": [objects.workflow_condition(workflow)]}
        self.admin.replace({**made, "status": status}, subresource="status")

    def leave(self) -> None:
        """Take the request away: what happens to all from now on is nothing of this life."""
        self.admin.delete(*self.kind, self.name, namespace=self.home)

    def is_over(self) -> None:
        """Wait until the request is gone."""
        self.admin.wait_gone(*self.kind, self.name, namespace=self.home, timeout=self._left())

    # -- what a kubelet does

    def run_pods(self, count: int = 1, **labels: str) -> None:
        """Let the pods of this life start: wait until so many are there, and say that they run."""
        self._until(lambda: kubelet.run(self.admin, self.name, labels) >= count, f"{count} pods with {labels}")

    def fail_pods(self, **labels: str) -> None:
        """Let a pod end with exit code 1."""
        self._until(lambda: kubelet.end(self.admin, self.name, labels, 1), f"a pod with {labels}")

    def finish_pods(self, **labels: str) -> None:
        """Let a pod end with exit code 0."""
        self._until(lambda: kubelet.end(self.admin, self.name, labels, 0), f"a pod with {labels}")

    def crash_pods(self) -> None:
        """Let the pods of this life crash again and again."""
        self._until(lambda: kubelet.crash(self.admin, self.name), "a pod")

    def roll_out(self, kind: str, name: str, *, updated: int | None = None) -> None:
        """Let pods start until a controller has as many as it wants.

        Args:
            kind: Its kind.
            name: Its name.
            updated: So many of its pods are to be of the newest revision; None is all.
        """
        total, ready, new = _COUNTS.get(kind, ("replicas", "readyReplicas", "updatedReplicas"))

        def is_over() -> bool:
            kubelet.run(self.admin, self.name, {})
            found = self.admin.find("apps/v1", kind, name, namespace=self.name)
            if found is None:
                return False
            status, metadata = found.get("status", {}), found["metadata"]
            wanted = found["spec"].get("replicas", status.get(total))
            counts = [status.get(key, 0) for key in (total, ready, new)]
            is_seen = status.get("observedGeneration") == metadata["generation"]
            return bool(wanted) and is_seen and counts == [wanted, wanted, wanted if updated is None else updated]

        self._until(is_over, f"{kind} {name} rolls out")

    def scale(self, name: str, replicas: int) -> None:
        """Scale a Deployment as an autoscaler does, by its subresource and as another field manager."""
        self.admin.patch(
            "apps/v1",
            "Deployment",
            name,
            {"spec": {"replicas": replicas}},
            namespace=self.name,
            subresource="scale",
            field_manager="autoscaler",
        )

    def has_pods(self, count: int) -> None:
        """Wait until there are so many pods, ready or not."""
        self._until(lambda: len(self.admin.list("v1", "Pod", namespace=self.name)) == count, f"{count} pods")

    def limit_pods(self, count: int) -> None:
        """Allow so many pods in the namespace, and wait until that counts."""
        quota = {"metadata": {"name": "pods", "namespace": self.name}, "spec": {"hard": {"pods": str(count)}}}
        self.admin.apply({"apiVersion": "v1", "kind": "ResourceQuota", **quota})

        def counts(found: Json) -> bool:
            return bool(found.get("status", {}).get("hard", {}).get("pods") == str(count))

        self._wait(("v1", "ResourceQuota"), "pods", self.name, counts, "the quota counts")

    # -- what is waited for

    def becomes(self, phase: str, reason: str, *says: str, condition: str = "Ready") -> Json:
        """Wait until the status says this phase, this reason of a condition and these words in its message.

        Returns:
            The request as it is then.

        Raises:
            AssertionError: If it does not in time; the text is what it says instead.
        """

        def holds(found: Json) -> bool:
            told = _told(found, condition)
            fits = told[:2] == (phase, reason)
            return fits and all(word in told[2] for word in says)

        try:
            return self._wait(self.kind, self.name, self.home, holds, reason)
        except WaitError:
            last = _told(self.admin.get(*self.kind, self.name, namespace=self.home), condition)
            wanted = f"phase {phase}, {condition} {reason}, {says}"
            raise AssertionError(f"{self.name}: waited for {wanted}; it says {last}") from None

    def progresses(self) -> None:
        """Wait until the phase is Progressing: what starts sooner than the status is written would skip it."""
        self._wait(self.kind, self.name, self.home, lambda found: _told(found, "Ready")[0] == "Progressing", "progress")

    def becomes_ready(self, *says: str) -> Json:
        """Wait until all is good, and return the request."""
        return self.becomes("Ready", "AllHealthy", *says)

    def after(self, made: Json, holds: Callable[[Json], object], what: str) -> Json:
        """Return the first state of an object after this one that is as awaited, however short it lasts."""
        about = made["metadata"]
        watch = self.admin.watch(
            made["apiVersion"],
            made["kind"],
            namespace=about["namespace"],
            name=about["name"],
            resource_version=about["resourceVersion"],
            timeout=self._left(),
        )
        with closing(watch) as events:
            for event in events:
                if holds(event.object):
                    return event.object
        raise WaitError(f"{self.name}: {made['kind']} {about['name']}: {what}: not in time")

    def says(self, holds: Callable[[Json], object], what: str) -> Json:
        """Wait until the status is as awaited, and return it."""
        found = self._wait(self.kind, self.name, self.home, lambda found: holds(found.get("status", {})), what)
        status: Json = found["status"]
        return status

    def said_at(self, condition: str) -> datetime:
        """Return since when a condition of the request says what it says."""
        conditions = self.admin.get(*self.kind, self.name, namespace=self.home)["status"]["conditions"]
        [told] = [entry for entry in conditions if entry["type"] == condition]
        return datetime.fromisoformat(told["lastTransitionTime"])

    def version(self) -> str:
        """Return the resourceVersion of the request as it is now."""
        return str(self.admin.get(*self.kind, self.name, namespace=self.home)["metadata"]["resourceVersion"])

    def writes_since(self, version: str, seconds: int = 1) -> int:
        """Count how often the request was written since a resourceVersion, and is for so many seconds to come."""
        watch = self.admin.watch(*self.kind, namespace=self.home, resource_version=version, timeout=seconds)
        with closing(watch) as events:
            return sum(event.object["metadata"].get("name") == self.name for event in events)

    def record(self, situation: str) -> None:
        """Keep the objects of the engine as they are now, if objects are recorded in this run."""
        self.keep(f"{self.recorded}/{situation}", *self.engine_objects())

    def keep(self, case: str, *items: Json, writer: str = "") -> None:
        """Keep objects as a case below tests/golden, if objects are recorded in this run; see `Recorder.keep`."""
        self._recorder.keep(case, *items, writer=writer)

    # -- inside

    def _say(self, patch: object, subresource: str = "") -> None:
        self.admin.patch(*self.kind, self.name, patch, namespace=self.home, subresource=subresource or None)

    def _wait(
        self, kind: tuple[str, str], name: str, namespace: str, holds: Callable[[Json], object], what: str
    ) -> Json:
        found: dict[str, Any] = self.admin.wait_for(
            *kind, name, holds, namespace=namespace, timeout=self._left(), until=what
        )
        return found

    def _until(self, holds: Callable[[], object], what: str) -> None:
        while True:
            # between list and patch a pod may change, or be replaced by another
            with suppress(ConflictError, NotFoundError):
                if holds():
                    return
            if self._left() <= _POLL_INTERVAL:
                raise WaitError(f"{self.name}: {what}: not in time")
            time.sleep(_POLL_INTERVAL)

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), _POLL_INTERVAL)


def _told(request: Json, condition: str) -> tuple[str, str, str]:
    """Phase, and reason and message of a condition."""
    status = request.get("status", {})
    conditions: list[dict[str, str]] = status.get("conditions", [])
    told = next((entry for entry in conditions if entry["type"] == condition), {})
    return status.get("phase", ""), told.get("reason", ""), told.get("message", "")
