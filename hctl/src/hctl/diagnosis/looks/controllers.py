"""The controllers at fault: desired and present pods, what prevents more, and the command that resumes a paused one."""

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
    """Describe desired and present pods of each controller, and what prevents more; commands are for the first one."""
    is_paused = found.assessment.verdict is Verdict.PAUSED
    culprits = [entry for entry in found.culprits if entry.kind != "Pod"]
    known = [(entry, _release(entry, evidence.object(entry), orders, is_paused=is_paused)) for entry in culprits]
    # A paused controller explains a paused source, but rarely a bad one, so it comes first or last accordingly.
    known.sort(key=lambda each: bool(each[1]) is not is_paused)
    details: list[str] = []
    for entry, _ in known[:_SHOWN]:
        counts, failure = _counts_and_failure(entry)
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
    """Return the errors that prevent more pods, one line per controller that reports one."""
    said = [(entry, _counts_and_failure(entry)[1]) for entry in found.culprits if entry.kind != "Pod"]
    return [f"{entry.kind} {entry.name}: {failure}" for entry, failure in said if failure][:_SHOWN]


def _counts_and_failure(entry: Input) -> tuple[str, str]:
    """Return desired and present pods of a controller, and the error that prevents more."""
    counts, _, failure = entry.says.partition(": ")
    return counts, failure


def _release(entry: Input, controller: object, orders: Orders, *, is_paused: bool) -> str:
    """Return the command that resumes a paused controller; empty if it is not paused."""
    name, namespace, kind = entry.name, entry.namespace, entry.kind.lower()
    metadata = under(controller, "metadata")
    if "true" in (under(metadata, "annotations", "loft.sh/paused"), under(metadata, "labels", "loft.sh/sleep-mode")):
        return orders.vcluster("resume", name, namespace=namespace)
    if is_paused and under(controller, "spec", "paused") is True:
        return orders.kubectl("rollout", "resume", kind, name, namespace=namespace)
    if under(controller, "spec", "replicas") == 0:
        return orders.kubectl("scale", kind, name, "--replicas=N", namespace=namespace)
    return ""
