"""The real Flux with its own control plane, and the configuration of its two controllers.

Example::

    with LocalFlux() as flux:
        repository = flux.repository("media")
        repository.commit({"app/settings.yaml": "..."})
        flux.admin.create({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", ...})
        flux.admin.create({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", ...})
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from localflux import git_server
from localgitops.engine import Engine
from localgitops.network import ADDRESS
from localplane.crds import FLUX_CRDS, fetch_crd, install_crds
from localplane.versions import FLUX

__all__ = ["LocalFlux"]

NAMESPACE = "flux-system"
SOURCE_CONTROLLER, KUSTOMIZE_CONTROLLER = "source-controller", "kustomize-controller"
GIT_PORT, _STORAGE_PORT = 8080, 9090
HEALTH_PORTS: Mapping[str, int] = {SOURCE_CONTROLLER: 9440, KUSTOMIZE_CONTROLLER: 9441}
_METRICS_PORTS: Mapping[str, int] = {SOURCE_CONTROLLER: 8081, KUSTOMIZE_CONTROLLER: 8082}

_MAX_AT_ONCE = 24
"""Workers: a Kustomization that waits for pods blocks one, and with the default of four others would not start."""

_DEPENDENCY_INTERVAL = "2s"
"""Interval of the checks of a dependency; Flux's default is 30 s."""


def environment(folder: Path, environ: Mapping[str, str], kubeconfig: Path) -> dict[str, str]:
    """Return the environment of a controller, in which all written paths are in its folder.

    Args:
        folder: The folder.
        environ: PATH and similar variables, without proxies.
        kubeconfig: Its kubeconfig.
    """
    ours = {"HOME": folder, "KUBECONFIG": kubeconfig, "TMPDIR": folder, "RUNTIME_NAMESPACE": NAMESPACE}
    return {**environ, **{name: str(value) for name, value in ours.items()}}


def command(name: str, binary: Path, folder: Path) -> list[str]:
    """Return the command line of a controller.

    Args:
        name: Which of the two.
        binary: Its binary.
        folder: The folder for fetched sources.
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


_GIT_SERVER = "git-server"


class LocalFlux(Engine):
    """Both controllers, a Git server, a control plane, and a network namespace for them; see ``Engine``."""

    name = "Flux"
    tools = FLUX
    controllers = (SOURCE_CONTROLLER, KUSTOMIZE_CONTROLLER)
    namespace = NAMESPACE

    def _start_servers(self) -> None:
        install_crds(self.admin, [fetch_crd(crd, self._environ) for crd in FLUX_CRDS])
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        server = [sys.executable, "-I", git_server.__file__, str(GIT_PORT), str(self._repositories)]
        self._serve(_GIT_SERVER, GIT_PORT, server, self._direct)
        for tool in FLUX:
            folder = self._running.path / tool.name
            folder.mkdir()
            environ = environment(folder, self._direct, self._kubeconfig(tool.name))
            line = command(tool.name, self._ensure_built(tool), folder)
            self._serve(tool.name, HEALTH_PORTS[tool.name], line, environ)

    @property
    def _served(self) -> str:
        return f"http://{ADDRESS}:{GIT_PORT}"
