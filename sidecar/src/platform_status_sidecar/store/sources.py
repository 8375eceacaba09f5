"""The state of each watched kind: not listed yet, good, or unreadable since when (design.md section 5)."""

from datetime import datetime

import msgspec
from msgspec import Struct

from platform_status_contract.model.vocabulary import Reason

__all__ = ["Failure", "SourceState", "failed"]


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
