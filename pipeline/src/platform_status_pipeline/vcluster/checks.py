"""Checks that the CRD cannot make, because they need the preset or the merged Helm values.

All failed checks are reported at once. The checks of the merged values accept any type: helmOverrides is arbitrary.
"""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, Final

from platform_status_contract.model.lookup import mapping, under
from platform_status_contract.model.policy import Defaults
from platform_status_contract.model.request import NetworkPolicies, Request, VCluster
from platform_status_contract.template.problems import Problem, found
from platform_status_pipeline.vcluster.etcd import MAX_MEMBERS, mounted
from platform_status_pipeline.vcluster.names import Names
from platform_status_pipeline.vcluster.presets import Size, amount

__all__ = ["check_request", "check_values"]

_OVERRIDES: Final = "spec.vcluster.helmOverrides"
_NAME: Final = re.compile(r"[a-z]([-a-z0-9]{0,40}[a-z0-9])?")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SYSTEM_NAMESPACES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
_MAPPINGS: Final = (
    ("controlPlane", "backingStore", "etcd", "embedded"),
    ("controlPlane", "statefulSet", "persistence", "volumeClaim"),
    ("exportKubeConfig",),
    ("integrations",),
    ("networking",),
)
"""Paths at which our values, or the contract's template, need a mapping, with every step of the path."""

_STORES: Final = (
    ("etcd", "embedded"),
    ("etcd", "external"),
    ("etcd", "deploy"),
    ("database", "embedded"),
    ("database", "external"),
)


def check_request(request: Request, size: Size) -> tuple[Problem, ...]:
    """Check the fields of a request against each other and its preset."""
    return (*_identity(request), *_resources(size), *_egress(request.spec.network_policies))


def check_values(
    request: Request, own: Mapping[str, Any], merged: Mapping[str, Any], names: Names, defaults: Defaults
) -> tuple[Problem, ...]:
    """Check the Helm values after the merge.

    Args:
        request: The request.
        own: The values without helmOverrides.
        merged: The values with them, before the kubeconfig Secret is added.
        names: The names of the request.
        defaults: The platform's defaults.

    Returns:
        The problems, each with the field of the request that caused it.
    """
    vcluster = request.spec.vcluster or VCluster()
    shapes = tuple(_shapes(vcluster, merged, own))
    if shapes:
        return shapes
    unmade = mounted(merged, names) if defaults.etcd_certificates == "Never" else ()
    return (
        *_stores(vcluster, merged),
        *_export(vcluster, merged),
        *_claim(vcluster, merged),
        *(_unmade(vcluster, path) for path in unmade),
    )


def _identity(request: Request) -> Iterator[Problem]:
    spec, metadata = request.spec, request.metadata
    if not _NAME.fullmatch(spec.name):
        yield Problem(
            "spec.name",
            f"found {found(spec.name)}, expected at most 42 lower case letters, digits and '-', a letter first",
            "the longest name made of it, {name}-cluster-registration, must be a DNS label",
        )
    for field, label in (
        ("metadata.name", metadata.name),
        ("metadata.namespace", metadata.namespace),
        ("spec.targetNamespace", spec.target_namespace),
        ("spec.projectName", spec.project_name),
    ):
        if label and not _LABEL.fullmatch(label):
            yield Problem(field, f"found {found(label)}, expected at most 63 lower case letters, digits and '-'")
    if metadata.generation is None:
        yield Problem("metadata.generation", "is missing", "give us the request as it stands in the cluster")
    if not metadata.name:
        yield Problem("metadata.name", "is missing", "give the request a name")
    if not metadata.namespace:
        yield Problem("metadata.namespace", "is missing", "the request must stand in a namespace")
    target = spec.target_namespace or metadata.namespace
    if target in _SYSTEM_NAMESPACES:
        yield Problem(
            "spec.targetNamespace" if spec.target_namespace else "metadata.namespace",
            f"found {found(target)}, which belongs to Kubernetes itself",
            f"name one of its own, such as vcluster-{spec.name}",
        )
    if spec.project_name == "default":
        yield Problem(
            "spec.projectName",
            'found "default", the project of every other application, whose boundaries would be replaced',
            f"leave it out to get vcluster-{spec.name}",
        )


def _resources(size: Size) -> Iterator[Problem]:
    for resource in ("cpu", "memory"):
        request, limit = size.requests[resource], size.limits[resource]
        requested, limited = amount(request), amount(limit)
        for kind, quantity, value in (("requests", request, requested), ("limits", limit, limited)):
            if value is None:
                yield Problem(
                    f"spec.vcluster.resources.{kind}.{resource}",
                    f"found {found(quantity)}, expected a quantity",
                    "write it as 500m or 2Gi",
                )
        if requested is not None and limited is not None and requested > limited:
            yield Problem(
                f"spec.vcluster.resources.requests.{resource}",
                f"found {request}, expected at most the limit {limit}",
                f"raise spec.vcluster.resources.limits.{resource} or lower the request; what is not given is the "
                "preset's",
            )


def _egress(policies: NetworkPolicies | None) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, rule in enumerate((policies.extra_egress if policies else None) or ()):
        field = f"spec.networkPolicies.extraEgress[{index}]"
        try:
            ip_network(rule.cidr, strict=False)
        except ValueError:
            yield Problem(f"{field}.cidr", f"found {found(rule.cidr)}, expected a network", "write it as 10.0.7.0/24")
        if rule.name in seen:
            yield Problem(f"{field}.name", f"found {found(rule.name)} twice", "give each destination a name of its own")
        seen.add(rule.name)


def _field(vcluster: VCluster, path: tuple[str, ...]) -> str:
    """Return the field of the request that set a Helm value."""
    for depth in range(len(path), 0, -1):
        if path[depth - 1] in mapping(under(vcluster.helm_overrides, *path[: depth - 1])):
            return f"{_OVERRIDES}.{'.'.join(path)}"
    if path[:2] == ("controlPlane", "backingStore"):
        return ".".join(("spec.vcluster.backingStore", *path[2:]))
    if path[0] == "exportKubeConfig":
        return ".".join(("spec.vcluster.exportKubeConfig", *path[1:]))
    return f"{_OVERRIDES}.{'.'.join(path)}"


def _shapes(vcluster: VCluster, merged: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[Problem]:
    """The overrides replaced a mapping that we or the chart need by another type."""
    paths = {path[:depth] for path in _MAPPINGS for depth in range(1, len(path) + 1)}
    paths |= {(*("controlPlane", "backingStore"), *store[:depth]) for store in _STORES for depth in (1, 2)}
    paths |= set(_mapping_paths(own, ()))
    for path in sorted(paths, key=lambda path: (len(path), path)):
        above, key = under(merged, *path[:-1]), path[-1]
        if isinstance(above, Mapping) and key in above and not isinstance(above[key], Mapping):
            yield Problem(
                _field(vcluster, path), f"found {found(above[key])}, expected a mapping", "see the chart's values"
            )


def _mapping_paths(value: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, child in value.items():
        if isinstance(child, Mapping):
            yield (*at, key)
            yield from _mapping_paths(child, (*at, key))


def _stores(vcluster: VCluster, merged: Mapping[str, Any]) -> Iterator[Problem]:
    enabled = []
    for store in _STORES:
        path: tuple[str, ...] = ("controlPlane", "backingStore", *store, "enabled")
        value = under(merged, *path)
        if value is not None and not isinstance(value, bool):
            yield Problem(_field(vcluster, path), f"found {found(value)}, expected true or false")
        elif value:
            enabled.append(store)
    if len(enabled) > 1:
        names = " and ".join(".".join(store) for store in enabled)
        yield Problem("spec.vcluster.backingStore", f"found {names} enabled, expected one store", "enable one of them")
    path = ("controlPlane", "statefulSet", "highAvailability", "replicas")
    replicas = under(merged, *path)
    if not isinstance(replicas, int) or isinstance(replicas, bool) or replicas < 0:
        yield Problem(_field(vcluster, path), f"found {found(replicas)}, expected a number")
    elif replicas > 1 and enabled in ([], [("database", "embedded")]):
        overridden = under(vcluster.helm_overrides, *path) is not None
        yield Problem(
            _field(vcluster, path) if overridden else "spec.vcluster.replicas",
            f"found {replicas} replicas on the embedded database, which vcluster refuses, expected 1",
            "enable spec.vcluster.backingStore.etcd.deploy, or ask for one replica",
        )
    path = ("controlPlane", "backingStore", "etcd", "deploy", "statefulSet", "highAvailability", "replicas")
    members = under(merged, *path)
    if isinstance(members, int) and members > MAX_MEMBERS:
        expected = f"expected at most {MAX_MEMBERS}"
        yield Problem(_field(vcluster, path), f"found {found(members)} members, {expected}", "ask for three or five")


def _unmade(vcluster: VCluster, path: tuple[str, ...]) -> Problem:
    return Problem(
        _field(vcluster, path),
        "found a volume of an etcd's certificates, which cert-manager makes, and this platform has none",
        "remove the volume: vcluster makes the certificates of its own etcd by itself",
    )


def _export(vcluster: VCluster, merged: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("name", "namespace"):
        path: tuple[str, ...] = ("exportKubeConfig", "secret", key)
        value = under(merged, *path)
        if isinstance(value, str) and value.strip():
            yield Problem(
                _field(vcluster, path),
                f"found {found(value)}, which the chart refuses beside additionalSecrets",
                "name that Secret in exportKubeConfig.additionalSecrets; the one in status.credentials is there anyway",
            )
    path = ("exportKubeConfig", "additionalSecrets")
    secrets = under(merged, *path)
    if secrets is None:
        return
    if not isinstance(secrets, list) or not all(isinstance(secret, Mapping) for secret in secrets):
        yield Problem(_field(vcluster, path), f"found {found(secrets)}, expected a list of mappings")
        return
    for index, secret in enumerate(secrets):
        if not any(isinstance(secret.get(key), str) and secret[key].strip() for key in ("name", "namespace")):
            yield Problem(
                f"{_field(vcluster, path)}[{index}]",
                f"found {found(secret)}, which the chart refuses",
                "give it a name",
            )


def _claim(vcluster: VCluster, merged: Mapping[str, Any]) -> Iterator[Problem]:
    """The contract's template depends on the kind of workload that the chart creates, which ``auto`` does not fix."""
    path: tuple[str, ...] = ("controlPlane", "statefulSet", "persistence", "volumeClaim", "enabled")
    value = under(merged, *path)
    if value is not True and value is not False and value not in ("true", "false"):
        yield Problem(
            _field(vcluster, path),
            f"found {found(value)}, expected true or false",
            "or leave it out: spec.vcluster.persistence.enabled and the preset decide",
        )
    path = ("controlPlane", "statefulSet", "persistence", "volumeClaimTemplates")
    templates = under(merged, *path)
    if templates is not None and not isinstance(templates, list):
        yield Problem(_field(vcluster, path), f"found {found(templates)}, expected a list")
