"""Judges from the sidecar's Lease whether a status is still updated (design.md section 6, rule 4)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hctl.texts import age_of, duration

from .views import RequestView

__all__ = ["SILENT_AFTER", "Freshness", "LeaseReading", "State", "judge_freshness"]

SILENT_AFTER = 60.0
"""Seconds without a renewal after which a sidecar counts as silent; it renews its Lease every 10 s."""


class State(StrEnum):
    """The freshness of a status."""

    FRESH = "fresh"
    SILENT = "silent"
    UNVERIFIED = "unverified"
    UNREPORTED = "unreported"


class LeaseReading(Struct, frozen=True):
    """The reading of the Lease that a status names.

    Attributes:
        renewed: renewTime; None if there is none.
        missing: Whether the Lease does not exist.
        unreadable: Why it could not be read; empty if it could.
        version: Its resourceVersion; empty if unknown.
    """

    renewed: datetime | None = None
    missing: bool = False
    unreadable: str = ""
    version: str = ""


class Freshness(Struct, frozen=True):
    """The freshness of a status, with its texts.

    Attributes:
        state: The freshness.
        checked: When the sidecar last renewed its Lease; None if unknown.
        seconds: Seconds since then; None if unknown.
        text: A phrase for people, after "Last check:".
        warning: The warning that precedes everything else; empty if fresh.
        version: resourceVersion of the Lease; empty if unknown.
    """

    state: State
    checked: datetime | None
    seconds: int | None
    text: str
    warning: str
    version: str = ""


def judge_freshness(view: RequestView, lease: LeaseReading | None, now: datetime) -> Freshness:
    """Judge the freshness of a status.

    Args:
        view: The request.
        lease: The reading of the Lease that it names; None if it names none.
        now: The API server's time, which the sidecar uses too (ADR 0009).
    """
    written = f"last write {age_of(view.last_reconciled, now)} ago" if view.last_reconciled else "never written"
    if not view.lease or lease is None:
        if view.observed_generation is None and view.last_reconciled is None:
            return _without(State.UNREPORTED, "no sidecar has observed it yet", "No sidecar has reported on it yet")
        return _without(
            State.UNVERIFIED,
            f"unknown ({written}; the status names no Lease)",
            "Nothing proves that this status is current: it names no Lease",
        )
    if lease.renewed is None:
        return _never_renewed(view, lease, written)
    seconds = int((now - lease.renewed).total_seconds())
    if seconds < -SILENT_AFTER:
        return _without(
            State.UNVERIFIED,
            f"unknown ({written}; the Lease {view.lease} was renewed {duration(-seconds)} in the future)",
            f"Nothing proves that this status is current: the Lease {view.lease} was renewed in the future",
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
            f"Nothing proves that this status is current: the Lease {view.lease} cannot be read",
        )
    what = "does not exist" if lease.missing else "was never renewed"
    return _without(
        State.SILENT,
        f"unknown ({written}; the Lease {view.lease} {what})",
        f"The sidecar is silent: its Lease {view.lease} {what}",
    )


def _without(state: State, text: str, warning: str) -> Freshness:
    return Freshness(state, None, None, text, warning)
