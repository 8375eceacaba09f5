"""The real Argo CD with its own control plane, started in seconds and removed at the end.

Example::

    with LocalArgoCD() as argocd:
        repository = argocd.repository("media")
        repository.commit({"app/settings.yaml": "..."})
        argocd.admin.create({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", ...})
"""

import shutil

from localargocd import configuration
from localargocd.configuration import (
    APPLICATION_SET_CONTROLLER,
    COMMIT_SERVER,
    CONTROLLER,
    NAMESPACE,
    REPO_SERVER,
    VERIFY_WRAPPER,
)
from localgitops.engine import Engine
from localplane.crds import APPLICATION_SET, ARGO_CD_CRDS, fetch_crd, install_crds
from localplane.versions import ARGO_CD

__all__ = ["LocalArgoCD"]

_FOLDERS = ("bin", "gnupg", "gpg", "plugins", "ssh", "tls", "tmp")


class LocalArgoCD(Engine):
    """Redis, the servers of Argo CD, a control plane, and a network namespace for them; see ``Engine``."""

    name = "Argo CD"
    tools = (ARGO_CD,)
    packages = ("redis-server",)
    leftovers = configuration.COMMIT_SERVER_LEFTOVERS
    controllers = (CONTROLLER, APPLICATION_SET_CONTROLLER)
    namespace = NAMESPACE

    def serve_application_sets(self) -> None:
        """Start the controller of ApplicationSets too: few want them, and their CRD is the largest of all."""
        folder = self._running.path
        install_crds(self.admin, [fetch_crd(APPLICATION_SET, self._environ)])
        environ = configuration.environment(folder, self._direct, self._kubeconfig(APPLICATION_SET_CONTROLLER))
        command = configuration.application_set_command(folder)
        self._serve(APPLICATION_SET_CONTROLLER, configuration.APPLICATION_SET_PORT, command, environ)

    def _start_servers(self) -> None:
        folder, argocd = self._running.path, self._ensure_built(ARGO_CD)
        for name in _FOLDERS:
            (folder / name).mkdir()
        for name in (CONTROLLER, APPLICATION_SET_CONTROLLER, REPO_SERVER, COMMIT_SERVER):
            (folder / "bin" / name).symlink_to(argocd)
        wrapper = folder / "bin" / VERIFY_WRAPPER
        wrapper.write_text("#!/bin/sh\n")
        wrapper.chmod(0o755)
        install_crds(self.admin, [fetch_crd(crd, self._environ) for crd in ARGO_CD_CRDS])
        for item in configuration.objects():
            self.admin.apply(item)
        environ = configuration.environment(folder, self._direct, self._kubeconfig(CONTROLLER))
        for name, port, command in (
            ("redis", configuration.REDIS_PORT, configuration.redis_command(self._redis, folder)),
            (REPO_SERVER, configuration.REPO_SERVER_PORT, configuration.repo_server_command(folder)),
            (COMMIT_SERVER, configuration.COMMIT_SERVER_PORT, configuration.commit_server_command(folder)),
            (CONTROLLER, configuration.CONTROLLER_PORT, configuration.controller_command(folder, self._engine_flags)),
        ):
            self._serve(name, port, command, environ)

    @property
    def _redis(self) -> str:
        return shutil.which("redis-server", path=self._environ.get("PATH", "")) or "/usr/bin/redis-server"
