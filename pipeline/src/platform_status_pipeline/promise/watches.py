"""The watches of a Promise's sidecar: its RBAC rules, and the kinds that the Promise's contracts name. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from platform_status_contract.model.lookup import environment_texts, items, under
from platform_status_contract.sources.objects.declared import declared_objects, declared_outputs
from platform_status_contract.sources.objects.kinds import ObjectKind, object_kinds_of
from platform_status_contract.sources.registry import KINDS
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.yaml_text import YamlError, load
from platform_status_pipeline.errors import RequestRefusedError

__all__ = ["named_kinds", "told", "watch_rules"]

_VARIABLE: Final = "STATUS_CONTRACT"
_VERBS: Final = ("list", "watch")
_FIX: Final = "mend the template in the Promise"


def named_kinds(promise: Mapping[str, Any]) -> tuple[ObjectKind, ...]:
    """List the kinds that the contracts of a Promise name under `objects` and `outputs`.

    Args:
        promise: The Promise.

    Raises:
        RequestRefusedError: A template cannot be read, or a kind in it depends on the request.
    """
    problems: list[Problem] = []
    found: list[ObjectKind] = []
    for path, text in environment_texts(promise, _VARIABLE):
        try:
            template = load(text)
            found += declared_objects(_mappings(template, "objects"))
            found += declared_outputs(_mappings(template, "outputs", "kinds"))
        except (YamlError, ValueError) as error:
            problems.append(Problem(path, str(error), _FIX))
    if problems:
        raise RequestRefusedError(problems)
    return object_kinds_of(found)


def watch_rules(kinds: Iterable[ObjectKind]) -> list[dict[str, list[str]]]:
    """List the rules of the sidecar's ClusterRole for its watches: one for each API group.

    Args:
        kinds: The kinds that contracts name, in addition to those that every contract may use.
    """
    groups: dict[str, set[str]] = {}
    for kind in KINDS.values():
        if kind.watched:
            groups.setdefault(kind.group, set()).add(str(kind.source))
    for named in kinds:
        groups.setdefault(named.group, set()).add(named.resource)
    return [
        {"apiGroups": [group], "resources": sorted(resources), "verbs": list(_VERBS)}
        for group, resources in sorted(groups.items())
    ]


def told(kinds: Iterable[ObjectKind]) -> str:
    """Return the sidecar's setting with the kinds that contracts name; empty if there are none."""
    named = list(kinds)
    return msgspec.json.encode(named, order="deterministic").decode() if named else ""


def _mappings(template: object, *path: str) -> list[Mapping[str, Any]]:
    return [entry for entry in items(under(template, "spec", "contract", *path)) if isinstance(entry, Mapping)]
