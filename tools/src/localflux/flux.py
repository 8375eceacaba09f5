"""The real Flux beside a control plane of its own, started in seconds, gone when you are.

Example::

    with LocalFlux() as flux:
        repository = flux.repository("media")
        repository.commit({"app/settings.yaml": "..."})
        flux.admin.create({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", ...})
        flux.admin.create({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", ...})
"""

import sys

from localflux import configuration, git_server
from localflux.configuration import KUSTOMIZE_CONTROLLER, NAMESPACE, SOURCE_CONTROLLER
from localgitops.engine import Engine
from localgitops.network import ADDRESS
from localplane.crds import FLUX_CRDS, fetch_crd, install_crds
from localplane.versions import FLUX

__all__ = ["LocalFlux"]

_GIT_SERVER = "git-server"


class LocalFlux(Engine):
    """Both controllers, a Git server, a control plane, and a network that nobody else is in; see ``Engine``."""

    name = "Flux"
    tools = FLUX
    controllers = (SOURCE_CONTROLLER, KUSTOMIZE_CONTROLLER)
    namespace = NAMESPACE

    def _start_servers(self) -> None:
        install_crds(self.admin, [fetch_crd(crd, self._environ) for crd in FLUX_CRDS])
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        server = [sys.executable, "-I", git_server.__file__, str(configuration.GIT_PORT), str(self._repositories)]
        self._serve(_GIT_SERVER, configuration.GIT_PORT, server, self._direct)
        for tool in FLUX:
            folder = self._running.path / tool.name
            folder.mkdir()
            environ = configuration.environment(folder, self._direct, self._kubeconfig(tool.name))
            command = configuration.command(tool.name, self._ensure_built(tool), folder)
            self._serve(tool.name, configuration.HEALTH_PORTS[tool.name], command, environ)

    @property
    def _served(self) -> str:
        return f"http://{ADDRESS}:{configuration.GIT_PORT}"
