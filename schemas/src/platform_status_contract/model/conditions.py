r"""Condition types that a contract chooses: NAMEReady of an object, ROLEAvailable of a Secret.

None of them may be one of our fixed types or one of Kratix's; two types that differ only in case count as equal.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Meta

from .vocabulary import KRATIX_CONDITIONS, ConditionType

__all__ = [
    "DONE_MARK",
    "MAX_FREE",
    "MAX_OBJECTS",
    "MAX_SECRETS",
    "EntryName",
    "FreeType",
    "Role",
    "check_conditions",
    "condition_type",
    "is_entry_name",
    "is_free",
    "role_condition",
]

MAX_FREE: Final = 16
"""Most conditions that a contract may choose, so that the status stays under 8 KiB."""

MAX_OBJECTS: Final = MAX_FREE
"""Most entries of objects: each has a condition."""

MAX_SECRETS: Final = 8
"""Most Secrets; those of one role share a condition."""

DONE_MARK: Final = r"^[1-9][0-9]{0,15}-[0-9a-f]{8}\Z"
"""What `health.objects.done` says of an entry: see `status.DoneMark`."""

_MAX_NAME: Final = 20

EntryName = Annotated[
    str, Meta(pattern=r"^(?!(p-?o-?d-?s|w-?o-?r-?k-?s)\Z)[a-z](-?[a-z0-9])*\Z", min_length=1, max_length=_MAX_NAME)
]
"""Name of an entry; its condition is this in CamelCase, followed by Ready. PodsReady and WorksReady are taken."""

Role = Annotated[
    str, Meta(pattern=r"^(?!p-?r-?o-?m-?i-?s-?e\Z)[a-z](-?[a-z0-9])*\Z", min_length=1, max_length=_MAX_NAME)
]
"""Role of a Secret; its condition is this in CamelCase, followed by Available. PromiseAvailable belongs to Kratix."""

FreeType = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z0-9]{0,19}(Ready|Available)\Z")]
"""Type of a condition that a contract chose."""


def _camel(name: str) -> str:
    return re.sub(r"(?:^|-)([a-z0-9])", lambda found: found[1].upper(), name)


def condition_type(name: str) -> str:
    """Make the type of a condition of an entry's name: ``media-db`` becomes ``MediaDbReady``."""
    return _camel(name) + "Ready"


def role_condition(role: str) -> str:
    """Make the type of a condition of a Secret's role: ``kubeconfig`` becomes ``KubeconfigAvailable``."""
    return _camel(role) + "Available"


_ENTRY: Final = re.compile(r"[a-z](-?[a-z0-9])*")
_FREE: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,19}(Ready|Available)")
_RESERVED: Final = frozenset(name.lower() for name in (*ConditionType, *KRATIX_CONDITIONS))


def is_entry_name(name: str) -> bool:
    """Whether this is a valid name of an entry."""
    return len(name) <= _MAX_NAME and _ENTRY.fullmatch(name) is not None


def is_free(name: str) -> bool:
    """Whether a contract may choose this type: it is neither one of Kratix's nor one of our fixed types."""
    return _FREE.fullmatch(name) is not None and name.lower() not in _RESERVED


def check_conditions(names: Iterable[str], roles: Iterable[str]) -> None:
    """Reject names of objects, and roles of Secrets, whose conditions differ only in case, and too many of both.

    Several Secrets of one role share its condition; reserved names are rejected elsewhere, one by one.

    Raises:
        ValueError: Names the second of two, or the maximum.
    """
    entries = set[str]()
    for name in names:
        word = condition_type(name).lower()
        if word in entries:
            raise ValueError(f"objects: the condition {condition_type(name)} of {name} is taken by another entry")
        entries.add(word)
    taken: dict[str, str] = {}
    for role in roles:
        if taken.setdefault(role_condition(role).lower(), role) != role:
            raise ValueError(f"secrets: the condition {role_condition(role)} of {role} is taken by another role")
    found = len(entries) + sum(is_free(role_condition(role)) for role in taken.values())
    if found > MAX_FREE:
        raise ValueError(f"objects and secrets: found {found} conditions in all, expected at most {MAX_FREE}")
