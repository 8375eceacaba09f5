"""Argo CD Applications: conditions and the last operation, resources, and what holds one that is being deleted."""

from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explained
from hctl.reading.fields import holds_in_deletion, text, under
from hctl.reading.read import items
from platform_status_contract.model.contract import Contract
from platform_status_contract.rules.timers import SourceName

__all__ = ["application_details", "sub_application_details"]

_KIND = "applications.argoproj.io"
_SHOWN = 4


def application_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Tell of the Application: how its delivery went, or which of its resources is not well."""
    entry = next(iter(found.culprits), None)
    if entry is None:
        return [], []
    if entry.found == "absent":
        return [], [orders.kubectl("get", _KIND, namespace=entry.namespace)]
    whole = evidence.object(entry)
    details = holds_in_deletion(whole, evidence.explanation.now)
    details += _delivery(whole) if found.assessment.source is SourceName.ARGO_SYNC else _health(whole)
    return details, [orders.kubectl("describe", _KIND, entry.name, namespace=entry.namespace)]


def _delivery(whole: object) -> list[str]:
    details = _conditions(whole)
    operation = under(whole, "status", "operationState")
    if text(operation, "message"):
        details.insert(
            0, f"last operation {text(operation, 'phase', limit=40) or 'ended'}: {text(operation, 'message')}"
        )
    return details + _resources(whole, ("OutOfSync",), "status")


def _health(whole: object) -> list[str]:
    details = list(filter(None, (text(whole, "status", "health", "message"),)))
    return details + _resources(
        whole, ("Degraded", "Missing", "Progressing", "Suspended", "Unknown"), "health", "status"
    )


def _conditions(whole: object) -> list[str]:
    return [
        f"{text(entry, 'type', limit=100)}: {text(entry, 'message')}"
        for entry in items(under(whole, "status", "conditions"))[:_SHOWN]
        if text(entry, "message")
    ]


def _resources(whole: object, words: tuple[str, ...], *keys: str) -> list[str]:
    """Name the resources of an Application whose sync or health is one of some words."""
    told = []
    for entry in items(under(whole, "status", "resources")):
        word = text(entry, *keys, limit=40)
        if word in words:
            said = text(entry, keys[0], "message")
            name = "/".join(filter(None, (text(entry, "kind", limit=100), text(entry, "name", limit=253))))
            told.append(f"{name} is {word}" + (f": {said}" if said else ""))
    return told[:_SHOWN]


def sub_application_details(found: Explained, evidence: Evidence, orders: Orders) -> tuple[list[str], list[str]]:
    """Tell of each Application that is not well what Argo CD says of it."""
    details: list[str] = []
    for entry in found.culprits[:_SHOWN]:
        whole = evidence.object(entry)
        health = text(whole, "status", "health", "status", limit=40) or "not assessed yet"
        said = [
            *holds_in_deletion(whole, evidence.explanation.now),
            text(whole, "status", "operationState", "message", limit=300),
        ]
        said += [*_conditions(whole)[:1], text(whole, "status", "health", "message")]
        details.append(": ".join(filter(None, (entry.name, health, next(filter(None, said), "")))))
    for entry in found.culprits[:1]:
        return details, [orders.kubectl("describe", _KIND, entry.name, namespace=entry.namespace)]
    contract = evidence.explanation.facts.contract
    wanted = contract.sub_applications if isinstance(contract, Contract) else None
    return details, [orders.kubectl("get", _KIND, namespace=wanted.namespace if wanted else "")]
