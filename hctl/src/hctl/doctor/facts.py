"""What a check starts from, and what it says. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

__all__ = ["NOWHERE", "CheckFacts", "CheckFound", "CheckLine", "CheckState", "named"]

_SHOWN: Final = 3


class CheckState(StrEnum):
    """How a check ended; what could not be read is never ok."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    NOT_READABLE = "not readable"


class CheckLine(Struct, frozen=True):
    """What one check says.

    Attributes:
        check: Its name.
        state: How it ended.
        says: A sentence without a full stop.
        next: The command to run, or what to do; empty if there is nothing to do.
    """

    check: str
    state: CheckState
    says: str
    next: str = ""


class CheckFound(Struct, frozen=True):
    """The objects of one look.

    Attributes:
        objects: As the cluster holds them: any JSON.
        missing: Whether the cluster does not know the kind.
        unread: Why they could not be read; empty if they could.
    """

    objects: tuple[Any, ...] = ()
    missing: bool = False
    unread: str = ""


NOWHERE: Final = CheckFound(missing=True)


class CheckFacts(Struct, frozen=True):
    """Everything that was read.

    Attributes:
        now: The API server's time.
        looks: The looks of `look.LOOKS`, by name.
        groups: API groups that the cluster serves.
        rights: Right of the viewer -> whether it is there, as words such as ``list pods``; None if nobody could say.
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
        """Return one look; a kind that was not looked for is one that is not there."""
        return self.looks.get(name, NOWHERE)


def named(names: Iterable[str]) -> str:
    """Name the first few."""
    found = sorted(set(names))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
