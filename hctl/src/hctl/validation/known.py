"""What all files together say about kinds, and which of them a document is of. Pure.

A document is of a kind if its group and its kind are those of the kind: another group is another kind. Only what can
be nothing but a slip in the group of a kind of the platform is told from that.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from msgspec import Struct

from platform_status_contract.model.lookup import mapping

from .kinds import KindId, RequestKind, api_of, builtin_kinds, crd_of, kinds_of
from .located import Located
from .promises import embedded_templates

__all__ = ["Known", "groups_meant", "is_golden_path", "is_slip", "learn", "name_of", "near_kinds"]

_MAX_GROUP: Final = 253


class Known(Struct, frozen=True):
    """What all files together say about kinds.

    Attributes:
        kinds: The kinds of requests.
        groups: The groups of the platform: of kinds that Promises define, or that are golden paths by their category.
        templates: Name of a template -> the kind that its Promise defines; None if Promises disagree.
        only: The kind of the one Promise or CRD that was given beside the files.
        used: The kinds of all documents.
    """

    kinds: dict[KindId, RequestKind]
    groups: frozenset[str]
    templates: dict[str, RequestKind | None]
    only: RequestKind | None
    used: frozenset[KindId]


def learn(files: Sequence[Sequence[Located]], beside: Sequence[Sequence[Located]]) -> Known:
    """Gather what files say about kinds.

    Args:
        files: The objects of each file.
        beside: Those of the files that are named as the authority.
    """
    kinds = builtin_kinds()
    groups = {name.group for name in kinds}
    templates: dict[str, RequestKind | None] = {}
    given: list[RequestKind] = []
    named = [(root, False) for roots in files for root in roots]
    # What was named as the authority is learnt last.
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
    used = frozenset(KindId(group, kind) for group, _, kind in (api_of(root) for root, _ in named))
    return Known(kinds, frozenset(groups), templates, given[0] if len(given) == 1 else None, used)


def name_of(root: Located) -> str:
    """The name of an object; empty if it has none."""
    name = mapping(mapping(root.value).get("metadata")).get("name")
    return name if isinstance(name, str) else ""


def is_golden_path(crd: Located, known: Known) -> bool:
    """Whether a bare CRD is ours: by its group, its category, or because a request of it is among the files."""
    spec = mapping(mapping(crd.value).get("spec"))
    is_used = any((spec.get("group"), mapping(spec.get("names")).get("kind")) == name for name in known.used)
    is_ours = any(spec.get("group") == name.group for name in builtin_kinds())
    return is_ours or is_used or _is_platform(crd)


def _is_platform(crd: Located) -> bool:
    categories = crd.inside("spec", "names", "categories").value
    return isinstance(categories, list) and "platform" in categories


def near_kinds(name: str, known: Sequence[str]) -> list[str]:
    """The kind that a name is, or is nearly; none if it is another."""
    return [kind for kind in known if kind.lower() == name.lower()] or get_close_matches(name[:64], known, 1, 0.8)


def is_slip(group: str, known: Sequence[str]) -> bool:
    """Whether a group is one of those with a sign too many, too few or wrong; any other group is another group."""
    one_sign = max(0.5, 1 - 1.01 / max(len(group), 1))
    return group not in known and len(group) < _MAX_GROUP and bool(get_close_matches(group, known, 1, one_sign))


def groups_meant(root: Located, known: Known) -> list[str]:
    """The groups of a kind of the platform, if a document of that kind names none of them by a slip."""
    group, version, kind = api_of(root)
    groups = sorted(name.group for name in known.kinds if name.kind == kind and name.group in known.groups)
    if not group:
        # The core group has its version v1 only, and will never have a kind of ours.
        is_core = version == "v1" and not any(name.kind == kind for name in builtin_kinds())
        return [] if is_core else groups
    return groups if is_slip(group, groups) else []
