"""Helm values of the vcluster chart 0.30 (its chart/values.schema.json checks them in a test)."""

from collections.abc import Mapping
from typing import Any, Final

from platform_status_contract.model.lookup import under
from platform_status_contract.model.policy import Defaults
from platform_status_contract.model.request import Integrations, Request, VCluster
from platform_status_pipeline.vcluster.exposure import Address
from platform_status_pipeline.vcluster.merge import merge, without
from platform_status_pipeline.vcluster.names import Names
from platform_status_pipeline.vcluster.presets import Size

__all__ = ["CONTROLLER_PORT", "SERVICE_PORT", "own_values", "with_promised_secret"]


def with_promised_secret(merged: Mapping[str, Any], names: Names, address: Address) -> dict[str, Any]:
    """Complete the Helm values by the one Secret that the status promises.

    Args:
        merged: The values, the user's helmOverrides merged last.
        names: The names of the request.
        address: Where its API server is reached.

    Returns:
        New values.
    """
    export = merged.get("exportKubeConfig")
    return {**merged, "exportKubeConfig": _promised(export if isinstance(export, Mapping) else {}, names, address)}


def _promised(export: Mapping[str, Any], names: Names, address: Address) -> dict[str, Any]:
    """Make sure that the chart writes the Secret that `status.credentials.kubeconfigSecret` names.

    vcluster writes every one of `additionalSecrets`, in its own namespace if an entry names none, under the key
    ``config``. An entry inherits nothing from the settings beside the list, so the user's are repeated in ours.
    """
    secrets = export.get("additionalSecrets")
    others: list[Any] = list(secrets) if isinstance(secrets, list) else []
    promised: dict[str, Any] = {"name": names.kubeconfig, "namespace": names.target, "server": address.url}
    for setting in ("context", "server", "insecure", "serviceAccount"):
        if export.get(setting):
            promised[setting] = export[setting]
    for index, secret in enumerate(others):
        if under(secret, "name") == names.kubeconfig and under(secret, "namespace") in {None, "", names.target}:
            promised = merge(promised, {key: value for key, value in secret.items() if value})
            del others[index]
            break
    return {**export, "additionalSecrets": [promised, *others]}


CONTROLLER_PORT: Final = 8443
"""Port that the control plane listens on."""

SERVICE_PORT: Final = 443
"""Port that the chart, and the virtual cluster itself, expect of the Service."""

_ETCD_REPLICAS: Final = 3
"""An odd number: two members are no better than one."""

_DEFAULT_VERSION: Final = "v1.34.3"
_IMAGE_TAGS: Final = {"v1.34.3": "v1.34.3", "1.34": "v1.34.3", "1.33": "v1.33.4", "1.32": "v1.32.1"}
"""Tags that exist; the minor versions alone are none. Those of 1.32 and 1.33 are the ones vcluster 0.30 itself uses."""

_ISSUER_LABELS: Final = {"integratn.tech/cluster-issuer": "letsencrypt-prod"}
_STORE_LABELS: Final = {"integratn.tech/cluster-secret-store": "onepassword-store"}


_USUAL: Final = (
    ("controlPlane", "distro", "k8s", "enabled"),
    ("controlPlane", "coredns", "enabled"),
    ("integrations", "certManager", "enabled"),
    ("integrations", "certManager", "sync", "fromHost", "clusterIssuers", "enabled"),
    ("integrations", "externalSecrets", "enabled"),
    ("integrations", "externalSecrets", "sync", "fromHost", "clusterStores", "enabled"),
)
"""Our values that no request speaks of, so the platform's stand over them and not under them."""

_ISSUERS: Final = ("integrations", "certManager", "sync", "fromHost", "clusterIssuers", "selector", "labels")
_STORES: Final = ("integrations", "externalSecrets", "sync", "fromHost", "clusterStores", "selector", "matchLabels")


def own_values(request: Request, size: Size, address: Address, defaults: Defaults) -> dict[str, Any]:
    """Put the values together that come from the fields of the request and from the platform, without helmOverrides.

    What the request says stands over what the platform gives, and that over what is usual. A selector is one or the
    other: labels of two sources together would select nothing.
    """
    asked = _asked(request, size, address, defaults.helm_values)
    given = without(defaults.helm_values, _ISSUERS, _STORES)
    return merge(merge(asked, given), without(asked, *_USUAL))


def _asked(request: Request, size: Size, address: Address, given: Mapping[str, Any]) -> dict[str, Any]:
    vcluster = request.spec.vcluster or VCluster()
    domain = vcluster.networking.cluster_domain if vcluster.networking else None
    values: dict[str, Any] = {
        "controlPlane": {
            "distro": {
                "k8s": {
                    "enabled": True,
                    "image": {"tag": _IMAGE_TAGS.get(vcluster.k8s_version or "", _DEFAULT_VERSION)},
                }
            },
            "backingStore": _backing_store(vcluster, size),
            "statefulSet": {
                "highAvailability": {"replicas": size.replicas},
                "resources": {"requests": dict(size.requests), "limits": dict(size.limits)},
                "persistence": {"volumeClaim": _volume(size)},
            },
            "coredns": {"enabled": True, "deployment": {"replicas": size.coredns}},
            "proxy": {"extraSANs": [address.hostname, *([address.vip] if address.vip else [])]},
            "service": _service(address),
        },
        "networking": {"advanced": {"clusterDomain": domain or "cluster.local"}},
        "integrations": _integrations(request.spec.integrations or Integrations(), given),
        "exportKubeConfig": dict(vcluster.export_kube_config or {}),
    }
    if vcluster.isolation_mode == "strict":
        values["policies"] = {
            "resourceQuota": {"enabled": True},
            "limitRange": {"enabled": True},
            "networkPolicy": {"enabled": True},
            "podSecurityStandard": "baseline",
        }
    if not values["controlPlane"]["backingStore"]:
        del values["controlPlane"]["backingStore"]
    return values


def _backing_store(vcluster: VCluster, size: Size) -> dict[str, Any]:
    """The user's store; without one a deployed etcd for several replicas: vcluster refuses them on its database."""
    if vcluster.backing_store:
        return dict(vcluster.backing_store)
    overridden = under(vcluster.helm_overrides, "controlPlane", "backingStore")
    replicas = under(vcluster.helm_overrides, "controlPlane", "statefulSet", "highAvailability", "replicas")
    if overridden or (replicas if isinstance(replicas, int) else size.replicas) <= 1:
        return {}
    return {
        "etcd": {
            "deploy": {
                "enabled": True,
                "statefulSet": {
                    "highAvailability": {"replicas": _ETCD_REPLICAS},
                    "persistence": {"volumeClaim": _volume(size)},
                },
            }
        }
    }


def _volume(size: Size) -> dict[str, Any]:
    """A volume claim; without one the chart uses an emptyDir, and makes a Deployment of the control plane."""
    if not size.persistent:
        return {"enabled": False}
    claim: dict[str, Any] = {"enabled": True, "size": size.volume}
    return claim | ({"storageClass": size.storage_class} if size.storage_class else {})


def _service(address: Address) -> dict[str, Any]:
    ports = [{"name": "https", "port": SERVICE_PORT, "targetPort": CONTROLLER_PORT, "protocol": "TCP"}]
    if address.port != SERVICE_PORT:
        ports.append({"name": "api", "port": address.port, "targetPort": CONTROLLER_PORT, "protocol": "TCP"})
    spec: dict[str, Any] = {"type": "LoadBalancer", "ports": ports}
    if address.vip:
        spec["loadBalancerIP"] = address.vip
    return {"annotations": {"external-dns.alpha.kubernetes.io/hostname": address.hostname}, "spec": spec}


def _integrations(integrations: Integrations, given: Mapping[str, Any]) -> dict[str, Any]:
    issuers = integrations.cert_manager.cluster_issuer_selector_labels if integrations.cert_manager else None
    stores = integrations.external_secrets.cluster_store_selector_labels if integrations.external_secrets else None
    return {
        "certManager": {
            "enabled": True,
            "sync": {
                "fromHost": {
                    "clusterIssuers": {
                        "enabled": True,
                        "selector": {"labels": _labels(issuers, under(given, *_ISSUERS), _ISSUER_LABELS)},
                    }
                }
            },
        },
        "externalSecrets": {
            "enabled": True,
            "sync": {
                "fromHost": {
                    "clusterStores": {
                        "enabled": True,
                        "selector": {"matchLabels": _labels(stores, under(given, *_STORES), _STORE_LABELS)},
                    }
                }
            },
        },
    }


def _labels(asked: Mapping[str, str] | None, given: object, usual: Mapping[str, str]) -> dict[str, Any]:
    if asked is not None:
        return dict(asked)
    return dict(given if isinstance(given, Mapping) else usual)
