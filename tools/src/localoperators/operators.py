"""Operators as servers: each with its CustomResourceDefinitions, its flags, and the port at which it is ready.

Example::

    with CertManager() as operator:
        operator.admin.create({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", ...})
        operator.stop_controller("cert-manager")
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from localgitops.engine import Engine
from localgitops.network import ADDRESS
from localoperators import instance
from localplane.crds import install_crds, module_folder
from localplane.versions import (
    CERT_MANAGER,
    CLOUDNATIVE_PG,
    CLUSTER_API,
    EXTERNAL_SECRETS,
    PROVIDER_KUBERNETES,
    GoTool,
)

__all__ = ["CertManager", "CloudNativePG", "ClusterApi", "ExternalSecrets", "Operator", "ProviderKubernetes"]

_INSTANCE_PORT: Final = 8000
"""At which CloudNativePG asks the manager of an instance."""


class Operator(Engine):
    """One operator, which may do everything, with the CustomResourceDefinitions of its own module.

    In flags and environment ``{folder}`` is its own folder. A certificate lies there, for the webhooks that some insist
    to serve; nothing calls them.
    """

    tool: ClassVar[GoTool]
    """What is built for it."""

    crds: ClassVar[str]
    """Its CustomResourceDefinitions, as a pattern of files of its module."""

    port: ClassVar[int]
    """Where it listens once it runs."""

    flags: ClassVar[tuple[str, ...]] = ()
    """Its command line."""

    variables: ClassVar[Mapping[str, str]] = {}
    """Its environment, beside the usual."""

    copies: ClassVar[tuple[str, ...]] = ()
    """Where in its folder it looks for its own program."""

    def __init_subclass__(cls) -> None:
        """Take name, program and controller from the tool."""
        cls.name, cls.tools, cls.controllers = cls.tool.name, (cls.tool,), (cls.tool.name,)

    @property
    def kubeconfig(self) -> Path:
        """Who it is to the API server, for what it is to reach as if it were elsewhere."""
        return self._kubeconfig(self.name)

    def _start_servers(self) -> None:
        install_crds(self.admin, sorted(module_folder(self.tool, self._environ).glob(self.crds)))
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})
        folder = self._running.path / self.name
        folder.mkdir()
        for name in ("crt", "key"):
            for called in ("tls", "apiserver"):
                (folder / f"{called}.{name}").symlink_to(self.plane.files[f"apiserver.{name}"])
        ours = {"HOME": "{folder}", "TMPDIR": "{folder}", "KUBECONFIG": str(self.kubeconfig), **self.variables}
        environ = {**self._direct, **{name: value.format(folder=folder) for name, value in ours.items()}}
        program = self._ensure_built(self.tool)
        for copy in self.copies:
            (folder / copy).parent.mkdir(exist_ok=True)
            (folder / copy).symlink_to(program)
        line = ["env", f"--chdir={folder}", str(program), *(flag.format(folder=folder) for flag in self.flags)]
        self._serve(self.name, self.port, line, environ)


class CertManager(Operator):
    """Its controllers of Certificates and Issuers; nobody approves what they request."""

    tool = CERT_MANAGER
    namespace = tool.name
    crds = "deploy/crds/*.yaml"
    port = 9402


class ProviderKubernetes(Operator):
    """A provider of Crossplane whose external resources are objects of a cluster: here of the same."""

    tool = PROVIDER_KUBERNETES
    namespace = "crossplane-system"
    crds = "package/crds/kubernetes.m.crossplane.io_*.yaml"
    port = 8081
    flags = ("--remove-managed-fields", "--poll=1s")
    variables: ClassVar[Mapping[str, str]] = {"TLS_SERVER_CERTS_DIR": "{folder}"}


class ExternalSecrets(Operator):
    """External Secrets Operator, with all its providers."""

    tool = EXTERNAL_SECRETS
    namespace = tool.name
    crds = "config/crds/bases/*external-secrets.io_*.yaml"
    port = 8080
    flags = (f"--metrics-addr={ADDRESS}:{port}", "--concurrent=4")


class ClusterApi(Operator):
    """The core of Cluster API: infrastructure and control planes are of others."""

    tool = CLUSTER_API
    namespace = "capi-system"
    crds = "config/crd/bases/*.yaml"
    port = 9440
    flags = ("--webhook-cert-dir={folder}",)


class CloudNativePG(Operator):
    """CloudNativePG; there is no node, so a scene plays the kubelet and the instances."""

    tool = CLOUDNATIVE_PG
    namespace = "cnpg-system"
    crds = "config/crd/bases/*.yaml"
    port = 9443
    flags = ("controller", f"--metrics-bind-address={ADDRESS}:8080")
    variables: ClassVar[Mapping[str, str]] = {
        "OPERATOR_NAMESPACE": namespace,
        "OPERATOR_IMAGE_NAME": "registry.example.org/cloudnative-pg",
        "POSTGRES_IMAGE_NAME": "registry.invalid/postgresql:17.6",
        "WEBHOOK_CERT_DIR": "{folder}",
    }
    copies = ("operator/manager_amd64", "operator/manager_arm64")

    def serve_instance(self, certificate: Mapping[str, bytes], status: Mapping[str, object]) -> None:
        """Serve the status of one instance, whose pod has the address of loopback.

        Args:
            certificate: ``tls.crt`` and ``tls.key`` of the Cluster's server.
            status: The answer, as JSON.
        """
        folder = self._running.path / "instance"
        folder.mkdir()
        for name in ("tls.crt", "tls.key"):
            (folder / name).write_bytes(certificate[name])
        (folder / "status.json").write_text(json.dumps(status), "utf-8")
        server = [sys.executable, "-I", instance.__file__, str(_INSTANCE_PORT), str(folder)]
        self._serve("instance", _INSTANCE_PORT, server, self._direct)
