"""The platform's defaults for every request, with the request's own names inserted into their texts."""

import re
from typing import Any, Final

from msgspec.structs import replace

from platform_status_contract.model.lookup import under
from platform_status_contract.model.policy import Defaults
from platform_status_contract.model.request import Request
from platform_status_contract.template.problems import Problem
from platform_status_pipeline.vcluster.exposure import Address
from platform_status_pipeline.vcluster.names import Names
from platform_status_pipeline.vcluster.presets import Size

__all__ = ["PLACEHOLDERS", "defaults_of", "defaults_problems"]

PLACEHOLDERS: Final = (
    *("name", "namespace", "request", "target", "environment"),
    *("hostname", "server", "baseDomain", "baseDomainSanitized", "clusterDomain"),
)
"""The placeholders in a text of the platform; other braces are kept, since a Corefile has many of them."""

_HOLE: Final = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
_FIXED: Final = (
    ("controlPlane", "backingStore"),
    ("controlPlane", "statefulSet", "persistence", "volumeClaimTemplates"),
)
"""Helm values that determine the chart's workloads; the status contract derives those from the request only."""


def defaults_of(defaults: Defaults, request: Request, names: Names, size: Size, address: Address) -> Defaults:
    """Fill the platform's defaults for one request.

    Args:
        defaults: The defaults in the policy.
        request: The request.
        names: Its names.
        size: Its size.
        address: The address of its API server.

    Returns:
        The same without placeholders; inserted values are not expanded again.
    """
    networking = request.spec.vcluster.networking if request.spec.vcluster else None
    texts = {
        "name": names.name,
        "namespace": names.namespace,
        "request": names.request,
        "target": names.target,
        "environment": size.environment,
        "hostname": address.hostname,
        "server": address.url,
        "baseDomain": address.base_domain,
        "baseDomainSanitized": address.base_domain.replace(".", "-"),
        "clusterDomain": (networking.cluster_domain if networking else None) or "cluster.local",
    }

    def filled(value: Any) -> Any:  # noqa: ANN401 - any JSON
        match value:
            case str():
                return _HOLE.sub(lambda hole: texts[hole[1]], value)
            case dict():
                return {key: filled(item) for key, item in value.items()}
            case list():
                return [filled(item) for item in value]
        return value

    return replace(
        defaults,
        helm_values=filled(defaults.helm_values),
        cluster_labels=filled(defaults.cluster_labels),
        cluster_annotations=filled(defaults.cluster_annotations),
        namespace_labels=filled(defaults.namespace_labels),
    )


def defaults_problems(defaults: Defaults) -> tuple[Problem, ...]:
    """Return the platform's Helm values that are not allowed, because they would make the status contract wrong."""
    return tuple(
        Problem(
            f"spec.defaults.helmValues.{'.'.join(path)}",
            "decides which workloads the chart makes, which only a request may",
            "leave it out of the platform's policy; a bound may allow it to requests",
        )
        for path in _FIXED
        if under(defaults.helm_values, *path) is not None
    )
