"""What goes into the target namespace beside the chart: the namespace itself, RBAC, NetworkPolicies."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, Final

from platform_status_contract.model.lookup import under
from platform_status_contract.model.policy import Defaults, MetricsServer, NetworkDefaults
from platform_status_contract.model.request import EgressRule, NetworkPolicies
from platform_status_pipeline.vcluster.names import REQUEST_LABEL, Names, Settings
from platform_status_pipeline.vcluster.values import CONTROLLER_PORT

__all__ = ["kubeconfig_access", "namespace", "network_policies"]

Document = dict[str, Any]

_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_PRIVATE_6: Final = ("fc00::/7", "fe80::/10")
_LINK_LOCAL: Final = "169.254.0.0/16"
"""The metadata services of clouds live there."""

_NFS_PORTS: Final = (111, 2049)
_API_PORTS: Final = (443, 6443, CONTROLLER_PORT)
_KRATIX: Final = "kratix.io/promise-name"
"""Label on the pods of Kratix's pipelines, which run in the namespace of the request."""

_NAMESPACE: Final = "kubernetes.io/metadata.name"
_METRICS_SERVER: Final = ("k8s-app", "app.kubernetes.io/name")
"""Labels of metrics-server's pods: those of its manifest, and those of its chart."""


def network_policies(
    asked: NetworkPolicies | None, names: Names, given: NetworkDefaults, values: Mapping[str, Any]
) -> list[Document]:
    """Write the NetworkPolicies of a request that asks for some, or whose platform gives them to all.

    A policy that selects a pod takes away whatever it does not allow, so the set says what every virtual cluster
    needs too: DNS, its own namespace, the host's API server, the public internet. Only pods of this virtual cluster
    are selected: its control plane (label ``release``) and its tenants' (label ``vcluster.loft.sh/managed-by``);
    never those of another one in the same namespace. Where the platform denies by default, one more policy selects
    every other pod there too, but never Kratix's own.

    Args:
        asked: What the request says.
        names: Its names.
        given: What the platform gives.
        values: The Helm values, which tell what the control plane talks to.

    Returns:
        The documents; none if there is nothing to limit.
    """
    if asked is None and not (given.always or given.default_deny):
        return []
    egress = [*_usual(), *given.egress, *_asked(asked or NetworkPolicies())]
    is_measured = under(values, "integrations", "metricsServer", "enabled") is True
    measured = [_metrics(given.metrics_server)] if is_measured else []
    inside: Document = {"from": [{"podSelector": {}}]}
    ingress = [inside, *given.ingress] if given.default_deny else None
    reached = None if ingress is None else [*ingress, {"ports": [_port("TCP", CONTROLLER_PORT)]}]
    control_plane, workloads = {"release": names.name}, {"vcluster.loft.sh/managed-by": names.name}
    made = [
        _policy("control-plane", names, {"matchLabels": control_plane}, [*egress, *measured], reached),
        _policy("workloads", names, {"matchLabels": workloads}, egress, ingress),
    ]
    if ingress is None:
        return made
    others = {"matchExpressions": [{"key": _KRATIX, "operator": "DoesNotExist"}]}
    return [*made, _policy("default-deny", names, others, [_DNS, _INSIDE, *given.egress], ingress)]


def _usual() -> list[Document]:
    return [
        _DNS,
        _INSIDE,
        {"ports": [_port("TCP", port) for port in _API_PORTS]},
        {
            "to": [
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": [*_PRIVATE, _LINK_LOCAL]}},
                {"ipBlock": {"cidr": "::/0", "except": [*_PRIVATE_6]}},
            ]
        },
    ]


def _asked(policies: NetworkPolicies) -> list[Document]:
    egress: list[Document] = []
    if policies.enable_nfs:
        ports = [_port(protocol, port) for port in _NFS_PORTS for protocol in ("TCP", "UDP")]
        egress.append({"to": [{"ipBlock": {"cidr": cidr}} for cidr in _PRIVATE], "ports": ports})
    return [*egress, *(_extra(rule) for rule in policies.extra_egress or ())]


def _metrics(server: MetricsServer) -> Document:
    """What the integration asks by the Service: its pods listen on a port of their own.

    Other pods there stay out of reach: whoever rules a virtual cluster can have its API server call what it reaches.
    """
    namespace = {"matchLabels": {_NAMESPACE: server.namespace}}
    peers = [
        {"namespaceSelector": namespace, "podSelector": {"matchLabels": {label: "metrics-server"}}}
        for label in _METRICS_SERVER
    ]
    return {"to": peers, "ports": [_port("TCP", server.port)]}


def _extra(rule: EgressRule) -> Document:
    block = {"cidr": str(ip_network(rule.cidr, strict=False))}
    return {"to": [{"ipBlock": block}], "ports": [_port(rule.protocol or "TCP", rule.port)]}


def _port(protocol: str, port: int) -> Document:
    return {"protocol": protocol, "port": port}


_DNS: Final[Document] = {"ports": [_port("UDP", 53), _port("TCP", 53)]}
_INSIDE: Final[Document] = {"to": [{"podSelector": {}}]}


def _policy(
    part: str, names: Names, selector: Document, egress: list[Document], ingress: list[Document] | None
) -> Document:
    """Write one policy; without `ingress` everybody may reach its pods."""
    spec: Document = {"podSelector": selector, "policyTypes": ["Egress"], "egress": egress}
    if ingress is not None:
        spec |= {"policyTypes": ["Ingress", "Egress"], "ingress": ingress}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"vcluster-{names.name}-{part}", "namespace": names.target, "labels": names.labels},
        "spec": spec,
    }


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
