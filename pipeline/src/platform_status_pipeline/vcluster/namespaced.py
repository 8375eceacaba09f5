"""What goes into the target namespace beside the chart: the namespace itself, RBAC, network policies."""

from ipaddress import ip_network
from typing import Any, Final

from platform_status_contract.model.policy import Defaults
from platform_status_contract.model.request import EgressRule, NetworkPolicies
from platform_status_pipeline.vcluster.names import REQUEST_LABEL, Names
from platform_status_pipeline.vcluster.settings import Settings
from platform_status_pipeline.vcluster.values import CONTROLLER_PORT

__all__ = ["kubeconfig_access", "namespace", "network_policies"]

Document = dict[str, Any]

_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_PRIVATE_6: Final = ("fc00::/7", "fe80::/10")
_LINK_LOCAL: Final = "169.254.0.0/16"
"""The metadata services of clouds live there."""

_NFS_PORTS: Final = (111, 2049)
_API_PORTS: Final = (443, 6443, CONTROLLER_PORT)


def namespace(names: Names, defaults: Defaults) -> Document:
    """Write the Namespace. It is never pruned: other things may live in it, the request itself may.

    A namespace that is the request's own is shared with other requests, so it gets no label of one of them: two
    writers would take turns for ever.
    """
    labels = names.labels
    if names.target == names.namespace:
        labels = {key: value for key, value in labels.items() if key != REQUEST_LABEL}
        labels["app.kubernetes.io/name"] = names.target
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": names.target,
            "labels": {**defaults.namespace_labels, **labels},
            "annotations": {
                "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
                "argocd.argoproj.io/sync-wave": "-1",
                "kustomize.toolkit.fluxcd.io/prune": "disabled",
            },
        },
    }


def kubeconfig_access(names: Names, settings: Settings) -> list[Document]:
    """Write the Role and the RoleBinding that let the sidecar get exactly one Secret (design.md section 7)."""
    metadata = {"name": f"{names.kubeconfig}-reader", "namespace": names.target, "labels": names.labels}
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": metadata,
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [names.kubeconfig], "verbs": ["get"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
        "subjects": [
            {
                "kind": "ServiceAccount",
                "name": settings.sidecar_account,
                "namespace": settings.sidecar_namespace,
            }
        ],
    }
    return [role, binding]


def network_policies(policies: NetworkPolicies | None, names: Names) -> list[Document]:
    """Write the NetworkPolicies of a request that asks for some.

    A policy that selects a pod takes away whatever it does not allow, so the set says what every virtual cluster
    needs too: DNS, its own namespace, the host's API server, the public internet. Only pods of this virtual cluster
    are selected: its control plane (label ``release``) and its tenants' (label ``vcluster.loft.sh/managed-by``);
    never Kratix' own, nor those of another one in the same namespace.
    """
    if policies is None:
        return []
    egress: list[Document] = [
        {"ports": [_port("UDP", 53), _port("TCP", 53)]},
        {"to": [{"podSelector": {}}]},
        {"ports": [_port("TCP", port) for port in _API_PORTS]},
        {
            "to": [
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": [*_PRIVATE, _LINK_LOCAL]}},
                {"ipBlock": {"cidr": "::/0", "except": [*_PRIVATE_6]}},
            ]
        },
    ]
    if policies.enable_nfs:
        ports = [_port(protocol, port) for port in _NFS_PORTS for protocol in ("TCP", "UDP")]
        egress.append({"to": [{"ipBlock": {"cidr": cidr}} for cidr in _PRIVATE], "ports": ports})
    egress.extend(_extra(rule) for rule in policies.extra_egress or ())
    return [
        _policy(f"vcluster-{names.name}-control-plane", names, {"release": names.name}, egress),
        _policy(f"vcluster-{names.name}-workloads", names, {"vcluster.loft.sh/managed-by": names.name}, egress),
    ]


def _extra(rule: EgressRule) -> Document:
    block = {"cidr": str(ip_network(rule.cidr, strict=False))}
    return {"to": [{"ipBlock": block}], "ports": [_port(rule.protocol or "TCP", rule.port)]}


def _port(protocol: str, port: int) -> Document:
    return {"protocol": protocol, "port": port}


def _policy(name: str, names: Names, labels: dict[str, str], egress: list[Document]) -> Document:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": names.target, "labels": names.labels},
        "spec": {"podSelector": {"matchLabels": labels}, "policyTypes": ["Egress"], "egress": egress},
    }
