"""What the sidecar would export for the world, written by the sidecar's own metrics code, so that both agree. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from platform_status_contract.model.vocabulary import ConditionType, Phase
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.metrics import Form, Scrape, SourceSeen, exposition
from platform_status_sidecar.outcomes import Outcome, Outcomes

__all__ = ["contradicting", "outcome", "page"]

Json = dict[str, Any]
Told = Mapping[tuple[str, str], Outcome]
"""Namespace and name -> what was concluded."""

_LETTERS = {"True": "T", "False": "F", "Unknown": "U"}


def outcome(kind: str, status: Json) -> Outcome:
    """Return what the sidecar concluded when it wrote this status."""
    health = status["health"]
    by_type = {entry["type"]: entry for entry in status["conditions"]}
    pods, apps = health.get("workloads", {}), health.get("subApps", {})
    argocd = health.get("argocd", {})
    return Outcome(
        phase=Phase(status["phase"]),
        pods_ready=pods.get("ready"),
        pods_total=pods.get("total"),
        kind=kind,
        display_name=status["contract"]["displayName"],
        contract_name=status["contract"]["name"],
        conditions="".join(_LETTERS[by_type[name]["status"]] if name in by_type else "-" for name in ConditionType),
        argocd_synced=argocd["syncStatus"] == "Synced" if argocd else None,
        argocd_healthy=argocd["healthStatus"] == "Healthy" if argocd else None,
        sub_apps_healthy=apps.get("healthy"),
        sub_apps_total=apps.get("total"),
        reason=by_type["Ready"]["reason"],
    )


def contradicting(told: Told) -> Told:
    """Return what a Prometheus tells that is wrong: media is down, web is well, and of billing it knows nothing."""
    wrong = dict(told)
    media, web = ("apps", "media"), ("apps", "web")
    wrong[media] = replace(
        told[media],
        phase=Phase.FAILED,
        pods_ready=0,
        conditions="F" + told[media].conditions[1:],
        reason="WorkloadsDown",
    )
    wrong[web] = replace(told[web], phase=Phase.READY, pods_ready=3, conditions="TTTTTTT", reason="AllHealthy")
    del wrong["apps", "billing"]
    return wrong


def page(told: Told, lease: str, sources: Iterable[Source] = (Source.REQUESTS, Source.PODS)) -> bytes:
    """Return one page of classic exposition text.

    Args:
        told: What was concluded.
        lease: ``namespace/name`` of the sidecar's Lease.
        sources: The kinds that it watches.
    """
    known = Outcomes()
    for key, one in sorted(told.items()):
        known.conclude(key, one)
        known.count(key, 0.004, failed=False)
    scrape = Scrape(
        version="0.1.0",
        outcomes=known.outcomes(),
        tallies=known.tallies(),
        counts=known.counts,
        sources=tuple(SourceSeen(source, age=1.5) for source in sources),
        lease=lease,
        lease_age=3.25,
    )
    return b"".join(exposition(scrape, Form.CLASSIC))
