"""The command lines of docker, kind and kubectl. Pure, so that they can be tested without these programs.

The versions of everything on the cluster are pinned here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "CERT_MANAGER_URL",
    "KRATIX",
    "KRATIX_URL",
    "NAME",
    "PROGRAMS",
    "STATE_STORE_URL",
    "Step",
    "create",
    "delete",
    "installation",
    "kill",
    "load",
    "nodes",
]

CERT_MANAGER = "v1.20.2"
KRATIX = "81efd4a110f21259f55047fb75e7cb2a34e09dfa"
"""A commit of Kratix of August 2026; its releases do not contain both manifests."""

_KRATIX = f"https://raw.githubusercontent.com/syntasso/kratix/{KRATIX}"
CERT_MANAGER_URL = f"https://github.com/cert-manager/cert-manager/releases/download/{CERT_MANAGER}/cert-manager.yaml"
KRATIX_URL = f"{_KRATIX}/distribution/kratix.yaml"
STATE_STORE_URL = f"{_KRATIX}/config/samples/seaweedfs-install.yaml"


NAME = "platform-status"
PROGRAMS = ("docker", "kind", "kubectl")
_PATIENCE = "300s"


@dataclass(frozen=True)
class Step:
    """One installation.

    Attributes:
        what: Its name, for messages.
        commands: In order.
    """

    what: str
    commands: Sequence[Sequence[str]]


def create(kubeconfig: Path, node_image: str = "") -> list[str]:
    """Return the command that creates the cluster.

    Args:
        kubeconfig: Kubeconfig file to write; the user's own does not change.
        node_image: Image of the node; empty: the default of this kind release.
    """
    image = [f"--image={node_image}"] if node_image else []
    return ["kind", "create", "cluster", f"--name={NAME}", f"--kubeconfig={kubeconfig}", "--wait=5m", *image]


def delete(kubeconfig: Path) -> list[str]:
    """Return the command that deletes the cluster; it succeeds if there is none."""
    return ["kind", "delete", "cluster", f"--name={NAME}", f"--kubeconfig={kubeconfig}"]


def nodes() -> list[str]:
    """Return the command that prints the names of the cluster's nodes, which are Docker containers."""
    return ["kind", "get", "nodes", f"--name={NAME}"]


def load(archive: Path) -> list[str]:
    """Return the command that loads the images of an archive on every node."""
    return ["kind", "load", "image-archive", str(archive), f"--name={NAME}"]


def kill(node: str, container: str) -> list[str]:
    """Return the command that sends SIGKILL to the first process of a container."""
    return ["docker", "exec", node, "ctr", "--namespace=k8s.io", "tasks", "kill", "--signal=SIGKILL", container]


def installation(kubeconfig: Path) -> list[Step]:
    """Return the installations required before the Promise, in order."""
    kubectl = ("kubectl", f"--kubeconfig={kubeconfig}")

    def apply(url: str) -> list[str]:
        # Server-side: some of these CRDs are too large for kubectl's last-applied annotation.
        return [*kubectl, "apply", "--server-side", f"--filename={url}"]

    def available(namespace: str) -> list[str]:
        flags = ["--for=condition=Available", "deployment", "--all", f"--namespace={namespace}"]
        return [*kubectl, "wait", *flags, f"--timeout={_PATIENCE}"]

    return [
        Step("cert-manager", [apply(CERT_MANAGER_URL), available("cert-manager")]),
        Step("Kratix", [apply(KRATIX_URL), available("kratix-platform-system")]),
        Step("a state store", [apply(STATE_STORE_URL), available("seaweedfs")]),
    ]
