"""Up, demo, down: the three make targets, and the cluster and its Kratix behind the interfaces of the journey."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from localnode.sampler import Measured
from localplane.caches import cache_folder
from localplane.client import Client
from localplane.clusters import from_kubeconfig
from localplane.errors import WaitError
from platform_status_kind import commands
from platform_status_kind.programs import CommandError, KindError, Run, run
from platform_status_world.cluster import WorldError
from platform_status_world.images import SIDECAR_IMAGE, Images
from platform_status_world.lane import install, travel
from platform_status_world.promises import PromiseDocument
from platform_status_world.report import Report

__all__ = ["KindCluster", "demo", "down", "kubeconfig_path", "prepare", "up"]

DESTINATION = "platform-cluster"
_API = "platform.kratix.io/v1alpha1"
_STORE = "default"


def state_store() -> dict[str, Any]:
    """Return the BucketStateStore; address and Secret are from the store's own manifest."""
    return {
        "apiVersion": _API,
        "kind": "BucketStateStore",
        "metadata": {"name": _STORE},
        "spec": {
            "endpoint": "bucket.seaweedfs.svc.cluster.local",
            "insecure": True,
            "bucketName": "kratix",
            "authMethod": "accessKey",
            "secretRef": {"name": "bucket-credentials", "namespace": "default"},
        },
    }


def destination() -> dict[str, Any]:
    """Return the Destination that the Promise's selectors match (docs/kratix.md section 1)."""
    return {
        "apiVersion": _API,
        "kind": "Destination",
        "metadata": {"name": DESTINATION, "labels": {"environment": "platform"}},
        "spec": {
            "path": DESTINATION,
            "strictMatchLabels": True,
            "stateStoreRef": {"name": _STORE, "kind": "BucketStateStore"},
        },
    }


_PATIENCE = 300.0
_CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


class RealKratix:
    """Kratix, installed on the cluster.

    Args:
        client: The client that applies the Promise.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def complaints(self) -> Sequence[str]:
        """Empty: Kratix' errors are in its logs and Events."""
        return ()

    def install(self, document: PromiseDocument) -> None:
        """Apply a Promise and wait until its API is served; its Work is awaited by the caller that delivers it."""
        self._client.apply(document.document, field_manager="user")
        name = document.crd["metadata"]["name"]
        try:
            self._client.wait_for(*_CRD, name, _established, timeout=_PATIENCE, until="Kratix has installed it")
        except WaitError as error:
            raise WorldError(f"Promise {document.name}: {error}") from error


def _established(crd: Mapping[str, Any]) -> bool:
    conditions = crd.get("status", {}).get("conditions") or []
    return any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions)


class KindCluster:
    """A cluster created by kind.

    Args:
        kubeconfig: Its kubeconfig.
        runs: Runs commands.
    """

    def __init__(self, kubeconfig: Path, runs: Run = run) -> None:
        if not kubeconfig.exists():
            raise KindError(f"{kubeconfig}: not found, so there is no cluster; `make kind-up` creates one")
        self._run = runs
        self._admin = Client(from_kubeconfig(kubeconfig))

    @property
    def admin(self) -> Client:
        """The administrator in kind's kubeconfig."""
        return self._admin

    def load(self, *archives: Path) -> None:
        """Load the images of archives on every node."""
        for archive in archives:
            self._run(commands.load(archive))

    def kill(self, container: str) -> None:
        """Send SIGKILL to the first process of a container, on any node."""
        refusals = []
        for node in self._run(commands.nodes()).split():
            try:
                self._run(commands.kill(node, container))
            except CommandError as error:  # it runs on another node
                refusals.append(str(error))
            else:
                return
        raise KindError(f"container {container}: no node could kill it: {'; '.join(refusals) or 'there is no node'}")

    def measured(self) -> Mapping[str, Measured]:
        """Empty: the nodes' cgroups belong to Docker's host, which may be another machine."""
        return {}


Tell = Callable[[str], None]


def kubeconfig_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the cluster's kubeconfig, in the cache; the user's own does not change."""
    return cache_folder(environ) / "kind" / "kubeconfig"


def prepare(kubeconfig: Path, node_image: str, tell: Tell, runs: Run = run) -> None:
    """Create the cluster and install everything that the Promise requires.

    Args:
        kubeconfig: Kubeconfig file to write.
        node_image: Image of the node; empty: kind's default.
        tell: Callback for each step.
        runs: Runs commands.

    Raises:
        CommandError: A command failed.
    """
    kubeconfig.parent.mkdir(parents=True, exist_ok=True)
    tell(f"making the cluster {commands.NAME}")
    runs(commands.create(kubeconfig, node_image))
    for step in commands.installation(kubeconfig):
        tell(f"installing {step.what}")
        for command in step.commands:
            runs(command)


def up(root: Path, images: Images, node_image: str, tell: Tell, environ: Mapping[str, str] = os.environ) -> Path:
    """Create the cluster with everything on it, the Promise last.

    Returns:
        The kubeconfig.
    """
    kubeconfig = kubeconfig_path(environ)
    prepare(kubeconfig, node_image, tell)
    cluster = KindCluster(kubeconfig)
    tell("loading our images")
    cluster.load(images.pipeline, images.sidecar)
    for document in (state_store(), destination()):
        cluster.admin.apply(document, field_manager="platform-status-kind")
    install(cluster, RealKratix(cluster.admin), root, SIDECAR_IMAGE, tell)
    return kubeconfig


def demo(root: Path, tell: Tell, environ: Mapping[str, str] = os.environ) -> Report:
    """Run the journey of the example request; repeatable."""
    cluster = KindCluster(kubeconfig_path(environ))
    return travel(cluster, RealKratix(cluster.admin), root, SIDECAR_IMAGE, tell)


def down(runs: Run = run, environ: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Delete the cluster.

    Returns:
        The command that was run.
    """
    kubeconfig = kubeconfig_path(environ)
    command = commands.delete(kubeconfig)
    runs(command)
    kubeconfig.unlink(missing_ok=True)
    return command
