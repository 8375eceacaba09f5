"""Golden paths as their promise.yaml ships them: the CRD as Kratix treats it, sidecar with rights, pipeline.

Everything comes out of promise.yaml by running its own containers as processes, so what is tested is what users apply.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from kratix_double.double import KratixDouble
from kratix_double.job import Command, Pipeline
from kratix_double.requests import Promise
from kratix_double.status_schema import treat
from kratix_double.timings import Timings
from kratix_double.works import Destination
from localplane.crds import install_crds
from localplane.plane import ControlPlane
from tests.cluster.sidecar.world import Sidecar, running
from tests.pipeline.kratix_folders import ROOT, KratixFolders
from tests.pipeline.promise_containers import PromiseContainer, containers, pipelines, read_promise

__all__ = ["GoldenPath", "install"]

Json = dict[str, Any]

_APPLIED = ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
_PACE = 0.1


@dataclass(frozen=True)
class GoldenPath:
    """One Promise, installed on a control plane.

    Attributes:
        plane: Where.
        promise: What the Kratix double must know.
        document: The Promise.
        account: ServiceAccount of its sidecar, as namespace and name; empty without one.
        args: Arguments of the sidecar's container.
    """

    plane: ControlPlane
    promise: Promise
    document: Json
    account: tuple[str, str]
    args: tuple[str, ...]

    @contextmanager
    def sidecar(self, folder: Path, *flags: str) -> Iterator[Sidecar]:
        """Run the sidecar as its Deployment would: its arguments and further ones, the rights of its ServiceAccount."""
        namespace, name = self.account
        admin = self.plane.admin
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        path = f"{admin.path('v1', 'ServiceAccount', name, namespace)}/token"
        token = admin.request("POST", path, body=body)["status"]["token"]
        config = yaml.safe_load(self.plane.kubeconfig.read_text("utf-8"))
        for user in config["users"]:
            user["user"] = {"token": token}
        folder.mkdir()
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(config), "utf-8")
        with running(kubeconfig, folder, *self.args, *flags, "--log-level", "debug") as sidecar:
            yield sidecar

    @contextmanager
    def kratix(
        self, folder: Path, namespace: str, destination: Destination | None = None, *, pods: bool = True
    ) -> Iterator[KratixDouble]:
        """Play Kratix for the requests of one namespace, with the Promise's own containers.

        Args:
            folder: For what the double needs; must not exist.
            namespace: Of the requests.
            destination: Where Works are placed; None takes one in memory.
            pods: Whether Jobs show as pods.
        """
        folder.mkdir()
        (folder / "jobs").mkdir()
        log = folder / "pipeline.log"
        configure = self._pipelines("configure", log)
        delete = next(iter(self._pipelines("delete", log)), None)
        timings = Timings(pace=_PACE)
        admin = self.plane.admin
        with KratixDouble(
            admin,
            self.promise,
            configure=configure,
            delete=delete,
            folder=folder / "jobs",
            namespace=namespace,
            timings=timings,
            destination=destination,
            pods=pods,
        ) as double:
            yield double

    def _pipelines(self, action: str, log: Path) -> list[Pipeline]:
        made = pipelines(self.document, action=action).items()
        return [Pipeline(name, tuple(map(partial(_command, log), found))) for name, found in made]


def _command(log: Path, container: PromiseContainer) -> Command:
    folders = ("--input-dir", "{input}", "--output-dir", "{output}", "--metadata-dir", "{metadata}")
    command, *rest = container.args
    # The double fills in braces, and these are none of its own.
    env = {name: value.replace("{", "{{").replace("}", "}}") for name, value in container.env.items()}
    program = (sys.executable, "-m", "platform_status_pipeline", command)
    return Command([*program, *folders, *rest], {**env, "PATH": ""}, log)


def install(plane: ControlPlane, folder: Path, promise: str | Json) -> GoldenPath:
    """Install a Promise as Kratix does: its CRD, and what its promise workflow puts out for the platform.

    Args:
        plane: Where.
        folder: For the folders of the workflow; must not exist.
        promise: Folder with a promise.yaml, below promise/ or absolute; or the Promise itself.
    """
    document = read_promise(promise) if isinstance(promise, str) else promise
    kratix = KratixFolders(folder)
    kratix.ask(document)
    for container in containers(document, "promise"):
        done = container.run(kratix, KRATIX_WORKFLOW_TYPE="promise", SIDECAR_PARTS=str(ROOT / "promise" / "sidecar"))
        assert done.returncode == 0, done.stderr
    texts = [path.read_text("utf-8") for path in sorted(kratix.output.rglob("*.yaml"))]
    manifests = [manifest for text in texts for manifest in yaml.safe_load_all(text)]
    crd = folder / "crd.yaml"
    crd.write_text(yaml.safe_dump(treat(document["spec"]["api"])))
    install_crds(plane.admin, [crd])
    for manifest in sorted(
        (manifest for manifest in manifests if manifest["kind"] in _APPLIED),
        key=lambda manifest: _APPLIED.index(manifest["kind"]),
    ):
        plane.admin.apply(manifest)
    if not manifests:
        return GoldenPath(plane, _promise(document), document, ("", ""), ())
    (deployment,) = (manifest for manifest in manifests if manifest["kind"] == "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    account = (deployment["metadata"]["namespace"], pod["serviceAccountName"])
    return GoldenPath(plane, _promise(document), document, account, tuple(pod["containers"][0]["args"]))


def _promise(document: Json) -> Promise:
    crd = document["spec"]["api"]["spec"]
    names, version = crd["names"], crd["versions"][0]["name"]
    return Promise(document["metadata"]["name"], f"{crd['group']}/{version}", names["kind"], names["plural"])
