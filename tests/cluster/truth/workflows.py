"""A workflow of two pipelines, which the Kratix double runs for the request of a place."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from kratix_double import widget
from kratix_double.double import KratixDouble
from kratix_double.job import Folders, Pipeline
from kratix_double.requests import Promise
from kratix_double.timings import Timings

from . import objects
from .places import Place

__all__ = ["Workflow"]

_PROMISE = Promise(
    objects.PROMISE, objects.GROUP, "VClusterOrchestratorV2", "vclusterorchestratorv2s", version="v0.1.0"
)


@dataclass
class Workflow:
    """What Kratix runs for one request.

    Attributes:
        place: Where the request is.
        folder: For the double; empty.
        control: What the second pipeline asks for in its workflow-control.yaml; empty asks for nothing.
    """

    place: Place
    folder: Path
    control: dict[str, object] = field(default_factory=dict)

    @property
    def first(self) -> Pipeline:
        """Resolves the contract, which observes the Works alone."""
        return widget.pipeline(_resolve, name="resolve")

    @property
    def both(self) -> list[Pipeline]:
        """That one, and one that may stop the workflow."""
        return [self.first, widget.pipeline(self._approve, name="approve")]

    @contextmanager
    def run_by_kratix(self, *pipelines: Pipeline) -> Iterator[KratixDouble]:
        """Make the request, and have Kratix run pipelines for it as often as they are due."""
        with KratixDouble(
            self.place.admin,
            _PROMISE,
            configure=pipelines,
            folder=self.folder,
            namespace=self.place.namespace,
            timings=Timings(pace=0.1),
            pods=False,
        ) as kratix:
            self.place.admin.create(objects.request(*self.place.key))
            yield kratix
            assert kratix.complaints == []

    def edit(self) -> None:
        """Change the spec of the request."""
        self.place.patch({"spec": {"projectName": "edited"}})

    def label(self, key: str, value: str | None) -> None:
        """Set a label of the request, or take it away."""
        self.place.patch({"metadata": {"labels": {key: value}}})

    def _approve(self, folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
        asks = {"workflow-control.yaml": yaml.safe_dump(self.control)} if self.control else {}
        return widget.container(metadata=asks)(folders, env, cancelled)


def _resolve(folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
    generation = yaml.safe_load((folders.input / "object.yaml").read_text())["metadata"]["generation"]
    contract = {"version": "v1", "generation": generation, "displayName": "VCluster", "name": "media", "works": True}
    return widget.container({"contract": contract})(folders, env, cancelled)
