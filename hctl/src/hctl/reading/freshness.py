"""Is anybody still keeping this status true? Answered by the sidecar's Lease (design.md section 6, rule 4)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hctl.texts import age_of, duration

from .views import RequestView

__all__ = ["SILENT_AFTER", "Freshness", "LeaseReading", "State", "judge_freshness"]

SILENT_AFTER = 60.0
"""Seconds without a renewal after which a sidecar counts as silent; it renews every ten."""


class State(StrEnum):
    """How far a status can be believed."""

    FRESH = "fresh"
    SILENT = "silent"
    UNVERIFIED = "unverified"
    UNREPORTED = "unreported"


class LeaseReading(Struct, frozen=True):
    """What was found where the status points.

    Attributes:
        renewed: renewTime; None if there is none.
        missing: Whether the Lease is not there.
        unreadable: Why it could not be read; empty if it could.
        version: Its resourceVersion; empty if unknown.
    """

    renewed: datetime | None = None
    missing: bool = False
    unreadable: str = ""
    version: str = ""


class Freshness(Struct, frozen=True):
    """How fresh a status is.

    Attributes:
        state: In one word.
        checked: When the sidecar last proved that it looks; None if that is not known.
        seconds: How long ago that is; None likewise.
        text: The same as a phrase for people, after "Last check:".
        warning: What has to be said before anything else; empty if fresh.
        version: resourceVersion of the Lease that says so; empty if unknown.
    """

    state: State
    checked: datetime | None
    seconds: int | None
    text: str
    warning: str
    version: str = ""


def judge_freshness(view: RequestView, lease: LeaseReading | None, now: datetime) -> Freshness:
    """Judge how fresh a status is.

    Args:
        view: The request.
        lease: What was found of the Lease that it names; None if it names none.
        now: The API server's time, as the sidecar's is (ADR 0009).
    """
    written = f"last write {age_of(view.last_reconciled, now)} ago" if view.last_reconciled else "never written"
    if not view.lease or lease is None:
        if view.observed_generation is None and view.last_reconciled is None:
            return _without(State.UNREPORTED, "no sidecar has looked at it yet", "No sidecar has reported on it yet")
        return _without(
            State.UNVERIFIED,
            f"unknown ({written}; the status names no Lease)",
            "Nothing proves that this status is still kept true: it names no Lease",
        )
    if lease.renewed is None:
        return _never_renewed(view, lease, written)
    seconds = int((now - lease.renewed).total_seconds())
    if seconds < -SILENT_AFTER:
        return _without(
            State.UNVERIFIED,
            f"unknown ({written}; the Lease {view.lease} says {duration(-seconds)} in the future)",
            f"Nothing proves that this status is still kept true: the Lease {view.lease} was renewed in the future",
        )
    text = f"{duration(seconds)} ago"
    if seconds > SILENT_AFTER:
        warning = f"The sidecar has been silent for {duration(seconds)} (Lease {view.lease})"
        return Freshness(State.SILENT, lease.renewed, seconds, text, warning, lease.version)
    return Freshness(State.FRESH, lease.renewed, max(seconds, 0), text, "", lease.version)


def _never_renewed(view: RequestView, lease: LeaseReading, written: str) -> Freshness:
    if lease.unreadable:
        return _without(
            State.UNVERIFIED,
            f"unknown ({written}; {lease.unreadable})",
            f"Nothing proves that this status is still kept true: the Lease {view.lease} cannot be read",
        )
    what = "does not exist" if lease.missing else "was never renewed"
    return _without(
        State.SILENT,
        f"unknown ({written}; the Lease {view.lease} {what})",
        f"The sidecar is silent: its Lease {view.lease} {what}",
    )


def _without(state: State, text: str, warning: str) -> Freshness:
    return Freshness(state, None, None, text, warning)
