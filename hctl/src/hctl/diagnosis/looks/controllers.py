"""The controllers that the rules find at fault: what they want and have, what prevents more, who lets them go on."""

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.explain.inputs import Input
from hctl.reading.fields import holds_in_deletion
from platform_status_contract.model.lookup import under
from platform_status_contract.rules.assessment import Verdict

__all__ = ["controller_details", "failures"]

_SHOWN = 4


def controller_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Tell of each controller what it wants and has, and what keeps it from more; the first brings the commands."""
    is_paused = found.assessment.verdict is Verdict.PAUSED
    culprits = [entry for entry in found.culprits if entry.kind != "Pod"]
    known = [(entry, _release(entry, evidence.object(entry), orders, is_paused=is_paused)) for entry in culprits]
    # What somebody holds back explains what is paused, and little of what is bad.
    known.sort(key=lambda each: bool(each[1]) is not is_paused)
    details: list[str] = []
    for entry, _ in known[:_SHOWN]:
        counts, failure = _said(entry)
        holds = holds_in_deletion(evidence.object(entry), evidence.explanation.now)
        details += [f"{entry.kind} {entry.name}: {said}" for said in (counts, failure, *holds) if said]
    for entry, release in known[:1]:
        if release:
            return details, [orders.once_approved(release)]
        if entry.found == "absent":
            there = "deployments,statefulsets,daemonsets"
            return details, [orders.kubectl("get", there, namespace=entry.namespace)]
        describe = orders.kubectl("describe", entry.kind.lower(), entry.name, namespace=entry.namespace)
        return details, [describe, orders.warnings(entry.namespace)]
    return details, []


def failures(found: Explained) -> list[str]:
    """What the controllers say that prevents more pods, one line each; nothing of those that say nothing."""
    said = [(entry, _said(entry)[1]) for entry in found.culprits if entry.kind != "Pod"]
    return [f"{entry.kind} {entry.name}: {failure}" for entry, failure in said if failure][:_SHOWN]


def _said(entry: Input) -> tuple[str, str]:
    """What a controller wants and has, and what prevents more."""
    counts, _, failure = entry.says.partition(": ")
    return counts, failure


def _release(entry: Input, controller: object, orders: Orders, *, is_paused: bool) -> str:
    """The command that lets go on what a person holds back; empty where nobody does."""
    name, namespace, kind = entry.name, entry.namespace, entry.kind.lower()
    metadata = under(controller, "metadata")
    if "true" in (under(metadata, "annotations", "loft.sh/paused"), under(metadata, "labels", "loft.sh/sleep-mode")):
        return orders.vcluster("resume", name, namespace=namespace)
    if is_paused and under(controller, "spec", "paused") is True:
        return orders.kubectl("rollout", "resume", kind, name, namespace=namespace)
    if under(controller, "spec", "replicas") == 0:
        return orders.kubectl("scale", kind, name, "--replicas=N", namespace=namespace)
    return ""
