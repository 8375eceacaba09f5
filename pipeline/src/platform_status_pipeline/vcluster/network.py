"""The NetworkPolicies of a virtual cluster: the default set, the platform's rules, and those of the request."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, Final

from platform_status_contract.model.policy import MetricsServer, NetworkDefaults
from platform_status_contract.model.request import EgressRule, NetworkPolicies
from platform_status_pipeline.vcluster.merge import dig
from platform_status_pipeline.vcluster.names import Names
from platform_status_pipeline.vcluster.values import CONTROLLER_PORT

__all__ = ["network_policies"]

Document = dict[str, Any]

_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_PRIVATE_6: Final = ("fc00::/7", "fe80::/10")
_LINK_LOCAL: Final = "169.254.0.0/16"
"""The link-local network of the clouds' metadata services."""

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
    """Write the NetworkPolicies of a request that names some, or whose platform adds them to all.

    A policy denies its pods everything that it does not allow, so the set also allows what every virtual cluster
    needs: DNS, its own namespace, the host's API server, the public internet. It selects only pods of this virtual
    cluster: its control plane (label ``release``) and its tenants' (label ``vcluster.loft.sh/managed-by``), never
    those of another one in the same namespace. If the platform denies by default, a further policy selects every other
    pod there too, except Kratix's own.

    Args:
        asked: The network policies in the request.
        names: Its names.
        given: The platform's network policies.
        values: The Helm values, which show the connections that the control plane needs.

    Returns:
        The documents; none if there is nothing to limit.
    """
    if asked is None and not (given.always or given.default_deny):
        return []
    egress = [*_usual(), *given.egress, *_asked(asked or NetworkPolicies())]
    is_measured = dig(values, "integrations", "metricsServer", "enabled") is True
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
    """The target of the metrics integration: the pods behind the Service, which have a different port.

    Other pods there are not allowed: an administrator of a virtual cluster can make its API server connect to any
    address that it can reach.
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
    """Write one policy; without `ingress` every client may reach its pods."""
    spec: Document = {"podSelector": selector, "policyTypes": ["Egress"], "egress": egress}
    if ingress is not None:
        spec |= {"policyTypes": ["Ingress", "Egress"], "ingress": ingress}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"vcluster-{names.name}-{part}", "namespace": names.target, "labels": names.labels},
        "spec": spec,
    }
