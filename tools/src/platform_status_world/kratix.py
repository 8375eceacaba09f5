"""The interface of Kratix for the journey: install the Promise, and process its requests.

There are two implementations: `PlayedKratix` is the double with real Jobs, for a cluster without Kratix. The other one,
in `platform_status_kind`, only waits for the real one.
"""

import secrets
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import yaml

from kratix_double.double import KratixDouble
from kratix_double.job import Pipeline
from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from kratix_double.world import World
from localplane.client import Client
from localplane.crds import install_crds
from platform_status_world import shape
from platform_status_world.adapter_image import ADAPTER_IMAGE
from platform_status_world.errors import WorldError
from platform_status_world.pods import PodTimings, await_job, pod_runner, start_job
from platform_status_world.promises import PromiseDocument
from platform_status_world.shape import Owner

__all__ = ["Kratix", "PlayedKratix"]

PROMISE_API = ("platform.kratix.io/v1alpha1", "Promise")


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
            timings=PodTimings(),
            pods=False,
            runner=pod_runner(document),
        )
        self._double = self._stack.enter_context(double)
        double.replace_works()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        job = start_job(self._client, run)
        if not await_job(self._client, namespace, job):
            raise WorldError(f"Job {namespace}/{job} of the Promise's workflow {name} failed")


def _pipelines(documents: Sequence[dict[str, Any]]) -> list[Pipeline]:
    return [Pipeline(document["metadata"]["name"], ()) for document in documents]
