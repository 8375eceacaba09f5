"""Jobs, which run in parallel to the controller and queue their request at the end (kratix.md section 2)."""

import random
import string
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from kratix_double.control import WorkflowControl
from kratix_double.job import ContainerError, Folders, Outcome, Pipeline, run_job
from kratix_double.requests import DRY_RUN, Key, Promise, container_env, key_of, labelled, object_name
from kratix_double.status_writer import write_status
from kratix_double.timings import Timings
from kratix_double.workload import Identity
from kratix_double.works import WorkController
from kratix_double.writes import Writer
from localplane.client import Client, Object
from localplane.errors import FAILURES
from platform_status_kube.errors import TransportError

__all__ = ["Run", "Runner"]


@dataclass
class Run:
    """One Job.

    Attributes:
        pipeline: The pipeline.
        index: Position of the pipeline in its workflow.
        spec: Hash of the specs that it was created for.
        action: configure or delete.
        cancelled: Ends it early.
        outcome: The result; None while it runs.
        counted: Whether the controller has processed its success.
        attempts: Number of retries that it has requested so far.
    """

    pipeline: Pipeline
    index: int
    spec: str
    action: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None
    counted: bool = False
    attempts: int = 0


class Runner:
    """Runs Jobs, each in its own thread and folder.

    Args:
        client: The client of Kratix.
        promise: The Promise.
        works: The work writer.
        writer: Sends and records writes to requests.
        timings: The durations of the steps.
        chance: Source of name suffixes and of the order of conditions.
        folder: Parent of the Jobs' folders.
        tell: Callback with the key of the request when Kratix notices the end of a Job.
        pods: Whether each Job has a pod in the request's namespace, as in a cluster.
    """

    def __init__(
        self,
        client: Client,
        promise: Promise,
        works: WorkController,
        writer: Writer,
        timings: Timings,
        chance: random.Random,
        folder: Path,
        tell: Callable[[Key], None],
        *,
        pods: bool,
    ) -> None:
        self._client = client
        self._promise = promise
        self._works = works
        self._writer = writer
        self._timings = timings
        self._chance = chance
        self._folder = folder
        self._tell = tell
        self._pods = pods
        self._threads: list[tuple[threading.Thread, Run]] = []

    def start(self, request: Object, run: Run, *, last: bool) -> None:
        """Create the Job."""
        name = f"kratix-job-{len(self._threads)}"
        thread = threading.Thread(target=self._play, args=(request, run, last), name=name, daemon=True)
        self._threads.append((thread, run))
        thread.start()

    def stop(self) -> None:
        """Cancel all Jobs and wait for them."""
        for _, run in self._threads:
            run.cancelled.set()
        for thread, _ in self._threads:
            thread.join()

    # -- internals

    def _play(self, request: Object, run: Run, last: bool) -> None:  # noqa: FBT001 - a thread's target takes positions
        outcome = Outcome()
        pod: Object | None = None
        try:
            pod = self._create_pod(request, run) if self._pods else None
            if not run.cancelled.wait(self._timings.pod_start):
                outcome = self._containers(request, run, last=last)
        except (*FAILURES, ContainerError) as error:
            outcome.log.append(str(error))
        except Exception as error:  # noqa: BLE001 - any exception of a test's container is a failed Job
            outcome.log.append(repr(error))
        for line in outcome.log:
            self._writer.note(f"{run.action} {run.pipeline.name}: {line}")
        if pod is not None:
            self._finish_pod(pod, succeeded=outcome.succeeded)
        run.cancelled.wait(self._timings.job_end)
        run.outcome = outcome
        self._tell(key_of(request))

    def _containers(self, request: Object, run: Run, *, last: bool) -> Outcome:
        key = key_of(request)
        suffix = "".join(self._chance.choices(string.ascii_lowercase, k=6))
        folders = Folders.below(self._folder / f"{key.namespace}-{key.name}-{run.pipeline.name}-{suffix}")
        live = self._get(key)
        (folders.input / "object.yaml").write_text(yaml.safe_dump(live, sort_keys=False))
        identity = Identity(self._promise.name, key.name, key.namespace, run.pipeline.name)
        dry_run = labelled(live, DRY_RUN)

        def work_writer(folders: Folders, _: WorkflowControl | None) -> None:
            try:
                self._works.write(identity, folders, dry_run=dry_run)
            except TransportError as error:
                raise ContainerError(f"work-writer: {error}") from error

        def status_writer(folders: Folders, control: WorkflowControl | None) -> None:
            write_status(
                self._client,
                self._writer,
                self._promise,
                key,
                run.pipeline.name,
                folders,
                control,
                last=last,
                attempts=run.attempts,
                chance=self._chance,
            )

        return run_job(
            run.pipeline,
            folders,
            container_env(self._promise, live, run.pipeline.name, run.action),
            work_writer=work_writer if run.action == "configure" else None,
            status_writer=status_writer,
            cancelled=run.cancelled,
            retry_pause=self._timings.retry,
        )

    def _get(self, key: Key) -> Object:
        return self._client.get(self._promise.api_version, self._promise.kind, key.name, namespace=key.namespace)

    def _create_pod(self, request: Object, run: Run) -> Object:
        key = key_of(request)
        suffix = "".join(self._chance.choices(string.ascii_lowercase + string.digits, k=5))
        job = object_name(f"kratix-{self._promise.name}-{key.name}-{run.pipeline.name}", suffix)
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": request["metadata"]["uid"]}
        pod = self._client.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": f"{job}-{suffix}",
                    "namespace": key.namespace,
                    "labels": {
                        "kratix.io/promise-name": self._promise.name,
                        "kratix.io/resource-name": key.name,
                        "kratix.io/pipeline-name": run.pipeline.name,
                        "kratix.io/workflow-type": "resource",
                        "kratix.io/workflow-action": run.action,
                        "app.kubernetes.io/managed-by": "Kratix",
                        "batch.kubernetes.io/job-name": job,
                    },
                    "ownerReferences": [{**owner, "controller": True}],
                },
                "spec": {
                    "restartPolicy": "OnFailure",
                    # No scheduler may place it if the tests run on a cluster with nodes.
                    "schedulerName": "kratix-double",
                    "containers": [{"name": "status-writer", "image": "kratix-double.invalid/pipeline-adapter"}],
                },
            }
        )
        return self._set_pod(pod, {"phase": "Pending", "conditions": [_ready("False", "ContainersNotInitialized")]})

    def _finish_pod(self, pod: Object, *, succeeded: bool) -> None:
        reason = "PodCompleted" if succeeded else "PodFailed"
        status = {"phase": "Succeeded" if succeeded else "Failed", "conditions": [_ready("False", reason)]}
        # The namespace, or the API server, may be gone by now.
        with suppress(*FAILURES):
            self._set_pod(pod, status)

    def _set_pod(self, pod: Object, status: Mapping[str, Any]) -> Object:
        metadata = pod["metadata"]
        where = {"namespace": metadata["namespace"], "subresource": "status"}
        return self._client.patch("v1", "Pod", metadata["name"], {"status": status}, **where)


def _ready(status: str, reason: str) -> dict[str, str]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": "Ready", "status": status, "reason": reason, "lastTransitionTime": now}
