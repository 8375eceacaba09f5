"""What the controllers of Flux are given: environment and command lines. Pure."""

from collections.abc import Mapping
from pathlib import Path

from localgitops.network import ADDRESS

__all__ = [
    "GIT_PORT",
    "HEALTH_PORTS",
    "KUSTOMIZE_CONTROLLER",
    "NAMESPACE",
    "SOURCE_CONTROLLER",
    "command",
    "environment",
]

NAMESPACE = "flux-system"
SOURCE_CONTROLLER, KUSTOMIZE_CONTROLLER = "source-controller", "kustomize-controller"
GIT_PORT, _STORAGE_PORT = 8080, 9090
HEALTH_PORTS: Mapping[str, int] = {SOURCE_CONTROLLER: 9440, KUSTOMIZE_CONTROLLER: 9441}
_METRICS_PORTS: Mapping[str, int] = {SOURCE_CONTROLLER: 8081, KUSTOMIZE_CONTROLLER: 8082}

_MAX_AT_ONCE = 24
"""A Kustomization that waits for pods holds a worker: with the four of the default others wait for their first word."""

_DEPENDENCY_INTERVAL = "2s"
"""How soon one looks again at what it depends on; half a minute unless set."""


def environment(folder: Path, environ: Mapping[str, str], kubeconfig: Path) -> dict[str, str]:
    """Return the environment of a controller: everything that it would write lies in its folder.

    Args:
        folder: The folder.
        environ: PATH and the like, without proxies.
        kubeconfig: Who it is.
    """
    ours = {"HOME": folder, "KUBECONFIG": kubeconfig, "TMPDIR": folder, "RUNTIME_NAMESPACE": NAMESPACE}
    return {**environ, **{name: str(value) for name, value in ours.items()}}


def command(name: str, binary: Path, folder: Path) -> list[str]:
    """Return the command line of a controller.

    Args:
        name: Which of the two.
        binary: Its program.
        folder: Where it keeps what it fetched.
    """
    storage = (
        f"--storage-path={folder}",
        f"--storage-addr={ADDRESS}:{_STORAGE_PORT}",
        f"--storage-adv-addr={ADDRESS}:{_STORAGE_PORT}",
    )
    return [
        str(binary),
        f"--metrics-addr={ADDRESS}:{_METRICS_PORTS[name]}",
        f"--health-addr={ADDRESS}:{HEALTH_PORTS[name]}",
        f"--concurrent={_MAX_AT_ONCE}",
        f"--requeue-dependency={_DEPENDENCY_INTERVAL}",
        "--enable-leader-election=false",
        "--watch-all-namespaces",
        *(storage if name == SOURCE_CONTROLLER else ()),
    ]
