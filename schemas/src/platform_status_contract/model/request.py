"""The request of the first golden path: VClusterOrchestratorV2 (the Promise's CRD is the authority).

Types only: patterns, ranges and enums are in the CRD and in the JSON Schema generated from it. So a request that
violates one still decodes, and all its problems can be reported at once. An absent field is None; the pipeline sets the
defaults, because several depend on the preset.
"""

from typing import Any, Literal

from msgspec import Struct, field

__all__ = [
    "ArgoCD",
    "ArgoCDApplication",
    "CertManager",
    "CoreDns",
    "EgressRule",
    "Exposure",
    "ExternalSecrets",
    "Integrations",
    "NetworkPolicies",
    "Networking",
    "ObjectMeta",
    "Persistence",
    "Quantity",
    "Request",
    "RequestSpec",
    "ResourceList",
    "Resources",
    "VCluster",
    "WorkloadRepo",
]

Quantity = int | str
"""A Kubernetes quantity as written in a request: ``2`` or ``500m``."""


class ObjectMeta(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Metadata of any object; fields that our code does not read stay untyped."""

    name: str | None = None
    generate_name: str | None = None
    namespace: str | None = None
    generation: int | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    uid: str | None = None
    self_link: str | None = None
    resource_version: str | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    finalizers: list[str] | None = None
    owner_references: list[dict[str, Any]] | None = None
    managed_fields: list[dict[str, Any]] | None = None


class ResourceList(Struct, frozen=True, omit_defaults=True):
    """An amount of CPU and of memory; each alone overrides the preset."""

    cpu: Quantity | None = None
    memory: Quantity | None = None


class Resources(Struct, frozen=True, omit_defaults=True):
    """Requests and limits of a control plane pod."""

    requests: ResourceList | None = None
    limits: ResourceList | None = None


class Persistence(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Storage of the control plane."""

    enabled: bool | None = None
    size: str | None = None
    storage_class: str | None = None


class CoreDns(Struct, frozen=True, omit_defaults=True):
    """DNS of the virtual cluster."""

    replicas: int | None = None


class Networking(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Networking of the virtual cluster."""

    cluster_domain: str | None = None


class VCluster(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The virtual cluster itself; the last three are Helm values of the chart."""

    k8s_version: str | None = None
    preset: str | None = None
    replicas: int | None = None
    isolation_mode: str | None = None
    resources: Resources | None = None
    persistence: Persistence | None = None
    coredns: CoreDns | None = None
    networking: Networking | None = None
    backing_store: dict[str, Any] | None = None
    export_kube_config: dict[str, Any] | None = None
    helm_overrides: dict[str, Any] | None = None


class Exposure(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The address of the virtual cluster's API server."""

    hostname: str | None = None
    subnet: str | None = None
    vip: str | None = None
    api_port: int | None = None


class CertManager(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which ClusterIssuers the virtual cluster shares."""

    cluster_issuer_selector_labels: dict[str, str] | None = None


class ExternalSecrets(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which ClusterSecretStores the virtual cluster shares."""

    cluster_store_selector_labels: dict[str, str] | None = None


class WorkloadRepo(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Git repository of the tenants' workloads."""

    url: str | None = None
    base_path: str | None = None
    path: str | None = None
    revision: str | None = None


class ArgoCD(Struct, frozen=True, rename="camel", omit_defaults=True):
    """How the virtual cluster is registered in Argo CD."""

    environment: str | None = None
    cluster_labels: dict[str, str] | None = None
    cluster_annotations: dict[str, str] | None = None
    workload_repo: WorkloadRepo | None = None


class Integrations(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the virtual cluster shares with the host cluster and with Argo CD."""

    cert_manager: CertManager | None = None
    external_secrets: ExternalSecrets | None = None
    argocd: ArgoCD | None = None


class ArgoCDApplication(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The Argo CD Application that delivers the virtual cluster."""

    repo_url: str | None = field(default=None, name="repoURL")
    chart: str | None = None
    target_revision: str | None = None
    destination_server: str | None = None
    sync_policy: dict[str, Any] | None = None


class EgressRule(Struct, frozen=True, omit_defaults=True):
    """One destination that the virtual cluster may reach."""

    name: str
    cidr: str
    port: int
    protocol: str | None = None


class NetworkPolicies(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Egress of everything this request runs."""

    enable_nfs: bool | None = field(default=None, name="enableNFS")
    extra_egress: list[EgressRule] | None = None


class RequestSpec(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The spec of a request; `name` may differ from the name of the request."""

    name: str
    target_namespace: str | None = None
    project_name: str | None = None
    vcluster: VCluster | None = None
    exposure: Exposure | None = None
    integrations: Integrations | None = None
    argocd_application: ArgoCDApplication | None = None
    network_policies: NetworkPolicies | None = None


class Request(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A VClusterOrchestratorV2 in the cluster."""

    api_version: Literal["platform.integratn.tech/v1alpha1"]
    kind: Literal["VClusterOrchestratorV2"]
    metadata: ObjectMeta
    spec: RequestSpec
    status: dict[str, Any] | None = None
