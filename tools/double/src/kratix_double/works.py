"""The work writer, the scheduler and the writer to the state store, with that store (kratix.md sections 1 and 6)."""

import hashlib
import random
import string
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from kratix_double import workload
from kratix_double.agenda import Agenda
from kratix_double.job import ContainerError, Folders, metadata_document, output_files
from kratix_double.timings import Timings
from kratix_double.workload import Identity
from localplane.client import Client, Object

__all__ = ["Destination", "StateStore", "WorkController"]

_ID_CHARACTERS = 5
_VERSION_CHARACTERS = 40


def folder_of(placement: Mapping[str, Any]) -> str:
    """Return the folder of a WorkPlacement in its Destination (mode nestedByMetadata), with a slash at the end."""
    metadata, spec = placement["metadata"], placement["spec"]
    pipeline = metadata["labels"]["kratix.io/pipeline-name"]
    parts = ("resources", metadata["namespace"], spec["promiseName"], spec["resourceName"], pipeline)
    return "/".join((*parts, spec["id"][:_ID_CHARACTERS], ""))


class StateStore:
    """Files by path; thread-safe, and shared by two doubles that play an upgrade."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, bytes] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """Path -> content of every stored file."""
        with self._lock:
            return dict(self._files)

    def write(self, placement: Mapping[str, Any]) -> str:
        """Replace the folder of a WorkPlacement by its content: files that it no longer contains are deleted.

        Returns:
            The new version, for `versionID`.
        """
        folder = folder_of(placement)
        wanted = {
            folder + entry["filepath"]: workload.unpack(entry["content"]) for entry in placement["spec"]["workloads"]
        }
        with self._lock:
            self._files = {**self._without(folder), **wanted}
        content = "".join(entry["content"] for entry in placement["spec"]["workloads"])
        generation = placement["metadata"]["generation"]
        return hashlib.sha256(f"{generation}\n{content}".encode()).hexdigest()[:_VERSION_CHARACTERS]

    def remove(self, placement: Mapping[str, Any]) -> None:
        """Delete the folder of a deleted WorkPlacement."""
        with self._lock:
            self._files = self._without(folder_of(placement))

    def _without(self, folder: str) -> dict[str, bytes]:
        return {path: content for path, content in self._files.items() if not path.startswith(folder)}


@dataclass
class Destination:
    """The one matching Destination, with its state store; a test changes it, then calls `refresh`.

    Attributes:
        name: Its name.
        matches: Whether Works match it; if not they stay unscheduled.
        error: Error of writes to its state store; None: they succeed.
        misplaced: Whether placed Works no longer belong there.
        store: Its state store, which a GitOps agent reads.
    """

    name: str = "platform-cluster"
    matches: bool = True
    error: str | None = None
    misplaced: bool = False
    store: StateStore = field(default_factory=StateStore)


class _Task(NamedTuple):
    step: str
    namespace: str
    name: str


class WorkController:
    """Creates Works, places them, and writes them, in its own thread.

    Args:
        client: The client of Kratix.
        destination: The Destination.
        timings: The durations of the steps.
        chance: Source of name suffixes.
        on_error: Callback for every unexpected error.
    """

    def __init__(
        self,
        client: Client,
        destination: Destination,
        timings: Timings,
        chance: random.Random,
        on_error: Callable[[Exception], None],
    ) -> None:
        self.destination = destination
        self._client = client
        self._timings = timings
        self._chance = chance
        self._agenda: Agenda[_Task] = Agenda("kratix-works", self._handle, on_error)
        self._writing = threading.Lock()
        self._storing = threading.Lock()

    def start(self) -> None:
        """Start the thread."""
        self._agenda.start()

    def stop(self) -> None:
        """End the thread."""
        self._agenda.stop()

    def of(self, identity: Identity | None = None, *, promise: str, namespace: str, name: str) -> list[Object]:
        """Return the Works of one request, without dry-run summaries.

        Args:
            identity: Only those of this pipeline.
            promise: Name of the request's Promise; a request of another one may have the same name.
            namespace: Namespace of the request.
            name: Name of the request.
        """
        selector = f"kratix.io/promise-name={promise},kratix.io/resource-name={name},!kratix.io/dry-run-summary"
        if identity is not None:
            selector += f",kratix.io/pipeline-name={identity.pipeline}"
        return self._client.list(workload.API_VERSION, "Work", namespace=namespace, label_selector=selector)

    def write(self, identity: Identity, folders: Folders, *, dry_run: bool) -> None:
        """Play the work-writer container: create the pipeline's Work, or replace its content.

        Raises:
            ContainerError: A file or destination-selectors.yaml is invalid.
        """
        try:
            selectors = metadata_document(folders, "destination-selectors.yaml")
            groups = workload.groups(output_files(folders), selectors)
        except workload.SelectorError as error:
            raise ContainerError(str(error)) from error
        with self._writing:
            existing = self.of(identity, promise=identity.promise, namespace=identity.namespace, name=identity.resource)
            if existing:
                work = existing[0]
                work["spec"]["workloadGroups"] = groups
                work = self._client.replace(work)
            else:
                suffix = "".join(self._chance.choices(string.ascii_lowercase + string.digits, k=5))
                work = self._client.create(workload.work(identity, suffix, groups))
        if not dry_run:
            metadata = work["metadata"]
            self._agenda.put(_Task("schedule", metadata["namespace"], metadata["name"]), self._timings.schedule)

    def remove(self, promise: str, namespace: str, name: str) -> None:
        """Delete the Works of a deleted request."""
        self._delete(self.of(promise=promise, namespace=namespace, name=name))

    def remove_left(self, promise: str, namespace: str, name: str, pipelines: Collection[str]) -> None:
        """Delete the Works of pipelines that are no longer in the Promise, once a run is complete.

        Args:
            promise: Name of the Promise.
            namespace: Namespace of the request.
            name: Name of the request.
            pipelines: Names of the pipelines that the Promise has now.
        """
        works = self.of(promise=promise, namespace=namespace, name=name)
        self._delete([work for work in works if work["metadata"]["labels"]["kratix.io/pipeline-name"] not in pipelines])

    def _delete(self, works: Sequence[Object]) -> None:
        """Delete Works with their placements, so that no garbage collector is required, and their files."""
        for work in works:
            namespace = work["metadata"]["namespace"]
            for placement in self._placements(work):
                # Not while one is being written: its files would be created again after their removal.
                with self._storing:
                    name = placement["metadata"]["name"]
                    where = {"namespace": namespace, "missing_ok": True}
                    self._client.delete(workload.API_VERSION, "WorkPlacement", name, **where)
                    self.destination.store.remove(placement)
            self._client.delete(
                workload.API_VERSION, "Work", work["metadata"]["name"], namespace=namespace, missing_ok=True
            )

    def refresh(self, namespace: str | None = None) -> None:
        """Process every Work again, after a change of the Destination.

        Args:
            namespace: Only those in it; None: in all namespaces.
        """
        for work in self._client.list(workload.API_VERSION, "Work", namespace=namespace):
            metadata = work["metadata"]
            self._agenda.put(_Task("schedule", metadata["namespace"], metadata["name"]))

    # -- internals

    def _handle(self, task: _Task) -> None:
        if task.step == "schedule":
            self._schedule(self._client.get(workload.API_VERSION, "Work", task.name, namespace=task.namespace))
        else:
            with self._storing:
                where = {"namespace": task.namespace}
                self._store(self._client.get(workload.API_VERSION, "WorkPlacement", task.name, **where))

    def _placements(self, work: Object) -> list[Object]:
        metadata = work["metadata"]
        return self._client.list(
            workload.API_VERSION,
            "WorkPlacement",
            namespace=metadata["namespace"],
            label_selector=f"kratix.io/work={metadata['name']}",
        )

    def _schedule(self, work: Object) -> None:
        groups = work["spec"].get("workloadGroups", [])
        if not self.destination.matches and groups:
            self._set_work(work, "Pending")
            return
        existing = {entry["metadata"]["name"]: entry for entry in self._placements(work)}
        for group in groups:
            wanted = workload.placement(work, group, self.destination.name)
            old = existing.get(wanted["metadata"]["name"])
            if old is None:
                placed = self._client.create(wanted)
            elif old["spec"] == wanted["spec"]:
                placed = old
            else:
                # WriteSucceeded stays True from the previous write until the new one is done (section 6).
                placed = self._client.replace({**old, "spec": wanted["spec"]})
            placed = self._label_misplaced(placed)
            self._set_placement(placed, version=None, error=None)
            metadata = placed["metadata"]
            self._agenda.put(_Task("store", metadata["namespace"], metadata["name"]), self._timings.store)
        state = "Misplaced" if self.destination.misplaced and groups else "Ready"
        self._set_work(work, state)

    def _label_misplaced(self, placement: Object) -> Object:
        labels = placement["metadata"]["labels"]
        if self.destination.misplaced == ("kratix.io/misplaced" in labels):
            return placement
        if self.destination.misplaced:
            labels["kratix.io/misplaced"] = "true"
        else:
            del labels["kratix.io/misplaced"]
        return self._client.replace(placement)

    def _store(self, placement: Object) -> None:
        owner = placement["metadata"]["labels"]["kratix.io/work"]
        work = self._client.get(workload.API_VERSION, "Work", owner, namespace=placement["metadata"]["namespace"])
        error = self.destination.error
        if error is not None:
            self._set_placement(placement, version=None, error=error)
            self._set_work(work, "Failing")
            return
        version = self.destination.store.write(placement)
        self._set_placement(placement, version=version, error=None)

    def _set_placement(self, placement: Object, *, version: str | None, error: str | None) -> None:
        old = placement.get("status", {})
        new = workload.placement_status(
            old, version=version, error=error, misplaced=self.destination.misplaced, now=datetime.now(UTC)
        )
        self._put_status(placement, old, new)

    def _set_work(self, work: Object, state: str) -> None:
        old = work.get("status", {})
        ids = [group["id"] for group in work["spec"].get("workloadGroups", [])]
        self._put_status(work, old, workload.work_status(state, ids, old, datetime.now(UTC)))

    def _put_status(self, obj: Object, old: dict[str, Any], new: dict[str, Any]) -> None:
        if old != new:
            self._client.replace({**obj, "status": new}, subresource="status")
