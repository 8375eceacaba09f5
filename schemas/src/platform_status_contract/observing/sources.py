"""The kinds that are observed, and the state of each: not listed yet, good, or unreadable since when (section 5)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.vocabulary import Reason

__all__ = ["PROMISE_LABEL", "Failure", "Source", "SourceState", "alive", "failed"]

PROMISE_LABEL: Final = "kratix.io/promise-name"
"""Label of a Work that names its Promise (kratix.md section 6)."""


_MAX_GAP: Final = 120.0
"""Longest time in seconds between two signs of life of a watch; a bookmark arrives about every minute."""


class Source(StrEnum):
    """Identity of an observed kind."""

    REQUESTS = "requests"
    APPLICATIONS = "applications"
    PODS = "pods"
    WORKS = "works"
    WORK_PLACEMENTS = "workplacements"
    STATEFUL_SETS = "statefulsets"
    DEPLOYMENTS = "deployments"
    DAEMON_SETS = "daemonsets"
    SECRETS = "secrets"


class Failure(Struct, frozen=True):
    """Why a kind cannot be read.

    Attributes:
        reason: `FORBIDDEN`, `KIND_MISSING`, `KIND_TOO_LARGE` or `SOURCE_UNREADABLE`.
        since: When it was last readable, or when it was first listed: "60 s without an answer" counts from here.
        message: The error of the server, for /readyz and the log.
        told: What is wrong with the entry that names the kind, for its author; mostly empty.
    """

    reason: Reason
    since: datetime
    message: str
    told: str = ""


class SourceState(Struct, frozen=True):
    """The state of a kind as a whole.

    Attributes:
        synced: Whether its first list is complete; before that a missing object does not count as absent.
        failure: Why it cannot be read now, None while it can.
        alive_at: Last sign of life of its list or watch.
        watched_since: Since when it has been watched without a gap; None before the first list is complete.
    """

    synced: bool = False
    failure: Failure | None = None
    alive_at: datetime | None = None
    watched_since: datetime | None = None


def alive(before: SourceState, now: datetime, *, synced: bool) -> SourceState:
    """Return the state after a sign of life of a kind that is readable, or that is read for the first time.

    A gap longer than a watch can leave means that the whole machine slept, or that the clock was set: changes during
    the gap were not observed.
    """
    since, gap = before.watched_since, timedelta(seconds=_MAX_GAP)
    if since is None or before.alive_at is None or not before.alive_at <= now <= before.alive_at + gap:
        since = now
    recovered = synced and before.failure is not None
    return SourceState(
        synced=synced,
        failure=None if recovered else before.failure,
        alive_at=now,
        watched_since=since if synced else None,
    )


def failed(before: SourceState, reason: Reason, message: str, now: datetime, told: str = "") -> SourceState:
    """Return the state after a failure; `since` is kept for as long as the kind is unreadable."""
    since = before.failure.since if before.failure else before.alive_at or now
    return msgspec.structs.replace(before, failure=Failure(reason, since, message, told))
