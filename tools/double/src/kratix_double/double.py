"""The double itself: Kratix's controller of one Promise's requests, with its Jobs and Works, started and stopped.

Example::

    with KratixDouble(client, promise, configure=[pipeline], folder=tmp_path, timings=Timings(pace=0.1)) as kratix:
        client.create(request)

It plays what kratix.md says and nothing that it would like to be true; README.md lists what is left out.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
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

    The CRDs must be there: the Promise's own, passed through `status_schema.treat`, and those in `crds/`.

    Args:
        client: Who Kratix is; must be allowed everything.
        promise: Whose requests.
        configure: The pipelines of `workflows.resource.configure`, in order.
        delete: The one pipeline of `workflows.resource.delete`, None without.
        folder: Where the Jobs' folders go; an empty one.
        timings: How fast it plays.
        destination: The one Destination.
        namespace: Watch only this namespace; tests that share an API server keep apart by it.
        interval: Seconds after which a finished workflow runs again; None: never (Kratix's default is ten hours).
        dry_runs_enabled: Kratix's feature flag `dryRun`; off unless set, as in Kratix.
        pods: Whether Jobs show as pods.
        runner: What runs the Jobs; another class runs them for real, on a node.
        seed: Where all chance comes from.
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
        chance = random.Random(seed)  # noqa: S311 - for names and orders, and to be repeatable
        # A client of its own: so many threads would crowd out the connections of the test's.
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

    # -- what a test sees

    @property
    def writes(self) -> list[Write]:
        """Every PUT to a request so far, in order, those refused among them."""
        return self._writer.writes

    @property
    def jobs(self) -> list[Job]:
        """Every Job of a configure workflow so far, in order."""
        return self._controller.jobs

    @property
    def complaints(self) -> list[str]:
        """What containers and passes complained about so far; empty in a life without faults."""
        return self._writer.notes

    @property
    def destination(self) -> Destination:
        """The Destination; change it, then call `replace_works`."""
        return self._works.destination

    # -- what a test does

    def rerun_all(self, configure: Sequence[Pipeline] | None = None) -> None:
        """Change the Promise's spec: every request reruns from the first pipeline (section 5).

        Args:
            configure: The configure pipelines of the changed Promise; None: as before.
        """
        self._controller.change_promise(configure)
        self._run_all_from_start()

    def upgrade(self, version: str, configure: Sequence[Pipeline] | None = None) -> None:
        """Apply another version of the Promise: not available until its own workflow has run, then as `rerun_all`.

        Args:
            version: The Promise's version from now on.
            configure: The configure pipelines of the changed Promise; None: as before.
        """
        self._controller.change_promise(configure)
        self._controller.upgrade(version)
        self._run_all_from_start()

    def _run_all_from_start(self) -> None:
        for request in self._client.list(self._promise.api_version, self._promise.kind, namespace=self._namespace):
            # The label wakes the controller; where somebody was faster, its own next pass finds the new hash.
            with suppress(ConflictError):
                self._writer.label(request, {RUN_FROM_START: "true"}, "run-from-start label")
            self._agenda.put(key_of(request))

    def lose_jobs(self, namespace: str, name: str) -> None:
        """Delete the Jobs of a request, as a TTL or a restored backup does (section 5)."""
        self._controller.lose_jobs(Key(namespace, name))
        self._agenda.put(Key(namespace, name))

    def replace_works(self) -> None:
        """Schedule every Work again, after the Destination changed."""
        self._works.refresh(self._namespace)

    # -- life

    def start(self) -> Self:
        """Start to watch and to act."""
        self._works.start()
        self._agenda.start()
        for watcher in self._watchers:
            watcher.start()
        return self

    def stop(self) -> None:
        """Stop everything; nothing is written any more once it returns."""
        for watcher in self._watchers:
            watcher.stop()
        self._agenda.stop()
        self._runner.stop()
        self._works.stop()
        self._client.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- inside

    def _request_changed(self, event: str, request: Object) -> None:
        # Only the first event is late on purpose: later ones are Kratix's own loop, which has no brake.
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
