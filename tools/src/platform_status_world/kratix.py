"""The interface of Kratix for the journey: install the Promise, and process its requests.

There are two implementations: `PlayedKratix` is the double with real Jobs, for a cluster without Kratix. The other one,
in `platform_status_kind`, only waits for the real one. The pods of the Jobs have the form that Kratix gives them.
"""

import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, Self

import yaml

from kratix_double.double import KratixDouble
from kratix_double.job import Outcome, Pipeline
from kratix_double.requests import container_env, key_of
from kratix_double.runs import Run, Runner
from kratix_double.status_schema import treat
from kratix_double.timings import Timings
from kratix_double.widget import CRDS
from kratix_double.world import World
from localplane.client import Client, Object
from localplane.crds import install_crds
from localplane.errors import WaitError
from platform_status_world import shape
from platform_status_world.cluster import WorldError
from platform_status_world.images import ADAPTER_IMAGE
from platform_status_world.promises import PromiseDocument
from platform_status_world.shape import Owner

__all__ = ["Kratix", "PlayedKratix"]

PROMISE_API = ("platform.kratix.io/v1alpha1", "Promise")
_SLICE = 2.0
_JOB_SECONDS = 300.0


class _PodTimings(Timings):
    """Real time, without the delays that a real pod causes itself."""

    @property
    def pod_start(self) -> float:
        """Zero: the kubelet has its own delay."""
        return 0.0

    @property
    def job_end(self) -> float:
        """Zero: the Job controller has its own delay."""
        return 0.0


class Kratix(Protocol):
    """Installs a Promise and processes its requests."""

    def install(self, document: PromiseDocument) -> None:
        """Apply a Promise, and return once its API is served and its own workflow has written its Work.

        Raises:
            WorldError: That workflow failed, or did not end in time.
        """
        ...

    @property
    def complaints(self) -> Sequence[str]:
        """The errors so far."""
        ...


class PlayedKratix:
    """The Kratix double, with Jobs that are real pods; a context manager.

    Args:
        client: The client of the double.
        root: Root of the repository.
    """

    def __init__(self, client: Client, root: Path) -> None:
        self._client = client
        self._root = root
        self._stack = ExitStack()
        self._double: KratixDouble | None = None

    @property
    def complaints(self) -> Sequence[str]:
        """The errors of containers and passes so far."""
        return () if self._double is None else self._double.complaints

    def install(self, document: PromiseDocument) -> None:
        """Process a Promise as Kratix does: its CRD with the other status schema, its workflow, then its requests."""
        own = self._root / "tools/src/platform_status_world/crds"
        install_crds(self._client, [own, CRDS])
        applied = self._client.apply(document.document, field_manager="user")
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kratix-")))
        crd = folder / "crd.yaml"
        crd.write_text(yaml.safe_dump(treat(document.crd), sort_keys=False))
        install_crds(self._client, [crd])
        World(self._client).ensure_namespace(document.system_namespace)
        for pipeline in document.pipelines("promise", "configure"):
            self._run_promise_workflow(document, pipeline, str(applied["metadata"]["uid"]))
        delete = document.pipelines("resource", "delete")
        jobs = folder / "jobs"
        jobs.mkdir()
        double = KratixDouble(
            self._client,
            document.facts,
            configure=_pipelines(document.pipelines("resource", "configure")),
            delete=_pipelines(delete)[0] if delete else None,
            folder=jobs,
            timings=_PodTimings(),
            pods=False,
            runner=_pod_runner(document),
        )
        self._double = self._stack.enter_context(double)
        double.replace_works()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _run_promise_workflow(self, document: PromiseDocument, pipeline: dict[str, Any], uid: str) -> None:
        name, namespace = pipeline["metadata"]["name"], document.system_namespace
        api_version, kind = PROMISE_API
        group, _, version = api_version.rpartition("/")
        env = {
            "KRATIX_WORKFLOW_ACTION": "configure",
            "KRATIX_WORKFLOW_TYPE": "promise",
            "KRATIX_PROMISE_NAME": document.name,
            "KRATIX_PIPELINE_NAME": name,
            "KRATIX_OBJECT_KIND": kind,
            "KRATIX_OBJECT_GROUP": group,
            "KRATIX_OBJECT_VERSION": version,
            "KRATIX_OBJECT_NAME": document.name,
            "KRATIX_OBJECT_NAMESPACE": "",
            "KRATIX_CRD_PLURAL": "promises",
            "KRATIX_CLUSTER_SCOPED": "true",
        }
        run = shape.Run(
            promise=document.name,
            pipeline=pipeline,
            action="configure",
            namespace=namespace,
            owner=Owner("promise", api_version, kind, "promises", document.name, "", uid),
            env=env,
            last=True,
            suffix=secrets.token_hex(3)[:5],
            image=ADAPTER_IMAGE,
        )
        job = _start_job(self._client, run)
        if not _await_job(self._client, namespace, job):
            raise WorldError(f"Job {namespace}/{job} of the Promise's workflow {name} failed")


def _pipelines(documents: Sequence[dict[str, Any]]) -> list[Pipeline]:
    return [Pipeline(document["metadata"]["name"], ()) for document in documents]


def _start_job(client: Client, run: shape.Run) -> str:
    """Create the RBAC objects and the Job of one run.

    Returns:
        The Job's name.
    """
    for document in shape.rights(run):
        client.apply(document, field_manager="kratix")
    return str(client.create(shape.job(run))["metadata"]["name"])


def _await_job(client: Client, namespace: str, name: str, cancelled: Callable[[], bool] = lambda: False) -> bool:
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


def _pod_runner(document: PromiseDocument) -> type[Runner]:
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
            name = _start_job(self._client, told)
            succeeded = _await_job(self._client, key.namespace, name, run.cancelled.is_set)
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
