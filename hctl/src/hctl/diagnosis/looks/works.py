"""Kratix Works and WorkPlacements (kratix.md section 6) that were not written to their Destinations, and why."""

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.reading.fields import condition, text
from platform_status_contract.model.lookup import under

__all__ = ["works_details"]

_SHOWN = 3


def works_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Describe each WorkPlacement and Work that is not written, by its Kratix conditions."""
    placements = [entry for entry in found.culprits if entry.kind == "WorkPlacement"]
    details = [f"WorkPlacement {entry.name}: {_placement(evidence.object(entry))}" for entry in placements]
    details += [
        f"Work {entry.name}: {_work(evidence.object(entry))}" for entry in found.culprits if entry.kind == "Work"
    ]
    if placements:
        namespace, name = placements[0].namespace, placements[0].name
        return details[:_SHOWN], [orders.kubectl("describe", "workplacement", name, namespace=namespace)]
    request = under(evidence.case.request, "metadata")
    selector = f"kratix.io/resource-name={text(request, 'name', limit=253)}"
    namespace = text(request, "namespace", limit=253)
    return details[:_SHOWN], [orders.kubectl("get", "works,workplacements", "-l", selector, namespace=namespace)]


def _placement(whole: object) -> str:
    destination = text(whole, "spec", "targetDestinationName", limit=253) or "?"
    if under(whole, "metadata", "labels", "kratix.io/misplaced") == "true":
        return f"Destination {destination} no longer matches its selectors"
    said = text(condition(whole, "WriteSucceeded"), "message")
    return f"not written to Destination {destination}" + (f": {said}" if said else "")


def _work(whole: object) -> str:
    said = (text(condition(whole, kind), "message") for kind in ("Ready", "ScheduleSucceeded"))
    return next(filter(None, said), "it is not scheduled to a Destination yet")
