"""Works of Kratix (kratix.md section 6) and objects of any kind: what they say, and the command that shows more."""

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.reading.fields import holds_in_deletion, text
from platform_status_contract.model.vocabulary import Reason

__all__ = ["object_details", "works_details"]

_MAX_OBJECTS = 4
_MAX_WORKS = 3


def object_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe each object that is not ready by its conditions; commands are for the first one."""
    details: list[str] = []
    for entry in found.culprits[:_MAX_OBJECTS]:
        whole = evidence.object(entry)
        is_ours = found.assessment.reason is not Reason.NOT_OURS
        holds = holds_in_deletion(whole, evidence.explanation.now) if is_ours else ()
        details += [f"{entry.kind} {entry.name}: {said}" for said in (entry.says, *holds) if said]
    for entry in found.culprits[:1]:
        group = text(evidence.object(entry), "apiVersion", limit=317).rpartition("/")[0]
        kind = ".".join(filter(None, (entry.kind.lower(), group)))
        if entry.found == "absent":
            return details, [orders.warnings(entry.namespace)] if entry.namespace else []
        describe = orders.kubectl("describe", kind, entry.name, namespace=entry.namespace)
        return details, [describe, *([orders.warnings(entry.namespace)] if entry.namespace else [])]
    return details, []


def works_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe each WorkPlacement and Work that is not written; the command is for the first one."""
    culprits = sorted(found.culprits, key=lambda entry: entry.kind != "WorkPlacement")
    details = [f"{entry.kind} {entry.name}: {entry.says}" for entry in culprits[:_MAX_WORKS]]
    for entry in culprits[:1]:
        return details, [orders.kubectl("describe", entry.kind.lower(), entry.name, namespace=entry.namespace)]
    name = text(evidence.case.request, "metadata", "name", limit=253)
    return details, [orders.listing("works", name, evidence.workflow_namespace)]
