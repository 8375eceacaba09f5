"""The input and the result of a check. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

__all__ = ["NOWHERE", "CheckFacts", "CheckFound", "CheckLine", "CheckState", "named"]

_SHOWN: Final = 3


class CheckState(StrEnum):
    """The result of a check; it is never OK if something could not be read."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    NOT_READABLE = "not readable"


class CheckLine(Struct, frozen=True):
    """The result of one check.

    Attributes:
        check: Its name.
        state: Its state.
        says: A sentence without a full stop.
        next: The command to run, or what to do; empty if there is nothing to do.
    """

    check: str
    state: CheckState
    says: str
    next: str = ""


class CheckFound(Struct, frozen=True):
    """The objects of one list.

    Attributes:
        objects: The objects: any JSON.
        missing: Whether the cluster does not have the kind.
        unread: Why they could not be read; empty if they could.
    """

    objects: tuple[Any, ...] = ()
    missing: bool = False
    unread: str = ""


NOWHERE: Final = CheckFound(missing=True)


class CheckFacts(Struct, frozen=True):
    """All objects that were read.

    Attributes:
        now: The API server's time.
        looks: The lists of `look.LOOKS`, by name.
        groups: API groups that the cluster serves.
        rights: Right of the user, such as ``list pods`` -> whether it is granted; None if that could not be read.
        sidecars: Namespace of the sidecars.
        argocd: Namespace of Argo CD.
    """

    now: datetime
    looks: Mapping[str, CheckFound]
    groups: frozenset[str]
    rights: Mapping[str, bool] | None
    sidecars: str
    argocd: str

    def look(self, name: str) -> CheckFound:
        """Return one list; a kind that was not listed counts as missing."""
        return self.looks.get(name, NOWHERE)


def named(names: Iterable[str]) -> str:
    """Join the first few names."""
    found = sorted(set(names))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
