"""The three sub-requests: Argo CD project, Argo CD application, cluster registration."""

from collections.abc import Mapping
from typing import Any, Final

from platform_status_contract.model.policy import Chart, Defaults, Project
from platform_status_contract.model.request import ArgoCD, ArgoCDApplication, Request, WorkloadRepo
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION
from platform_status_pipeline.vcluster.exposure import Address
from platform_status_pipeline.vcluster.merge import merge
from platform_status_pipeline.vcluster.names import GENERATION_ANNOTATION, Names, Settings
from platform_status_pipeline.vcluster.presets import Size

__all__ = ["application", "project", "registration"]

Document = dict[str, Any]

_API: Final = "platform.integratn.tech/v1alpha1"
_SYNC_WAVE: Final = "argocd.argoproj.io/sync-wave"
_REPO: Final = "https://charts.loft.sh"
_CHART: Final = "vcluster"
_REVISION: Final = "0.30.4"
_SERVER: Final = "https://kubernetes.default.svc"

_CLUSTER_KINDS: Final = (
    ("", "Namespace"),  # for CreateNamespace=true
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
)
_NAMESPACED_KINDS: Final = (
    ("", "ConfigMap"),
    ("", "Endpoints"),
    ("", "LimitRange"),
    ("", "PersistentVolumeClaim"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),  # from chart 0.31 on
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
)
"""What the chart makes; a test holds this list against the chart's templates."""


def project(request: Request, names: Names, settings: Settings, allowed: Project) -> Document:
    """Write the ArgoCDProject: the repositories of the policy into the target namespace, nothing more.

    Nothing that it allows follows from what the request says of repositories and manifests. The workload repository is
    not among its sources: those applications go to the virtual cluster, and with it here its contents could be
    deployed on the host cluster.
    """
    chart = request.spec.argocd_application or ArgoCDApplication()
    spec: Document = {
        "name": names.project,
        "namespace": settings.argocd_namespace,
        "description": f"Virtual cluster {names.name}",
        "annotations": {_SYNC_WAVE: "-1"},
        "labels": names.labels,
        "sourceRepos": list(allowed.repositories),
        "destinations": [{"server": chart.destination_server or _SERVER, "namespace": names.target}],
        "clusterResourceWhitelist": _kinds(_CLUSTER_KINDS),
    }
    if allowed.namespaced_kinds == "Chart":
        spec["namespaceResourceWhitelist"] = _kinds(_NAMESPACED_KINDS)
    return _subrequest("ArgoCDProject", names.project, names, "-1", spec)


def application(
    request: Request, names: Names, settings: Settings, values: Mapping[str, Any], given: Chart
) -> Document:
    """Write the ArgoCDApplication; its annotations carry the request and its generation, for the sidecar."""
    chart = request.spec.argocd_application or ArgoCDApplication()
    sync: Document = {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["CreateNamespace=true"]}
    return _subrequest(
        "ArgoCDApplication",
        names.application,
        names,
        "0",
        {
            "name": names.application,
            "namespace": settings.argocd_namespace,
            "annotations": {
                _SYNC_WAVE: "0",
                GENERATION_ANNOTATION: str(request.metadata.generation or 1),
                OWNER_ANNOTATION: f"{names.namespace}/{names.request}",
            },
            "labels": names.labels,
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            "project": names.project,
            "source": {
                "repoURL": chart.repo_url or given.repo_url or _REPO,
                "chart": chart.chart or given.chart or _CHART,
                "targetRevision": chart.target_revision or given.target_revision or _REVISION,
                "helm": {"releaseName": names.name, "valuesObject": dict(values)},
            },
            "destination": {"server": chart.destination_server or _SERVER, "namespace": names.target},
            "syncPolicy": merge(sync, chart.sync_policy or {}),
        },
    )


def registration(request: Request, names: Names, size: Size, address: Address, defaults: Defaults) -> Document:
    """Write the ArgoCDClusterRegistration: the Secret that the chart writes becomes a cluster of Argo CD."""
    argocd = (request.spec.integrations.argocd if request.spec.integrations else None) or ArgoCD()
    labels = {
        "cluster_name": names.name,
        "cluster_role": "vcluster",
        "environment": size.environment,
    }
    asked = {"environment": argocd.environment} if argocd.environment else {}
    return _subrequest(
        "ArgoCDClusterRegistration",
        names.registration,
        names,
        "0",
        {
            "name": names.name,
            "targetNamespace": names.target,
            "kubeconfigSecret": names.kubeconfig,
            "kubeconfigKey": "config",
            "externalServerURL": address.url,
            "onePasswordItem": names.kubeconfig,
            "environment": size.environment,
            "baseDomain": address.base_domain,
            "baseDomainSanitized": address.base_domain.replace(".", "-"),
            "clusterLabels": labels | defaults.cluster_labels | asked | (argocd.cluster_labels or {}),
            "clusterAnnotations": {
                "platform.integratn.tech/base-domain": address.base_domain,
                **_workloads(argocd.workload_repo or WorkloadRepo(), defaults.cluster_annotations),
                **(argocd.cluster_annotations or {}),
            },
            "syncJobName": names.sync_job,
        },
    )


def _workloads(repo: WorkloadRepo, given: Mapping[str, str]) -> dict[str, str]:
    """The platform's annotations, and in them what an ApplicationSet needs to find the tenants' workloads.

    The request may name a repository of its own, or a folder of the platform's.
    """
    if not (repo.url or given.get("workload_repo_url")):
        return dict(given)
    asked = {
        "workload_repo_url": repo.url or None,
        "workload_repo_basepath": repo.base_path,
        "workload_repo_path": repo.path,
        "workload_repo_revision": repo.revision or None,
    }
    usual = {
        "workload_repo_url": "",
        "workload_repo_basepath": "",
        "workload_repo_path": "workloads",
        "workload_repo_revision": "main",
    }
    return usual | dict(given) | {key: value for key, value in asked.items() if value is not None}


def _kinds(kinds: tuple[tuple[str, str], ...]) -> list[Document]:
    return [{"group": group, "kind": kind} for group, kind in kinds]


def _subrequest(kind: str, name: str, names: Names, wave: str, spec: Document) -> Document:
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": names.namespace,
            "labels": names.labels,
            "annotations": {_SYNC_WAVE: wave},
        },
        "spec": spec,
    }
