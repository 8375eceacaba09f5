"""The double itself: Kratix's controller of one Promise's requests, with its Jobs and Works, started and stopped.

Example::

    with KratixDouble(client, promise, configure=[pipeline], folder=tmp_path, timings=Timings(pace=0.1)) as kratix:
        client.create(request)

It implements exactly the facts of kratix.md; README.md lists what is left out.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from kratix_double import workload
from kratix_double.agenda import Agenda, Kind, Watcher
from kratix_double.controller import Controller, Job
from kratix_double.job import Pipeline
from kratix_double.requests import RUN_FROM_START, Key, Promise, key_of
from kratix_double.runs import Runner
from kratix_double.timings import Timings
from kratix_double.works import Destination, WorkController
from kratix_double.writes import Write, Writer
from localplane.client import Client, Object
from platform_status_kube.errors import ConflictError

__all__ = ["KratixDouble"]

_CONNECTIONS = 16


class KratixDouble:
    """Plays Kratix for one Promise on a real API server.

    The CRDs must exist: the Promise's own, passed through `status_schema.treat`, and those in `crds/`.

    Args:
        client: The client of the double, with all permissions.
        promise: The Promise of the requests.
        configure: The pipelines of `workflows.resource.configure`, in order.
        delete: The pipeline of `workflows.resource.delete`; None: there is none.
        folder: Parent of the Jobs' folders; empty.
        timings: The durations of the steps.
        destination: The Destination.
        namespace: Watch only this namespace; it separates tests that share an API server.
        interval: Seconds after which a finished workflow runs again; None: never (Kratix's default is ten hours).
        dry_runs_enabled: Kratix's feature flag `dryRun`; off by default, as in Kratix.
        pods: Whether Jobs have pods.
        runner: Runs the Jobs; another class runs them for real, on a node.
        seed: Seed of all randomness.
    """

    def __init__(
        self,
        client: Client,
        promise: Promise,
        *,
        configure: Sequence[Pipeline],
        folder: Path,
        delete: Pipeline | None = None,
        timings: Timings | None = None,
        destination: Destination | None = None,
        namespace: str | None = None,
        interval: float | None = None,
        dry_runs_enabled: bool = False,
        pods: bool = True,
        runner: Callable[..., Runner] = Runner,
        seed: int = 0,
    ) -> None:
        timings = timings or Timings()
        chance = random.Random(seed)  # noqa: S311 - for names and orders, must be reproducible
        # A separate client: the many threads would exhaust the connection pool of the test's client.
        self._client = client = Client(client.access, connections=_CONNECTIONS)
        self._promise = promise
        self._namespace = namespace
        self._timings = timings
        self._writer = Writer(client)
        self._works = WorkController(client, destination or Destination(), timings, chance, self._complain)
        self._agenda: Agenda[Key] = Agenda("kratix-requests", self._handle, self._complain)
        self._runner = runner(
            client, promise, self._works, self._writer, timings, chance, folder, self._agenda.put, pods=pods
        )
        self._controller = Controller(
            client,
            promise,
            configure=configure,
            delete=delete,
            agenda=self._agenda,
            runner=self._runner,
            works=self._works,
            writer=self._writer,
            timings=timings,
            interval=interval,
            dry_runs_enabled=dry_runs_enabled,
        )
        self._watchers = (
            Watcher(client, Kind(promise.api_version, promise.kind), self._request_changed, namespace=namespace),
            Watcher(client, Kind(workload.API_VERSION, "Work"), self._work_changed, namespace=namespace),
        )

    # -- observed by tests

    @property
    def writes(self) -> list[Write]:
        """Every PUT to a request so far, in order, rejected ones included."""
        return self._writer.writes

    @property
    def jobs(self) -> list[Job]:
        """Every Job of a configure workflow so far, in order."""
        return self._controller.jobs

    @property
    def complaints(self) -> list[str]:
        """The errors of containers and passes so far; empty without a fault.

        A conflict that Kratix redoes is none: `writes` has it.
        """
        return self._writer.notes

    @property
    def destination(self) -> Destination:
        """The Destination; change it, then call `replace_works`."""
        return self._works.destination

    # -- operations for tests

    def rerun_all(self, configure: Sequence[Pipeline] | None = None) -> None:
        """Change the Promise's spec: every request reruns from the first pipeline (section 5).

        Args:
            configure: The configure pipelines of the changed Promise; None: unchanged.
        """
        self._controller.change_promise(configure)
        self._run_all_from_start()

    def upgrade(self, version: str, configure: Sequence[Pipeline] | None = None) -> None:
        """Apply another version of the Promise: unavailable until its own workflow has run, then as `rerun_all`.

        Args:
            version: The new version of the Promise.
            configure: The configure pipelines of the changed Promise; None: unchanged.
        """
        self._controller.change_promise(configure)
        self._controller.upgrade(version)
        self._run_all_from_start()

    def _run_all_from_start(self) -> None:
        for request in self._client.list(self._promise.api_version, self._promise.kind, namespace=self._namespace):
            # The label triggers the controller; after a conflict, its own next pass finds the new hash.
            with suppress(ConflictError):
                self._writer.label(request, {RUN_FROM_START: "true"}, "run-from-start label")
            self._agenda.put(key_of(request))

    def lose_jobs(self, namespace: str, name: str) -> None:
        """Delete the Jobs of a request, as after their TTL or the restore of a backup (section 5)."""
        self._controller.lose_jobs(Key(namespace, name))
        self._agenda.put(Key(namespace, name))

    def replace_works(self) -> None:
        """Schedule every Work again, after the Destination changed."""
        self._works.refresh(self._namespace)

    # -- start and stop

    def start(self) -> Self:
        """Start the watches and the worker."""
        self._works.start()
        self._agenda.start()
        for watcher in self._watchers:
            watcher.start()
        return self

    def stop(self) -> None:
        """Stop everything; after the return there are no more writes."""
        for watcher in self._watchers:
            watcher.stop()
        self._agenda.stop()
        self._runner.stop()
        self._works.stop()
        self._client.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- internals

    def _request_changed(self, event: str, request: Object) -> None:
        # Only the first event is delayed: later ones are Kratix's own loop, which has no rate limit.
        self._agenda.put(key_of(request), self._timings.notice if event == "ADDED" else 0.0)

    def _work_changed(self, event: str, work: Object) -> None:
        del event
        labels = work["metadata"].get("labels", {})
        if labels.get("kratix.io/promise-name") == self._promise.name and "kratix.io/resource-name" in labels:
            self._agenda.put(Key(work["metadata"]["namespace"], labels["kratix.io/resource-name"]))

    def _handle(self, key: Key) -> None:
        self._controller.reconcile(key)

    def _complain(self, error: Exception) -> None:
        self._writer.note(repr(error))
