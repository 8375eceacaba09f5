"""The pinned versions, and the comparison of Go versions.

To update a tool, change its version here, then run ``python -m localplane pin``: it rewrites the go.mod and go.sum in
``modules/``, which pin every module of the build by hash.
"""

import re
from dataclasses import dataclass

__all__ = [
    "ACTIONLINT",
    "APISERVER",
    "ARGO_CD",
    "ASKED_FOR",
    "CERT_MANAGER",
    "CONTROLLER_MANAGER",
    "ETCD",
    "FLUX",
    "KUBECTL",
    "MINIMUM_GO",
    "NODE_TOOLS",
    "OPERATORS",
    "REGISTRY",
    "TOOLS",
    "GoTool",
    "go_version",
    "staging_version",
]

MINIMUM_GO = (1, 26, 0)
"""The requirement of k8s.io/kubernetes v1.36 in its go.mod."""


@dataclass(frozen=True)
class GoTool:
    """One binary built from a Go module.

    Attributes:
        name: Name of the binary and of its folder in ``modules/``.
        module: Path of the Go module.
        version: Version of that module, with its leading ``v``.
        package: Path of the main package; ``.`` is the main.go beside the go.mod in ``modules/``.
        stamps: Go variables that the linker sets to the version; without them the API server reports
                ``v0.0.0-master``.
        toolchain: The Go that the module requires, such as ``go1.27.3``, if newer than ``MINIMUM_GO``; the installed
                go downloads it as a module. Empty: the installed go.
        replaced: Additional lines of the replace block, for versions that upstream requires but that are not published.
    """

    name: str
    module: str
    version: str
    package: str
    stamps: tuple[str, ...] = ()
    toolchain: str = ""
    replaced: tuple[str, ...] = ()


def _of_kubernetes(name: str) -> GoTool:
    return GoTool(
        name=name,
        module="k8s.io/kubernetes",
        version="v1.36.3",
        package=f"k8s.io/kubernetes/cmd/{name}",
        stamps=("k8s.io/component-base/version.gitVersion", "k8s.io/client-go/pkg/version.gitVersion"),
    )


APISERVER = _of_kubernetes("kube-apiserver")
ETCD = GoTool(
    name="etcd",
    module="go.etcd.io/etcd/server/v3",
    version="v3.6.8",
    package="go.etcd.io/etcd/server/v3",
)
KUBECTL = _of_kubernetes("kubectl")
REGISTRY = GoTool(
    name="registry",
    module="github.com/google/go-containerregistry",
    version="v0.22.1",
    package="github.com/google/go-containerregistry/cmd/registry",
)
"""An in-memory registry of container images, for the tests of pushes."""
ACTIONLINT = GoTool(
    name="actionlint",
    module="github.com/rhysd/actionlint",
    version="v1.7.12",
    package="github.com/rhysd/actionlint/cmd/actionlint",
)
"""Checks our GitHub workflows in ``make lint``."""
TOOLS = (ETCD, APISERVER)
"""The tools of a control plane."""

CONTROLLER_MANAGER = _of_kubernetes("kube-controller-manager")
NODE_TOOLS = (CONTROLLER_MANAGER, _of_kubernetes("kube-scheduler"), _of_kubernetes("kubelet"))
"""The additional tools of ``localnode``, which run pods."""

ARGO_CD = GoTool(
    name="argocd",
    module="github.com/argoproj/argo-cd/v3",
    # 3.6.0 is the first release whose gitops-engine, since then a separate module, is published with it.
    version="v3.6.1",
    package=".",
    toolchain="go1.27.3",
)
"""Argo CD's controllers of Applications and ApplicationSets, repo server and commit server, for ``localargocd``."""


def _of_flux(name: str, *replaced: str) -> GoTool:
    module = f"github.com/fluxcd/{name}"
    return GoTool(name, module, "v1.9.6", module, replaced=replaced)


FLUX = (
    _of_flux(
        "source-controller",
        "github.com/fluxcd/pkg/artifact => github.com/fluxcd/pkg/artifact v0.18.0",
        "github.com/fluxcd/pkg/helmtestserver => github.com/fluxcd/pkg/helmtestserver v0.40.1",
    ),
    _of_flux("kustomize-controller"),
)
"""The controllers of Flux that fetch sources and apply them, for ``localflux``."""

CERT_MANAGER = GoTool("cert-manager", "github.com/cert-manager/cert-manager", "v1.21.2", ".")
PROVIDER_KUBERNETES = GoTool(
    "provider-kubernetes",
    "github.com/crossplane-contrib/provider-kubernetes",
    "v1.3.1",
    "github.com/crossplane-contrib/provider-kubernetes/cmd/provider",
    toolchain="go1.26.8",
    # Of a cloud that no scene uses. What upstream asks for is not on the proxy; to pin it: GONOSUMDB=github.com/nebius
    replaced=("github.com/nebius/gosdk => github.com/nebius/gosdk v0.2.29",),
)
EXTERNAL_SECRETS = GoTool(
    "external-secrets",
    "github.com/external-secrets/external-secrets",
    "v0.16.2",
    "github.com/external-secrets/external-secrets",
)
CLUSTER_API = GoTool("cluster-api", "sigs.k8s.io/cluster-api", "v1.13.6", "sigs.k8s.io/cluster-api")
CLOUDNATIVE_PG = GoTool(
    "cloudnative-pg",
    "github.com/cloudnative-pg/cloudnative-pg",
    "v1.28.1",
    "github.com/cloudnative-pg/cloudnative-pg/cmd/manager",
)
OPERATORS = (CERT_MANAGER, PROVIDER_KUBERNETES, EXTERNAL_SECRETS, CLUSTER_API, CLOUDNATIVE_PG)
"""Operators whose objects ``localoperators`` records."""

ASKED_FOR = (KUBECTL, REGISTRY, ACTIONLINT, ARGO_CD, *FLUX, *OPERATORS)
"""Tools for only some tests and checks, built on first use."""

_GO_VERSION = re.compile(r"\bgo(\d+)\.(\d+)(?:\.(\d+)|(rc|beta)\d+)?")


def go_version(text: str) -> tuple[int, int, int] | None:
    """Parse the output of ``go version``.

    Args:
        text: Such as ``go version go1.26.4 linux/amd64``.

    Returns:
        Major, minor and patch. A release candidate or beta has the patch -1, because it is older than the release. None
        for an unreleased version (``devel``).
    """
    found = _GO_VERSION.search(text)
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    return int(major), int(minor), -1 if prerelease else int(patch or 0)


def staging_version(kubernetes_version: str) -> str:
    """Return the version of the staging modules of a Kubernetes version.

    Args:
        kubernetes_version: Such as ``v1.36.3``.

    Returns:
        Such as ``v0.36.3``: k8s.io/api and its siblings are published with major version 0.

    Raises:
        ValueError: It is not a version 1.
    """
    major, dot, rest = kubernetes_version.partition(".")
    if major != "v1" or not dot:
        raise ValueError(f"Kubernetes version {kubernetes_version!r}: expected v1.MINOR.PATCH")
    return f"v0.{rest}"
