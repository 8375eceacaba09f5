"""One moment that has everything in it, for the golden expositions: three requests, each in another state."""

from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.counts import EventResult, RestartCause, Suppression, WriteResult
from platform_status_sidecar.metrics import Scrape, SourceSeen
from platform_status_sidecar.metrics.samples import VCLUSTER
from platform_status_sidecar.outcomes import Outcomes, RequestOutcome

__all__ = ["BROKEN", "HEALTHY", "OTHER", "outcomes", "scrape"]

HEALTHY: Key = ("team", "media")
BROKEN: Key = ("team", "lab")
OTHER: Key = ("data", "orders")


def outcomes() -> Outcomes:
    """Return what was concluded, after some writes, conflicts and a storm."""
    known = Outcomes()
    known.conclude(
        HEALTHY,
        RequestOutcome(Phase.READY, 5, 5, VCLUSTER, "VCluster", "media", "TTTTTTT", True, True, 3, 3, "AllHealthy"),  # noqa: FBT003 - a row
    )
    # pods could not be read, Argo CD does not know the health, no sub-applications are observed
    known.conclude(
        BROKEN,
        RequestOutcome(
            phase=Phase.UNKNOWN,
            kind=VCLUSTER,
            display_name="VCluster",
            contract_name='a "lab" of\nmany \\ lines',
            conditions="UFUU--T",
            argocd_synced=False,
            reason="SourceUnreadable",
        ),
    )
    known.conclude(
        OTHER,
        RequestOutcome(
            phase=Phase.SCHEDULED,
            kind="Database",
            conditions="F------",
            objects_ready=0,
            objects_total=1,
            free=(("DatabaseReady", "F"),),
        ),
    )
    known.count(HEALTHY, 0.004, failed=False)
    known.count(HEALTHY, 0.3, failed=False)
    known.count(BROKEN, 99.0, failed=True)
    known.storm(BROKEN, raging=True)
    counts = known.counts
    for result, times in ((WriteResult.WRITTEN, 4), (WriteResult.CONFLICT, 2), (WriteResult.FAILED, 1)):
        for _ in range(times):
            counts.writes.add(VCLUSTER, result.value)
    counts.suppressed.add(VCLUSTER, Suppression.UNCHANGED.value)
    counts.pruned.add(VCLUSTER)
    counts.storms.add(VCLUSTER)
    counts.holds_run_out.add(VCLUSTER)
    counts.restarts.add(Source.PODS.value, RestartCause.FORBIDDEN.value)
    counts.events.add(EventResult.SENT.value)
    for seconds in (0.02, 0.2, 7.0):
        counts.truth.add(VCLUSTER, seconds)
    return known


def scrape(known: Outcomes) -> Scrape:
    """Return the moment."""
    return Scrape(
        version="0.1.0",
        outcomes=known.outcomes(),
        tallies=known.tallies(),
        counts=known.counts,
        storms=known.storms(),
        sources=(
            SourceSeen(Source.REQUESTS, age=1.5),
            SourceSeen(Source.PODS, Reason.FORBIDDEN),
        ),
        lease="platform-status-system/vcluster-orchestrator-v2",
        lease_age=3.25,
    )
