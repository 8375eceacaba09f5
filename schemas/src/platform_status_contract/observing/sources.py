"""The kinds that are observed, and the state of each: not listed yet, good, or unreadable since when (section 5)."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.vocabulary import Reason

__all__ = ["PROMISE_LABEL", "Failure", "Source", "SourceState", "failed"]

PROMISE_LABEL: Final = "kratix.io/promise-name"
"""Label of a Work that names its Promise (kratix.md section 6)."""


class Source(StrEnum):
    """Identity of a kind that is observed."""

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
        reason: `FORBIDDEN`, `KIND_MISSING` or `SOURCE_UNREADABLE`.
        since: When it was last known to be good, or when we first asked: "60 s without an answer" count from here.
        message: What the server said, for /readyz and the log.
    """

    reason: Reason
    since: datetime
    message: str


class SourceState(Struct, frozen=True):
    """What is known about a kind as a whole.

    Attributes:
        synced: Whether its first list was finished; before that, an object that is not there is not absent.
        failure: Why it cannot be read now, None while it can.
        alive_at: Last sign of life of its list or watch.
    """

    synced: bool = False
    failure: Failure | None = None
    alive_at: datetime | None = None


def failed(before: SourceState, reason: Reason, message: str, now: datetime) -> SourceState:
    """Return the state after a failure; its beginning stays where it was for as long as the kind is unreadable."""
    since = before.failure.since if before.failure else before.alive_at or now
    return msgspec.structs.replace(before, failure=Failure(reason, since, message))
