"""Fifty requests in one namespace, healthy to the last pod, whatever an older reconciler wrote into their statuses."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kratix_double import widget
from kratix_double.double import KratixDouble
from kratix_double.job import Container, Folders
from kratix_double.requests import Promise
from kratix_double.timings import Timings
from localplane.client import Client, Object
from platform_status_contract.observing.records import Key

from . import objects
from .older import SHAPES
from .sidecars import eventually

__all__ = ["Fleet"]

_REQUEST = (objects.GROUP, "VClusterOrchestratorV2")
_FOREIGN = ("ConfigureWorkflowCompleted", "Reconciled", "WorksSucceeded")


def _configure(namespace: str, display_name: str) -> Container:
    """Return the one container of a Promise: it resolves a contract, and nothing else."""

    def run(folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
        request = yaml.safe_load((folders.input / "object.yaml").read_text())
        name = request["metadata"]["name"]
        contract = {
            "version": "v1",
            "generation": request["metadata"]["generation"],
            "displayName": display_name,
            "name": name,
            "application": {"namespace": namespace, "name": f"vcluster-{name}"},
            "workloads": {"namespace": namespace, "selector": {"matchLabels": {"app": name}}},
            "secrets": [{"role": "kubeconfig", "namespace": namespace, "name": "media-kubeconfig"}],
            "works": True,
        }
        status = {"contract": contract, "problems": []}
        return widget.container(status)(folders, env, cancelled)

    return run


class Fleet:
    """What a test does with the fifty, and sees of them."""

    def __init__(self, admin: Client, namespace: str, *, of_each_shape: int) -> None:
        self.admin = admin
        self.namespace = namespace
        # Short: Kratix puts a Work's name, which is longer by 41 characters here, into a label.
        self.shapes = {
            f"{shape}-{number}-{namespace[-5:]}": shape for shape in SHAPES for number in range(of_each_shape)
        }

    @property
    def keys(self) -> list[Key]:
        return [(self.namespace, name) for name in self.shapes]

    def create(self) -> None:
        """Create each request with what it observes, and the status that it was left with."""
        self.admin.create(objects.secret(self.namespace))
        for name, shape in self.shapes.items():
            self.admin.create(objects.application(self.namespace, f"vcluster-{name}"))
            for number in range(2):
                pod = f"{name}-{number}"
                self.admin.create(objects.pod(self.namespace, pod, {"app": name}))
                said = {"status": objects.pod_status(ready=True)}
                self.admin.patch("v1", "Pod", pod, said, namespace=self.namespace, subresource="status")
            created = self.admin.create(objects.request(self.namespace, name))
            self.admin.replace({**created, "status": SHAPES[shape](name)}, subresource="status")

    def kratix(self, folder: Path, *, version: str, display_name: str = "VCluster") -> KratixDouble:
        """Return Kratix after the Promise was applied: it runs the workflow of every request anew."""
        promise = Promise(objects.PROMISE, *_REQUEST, "vclusterorchestratorv2s", version)
        folder.mkdir()
        return KratixDouble(
            self.admin,
            promise,
            configure=[widget.pipeline(_configure(self.namespace, display_name))],
            folder=folder,
            namespace=self.namespace,
            timings=Timings(pace=0.1),
            pods=False,
        )

    def read(self) -> dict[str, Object]:
        return {found["metadata"]["name"]: found for found in self.admin.list(*_REQUEST, namespace=self.namespace)}

    def versions(self) -> dict[str, str]:
        return {name: found["metadata"]["resourceVersion"] for name, found in self.read().items()}

    def await_settled(self, version: str, display_name: str = "VCluster") -> None:
        """Wait until Kratix has finished the workflow of each, and has nothing more to say."""

        def settled(status: Mapping[str, Any]) -> bool:
            conditions = {entry["type"]: entry["status"] for entry in status.get("conditions", [])}
            return (
                status.get("contract", {}).get("displayName") == display_name
                and status.get("promiseVersion") == version
                and all(conditions.get(kind) == "True" for kind in _FOREIGN)
                and all(run["phase"] == "Succeeded" for run in status["kratix"]["workflows"]["pipelines"])
                and status.get("observedGeneration") == 1
            )

        self._await(settled, f"Kratix has finished version {version}")
        # Ready says of a Work that it is scheduled; that it is written is said of its placement, and later.
        eventually(self._all_written, "every placement is written", seconds=60, pause=0.2)

    def _all_written(self) -> bool:
        placements = self.admin.list("platform.kratix.io/v1alpha1", "WorkPlacement", namespace=self.namespace)
        said = [
            {entry["type"]: entry["status"] for entry in found.get("status", {}).get("conditions", [])}
            for found in placements
        ]
        return len(said) == len(self.shapes) and all(each.get("WriteSucceeded") == "True" for each in said)

    def await_phase(self, *phases: str) -> None:
        """Wait until our sidecar says one of these phases of each."""

        def said(status: Mapping[str, Any]) -> bool:
            observed = status.get("health", {}).get("observedGeneration")
            return observed == 1 and type(observed) is int and status.get("phase") in phases

        self._await(said, f"every status says {' or '.join(phases)}")

    def _await(self, holds: Any, what: str) -> None:  # noqa: ANN401 - a predicate over a status
        def all_hold() -> bool:
            return all(holds(found.get("status", {})) for found in self.read().values())

        try:
            eventually(all_hold, what, seconds=60, pause=0.2)
        except AssertionError as error:
            late = {n: f.get("status") for n, f in self.read().items() if not holds(f.get("status", {}))}
            example = json.dumps(next(iter(late.items()), None), indent=1)
            raise AssertionError(f"{what}: not yet of {len(late)}, such as {example}") from error

    def clear(self) -> None:
        """Take the requests away, so that they are nobody's in later tests of this API server."""
        for name in self.read():
            self.admin.patch(*_REQUEST, name, {"metadata": {"finalizers": None}}, namespace=self.namespace)
            self.admin.delete(*_REQUEST, name, namespace=self.namespace, missing_ok=True)
