"""What the older implementation in Go makes of one request: shapes and names as in its public source, values of ours.

One Promise for the virtual cluster, and one for each of its three sub-requests; those are not replaced.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from kratix_double.job import Container, Folders, Pipeline
from kratix_double.requests import Promise
from kratix_double.widget import container

__all__ = ["API", "DESTINATION", "FOREIGN_KINDS", "ORCHESTRATOR", "SUB_PROMISES", "configure", "promise", "request"]

Json = dict[str, Any]

API = "platform.integratn.tech/v1alpha1"
ORCHESTRATOR = Promise("vcluster-orchestrator-v2", API, "VClusterOrchestratorV2", "vclusterorchestratorv2s", "v2")
DESTINATION = {"environment": "production", "capability.vcluster": "true"}
"""Labels of the one Destination."""

_PIPELINE, _SERVER = "vco-v2-configure", "https://kubernetes.default.svc"
_NO_SCHEMA = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
_SHAPE = {"type": "object", "properties": {"spec": _NO_SCHEMA, "status": _NO_SCHEMA}}


def _kind(group: str, version: str, kind: str, plural: str) -> Json:
    """Make a CRD of the least shape."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": dict(_SHAPE)}}
            ],
        },
    }


FOREIGN_KINDS = [
    _kind("argoproj.io", "v1alpha1", "Application", "applications"),
    _kind("argoproj.io", "v1alpha1", "AppProject", "appprojects"),
    _kind("cert-manager.io", "v1", "Certificate", "certificates"),
    _kind("cert-manager.io", "v1", "Issuer", "issuers"),
    _kind("cilium.io", "v2", "CiliumNetworkPolicy", "ciliumnetworkpolicies"),
    _kind("external-secrets.io", "v1beta1", "ExternalSecret", "externalsecrets"),
]


def promise() -> Json:
    """Their Promise: no short names, one pipeline a workflow, no promise workflow."""

    def pipeline(name: str) -> Json:
        containers = [{"name": "run", "image": "theirs.invalid/orchestrator:1"}]
        return {"kind": "Pipeline", "metadata": {"name": name}, "spec": {"containers": containers}}

    return {
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "Promise",
        "metadata": {"name": ORCHESTRATOR.name, "labels": {"kratix.io/promise-version": "v2"}},
        "spec": {
            "destinationSelectors": [{"matchLabels": {"capability.vcluster": "true"}}],
            "api": _kind("platform.integratn.tech", "v1alpha1", ORCHESTRATOR.kind, ORCHESTRATOR.plural),
            "workflows": {
                "resource": {"configure": [pipeline(_PIPELINE)], "delete": [pipeline("vco-v2-delete")]},
            },
        },
    }


def request(name: str, namespace: str) -> Json:
    """A request for a virtual cluster with an etcd of its own, NFS and one egress rule."""
    volume = {"volumeClaim": {"enabled": True, "size": "8Gi"}}
    return {
        "apiVersion": API,
        "kind": ORCHESTRATOR.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "name": name,
            "targetNamespace": f"vcluster-{name}",
            "vcluster": {
                "preset": "prod",
                "backingStore": {"etcd": {"deploy": {"enabled": True, "statefulSet": {"persistence": volume}}}},
            },
            "exposure": {"hostname": f"{name}.example.com"},
            "networkPolicies": {
                "enableNFS": True,
                "extraEgress": [{"name": "database", "cidr": "10.9.8.0/24", "port": 5432}],
            },
        },
    }


def configure() -> Pipeline:
    """Their pipeline."""
    return Pipeline(_PIPELINE, (_writes(_orchestrated, {"phase": "Scheduled"}),))


def _writes(make: Callable[[Json], Mapping[str, list[Json]]], status: Json | None = None) -> Container:
    """A container that writes documents below resources/ of its output, as theirs do."""

    def run(folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
        asked = yaml.safe_load((folders.input / "object.yaml").read_text("utf-8"))
        files = {f"resources/{name}": yaml.safe_dump_all(documents) for name, documents in make(asked).items()}
        return container(status, output=files)(folders, env, cancelled)

    return run


def _document(api: str, kind: str, name: str, namespace: str, **rest: Any) -> Json:  # noqa: ANN401 - any JSON
    labels = {"app.kubernetes.io/managed-by": "kratix", "app.kubernetes.io/part-of": "virtual-clusters"}
    metadata: Json = {"name": name, "labels": labels} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def _orchestrated(asked: Json) -> dict[str, list[Json]]:
    name, target = asked["spec"]["name"], asked["spec"]["targetNamespace"]
    space = _document("v1", "Namespace", target, "")
    space["metadata"]["annotations"] = {"argocd.argoproj.io/sync-wave": "-2"}
    corefile = {"Corefile": ".:1053 { forward . /etc/resolv.conf }", "NodeHosts": ""}
    return {
        "namespace.yaml": [space],
        "coredns-configmap.yaml": [_document("v1", "ConfigMap", f"vc-{name}-coredns", target, data=corefile)],
        "etcd-certificates.yaml": _etcd(name, target),
        "network-policies.yaml": _policies(target),
        **_sub_requests(asked, name, target),
    }


def _sub_requests(asked: Json, name: str, target: str) -> dict[str, list[Json]]:
    namespace, application = asked["metadata"]["namespace"], f"vcluster-{name}"
    where = {"server": _SERVER, "namespace": target}
    chart = {"repoURL": "https://charts.example.com", "chart": "vcluster", "targetRevision": "0.30.4"}
    values = {
        "controlPlane": {
            "distro": {"k8s": {"enabled": True, "version": "v1.34.3"}},
            "backingStore": asked["spec"]["vcluster"].get("backingStore", {}),
            "statefulSet": {
                "highAvailability": {"replicas": 3},
                "persistence": {"volumeClaim": {"enabled": True, "size": "10Gi"}},
            },
        }
    }
    project = {"name": application, "namespace": "argocd", "sourceRepos": [chart["repoURL"]], "destinations": [where]}
    app: Json = {
        "name": application,
        "namespace": "argocd",
        "annotations": {"argocd.argoproj.io/sync-wave": "0"},
        "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        "project": application,
        "destination": where,
        "source": {**chart, "helm": {"releaseName": name, "valuesObject": values}},
    }
    registration = {
        "name": name,
        "targetNamespace": target,
        "kubeconfigSecret": f"vc-{name}",
        "externalServerURL": f"https://{name}.example.com:443",
        "syncJobName": f"vcluster-{name}-kubeconfig-sync",
    }
    return {
        f"argocd-{part}-request.yaml": [_document(API, kind, called, namespace, spec=spec)]
        for part, kind, called, spec in (
            ("project", "ArgoCDProject", application, project),
            ("application", "ArgoCDApplication", application, app),
            ("cluster-registration", "ArgoCDClusterRegistration", f"{name}-cluster-registration", registration),
        )
    }


def _etcd(name: str, target: str) -> list[Json]:
    account = f"{name}-etcd-certs-merge"
    subject = {"kind": "ServiceAccount", "name": account, "namespace": target}
    rbac, manager = "rbac.authorization.k8s.io", "cert-manager.io/v1"
    role = {"apiGroup": rbac, "kind": "Role", "name": account}
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [f"{name}-etcd-certs"], "verbs": ["get"]}
    pod = {"restartPolicy": "OnFailure", "containers": [{"name": "merge", "image": "theirs.invalid/merge:1"}]}
    return [
        _document("v1", "ServiceAccount", account, target),
        _document(f"{rbac}/v1", "Role", account, target, rules=[rule]),
        _document(f"{rbac}/v1", "RoleBinding", account, target, roleRef=role, subjects=[subject]),
        _document("batch/v1", "Job", account, target, spec={"template": {"spec": pod}}),
        _document(manager, "Issuer", f"{name}-etcd-selfsigned", target, spec={"selfSigned": {}}),
        _document(manager, "Issuer", f"{name}-etcd-ca", target, spec={"ca": {"secretName": f"{name}-etcd-ca"}}),
        *(
            _document(manager, "Certificate", f"{name}-etcd-{part}", target, spec={"secretName": f"{name}-etcd-{part}"})
            for part in ("ca", "server", "peer")
        ),
    ]


def _policies(target: str) -> list[Json]:
    everything: Json = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    names = ("default-deny-all", "allow-dns", "allow-intra-namespace", "allow-vcluster-external")
    optional = ("allow-nfs-egress", "allow-database-egress")
    cilium = ("allow-kube-api", "allow-coredns-to-host-dns", "allow-vcluster-lb-snat")
    return [
        *(_document("networking.k8s.io/v1", "NetworkPolicy", it, target, spec=everything) for it in names + optional),
        *(_document("cilium.io/v2", "CiliumNetworkPolicy", it, target, spec={"endpointSelector": {}}) for it in cilium),
    ]


# -- the Promises of the sub-requests


def _project(asked: Json) -> dict[str, list[Json]]:
    spec = dict(asked["spec"])
    name, namespace = spec.pop("name"), spec.pop("namespace")
    return {"project.yaml": [_document("argoproj.io/v1alpha1", "AppProject", name, namespace, spec=spec)]}


def _application(asked: Json) -> dict[str, list[Json]]:
    spec = dict(asked["spec"])
    metadata = {key: spec.pop(key) for key in ("name", "namespace", "annotations", "finalizers")}
    made = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    return {"application.yaml": [made]}


def _registration(asked: Json) -> dict[str, list[Json]]:
    spec = asked["spec"]
    name, target, api = spec["name"], spec["targetNamespace"], "external-secrets.io/v1beta1"
    pod = {"restartPolicy": "OnFailure", "containers": [{"name": "sync", "image": "theirs.invalid/sync:1"}]}
    secrets = (
        (f"{name}-kubeconfig", target, f"{name}-external"),
        (f"{name}-argocd-cluster", "argocd", f"cluster-{name}"),
    )
    return {
        "registration.yaml": [
            *(
                _document(api, "ExternalSecret", it, where, spec={"target": {"name": made}})
                for it, where, made in secrets
            ),
            _document("batch/v1", "Job", spec["syncJobName"], target, spec={"template": {"spec": pod}}),
        ]
    }


SUB_PROMISES = [
    (Promise("argocd-project", API, "ArgoCDProject", "argocdprojects"), Pipeline("ap-cfg", (_writes(_project),))),
    (
        Promise("argocd-application", API, "ArgoCDApplication", "argocdapplications"),
        Pipeline("aa-cfg", (_writes(_application),)),
    ),
    (
        Promise("argocd-cluster-registration", API, "ArgoCDClusterRegistration", "argocdclusterregistrations"),
        Pipeline("acr-configure", (_writes(_registration),)),
    ),
]
