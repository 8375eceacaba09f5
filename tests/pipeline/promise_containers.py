"""The containers that a promise.yaml holds, run with the arguments and variables that Kubernetes would give them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_status_contract.template.yaml_text import load
from platform_status_demo.authored import expanded

from .kratix_folders import ROOT, Done, KratixFolders

Json = dict[str, Any]


@dataclass(frozen=True)
class PromiseContainer:
    """One container of a workflow, as the pod would see it."""

    name: str
    args: tuple[str, ...]
    env: Mapping[str, str]

    def run(self, folders: KratixFolders, **environment: str) -> Done:
        """Run it once over the folders."""
        return folders.run(*self.args, **{**self.env, **environment})


def read_promise(folder: str, *, policy: str = "") -> Json:
    """Read promise/`folder`/promise.yaml, with another policy if a file of promise/ is named."""
    promise = load((ROOT / "promise" / folder / "promise.yaml").read_text("utf-8"))
    assert isinstance(promise, dict)
    for pipeline in promise["spec"]["workflows"]["resource"]["configure"] if policy else ():
        for variable in (item for container in pipeline["spec"]["containers"] for item in container.get("env", ())):
            if variable["name"] == "PLATFORM_POLICY":
                variable["value"] = (ROOT / "promise" / policy).read_text("utf-8")
    return promise


def pipelines(
    promise: Json, workflow: str = "resource", action: str = "configure"
) -> dict[str, list[PromiseContainer]]:
    """Every pipeline of one workflow by name, with its containers, in order; none if there is no such workflow."""
    return {
        pipeline["metadata"]["name"]: [
            PromiseContainer(container["name"], tuple(container["args"]), expanded(container.get("env", [])))
            for container in pipeline["spec"]["containers"]
        ]
        for pipeline in promise["spec"]["workflows"].get(workflow, {}).get(action, [])
    }


def containers(promise: Json, workflow: str = "resource", action: str = "configure") -> list[PromiseContainer]:
    """Every container of one workflow, in order, whatever its pipeline."""
    return [container for made in pipelines(promise, workflow, action).values() for container in made]


def rendered(folder: Path, promise: Json, request: Json) -> KratixFolders:
    """Run the resource workflow of a Promise on a request; every container must be content."""
    folders = KratixFolders(folder)
    folders.ask(request)
    for container in containers(promise):
        done = container.run(folders, KRATIX_DRY_RUN="true")
        assert done.returncode == 0, done.stderr
    return folders
