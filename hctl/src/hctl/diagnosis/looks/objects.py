"""Works of Kratix (kratix.md section 6) and objects of any kind: what they say, and the command that shows more."""

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.reading.fields import condition, holds_in_deletion, text
from platform_status_contract.model.lookup import under
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
    """Describe each WorkPlacement and Work that is not written, by its Kratix conditions."""
    placements = [entry for entry in found.culprits if entry.kind == "WorkPlacement"]
    details = [f"WorkPlacement {entry.name}: {_placement(evidence.object(entry))}" for entry in placements]
    details += [
        f"Work {entry.name}: {_work(evidence.object(entry))}" for entry in found.culprits if entry.kind == "Work"
    ]
    if placements:
        namespace, name = placements[0].namespace, placements[0].name
        return details[:_MAX_WORKS], [orders.kubectl("describe", "workplacement", name, namespace=namespace)]
    request = under(evidence.case.request, "metadata")
    selector = f"kratix.io/resource-name={text(request, 'name', limit=253)}"
    namespace = text(request, "namespace", limit=253)
    return details[:_MAX_WORKS], [orders.kubectl("get", "works,workplacements", "-l", selector, namespace=namespace)]


def _placement(whole: object) -> str:
    destination = text(whole, "spec", "targetDestinationName", limit=253) or "?"
    if under(whole, "metadata", "labels", "kratix.io/misplaced") == "true":
        return f"Destination {destination} no longer matches its selectors"
    said = text(condition(whole, "WriteSucceeded"), "message")
    return f"not written to Destination {destination}" + (f": {said}" if said else "")


def _work(whole: object) -> str:
    said = (text(condition(whole, kind), "message") for kind in ("Ready", "ScheduleSucceeded"))
    return next(filter(None, said), "it is not scheduled to a Destination yet")
