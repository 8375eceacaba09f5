"""Names of the timers in `health.since` (design.md section 5).

A timer is set when its predicate becomes true, removed when it is observed false, and kept while its source is
unreadable. Timers are stored in the status, not in memory, so a restart of the sidecar does not lose them.
"""

import re
from enum import StrEnum
from typing import Final

__all__ = ["SOURCE_WORDS", "TIMERS", "SourceName", "Timer", "bad_timer", "is_timer", "unknown_timer"]


class SourceName(StrEnum):
    """The sources, in the order in which messages name them."""

    WORKS = "works"
    ARGO_SYNC = "argoSync"
    ARGO_HEALTH = "argoHealth"
    PODS = "pods"
    SECRET = "secret"  # noqa: S105 - the name of a source
    SUB_APPS = "subApps"
    OBJECTS = "objects"


SOURCE_WORDS: Final = {
    SourceName.WORKS: "Works",
    SourceName.ARGO_SYNC: "Argo CD's sync",
    SourceName.ARGO_HEALTH: "Argo CD's health",
    SourceName.PODS: "pods",
    SourceName.SECRET: "the Secret",
    SourceName.SUB_APPS: "sub-applications",
    SourceName.OBJECTS: "objects",
}
"""The names of the sources in messages."""


class Timer(StrEnum):
    """Predicates whose start time is stored; `bad.<source>` exists in addition, see `bad_timer`."""

    STARTED = "started"
    FIRST_READY = "firstReady"
    UPDATING = "updating"
    CAUGHT_UP = "caughtUp"
    BEHIND = "behind"
    DEGRADED = "degraded"
    BELOW_MIN_READY_RATIO = "belowMinReadyRatio"
    CONTROLLERS_BEHIND = "controllersBehind"
    ARGO_DEGRADED = "argoDegraded"
    ARGO_UNKNOWN = "argoUnknown"
    ARGO_PROGRESSING = "argoProgressing"
    OUT_OF_SYNC = "outOfSync"
    SYNC_FAILED = "syncFailed"
    WORKS_FAILING = "worksFailing"
    WORKS_PENDING = "worksPending"
    SUB_APPS_PROGRESSING = "subAppsProgressing"
    SUB_APPS_UNKNOWN = "subAppsUnknown"


def bad_timer(source: SourceName, entry: str = "") -> str:
    """Name of the timer that runs while a source is bad: `bad.<source>`, `bad.objects.<name>`, `bad.secret.<role>`."""
    return f"bad.{source.value}.{entry}" if entry else f"bad.{source.value}"


def unknown_timer(entry: str) -> str:
    """Name of the timer that runs while the state of an object is unknown: `unknown.objects.<name>`."""
    return f"unknown.{SourceName.OBJECTS.value}.{entry}"


TIMERS: Final[frozenset[str]] = frozenset(timer.value for timer in Timer) | frozenset(
    bad_timer(source) for source in SourceName if source is not SourceName.OBJECTS
)
"""Every fixed key of `health.since`."""

_OF_ENTRY: Final = re.compile(r"(?:bad\.secret|(?:bad|unknown)\.objects)\.[a-z](?:-?[a-z0-9]){0,19}")


def is_timer(name: str) -> bool:
    """Whether a name is a valid key of `health.since`; others are dropped when a status is read back."""
    return name in TIMERS or _OF_ENTRY.fullmatch(name) is not None
