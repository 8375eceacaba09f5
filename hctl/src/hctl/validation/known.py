"""Collects the kinds in all files, and finds the kind of a document. Pure.

A document has a kind if both group and kind match; another group is another kind. The exception is a group that can
only be a typing error in the group of a platform kind.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from msgspec import Struct

from platform_status_contract.model.lookup import mapping

from .kinds import KRATIX, OURS, KindId, RequestKind, api_of, builtin_kinds, crd_of, kinds_of
from .located import Located
from .promises import embedded_templates

__all__ = ["Known", "groups_meant", "is_golden_path", "is_slip", "learn", "mentions_ours", "name_of", "near_kinds"]

_MAX_GROUP: Final = 253


class Known(Struct, frozen=True):
    """The kinds in all files.

    Attributes:
        kinds: The kinds of requests.
        groups: The groups of the platform: those of kinds in Promises, or with the category of golden paths.
        templates: Name of a template -> the kind that its Promise defines; None if Promises contradict each other.
        manifests: Kind -> the templates of kind Manifests in its Promise.
        only: The kind of the only Promise or CRD that was given with --promise.
        used: The kinds of all documents.
    """

    kinds: dict[KindId, RequestKind]
    groups: frozenset[str]
    templates: dict[str, RequestKind | None]
    manifests: dict[KindId, list[Located]]
    only: RequestKind | None
    used: frozenset[KindId]


def learn(files: Sequence[Sequence[Located]], beside: Sequence[Sequence[Located]]) -> Known:
    """Collect the kinds in files.

    Args:
        files: The objects of each file.
        beside: The objects of each file that was given with --promise.
    """
    kinds = builtin_kinds()
    groups = {name.group for name in kinds}
    templates: dict[str, RequestKind | None] = {}
    manifests: dict[KindId, list[Located]] = {}
    given: list[RequestKind] = []
    named = [(root, False) for roots in files for root in roots]
    # The files of --promise are read last, so that they take precedence.
    for root, is_beside in (*named, *((root, True) for roots in beside for root in roots)):
        crd = crd_of(root)
        for kind in kinds_of(crd) if crd is not None else ():
            kinds[kind.name] = kind
            given += [kind] if is_beside else []
            if is_beside or crd is not root or _is_platform(root):
                groups.add(kind.name.group)
            for template, what in embedded_templates(root) if crd is not root else ():
                name = name_of(template) if what == "StatusContract" else ""
                templates[name] = kind if templates.get(name, kind) == kind else None
                if what == "Manifests":
                    manifests.setdefault(kind.name, []).append(template)
    used = frozenset(KindId(group, kind) for group, _, kind in (api_of(root) for root, _ in named))
    return Known(kinds, frozenset(groups), templates, manifests, given[0] if len(given) == 1 else None, used)


def name_of(root: Located) -> str:
    """Return the name of an object; empty if it has none."""
    name = mapping(mapping(root.value).get("metadata")).get("name")
    return name if isinstance(name, str) else ""


def is_golden_path(crd: Located, known: Known) -> bool:
    """Whether a plain CRD is a golden path: by its group, its category, or because the files have a request of it."""
    spec = mapping(mapping(crd.value).get("spec"))
    is_used = any((spec.get("group"), mapping(spec.get("names")).get("kind")) == name for name in known.used)
    is_ours = any(spec.get("group") == name.group for name in builtin_kinds())
    return is_ours or is_used or _is_platform(crd)


def _is_platform(crd: Located) -> bool:
    categories = crd.inside("spec", "names", "categories").value
    return isinstance(categories, list) and "platform" in categories


def near_kinds(name: str, known: Sequence[str]) -> list[str]:
    """Return the known kinds that equal or resemble a name; empty if none does."""
    return [kind for kind in known if kind.lower() == name.lower()] or get_close_matches(name[:64], known, 1, 0.8)


def is_slip(group: str, known: Sequence[str]) -> bool:
    """Whether a group differs from a known one by a single character added, missing or wrong."""
    one_sign = max(0.5, 1 - 1.01 / max(len(group), 1))
    return group not in known and len(group) < _MAX_GROUP and bool(get_close_matches(group, known, 1, one_sign))


def groups_meant(root: Located, known: Known) -> list[str]:
    """Return the groups of the platform kind that a document probably means, if its own group has a typing error."""
    group, version, kind = api_of(root)
    groups = sorted(name.group for name in known.kinds if name.kind == kind and name.group in known.groups)
    if not group:
        # The core group has only version v1, and no kind of the platform.
        is_core = version == "v1" and not any(name.kind == kind for name in builtin_kinds())
        return [] if is_core else groups
    return groups if is_slip(group, groups) else []


def mentions_ours(data: bytes, known: Known) -> bool:
    """Whether a file that is no YAML could be one of the platform's: it names a group, or the kind of a request."""
    # A file in UTF-16 has a NUL beside each character.
    text = data.decode("utf-8", "replace").replace("\0", "")
    if any(group in text for group in {OURS, KRATIX, *known.groups}):
        return True
    kinds = {"Promise", *(name.kind for name in known.kinds)}
    return any(re.search(rf"""\bkind["']?\s*:\s*["']?{re.escape(kind)}\b""", text) for kind in kinds)
