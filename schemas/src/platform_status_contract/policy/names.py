"""Names that two tenants cannot both use: unique by construction, without a lookup. Pure.

A name without ``--`` belongs to one namespace (``vcluster-NAME``, or the name itself if it has that prefix), or to one
request of the requests namespace. Every other name is NAMESPACE--x with no ``--`` in x, so the part before its last
``--`` is its owner. A name in `legacyNames` belongs to the request that the policy lists.
`scope_of` lists the places that follow from the names.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from platform_status_contract.model.policy import LegacyName, NameRules, Policy

from .patterns import fits

__all__ = ["PART", "PREFIX", "RequestNames", "home_of", "name_problem", "namespace_problem", "scope_of"]

PREFIX: Final = "vcluster-"
"""Prefix of the namespace of a virtual cluster with a short name."""

PART: Final = "[a-z0-9](-?[a-z0-9])*"
"""Pattern of the part after NAMESPACE--: a label without two dashes in a row; equal in Python's `re` and in RE2."""

_PART: Final = re.compile(PART)
_NAME: Final = "{name}"
_NOBODY: Final = {"name": "", "namespace": "", "request": ""}


class RequestNames(Struct, frozen=True):
    """The fields of a request from which names are made; an empty text for an absent field.

    Attributes:
        name: spec.name.
        namespace: metadata.namespace.
        request: metadata.name.
    """

    name: str
    namespace: str
    request: str


def name_problem(names: NameRules, request: RequestNames) -> str:
    """Return the names that the request may use instead of its own; empty if its own is allowed."""
    name, space = request.name, request.namespace
    is_old = any(legacy.name == name for legacy in names.legacy_names)
    if names.short_names == "Free" or _legacy(names, request) is not None or (_is_below(name, space) and not is_old):
        return ""
    if is_old:
        return "a name that legacyNames does not give to another request"
    if "--" in name:
        return f"{space}--x with no two dashes in x"
    if any(fits(reserved, name, _NOBODY) for reserved in names.reserved):
        return "a name that is not reserved"
    return _short_problem(names, request)


def _short_problem(names: NameRules, request: RequestNames) -> str:
    name, space = request.name, request.namespace
    if names.short_names == "RequestsNamespace":
        home = names.requests_namespace
        is_own = (space, request.request) == (home, name)
        return "" if is_own else f"{space}--x, or a request of that very name in the namespace {home}"
    home = home_of(names, name)
    return "" if space == home else f"{space}--x, or a request in the namespace {home}"


def home_of(names: NameRules, name: str) -> str:
    """The namespace that may use a name; for a file without a namespace, the allowed one is assumed."""
    above, dashes, _ = name.rpartition("--")
    if names.short_names == "RequestsNamespace" or dashes:
        return above or names.requests_namespace
    return name if name.startswith(PREFIX) else PREFIX + name


def namespace_problem(names: NameRules, request: RequestNames, target: str) -> str:
    """Return the target namespaces that the request may use; empty if its own target is allowed.

    Args:
        names: The rules of the policy.
        request: The request.
        target: Its target namespace; the namespace of the request if it names none.
    """
    space = request.namespace
    if names.short_names == "Free" or target in names.target_namespaces:
        return ""
    legacy = _legacy(names, request)
    if legacy is not None and legacy.target_namespace == target:
        return ""
    if names.short_names == "RequestsNamespace" and space == names.requests_namespace:
        mine = (PREFIX + request.name, f"{space}--{request.name}")
        return "" if target in mine and request.name == request.request else " or ".join(mine)
    listed = f" or {' or '.join(names.target_namespaces)}" if names.target_namespaces else ""
    return "" if target == space or _is_below(target, space) else f"{space} or {space}--x{listed}"


def _legacy(names: NameRules, request: RequestNames) -> LegacyName | None:
    mine = (request.namespace, request.name)
    return next((legacy for legacy in names.legacy_names if (legacy.namespace, legacy.name) == mine), None)


def _is_below(text: str, space: str) -> bool:
    return bool(space) and text.startswith(f"{space}--") and _PART.fullmatch(text[len(space) + 2 :]) is not None


def scope_of(policy: Policy, group: str, kind: str) -> tuple[str, ...] | None:
    """List the namespaces and clusters that contracts of a kind may observe, in the format of `rules.scope`.

    Args:
        policy: The policy.
        group: API group of the kind.
        kind: The kind.

    Returns:
        Those listed for the kind, every target that `names` allows, and the names that {name} does not stand for; None
        if the policy sets no limit.
    """
    observes = [entry.observes for entry in policy.spec.kinds if (entry.group, entry.kind) == (group, kind)]
    if not observes or not observes[0]:
        return None
    names = policy.spec.names
    named = [place for pattern in observes[0] for place in _named(names, pattern)]
    legacy = [f"{old.namespace}={old.target_namespace}" for old in names.legacy_names if old.target_namespace]
    own = [f"{names.requests_namespace}={PREFIX}{_NAME}"] if names.short_names == "RequestsNamespace" else []
    nobody = [f"reserved:{name}" for name in (*names.reserved, *(old.name for old in names.legacy_names))]
    return tuple(dict.fromkeys((*named, *names.target_namespaces, *legacy, *own, *nobody)))


def _named(names: NameRules, pattern: str) -> Iterator[str]:
    """Expand {name} to every allowed form of a name, because the name in the request itself is not trusted.

    {name} that stays is a name without ``--``, and `rules.scope` finds out which.
    """
    before, is_named, after = pattern.partition(_NAME)
    if not is_named:
        yield pattern
        return
    if names.short_names == "Free":
        yield f"{before}*"
        return
    yield f"{names.requests_namespace}={pattern}" if names.short_names == "RequestsNamespace" else pattern
    yield f"{before}{{namespace}}--*{'' if '*' in after else after}"
    yield from (f"{old.namespace}={before}{old.name}{after}" for old in names.legacy_names)
