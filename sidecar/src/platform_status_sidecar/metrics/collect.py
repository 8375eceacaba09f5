"""Takes one moment out of everything that knows something."""

from datetime import datetime

from platform_status_contract.observing.sources import Source
from platform_status_sidecar.outcomes import Outcomes
from platform_status_sidecar.store import Store

from .scrape import Scrape, SourceSeen

__all__ = ["collect"]


def collect(
    outcomes: Outcomes, store: Store, *, version: str, lease: str, lease_age: float | None, now: datetime
) -> Scrape:
    """Read what is to be told.

    Args:
        outcomes: What was concluded and counted.
        store: Which kinds are needed, and whether they can be read.
        version: Version of the sidecar.
        lease: ``namespace/name`` of the Lease.
        lease_age: Seconds since it was renewed; None before the first time.
        now: Wall time.
    """
    return Scrape(
        version=version,
        outcomes=outcomes.outcomes(),
        tallies=outcomes.tallies(),
        counts=outcomes.counts,
        storms=outcomes.storms(),
        sources=tuple(_seen(store, source, now) for source in Source if store.needed[source].is_set()),
        lease=lease,
        lease_age=lease_age,
    )


def _seen(store: Store, source: Source, now: datetime) -> SourceSeen:
    state = store.state(source)
    age = None if state.alive_at is None else max((now - state.alive_at).total_seconds(), 0.0)
    return SourceSeen(source, state.failure.reason if state.failure else None, age)
