"""Computes the documents of a request, or the list of its problems."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.policy import Policy
from platform_status_contract.model.request import ObjectMeta, Request, VCluster
from platform_status_contract.policy.judge import judge
from platform_status_contract.template.problems import Problem
from platform_status_contract.validation import validate
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.vcluster.checks import check_request, check_values
from platform_status_pipeline.vcluster.defaults import defaults_of, defaults_problems
from platform_status_pipeline.vcluster.etcd import certificates, projected
from platform_status_pipeline.vcluster.exposure import address_of
from platform_status_pipeline.vcluster.merge import merge
from platform_status_pipeline.vcluster.names import Settings, names_of
from platform_status_pipeline.vcluster.namespaced import kubeconfig_access, namespace, network_policies
from platform_status_pipeline.vcluster.presets import size_of
from platform_status_pipeline.vcluster.subrequests import application, project, registration
from platform_status_pipeline.vcluster.values import own_values, with_promised_secret

__all__ = ["FILES", "Plan", "display_name", "make_plan"]

FILES: Final = (
    "namespace.yaml",
    "kubeconfig-access.yaml",
    "network-policies.yaml",
    "etcd-certificates.yaml",
    "argocd-project.yaml",
    "argocd-application.yaml",
    "argocd-cluster-registration.yaml",
)
"""Every file that `configure` may write; files of an earlier attempt are removed first."""

_SUB_REQUESTS: Final = frozenset(FILES[-3:])
"""The files with requests to other Promises of Kratix."""

_SCHEMA: Final = "vclusterorchestratorv2-request-v1alpha1"
_KNOWN_METADATA: Final = frozenset(ObjectMeta.__struct_encode_fields__)


class Plan(Struct, frozen=True):
    """The plan for one request.

    Attributes:
        message: `status.message` of a request that has no phase yet.
        files: File name -> the documents in it, in the order in which they are written.
        older: Present values of the Go implementation's status keys (docs/upgrade.md); it counted files.
    """

    message: str
    files: dict[str, list[dict[str, Any]]]
    older: dict[str, Any]


def make_plan(document: Mapping[str, Any], settings: Settings, policy: Policy) -> Plan:
    """Plan a request.

    Args:
        document: The request in the cluster, a JSON value.
        settings: Namespaces and accounts of the platform's own parts.
        policy: The defaults and bounds of every request.

    Returns:
        The plan; the same request gives the same plan.

    Raises:
        RequestRefusedError: All problems of the request, sorted by field.
    """
    problems, refused = list(_schema_problems(document)), judge(policy, document)
    try:
        request = msgspec.convert(document, Request)
    except msgspec.ValidationError as error:
        raise RequestRefusedError(_once(problems or [Problem("request", str(error))], refused)) from error
    size = size_of(request)
    address, address_problems = address_of(request)
    found = [*check_request(request, size), *address_problems]
    names = names_of(request)
    defaults = defaults_of(policy.spec.defaults, request, names, size, address)
    found += defaults_problems(defaults)
    own = own_values(request, size, address, defaults)
    merged = merge(own, (request.spec.vcluster or VCluster()).helm_overrides or {})
    found += check_values(request, own, merged, names, defaults)
    # The message of a check is better than that of the schema or the policy, so it replaces theirs for the same field.
    problems = _once(found, problems, refused)
    if problems:
        raise RequestRefusedError(sorted(problems, key=lambda problem: problem.field))
    values = with_promised_secret(projected(merged, names), names, address)
    documents = (
        [namespace(names, defaults)],
        kubeconfig_access(names, settings),
        network_policies(request.spec.network_policies, names, defaults.network_policies, values),
        certificates(merged, names, defaults),
        [project(request, names, settings, policy.spec.project)],
        [application(request, names, settings, values, defaults.chart)],
        [registration(request, names, size, address, defaults)],
    )
    files = {file: written for file, written in zip(FILES, documents, strict=True) if written}
    return Plan(
        message=f"{display_name(document)} is scheduled",
        files=files,
        older={
            "vclusterName": names.name,
            "targetNamespace": names.target,
            "hostname": address.hostname,
            "environment": size.environment,
            "resourceRequestsGenerated": len(files.keys() & _SUB_REQUESTS),
            "directResourcesGenerated": len(files.keys() - _SUB_REQUESTS),
        },
    )


def _once(*lists: Sequence[Problem]) -> list[Problem]:
    """All problems of the first list, and from each further list those of fields that have none yet."""
    told: list[Problem] = []
    for problems in lists:
        fields = {problem.field for problem in told}
        told += [problem for problem in problems if problem.field not in fields]
    return told


def display_name(document: Mapping[str, Any]) -> str:
    """Return the name of the virtual cluster for messages; total, because the request may be invalid."""
    for section in ("spec", "metadata"):
        part = document.get(section)
        name = part.get("name") if isinstance(part, Mapping) else None
        if isinstance(name, str) and name:
            return f"VCluster {name[:63]}"
    return "VCluster"


def _schema_problems(document: Mapping[str, Any]) -> list[Problem]:
    """Check the request against its schema; unknown metadata of a newer Kubernetes is allowed."""
    metadata = document.get("metadata")
    checked = {key: value for key, value in document.items() if key != "status"}
    if isinstance(metadata, Mapping):
        checked["metadata"] = {key: value for key, value in metadata.items() if key in _KNOWN_METADATA}
    return [
        Problem(problem.path, problem.message.removeprefix(f"{problem.path}: "))
        for problem in validate(checked, _SCHEMA)
    ]
