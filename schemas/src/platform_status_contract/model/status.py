"""Our part of `.status` of a request, version v1 (design.md sections 2 and 5).

The model ignores unknown keys, so Kratix's own keys are allowed. The sidecar reads a status back with `rules.history`,
which is total; these strict structs are for validation, for tools and for the tests.
"""

from typing import Annotated

from msgspec import Meta, Struct

from .conditions import DONE_MARK, MAX_FREE, MAX_OBJECTS, EntryName, FreeType
from .contract import SAFE_TEXT, Contract
from .times import TIME_PATTERN
from .vocabulary import KRATIX_CONDITIONS, ConditionStatus, ConditionType, Phase, Reason

__all__ = [
    "ArgoHealth",
    "Condition",
    "Credentials",
    "DoneMark",
    "Endpoints",
    "Health",
    "KeyName",
    "Objects",
    "Reporter",
    "Status",
    "SubApps",
    "Time",
    "TimerName",
    "WorkloadCount",
]

Time = Annotated[str, Meta(pattern=TIME_PATTERN)]
"""An RFC 3339 time in UTC with whole seconds."""

Count = Annotated[int, Meta(ge=0, le=9007199254740991)]
"""A count; zero means that the source was read and nothing was found."""

Summary = Annotated[str, Meta(pattern=r"^[0-9]{1,16}/[1-9][0-9]{0,15}\Z")]
"""Two counts as one text, such as ``3/4``, for what shows one value; absent where nothing counts."""

Generation = Annotated[int, Meta(ge=1, le=9007199254740991)]
"""A `metadata.generation`."""

DoneMark = Annotated[str, Meta(pattern=DONE_MARK)]
"""A generation of the contract, and a checksum of the entry, which may name another Job after an upgrade."""

Url = Annotated[
    str,
    Meta(
        pattern=r"^(?!(javascript|vbscript|data|file):)(?!https?://(/|[^/?#]*@))"
        r"[a-z][a-z0-9+.-]*://(?!([^/?#:%]|%(?!3[Aa]))*(:|%3[Aa])[^/?#]*@)[!-\[\]-~]+\Z",
        max_length=2048,
    ),
]
"""A URL in printable ASCII, of any scheme that runs no script and opens no file, and without a password.

A browser takes what stands before an ``@`` for a user and a backslash for a slash, so both could show a wrong host.
"""

Name = Annotated[str, Meta(min_length=1, max_length=253, pattern=SAFE_TEXT)]
"""A name of something, free of control characters."""

KeyName = Annotated[str, Meta(pattern=r"^[a-z][A-Za-z0-9]{0,62}\Z")]
"""Name of an endpoint or a credential."""

TimerName = Annotated[
    str,
    Meta(
        pattern=r"^(started|firstReady|updating|caughtUp|behind|degraded|belowMinReadyRatio|controllersBehind"
        r"|argoDegraded|argoUnknown|argoProgressing|outOfSync|syncFailed|worksFailing|worksPending"
        r"|subAppsProgressing|subAppsUnknown|bad\.(works|argoSync|argoHealth|pods|secret|subApps)"
        r"|bad\.secret\.[a-z](-?[a-z0-9]){0,19}|(bad|unknown)\.objects\.[a-z](-?[a-z0-9]){0,19})\Z"
    ),
]
"""Name of a timer in `health.since`; the closed list of design.md section 5."""

Endpoints = dict[KeyName, Url]
"""Endpoints by name; the first golden path writes `api` and `argocd`."""

Credentials = dict[KeyName, Name]
"""Credentials by name: names of Secrets and items, never their values."""


_OWNED_TYPES = frozenset(kind.value for kind in ConditionType)
_KNOWN_TYPES = _OWNED_TYPES | frozenset(KRATIX_CONDITIONS)
_REASONS = frozenset(reason.value for reason in Reason)


class Condition(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One condition; Kratix prunes every other field (kratix.md section 3)."""

    type: Annotated[str, Meta(min_length=1, max_length=316)]
    status: ConditionStatus
    last_transition_time: Time
    reason: Annotated[str, Meta(max_length=1024)] = ""
    message: Annotated[str, Meta(max_length=32768)] = ""


class Reporter(Struct, frozen=True):
    """The sidecar that maintains this status, and the Lease that proves that it is alive."""

    lease: Annotated[str, Meta(pattern=r"^[a-z0-9][-a-z0-9]*/[a-z0-9][-a-z0-9.]*\Z", max_length=317)]
    version: Annotated[str, Meta(min_length=1, max_length=64)]


class ArgoHealth(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The last statuses from Argo CD."""

    sync_status: Annotated[str, Meta(pattern=r"^(Synced|OutOfSync|Unknown)\Z")]
    health_status: Annotated[str, Meta(pattern=r"^(Healthy|Progressing|Suspended|Degraded|Missing|Unknown)\Z")]
    last_sync_time: Time | None = None


class WorkloadCount(Struct, frozen=True, omit_defaults=True):
    """Pods that are ready, of pods that count."""

    ready: Count
    total: Count
    summary: Summary | None = None


class SubApps(Struct, frozen=True, omit_defaults=True):
    """Sub-applications that are healthy, of those that match; the unhealthy by name, sorted, at most 20."""

    healthy: Count
    total: Count
    unhealthy: Annotated[tuple[Name, ...], Meta(max_length=20)]
    summary: Summary | None = None


class Objects(Struct, frozen=True, omit_defaults=True):
    """Objects that are ready, of those that the contract names or selects; the unready as Kind/name, at most 20.

    Attributes:
        ready: How many are ready; absent, like `total` and `unready`, while one could not be read.
        total: How many exist or are missing.
        unready: Those that are not ready.
        summary: `ready` and `total` as one text.
        done: Entries whose Jobs have completed, and for which generation and wording of the entry.
    """

    ready: Count | None = None
    total: Count | None = None
    unready: Annotated[tuple[Name, ...], Meta(max_length=20)] | None = None
    summary: Summary | None = None
    done: Annotated[dict[EntryName, DoneMark], Meta(max_length=MAX_OBJECTS)] | None = None


class Health(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Live health, written by the sidecar; a source that could not be read has no numbers here.

    Attributes:
        observed_generation: The generation that this status is about.
        ready_generation: The generation that was Ready last.
        updating_generation: The generation for which `since.updating` was set.
        conditions: Types of the conditions that were written for objects and for Secrets, the kubeconfig apart.
        since: Timers, predicate -> time since when it has been true.
    """

    observed_generation: Generation | None = None
    ready_generation: Generation | None = None
    updating_generation: Generation | None = None
    reporter: Reporter | None = None
    argocd: ArgoHealth | None = None
    workloads: WorkloadCount | None = None
    sub_apps: SubApps | None = None
    objects: Objects | None = None
    conditions: Annotated[tuple[FreeType, ...], Meta(max_length=MAX_FREE)] | None = None
    since: dict[TimerName, Time] = {}


class Status(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The status of a request; every key is absent until its writer has written it.

    Raises:
        ValueError: Two conditions of one known type, or an owned condition whose reason is not of the closed list;
            msgspec makes it a ValidationError.
    """

    phase: Phase | None = None
    message: Annotated[str, Meta(max_length=32768)] | None = None
    last_reconciled: Time | None = None
    destinations: Annotated[tuple[Name, ...], Meta(max_length=20)] | None = None
    contract: Contract | None = None
    endpoints: Endpoints | None = None
    credentials: Credentials | None = None
    problems: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=1024)], ...], Meta(max_length=64)] | None = (
        None
    )
    health: Health | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for condition in self.conditions:
            if condition.type in _KNOWN_TYPES and condition.type in seen:
                raise ValueError(f"conditions: more than one of type {condition.type}")
            if condition.type in _OWNED_TYPES and condition.reason not in _REASONS:
                raise ValueError(f"conditions: the reason of {condition.type} is not one of the closed list of v1")
            seen.add(condition.type)
