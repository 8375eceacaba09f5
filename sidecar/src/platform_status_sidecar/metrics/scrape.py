"""A snapshot of everything that the metrics export, and the function that collects it."""

from datetime import datetime

from msgspec import Struct

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.records import Key
from platform_status_sidecar.counts import ProcessCounts
from platform_status_sidecar.outcomes import Outcomes, RequestOutcome, Tally
from platform_status_sidecar.store import Store

__all__ = ["Scrape", "SourceSeen", "collect"]


class SourceSeen(Struct, frozen=True):
    """A watched kind that some contract needs.

    Attributes:
        source: Which.
        failure: Why it cannot be read; None while it can, and before its first list.
        age: Seconds since its last event or bookmark; None before the first.
    """

    source: str
    failure: Reason | None = None
    age: float | None = None


class Scrape(Struct, frozen=True):
    """Everything that one scrape exports.

    Attributes:
        version: Version of the sidecar.
        outcomes: The conclusion about each request, sorted.
        tallies: Reconciles by metadata.name, sorted.
        counts: What happened since the start.
        storms: Requests whose writes are slowed down, sorted.
        sources: The kinds that are needed.
        lease: ``namespace/name`` of the Lease.
        lease_age: Seconds since it was renewed; None before the first time.
    """

    version: str
    outcomes: list[tuple[Key, RequestOutcome]]
    tallies: list[tuple[str, Tally]]
    counts: ProcessCounts
    storms: list[Key] = []
    sources: tuple[SourceSeen, ...] = ()
    lease: str = ""
    lease_age: float | None = None

    def kinds(self) -> list[str]:
        """Return every kind of request that there is, sorted."""
        return sorted({outcome.kind for _, outcome in self.outcomes if outcome.kind})

    def storming(self) -> list[tuple[Key, RequestOutcome]]:
        """Return the requests whose writes are slowed down, with their conclusions."""
        raging = set(self.storms)
        return [(key, outcome) for key, outcome in self.outcomes if key in raging]


def collect(
    outcomes: Outcomes, store: Store, *, version: str, lease: str, lease_age: float | None, now: datetime
) -> Scrape:
    """Collect a scrape.

    Args:
        outcomes: The conclusions and counters.
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
        sources=tuple(_seen(store, source, now) for source in store.sources if store.needed[source].is_set()),
        lease=lease,
        lease_age=lease_age,
    )


def _seen(store: Store, source: str, now: datetime) -> SourceSeen:
    state = store.state(source)
    age = None if state.alive_at is None else max((now - state.alive_at).total_seconds(), 0.0)
    return SourceSeen(source, state.failure.reason if state.failure else None, age)
