"""Requests that are older than the policy: the `legacyNames` entry with which each keeps its name. Pure."""

from collections.abc import Mapping

from platform_status_contract.model.lookup import under
from platform_status_contract.model.policy import LegacyName, Policy

from .names import RequestNames, name_problem, namespace_problem
from .paths import parse_path

__all__ = ["legacy_name"]


def legacy_name(policy: Policy, request: Mapping[str, object]) -> LegacyName | None:
    """Return the entry with which a request keeps its present name and target.

    Args:
        policy: The policy.
        request: A request from the cluster, with apiVersion and kind.

    Returns:
        The entry, with the target only if the policy refuses it too; None if the policy allows both, or does not list
        the kind.
    """
    version, kind = (request.get(key) for key in ("apiVersion", "kind"))
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    bounds = (policy.bounds_of(group, kind) if isinstance(kind, str) else None) or ()
    name, space, called = (
        _text(request, *path) for path in (("spec", "name"), ("metadata", "namespace"), ("metadata", "name"))
    )
    names, own = policy.spec.names, RequestNames(name, space, called)
    targets = [_text(request, *map(str, parse_path(bound.path))) for bound in bounds if bound.type == "namespace"]
    is_refused = any(bound.type == "name" for bound in bounds) and bool(name_problem(names, own))
    beyond = [target for target in targets if target and namespace_problem(names, own, target)]
    if not is_refused and not beyond:
        return None
    return LegacyName(space, name, beyond[0] if beyond else None)


def _text(value: object, *path: str) -> str:
    found = under(value, *path)
    return found if isinstance(found, str) else ""
