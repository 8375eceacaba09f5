"""Kratix's pass over one request: selects its next step (kratix.md sections 3 to 5, 8 and 11).

Each pass reads the request again and ends early, as in Kratix; its own writes queue the next pass. One worker processes
all requests of the Promise, and a pass ends with its first write. So the Job of a request is created after the first
passes of every other request that changed meanwhile, with their windows.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from kratix_double import statuses, workload
from kratix_double.agenda import Agenda
from kratix_double.conditions import find
from kratix_double.job import Pipeline
from kratix_double.requests import (
    DRY_RUN,
    FINALIZERS,
    MANUAL,
    PAUSED,
    PROMISE,
    RUN_FROM_START,
    SUSPENDED,
    Key,
    Promise,
    key_of,
    labelled,
    spec_hash,
)
from kratix_double.runs import Run, Runner
from kratix_double.timings import Timings
from kratix_double.works import WorkController
from kratix_double.writes import Writer
from localplane.client import Client, Object
from platform_status_kube.errors import ConflictError

__all__ = ["Controller", "Job"]


def _now() -> datetime:
    return datetime.now(UTC)


class Job(NamedTuple):
    """A created Job: monotonic time, request, pipeline. Its window begins at that time."""

    at: float
    key: Key
    pipeline: str


@dataclass
class _Memory:
    """The state of one request that a cluster keeps in its Jobs.

    Attributes:
        uid: uid of the request, to detect another request of the same name.
        run: The newest Job; None if there is none, or it was deleted.
        pending: Hash of the specs for which the pipelines are listed as Pending; the next pass creates the Job.
        retry_at: Time of the automatic retry of a suspended workflow.
    """

    uid: str
    run: Run | None = None
    pending: str | None = None
    retry_at: datetime | None = None


class Controller:
    """Selects the steps; the arguments are those of `KratixDouble`, and its parts."""

    def __init__(
        self,
        client: Client,
        promise: Promise,
        *,
        configure: Sequence[Pipeline],
        delete: Pipeline | None,
        agenda: Agenda[Key],
        runner: Runner,
        works: WorkController,
        writer: Writer,
        timings: Timings,
        interval: float | None,
        dry_runs_enabled: bool,
    ) -> None:
        self._client = client
        self._promise = promise
        self._configure = tuple(configure)
        self._delete = delete
        self._agenda = agenda
        self._runner = runner
        self._works = works
        self._writer = writer
        self._timings = timings
        self._interval = interval
        self._dry_runs_enabled = dry_runs_enabled
        self._revision = 1
        self._available_at = float("-inf")
        self._memories: dict[Key, _Memory] = {}
        self._jobs: list[Job] = []

    @property
    def jobs(self) -> list[Job]:
        """All Jobs of configure workflows so far, in order."""
        return list(self._jobs)

    @property
    def _names(self) -> list[str]:
        return [pipeline.name for pipeline in self._configure]

    def change_promise(self, configure: Sequence[Pipeline] | None = None) -> None:
        """Change the Promise's spec, which is part of every Job's hash.

        Args:
            configure: Its new configure pipelines; None: unchanged.
        """
        if configure is not None:
            self._configure = tuple(configure)
        self._revision += 1

    def upgrade(self, version: str) -> None:
        """Set the version of the Promise; until its own workflow has run it is not available."""
        self._promise = self._promise._replace(version=version)
        self._available_at = time.monotonic() + self._timings.promise_workflow

    def lose_jobs(self, key: Key) -> None:
        """Delete the Jobs of one request; a running one is cancelled."""
        memory = self._memories.get(key)
        if memory is not None and memory.run is not None:
            memory.run.cancelled.set()
            memory.run = None
        if memory is not None:
            memory.pending = None

    def reconcile(self, key: Key) -> None:
        """Run one pass.

        Raises:
            LocalPlaneError: The API server rejected a read or a write; then the pass is repeated.
        """
        request = self._client.find(self._promise.api_version, self._promise.kind, key.name, namespace=key.namespace)
        if request is None:
            self.lose_jobs(key)
            self._memories.pop(key, None)
            return
        memory = self._memory(key, request)
        if labelled(request, PAUSED):
            # Deletion is delayed as well.
            self._status(request, lambda status: statuses.pause(status, _now()), "paused")
        elif "deletionTimestamp" in request["metadata"]:
            self._reconcile_deletion(key, request, memory)
        else:
            self._reconcile_configure(key, request, memory)

    # -- configure

    def _reconcile_configure(self, key: Key, request: Object, memory: _Memory) -> None:
        if not self._is_prepared(key, request):
            return
        if labelled(request, MANUAL) or labelled(request, RUN_FROM_START):
            self.lose_jobs(key)
            memory.retry_at = None
            # In this order: once the label is gone, the pipelines are Pending (kratix.md, "Measured again").
            request = self._list_pending(request, memory)
            request = self._reset_counters(request)
            gone = {MANUAL: None, RUN_FROM_START: None, SUSPENDED: None}
            self._writer.label(request, gone, "labels of a rerun")
            return
        run = memory.run
        if run is None:
            self._begin(request, memory)
        elif run.outcome is None:
            return
        elif run.spec != spec_hash(request, self._revision):
            memory.retry_at = None
            request = self._writer.label(request, {SUSPENDED: None}, "labels of a rerun")
            if run.outcome.succeeded:
                self._begin(request, memory)
            else:
                # After a failed run the pipelines are not listed as Pending first (kratix.md, "Measured again").
                self._start(request, memory, 0)
        elif not run.outcome.succeeded:
            # A PUT in each pass, even without a change: it re-sorts the conditions (section 4).
            name = run.pipeline.name
            self._status(request, lambda status: statuses.failed(status, name, _now()), "failed", always=True)
            self._mind_interval(key, request)
        elif run.outcome.control is not None and run.outcome.control.stops:
            self._reconcile_suspended(key, request, memory, run)
        elif run.index + 1 < len(self._configure):
            self._start(request, memory, run.index + 1)
        else:
            self._settle(key, request, run)

    def _is_prepared(self, key: Key, request: Object) -> bool:
        """Prepare a request by at most one write; returns whether only its workflow is left to do."""
        if self._writer.label(request, {PROMISE: self._promise.name}, "labels") is not request:
            return False
        if time.monotonic() < self._available_at:
            self._status(request, lambda status: statuses.promise_unavailable(status, _now()), "Promise unavailable")
            self._agenda.put(key, self._timings.look_again)
            return False
        say = "Promise available"
        if self._status(request, lambda status: statuses.promise_available(status, _now()), say) is not request:
            return False
        finalizers = request["metadata"].get("finalizers", [])
        missing = [name for name in FINALIZERS if name not in finalizers]
        if self._writer.finalizers(request, [*finalizers, *missing], "finalizers") is not request:
            return False
        if (find(request.get("status", {}), "Reconciled") or {}).get("reason") == "PausedReconciliation":
            request = self._status(request, lambda status: statuses.unpause(status, _now()), "unpaused")
            self._writer.label(request, {RUN_FROM_START: "true"}, "run-from-start label")
            return False
        return True

    def _begin(self, request: Object, memory: _Memory) -> None:
        """Do one of three passes; between them the worker processes other requests."""
        if memory.pending != spec_hash(request, self._revision):
            self._list_pending(request, memory)
        elif self._reset_counters(request) is request:
            self._start(request, memory, 0)

    def _list_pending(self, request: Object, memory: _Memory) -> Object:
        names, what = self._names, "pipelines Pending"
        request = self._status(
            request, lambda status: statuses.list_pipelines(status, names, "Pending", _now()), what, always=True
        )
        memory.run, memory.pending = None, spec_hash(request, self._revision)
        return request

    def _reset_counters(self, request: Object) -> Object:
        count = len(self._configure)
        return self._status(request, lambda status: statuses.reset_counters(status, count), "counters")

    def _start(self, request: Object, memory: _Memory, index: int) -> None:
        pipeline = self._configure[index]
        attempts = self._attempts(memory, index)
        memory.run = Run(pipeline, index, spec_hash(request, self._revision), "configure", attempts=attempts)
        memory.retry_at = memory.pending = None
        self._runner.start(request, memory.run, last=index == len(self._configure) - 1)
        self._jobs.append(Job(time.monotonic(), key_of(request), pipeline.name))
        if not self._agenda.pause(self._timings.window):
            return
        # The Job already runs: the write is not repeated after a conflict (section 11.4), the next pass finds the Job.
        with suppress(ConflictError):
            self._status(
                request, lambda status: statuses.start(status, pipeline.name, _now()), "starting status", always=True
            )

    @staticmethod
    def _attempts(memory: _Memory, index: int) -> int:
        """Return the number of earlier tries of this pipeline, for a run after a retryAfter."""
        run = memory.run
        if memory.retry_at is None or run is None or run.index != index:
            return 0
        return run.attempts + 1

    def _reconcile_suspended(self, key: Key, request: Object, memory: _Memory, run: Run) -> None:
        control = run.outcome.control if run.outcome is not None else None
        if not labelled(request, SUSPENDED):
            self._start(request, memory, run.index)
            return
        request = self._status(request, lambda status: statuses.suspended(status, _now()), "suspended")
        if control is None or control.retry_after is None:
            return
        if memory.retry_at is None:
            memory.retry_at = _now() + control.retry_after
        wait = (memory.retry_at - _now()).total_seconds()
        if wait > 0:
            self._agenda.put(key, wait)
        else:
            self._writer.label(request, {SUSPENDED: None}, "retry")

    def _settle(self, key: Key, request: Object, run: Run) -> None:
        names, finished = self._names, len(self._names)
        if not statuses.has_pipelines(request.get("status", {}), names):
            # Another writer dropped status.kratix: the phases become Pending, and no write sets Succeeded again (11.2).
            run.counted = True
            request = self._status(
                request, lambda status: statuses.list_pipelines(status, names, "Pending", _now()), "phases reset"
            )
        if not run.counted:
            request = self._status(
                request, lambda status: statuses.succeed(status, names, finished, _now()), "workflow succeeded"
            )
            run.counted = True
        self._works.remove_left(self._promise.name, key.namespace, key.name, names)
        if find(request.get("status", {}), "ConfigureWorkflowCompleted") is None:
            self._loop(request, finished)
            return
        generation = request["metadata"]["generation"]
        request = self._status(request, lambda status: statuses.complete(status, generation), "observedGeneration")
        works = self._works.of(promise=self._promise.name, namespace=key.namespace, name=key.name)
        state, dry_run = workload.works_state(works), labelled(request, DRY_RUN)
        request = self._status(
            request,
            lambda status: statuses.settle(
                status,
                state,
                version=self._promise.version,
                dry_run=dry_run,
                now=_now(),
                dry_runs_enabled=self._dry_runs_enabled,
            ),
            "conditions and versions",
        )
        request = self._status(request, statuses.stamp_success, "last successful time")
        self._mind_interval(key, request)

    def _loop(self, request: Object, finished: int) -> None:
        """Handle a missing ConfigureWorkflowCompleted: two writes that revert each other and cause a pass (11.1)."""
        self._agenda.pause(self._timings.loop)
        request = self._status(request, statuses.reset_counter, "counter reset")
        if self._agenda.pause(self._timings.loop):
            self._status(request, lambda status: statuses.restore_counter(status, finished), "counter restored")

    def _mind_interval(self, key: Key, request: Object) -> None:
        done = find(request.get("status", {}), "ConfigureWorkflowCompleted")
        if self._interval is None or done is None:
            return
        age = (_now() - datetime.fromisoformat(done["lastTransitionTime"])).total_seconds()
        if age >= self._interval:
            self._writer.label(request, {MANUAL: "true"}, "manual label")
        else:
            self._agenda.put(key, self._interval - age)

    # -- delete

    def _reconcile_deletion(self, key: Key, request: Object, memory: _Memory) -> None:
        run = memory.run
        if run is not None and run.outcome is None:
            return
        if self._delete is not None and "kratix.io/delete-workflows" in request["metadata"].get("finalizers", []):
            if not self._delete_workflow(request, memory, self._delete):
                return
            request = self._without(request, "kratix.io/delete-workflows")
        self._works.remove(self._promise.name, key.namespace, key.name)
        for finalizer in FINALIZERS:
            request = self._without(request, finalizer)

    def _delete_workflow(self, request: Object, memory: _Memory, pipeline: Pipeline) -> bool:
        """Run the next step of the delete workflow; returns whether it has ended."""
        run = memory.run
        if run is None or run.action != "delete":
            self._start_delete(request, memory, pipeline)
            return False
        outcome = run.outcome
        if outcome is None:
            return False
        if outcome.succeeded and not (outcome.control and outcome.control.stops):
            return True
        blocked = labelled(request, SUSPENDED) if outcome.succeeded else not labelled(request, MANUAL)
        if blocked:
            reason = "DeleteWorkflowSuspended" if outcome.succeeded else "DeleteWorkflowFailed"
            self._status(request, lambda status: statuses.delete_failed(status, reason, _now()), "delete failed")
            return False
        request = self._writer.label(request, {MANUAL: None, SUSPENDED: None}, "labels of a rerun")
        self._start_delete(request, memory, pipeline)
        return False

    def _start_delete(self, request: Object, memory: _Memory, pipeline: Pipeline) -> None:
        request = self._status(
            request,
            lambda status: statuses.list_pipelines(status, [pipeline.name], "Running", _now()),
            "delete pipeline",
        )
        memory.run = Run(pipeline, 0, "", "delete")
        self._runner.start(request, memory.run, last=True)

    def _without(self, request: Object, finalizer: str) -> Object:
        left = [name for name in request["metadata"].get("finalizers", []) if name != finalizer]
        return self._writer.finalizers(request, left, f"finalizer {finalizer} removed")

    # -- internals

    def _memory(self, key: Key, request: Object) -> _Memory:
        uid = request["metadata"]["uid"]
        memory = self._memories.get(key)
        if memory is None or memory.uid != uid:
            self.lose_jobs(key)
            memory = self._memories[key] = _Memory(uid)
        return memory

    def _status(
        self, request: Object, change: Callable[[dict[str, Any]], None], what: str, *, always: bool = False
    ) -> Object:
        return self._writer.status(request, change, what, always=always)
