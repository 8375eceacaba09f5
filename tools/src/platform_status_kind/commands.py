"""The command lines of docker, kind and kubectl: pure, so that they can be read, and tested, where none of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_status_kind.versions import CERT_MANAGER_URL, KRATIX_URL, STATE_STORE_URL

__all__ = ["NAME", "PROGRAMS", "Step", "create", "delete", "installation", "kill", "load", "nodes"]

NAME = "platform-status"
PROGRAMS = ("docker", "kind", "kubectl")
_PATIENCE = "300s"


@dataclass(frozen=True)
class Step:
    """Something to be installed.

    Attributes:
        what: What it is, for a person.
        commands: In order.
    """

    what: str
    commands: Sequence[Sequence[str]]


def create(kubeconfig: Path, node_image: str = "") -> list[str]:
    """Return the command that makes the cluster.

    Args:
        kubeconfig: File for the way in; the user's own is not touched.
        node_image: Image of the node; empty takes the one that this kind was released with.
    """
    image = [f"--image={node_image}"] if node_image else []
    return ["kind", "create", "cluster", f"--name={NAME}", f"--kubeconfig={kubeconfig}", "--wait=5m", *image]


def delete(kubeconfig: Path) -> list[str]:
    """Return the command that deletes the cluster; one that is not there is no error."""
    return ["kind", "delete", "cluster", f"--name={NAME}", f"--kubeconfig={kubeconfig}"]


def nodes() -> list[str]:
    """Return the command that prints the names of the cluster's nodes, which are containers of Docker."""
    return ["kind", "get", "nodes", f"--name={NAME}"]


def load(archive: Path) -> list[str]:
    """Return the command that puts the images of an archive on every node."""
    return ["kind", "load", "image-archive", str(archive), f"--name={NAME}"]


def kill(node: str, container: str) -> list[str]:
    """Return the command that sends SIGKILL to the first process of a container."""
    return ["docker", "exec", node, "ctr", "--namespace=k8s.io", "tasks", "kill", "--signal=SIGKILL", container]


def installation(kubeconfig: Path) -> list[Step]:
    """Return what has to be installed before the Promise, in order."""
    kubectl = ("kubectl", f"--kubeconfig={kubeconfig}")

    def apply(url: str) -> list[str]:
        # Server-side: some of these CRDs are too large for the annotation that kubectl would leave otherwise.
        return [*kubectl, "apply", "--server-side", f"--filename={url}"]

    def available(namespace: str) -> list[str]:
        flags = ["--for=condition=Available", "deployment", "--all", f"--namespace={namespace}"]
        return [*kubectl, "wait", *flags, f"--timeout={_PATIENCE}"]

    return [
        Step("cert-manager", [apply(CERT_MANAGER_URL), available("cert-manager")]),
        Step("Kratix", [apply(KRATIX_URL), available("kratix-platform-system")]),
        Step("a state store", [apply(STATE_STORE_URL), available("seaweedfs")]),
    ]
