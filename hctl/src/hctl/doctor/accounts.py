"""Finds who could run as the accounts of Kratix's pipelines, and so write Works, which GitOps applies. Pure.

Only RBAC is evaluated, no webhooks or other authorizers. Left out: administrators of the whole cluster, the cluster's
own accounts, and the agents that apply Works.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from hctl.reading.fields import name_of, namespace_of, text
from platform_status_contract.model.lookup import items, mapping, under

from .facts import CheckFacts, CheckFound, CheckLine, CheckState, named
from .platform import SYSTEM

__all__ = ["check_accounts", "check_admission"]

_PIPELINE: Final = re.compile(r"(?P<promise>.+?)-(?:resource|promise)-(?:configure|delete)-.+", re.DOTALL)
"""Name of an account that Kratix creates for a pipeline."""

_TRUSTED: Final = frozenset((SYSTEM, "kube-system", "argocd", "flux-system"))
"""Namespaces whose own accounts apply Works, or run the cluster."""

_ANYBODY: Final = ("system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts")
_RUN: Final = "run pods"
_MAKERS: Final = (
    *(("", resource) for resource in ("pods", "replicationcontrollers")),
    *(("apps", resource) for resource in ("deployments", "statefulsets", "daemonsets", "replicasets")),
    *(("batch", resource) for resource in ("jobs", "cronjobs")),
)
_WAYS: Final = (
    *((_RUN, "create", group, resource) for group, resource in _MAKERS),
    ("mint tokens", "create", "", "serviceaccounts/token"),
    ("impersonate accounts", "impersonate", "", "serviceaccounts"),
    *(
        ("enter pods", verb, "", f"pods/{what}")
        for verb, what in (("create", "exec"), ("get", "exec"), ("create", "attach"), ("patch", "ephemeralcontainers"))
    ),
    ("write Works", "create", "platform.kratix.io", "works"),
    ("write Works", "patch", "platform.kratix.io", "works"),
)
"""Each way to act as an account: its description, and the right that it needs."""

_READ: Final = ("accounts", "roles", "cluster roles", "role bindings", "cluster role bindings")
_DENY: Final = "Deny"


class _Way(Struct, frozen=True):
    """A subject that can act as an account: how, and by which binding."""

    who: str
    what: str
    space: str
    binding: str


def check_accounts(facts: CheckFacts) -> CheckLine:
    """Check who could act as a pipeline in a namespace where one runs."""
    check = "pipeline accounts"
    unread = [f"{name}: {found.unread}" for name in _READ if (found := facts.look(name)).unread]
    if unread:
        told = f"the RBAC objects that grant it could not be read ({unread[0]})"
        return CheckLine(check, CheckState.NOT_READABLE, told, "kubectl auth can-i list rolebindings -A")
    accounts = [
        (namespace_of(item), named_so["promise"])
        for item in facts.look("accounts").objects
        if (named_so := _PIPELINE.fullmatch(name_of(item)))
    ]
    kept = _kept(facts.look("admission"))
    spaces = {space for space, _ in accounts if space not in _TRUSTED}
    open_spaces = {space for space, promise in accounts if f"{promise}-pipeline-accounts" not in kept}
    ways = [way for way in _ways(facts, spaces) if way.what != _RUN or way.space in open_spaces]
    if not spaces:
        return CheckLine(check, CheckState.OK, "no pipeline has run in a namespace of a tenant")
    if not ways:
        return CheckLine(check, CheckState.OK, f"nobody but the platform can act as them in {named(spaces)}")
    told = named(f"{way.who} may {way.what} in {way.space}" for way in ways)
    first = min(ways, key=lambda way: (way.who, way.what, way.space))
    told = f"{told}: this allows writing Works, whose contents are applied"
    return CheckLine(check, CheckState.WARNING, told, f"kubectl describe {first.binding}")


def check_admission(facts: CheckFacts) -> CheckLine:
    """Check whether an admission policy enforces the platform policy at apply."""
    check, found = "admission", facts.look("admission")
    look = "kubectl get validatingadmissionpolicybindings -l app.kubernetes.io/part-of=platform-status"
    if found.unread:
        return CheckLine(check, CheckState.NOT_READABLE, f"the bindings of admission policies: {found.unread}", look)
    bounds = [name for name in _kept(found) if name.endswith("-bounds")]
    if not bounds:
        told = "no policy is enforced at apply, only by the pipeline: a request that it refuses exists"
        return CheckLine(check, CheckState.WARNING, told, look)
    return CheckLine(check, CheckState.OK, f"{named(bounds)} are enforced at apply")


def _kept(found: CheckFound) -> set[str]:
    """Return the names of the policies that are bound with the action Deny."""
    bound = (item for item in found.objects if _DENY in items(under(item, "spec", "validationActions")))
    return {text(item, "spec", "policyName", limit=253) for item in bound}


def _ways(facts: CheckFacts, spaces: set[str]) -> Iterator[_Way]:
    roles = {(text(item, "metadata", "namespace"), name_of(item)): item for item in facts.look("roles").objects}
    wide = {name_of(item): item for item in facts.look("cluster roles").objects}
    for binding in facts.look("cluster role bindings").objects:
        rules = items(under(wide.get(_role(binding)), "rules"))
        if any(_grants(rule, "*", "*", "*") for rule in rules):
            continue
        for space in spaces:
            yield from _granted(binding, rules, space, f"clusterrolebinding {name_of(binding)}")
    for binding in facts.look("role bindings").objects:
        space = namespace_of(binding)
        is_wide = under(binding, "roleRef", "kind") == "ClusterRole"
        role = wide.get(_role(binding)) if is_wide else roles.get((space, _role(binding)))
        if space in spaces:
            called = f"rolebinding {name_of(binding)} -n {space}"
            yield from _granted(binding, items(under(role, "rules")), space, called)


def _role(binding: object) -> str:
    return text(binding, "roleRef", "name", limit=253)


def _granted(binding: object, rules: Iterable[object], space: str, called: str) -> Iterator[_Way]:
    whats = dict.fromkeys(what for rule in rules for what, *way in _WAYS if _grants(rule, *way))
    for who in _subjects(binding):
        for what in whats:
            yield _Way(who, what, space, called)


def _grants(rule: object, verb: str, group: str, resource: str) -> bool:
    """Whether an RBAC rule grants a right on an object that is, or can become, an account of a pipeline."""
    names = [name for name in items(under(rule, "resourceNames")) if isinstance(name, str)]
    if names and resource.startswith("serviceaccounts") and not any(map(_PIPELINE.fullmatch, names)):
        return False
    subresource = f"*/{resource.partition('/')[2]}" if "/" in resource else resource
    asked: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("verbs", (verb, "*")), ("apiGroups", (group, "*")), ("resources", (resource, subresource, "*")),
    )  # fmt: skip
    return all(any(word in words for word in items(under(rule, key))) for key, words in asked)


def _subjects(binding: object) -> Iterator[str]:
    """Yield the subjects of a binding, except those of the platform itself."""
    for entry in items(under(binding, "subjects")):
        subject = mapping(entry)
        kind, name = text(subject, "kind", limit=40), text(subject, "name", limit=253)
        space = text(subject, "namespace", limit=63)
        is_own = name.startswith("system:") and not name.startswith(_ANYBODY)
        is_trusted = kind == "ServiceAccount" and (space in _TRUSTED or _PIPELINE.fullmatch(name))
        if not is_own and not is_trusted:
            yield f"{kind} {f'{space}/' if kind == 'ServiceAccount' and space else ''}{name}"
