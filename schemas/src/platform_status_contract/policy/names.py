"""Names that no two tenants can both have: decided by construction, nothing is looked up.

A name without ``--`` belongs to one namespace (``vcluster-NAME``, or the name itself where it begins so), or to one
request of the requests namespace. Every other name is NAMESPACE--x with no ``--`` in x, so its last ``--`` tells whose
it is. A name of `legacyNames` belongs to the request that the policy lists.
"""

import re
from typing import Final

from msgspec import Struct

from platform_status_contract.model.policy import LegacyName, NameRules

from .patterns import fits

__all__ = ["PART", "PREFIX", "RequestNames", "home_of", "name_problem", "namespace_problem"]

PREFIX: Final = "vcluster-"
"""Begins the namespace of a virtual cluster with a short name."""

PART: Final = "[a-z0-9](-?[a-z0-9])*"
"""What stands behind NAMESPACE--: a label without two dashes in a row; the same to Python and to RE2."""

_PART: Final = re.compile(PART)
_NOBODY: Final = {"name": "", "namespace": "", "request": ""}


class RequestNames(Struct, frozen=True):
    """What names are made of; an empty text where the request has none.

    Attributes:
        name: spec.name.
        namespace: metadata.namespace.
        request: metadata.name.
    """

    name: str
    namespace: str
    request: str


def name_problem(names: NameRules, request: RequestNames) -> str:
    """Say which name the request may have instead of its own; empty if it may have its own."""
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
    """The namespace of the one who may have a name; in a file that names none it is taken for granted."""
    above, dashes, _ = name.rpartition("--")
    if names.short_names == "RequestsNamespace" or dashes:
        return above or names.requests_namespace
    return name if name.startswith(PREFIX) else PREFIX + name


def namespace_problem(names: NameRules, request: RequestNames, target: str) -> str:
    """Say which target namespaces the request may have; empty if it may have this one.

    Args:
        names: What the policy says.
        request: The request.
        target: Its target namespace; that of the request itself where it names none.
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
