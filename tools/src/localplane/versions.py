"""The pinned versions, and how Go versions compare.

A new version of a tool is entered here, then ``python -m localplane pin`` writes the go.mod and go.sum of
``modules/`` anew: they pin every module of the build by hash.
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
"""What k8s.io/kubernetes v1.36 asks for in its own go.mod."""


@dataclass(frozen=True)
class GoTool:
    """One binary that is built from a Go module.

    Attributes:
        name: Name of the binary and of its folder in ``modules/``.
        module: Path of the Go module.
        version: Version of that module, with its leading ``v``.
        package: Path of the main package; ``.`` is the main.go beside the go.mod in ``modules/``.
        stamps: Go variables that the linker sets to the version; without them the API server calls itself
            ``v0.0.0-master``.
        toolchain: The Go that the module asks for, such as ``go1.27.3``, if that is newer than ``MINIMUM_GO``; the go
            that is there fetches it as a module. Empty takes the go that is there.
        replaced: Further lines of the replace block, for versions that upstream asks for and nobody can download.
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
"""A registry of container images that lives in memory, for the tests of what is pushed."""
ACTIONLINT = GoTool(
    name="actionlint",
    module="github.com/rhysd/actionlint",
    version="v1.7.12",
    package="github.com/rhysd/actionlint/cmd/actionlint",
)
"""What reads our GitHub workflows in ``make lint``."""
TOOLS = (ETCD, APISERVER)
"""What a control plane is made of."""

CONTROLLER_MANAGER = _of_kubernetes("kube-controller-manager")
NODE_TOOLS = (CONTROLLER_MANAGER, _of_kubernetes("kube-scheduler"), _of_kubernetes("kubelet"))
"""What ``localnode`` builds beside it, so that pods run."""

ARGO_CD = GoTool(
    name="argocd",
    module="github.com/argoproj/argo-cd/v3",
    # 3.6.0 is the first release whose gitops-engine, a module of its own since then, is published beside it.
    version="v3.6.1",
    package=".",
    toolchain="go1.27.3",
)
"""Argo CD's application controller, repo server and commit server in one binary, for ``localargocd``."""


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
"""What only some tests and checks need: built when the first of them asks."""

_GO_VERSION = re.compile(r"\bgo(\d+)\.(\d+)(?:\.(\d+)|(rc|beta)\d+)?")


def go_version(text: str) -> tuple[int, int, int] | None:
    """Read the version out of what ``go version`` prints.

    Args:
        text: Such as ``go version go1.26.4 linux/amd64``.

    Returns:
        Major, minor and patch. A release candidate or beta counts as the patch -1, because it is older than the
        release. None if the text names no released version (``devel``).
    """
    found = _GO_VERSION.search(text)
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    return int(major), int(minor), -1 if prerelease else int(patch or 0)


def staging_version(kubernetes_version: str) -> str:
    """Return the version of the staging modules that belongs to one of Kubernetes.

    Args:
        kubernetes_version: Such as ``v1.36.3``.

    Returns:
        Such as ``v0.36.3``: k8s.io/api and its siblings are published with the major version 0.

    Raises:
        ValueError: If it is not a version 1.
    """
    major, dot, rest = kubernetes_version.partition(".")
    if major != "v1" or not dot:
        raise ValueError(f"Kubernetes version {kubernetes_version!r}: expected v1.MINOR.PATCH")
    return f"v0.{rest}"
