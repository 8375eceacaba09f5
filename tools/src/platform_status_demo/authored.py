"""A stage for any Promise: its CRD, its sidecar with exactly its rights, and those of its containers that are ours.

The author's own containers cannot run here. A folder has their output for the request.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from kratix_double.job import Command, Pipeline
from kratix_double.requests import Promise
from localplane.crds import APPLICATION
from platform_status_demo import roles
from platform_status_demo.command import StageError
from platform_status_demo.screen import Screen
from platform_status_demo.stage import Stage, braced
from platform_status_kube.errors import NotFoundError
from platform_status_pipeline.errors import PipelineError
from platform_status_pipeline.kratix.folders import read_documents, read_mapping
from platform_status_pipeline.policy import policy_of_promise
from platform_status_pipeline.promise.facts import read_promise
from platform_status_pipeline.promise.manifests import SidecarOptions, render_sidecar
from platform_status_pipeline.promise.watches import named_kinds

__all__ = ["AuthoredStage", "expanded"]

_COMMANDS: Final = frozenset({"configure", "contract", "delete", "render", "wait"})
_REFERENCE: Final = re.compile(r"\$(?:\$|\(([-._A-Za-z0-9]+)\))")


def expanded(variables: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the environment variables as in a pod: ``$(NAME)`` is an earlier one, ``$$`` is ``$``."""
    known: dict[str, str] = {}

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return "$" if name is None else known.get(name, found[0])

    for variable in variables:
        known[variable["name"]] = _REFERENCE.sub(value, variable["value"])
    return known


class AuthoredStage(Stage):
    """The stage with a Promise of the user.

    Args:
        root: Root of the repository.
        logs: Folder for logs and Jobs.
        screen: The output of each step.
        promise: File of the Promise.
        request: File of a request.
        outputs: Folder with the output of the author's own containers for it; None: there are none.

    Raises:
        StageError: A file cannot be read, or a container cannot be run; the text names it.
    """

    simulates = (
        "real: API server, etcd, the containers of the Promise that are ours, the sidecar; "
        "simulated: Kratix, its other containers, GitOps, operators, the pods"
    )

    def __init__(
        self, root: Path, logs: Path, screen: Screen, promise: Path, request: Path, outputs: Path | None
    ) -> None:
        super().__init__(root, logs, screen)
        try:
            self._document = read_mapping(promise)
            self._request = read_mapping(request)
            facts = read_promise(self._document)
            self._named = named_kinds(self._document)
            policy = policy_of_promise(self._document)
            files = render_sidecar(read_documents(root / roles.PARTS), facts, SidecarOptions(), self._named, policy)
        except PipelineError as error:
            raise StageError(str(error)) from error
        self._shipped = [document for documents in files.values() for document in documents]
        self._outputs = outputs
        self.promise = Promise(facts.name, f"{facts.group}/{facts.version}", facts.kind, facts.plural)
        kind = (self._request.get("apiVersion"), self._request.get("kind"))
        if kind != (self.promise.api_version, self.promise.kind):
            raise StageError(f"{request}: found {kind}, expected a {self.promise.kind} of {self.promise.api_version}")
        self._configured, self._removed = self._pipelines("configure"), self._pipelines("delete")

    def request(self) -> dict[str, Any]:
        """Return the user's request; its namespace is default if it names none."""
        metadata = {"namespace": "default", **self._request["metadata"]}
        return {**self._request, "metadata": metadata}

    def _crds(self) -> list[dict[str, Any]]:
        return [self._document["spec"]["api"]]

    def _treated(self) -> Path:
        folder = super()._treated()
        for number, crd in enumerate(self._stand_ins()):
            (folder / f"stand-in-{number}.yaml").write_text(yaml.safe_dump(crd, sort_keys=False))
        return folder

    def _stand_ins(self) -> Iterator[dict[str, Any]]:
        """Yield a CRD with an open schema for each kind that the contract names and this API server does not serve."""
        for kind in self._named:
            group, _, version = kind.api_version.rpartition("/")
            if (kind.api_version, kind.kind) in (APPLICATION, (self.promise.api_version, self.promise.kind)):
                continue
            try:
                self.admin.request("GET", f"/api{'s' if group else ''}/{kind.api_version}/{kind.resource}")
            except NotFoundError:
                any_object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                served = {"name": version, "served": True, "storage": True, "subresources": {"status": {}}}
                self._screen.step(f"{kind.kind} of {group} is not installed here: it gets a CRD that takes anything")
                yield {
                    "apiVersion": "apiextensions.k8s.io/v1",
                    "kind": "CustomResourceDefinition",
                    "metadata": {
                        "name": f"{kind.resource}.{group}",
                        "annotations": {"api-approved.kubernetes.io": "unapproved, a stand-in"},
                    },
                    "spec": {
                        "group": group,
                        "scope": kind.scope,
                        "names": {"kind": kind.kind, "plural": kind.resource, "singular": kind.kind.lower()},
                        "versions": [{**served, "schema": {"openAPIV3Schema": any_object}}],
                    },
                }

    def _rights(self) -> list[dict[str, Any]]:
        return roles.rights_among(self._shipped)

    def _flags(self) -> Sequence[str]:
        (deployment,) = (document for document in self._shipped if document["kind"] == "Deployment")
        flags: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
        return flags

    def _configure(self) -> list[Pipeline]:
        return self._configured

    def _delete(self) -> Pipeline | None:
        return next(iter(self._removed), None)

    def _pipelines(self, action: str) -> list[Pipeline]:
        workflow = self._document["spec"].get("workflows", {}).get("resource", {}).get(action, [])
        outputs = iter([self._outputs] if self._outputs else [])
        return [
            Pipeline(
                pipeline["metadata"]["name"],
                [command for container in pipeline["spec"]["containers"] for command in self._run(container, outputs)],
            )
            for pipeline in workflow
        ]

    def _run(self, container: Mapping[str, Any], outputs: Iterator[Path]) -> Iterator[Command]:
        """Run a container if it is ours; the first other one outputs the folder, further ones nothing."""
        command, *rest = container.get("args") or [""]
        if command in _COMMANDS:
            yield self._container(command, *map(braced, rest), own=expanded(container.get("env", ())))
            return
        if self._outputs is None:
            raise StageError(
                f"container {container['name']} of image {container['image']} cannot run here: put its output "
                "in /kratix/output for this request into a folder, and pass it as --outputs"
            )
        for folder in outputs:
            yield Command(["cp", "-R", braced(f"{folder.resolve()}/."), "{output}"], {}, self._logs / "pipeline.log")
