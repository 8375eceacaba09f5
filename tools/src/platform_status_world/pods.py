"""A runner for the double with real Jobs: pods in the form that Kratix gives them."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from kratix_double.job import Outcome
from kratix_double.requests import container_env, key_of
from kratix_double.runs import Run, Runner
from kratix_double.timings import Timings
from localplane.client import Client, Object
from localplane.errors import WaitError
from platform_status_world import shape
from platform_status_world.adapter_image import ADAPTER_IMAGE
from platform_status_world.errors import WorldError
from platform_status_world.promises import PromiseDocument
from platform_status_world.shape import Owner

__all__ = ["PodTimings", "await_job", "pod_runner", "start_job"]

_SLICE = 2.0
_JOB_SECONDS = 300.0


class PodTimings(Timings):
    """Real time, without the delays that a real pod causes itself."""

    @property
    def pod_start(self) -> float:
        """Zero: the kubelet has its own delay."""
        return 0.0

    @property
    def job_end(self) -> float:
        """Zero: the Job controller has its own delay."""
        return 0.0


def start_job(client: Client, run: shape.Run) -> str:
    """Create the RBAC objects and the Job of one run.

    Returns:
        The Job's name.
    """
    for document in shape.rights(run):
        client.apply(document, field_manager="kratix")
    return str(client.create(shape.job(run))["metadata"]["name"])


def await_job(client: Client, namespace: str, name: str, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Wait for the end of a Job.

    Args:
        client: The client of the watch.
        namespace: Its namespace.
        name: Its name.
        cancelled: Polled; whether to stop waiting.

    Returns:
        Whether it succeeded; False too if the wait was cancelled.

    Raises:
        WorldError: It did not end in time.
    """
    for _ in range(int(_JOB_SECONDS / _SLICE)):
        if cancelled():
            return False
        try:
            done = client.wait_for("batch/v1", "Job", name, _ended, namespace=namespace, timeout=_SLICE)
        except WaitError:
            continue
        return bool(_conditions(done) & {"Complete"})
    raise WorldError(f"Job {namespace}/{name}: not over after {_JOB_SECONDS:g} s")


def pod_runner(document: PromiseDocument) -> type[Runner]:
    """Return a class of runners for one Promise.

    Args:
        document: The Promise; its pipelines are selected by name.
    """

    class PodRunner(Runner):
        def _containers(self, request: Object, run: Run, *, last: bool) -> Outcome:
            key, facts = key_of(request), document.facts
            live = self._client.get(facts.api_version, facts.kind, key.name, namespace=key.namespace)
            pipelines = document.pipelines("resource", run.action)
            pipeline = next(entry for entry in pipelines if entry["metadata"]["name"] == run.pipeline.name)
            told = shape.Run(
                promise=facts.name,
                pipeline=pipeline,
                action=run.action,
                namespace=key.namespace,
                owner=_owner_of(live, facts.plural),
                env=container_env(facts, live, run.pipeline.name, run.action),
                last=last,
                suffix=secrets.token_hex(3)[:5],
                image=ADAPTER_IMAGE,
            )
            name = start_job(self._client, told)
            succeeded = await_job(self._client, key.namespace, name, run.cancelled.is_set)
            if run.action == "configure":
                self._works.refresh()
            return Outcome(succeeded=succeeded, log=[] if succeeded else [f"Job {name} failed"])

    return PodRunner


def _owner_of(request: Mapping[str, Any], plural: str) -> Owner:
    metadata = request["metadata"]
    return Owner(
        kind="resource",
        api_version=request["apiVersion"],
        object_kind=request["kind"],
        plural=plural,
        name=metadata["name"],
        namespace=metadata["namespace"],
        uid=metadata["uid"],
    )


def _conditions(job: Mapping[str, Any]) -> set[str]:
    conditions = job.get("status", {}).get("conditions", [])
    return {entry["type"] for entry in conditions if entry["status"] == "True"}


def _ended(job: Mapping[str, Any]) -> bool:
    return bool(_conditions(job) & {"Complete", "Failed"})
