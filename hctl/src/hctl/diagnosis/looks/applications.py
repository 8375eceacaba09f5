"""The Argo CD Application: delivery (conditions, the last operation) and health (which resource)."""

from typing import Any

from hctl.diagnosis.evidence import Evidence, Grade, Look, Rank
from hctl.diagnosis.orders import Orders
from hctl.reading.read import items, mapping
from hctl.texts import count_of, inert
from platform_status_contract.model.contract import Application, SubApplications

from .fields import absent, name_of, objects, text, under, unread

__all__ = ["look_at_application", "look_at_sub_applications"]

_KIND = "applications.argoproj.io"
_SHOWN = 4
_FAILED = ("Failed", "Error")


def look_at_application(named: Application, evidence: Evidence, orders: Orders) -> tuple[Look, Look | None]:
    """Look at the Application.

    Returns:
        How delivery stands, and how healthy it is; the second is None while there is nothing to be healthy.
    """
    where = f"{named.namespace}/{named.name}"
    describe = orders.kubectl("describe", _KIND, named.name, namespace=named.namespace)
    title = "Application"
    found = evidence.application
    if unread(found):
        return Look(title, Grade.UNREADABLE, Rank.DELIVERY, f"{where}: {unread(found)}", commands=(describe,)), None
    if absent(found):
        listing = orders.kubectl("get", _KIND, namespace=named.namespace)
        summary = f"{where} does not exist"
        return Look(title, Grade.BAD, Rank.DELIVERY, summary, commands=(listing,)), None
    return _delivery(found, where, describe), _health(found, where, describe)


def _delivery(found: Any, where: str, describe: str) -> Look:  # noqa: ANN401 - JSON
    sync = text(found, "status", "sync", "status", limit=40)
    operation = under(found, "status", "operationState")
    phase = text(operation, "phase", limit=40)
    details = [
        f"{text(entry, 'type', limit=100)}: {text(entry, 'message')}"
        for entry in items(under(found, "status", "conditions"))[:_SHOWN]
        if text(entry, "message")
    ]
    message = text(operation, "message")
    if message and (phase in _FAILED or sync != "Synced"):
        details.insert(0, f"last operation {phase or 'ended'}: {message}")
    details += _resources(found, "status", ("OutOfSync",), "")
    summary = f"{where}: {sync or 'not compared yet'}"
    if sync == "Synced":
        return Look("Application", Grade.GOOD, Rank.DELIVERY, summary)
    grade = Grade.WAITING if sync in ("", "Unknown") and not details else Grade.BAD
    # Merely out of sync explains less than a pod that crashes; a failed operation explains more.
    failed = phase in _FAILED or any("Error" in detail.partition(":")[0] for detail in details)
    rank = Rank.DELIVERY if failed else Rank.APPLICATION
    return Look("Application", grade, rank, summary, tuple(details), commands=(describe,))


def _health(found: Any, where: str, describe: str) -> Look:  # noqa: ANN401 - JSON
    health = text(found, "status", "health", "status", limit=40)
    grade = {
        "Healthy": Grade.GOOD,
        "Progressing": Grade.WAITING,
        "": Grade.WAITING,
        "Suspended": Grade.PAUSED,
    }.get(health, Grade.BAD)
    details = list(filter(None, (text(found, "status", "health", "message"),)))
    details += _resources(found, "health", ("Degraded", "Missing", "Progressing", "Suspended", "Unknown"), "status")
    summary = f"{where}: {health or 'not assessed yet'}"
    if grade is Grade.GOOD:
        return Look("Argo CD health", grade, Rank.APPLICATION, summary)
    return Look("Argo CD health", grade, Rank.APPLICATION, summary, tuple(details), commands=(describe,))


def _resources(found: object, key: str, words: tuple[str, ...], inner: str) -> list[str]:
    """Name the resources of an Application whose sync or health is one of some words."""
    told = []
    for entry in items(under(found, "status", "resources")):
        word = text(entry, key, inner, limit=40) if inner else text(entry, key, limit=40)
        if word in words:
            said = text(entry, key, "message")
            name = "/".join(filter(None, (text(entry, "kind", limit=100), text(entry, "name", limit=253))))
            told.append(f"{name} is {word}" + (f": {said}" if said else ""))
    return told[:_SHOWN]


def look_at_sub_applications(named: SubApplications, evidence: Evidence, orders: Orders) -> Look:
    """Look at the Applications that target what the request created."""
    listing = orders.kubectl("get", _KIND, namespace=named.namespace)
    if unread(evidence.sub_applications):
        return Look(_SUB, Grade.UNREADABLE, Rank.SUB_APPLICATIONS, unread(evidence.sub_applications))
    matching = [found for found in objects(evidence.sub_applications) if _targets(found, named)]
    sick = [found for found in matching if text(found, "status", "health", "status", limit=40) != "Healthy"]
    summary = f"{len(matching) - len(sick)} of {len(matching)} healthy"
    if len(matching) < named.minimum:
        missing = (f"at least {count_of(named.minimum, 'Application')} of this destination are expected",)
        return Look(_SUB, Grade.WAITING, Rank.SUB_APPLICATIONS, summary, missing, commands=(listing,))
    if not sick:
        return Look(_SUB, Grade.GOOD, Rank.SUB_APPLICATIONS, summary)
    starting = all(text(found, "status", "health", "status", limit=40) == "Progressing" for found in sick)
    details = tuple(_sick(found) for found in sorted(sick, key=name_of)[:_SHOWN])
    describe = orders.kubectl("describe", _KIND, name_of(min(sick, key=name_of)), namespace=named.namespace)
    grade = Grade.WAITING if starting else Grade.BAD
    return Look(_SUB, grade, Rank.SUB_APPLICATIONS, summary, details, commands=(describe,))


_SUB = "Sub-apps"


def _targets(found: object, named: SubApplications) -> bool:
    destination = mapping(under(found, "spec", "destination"))
    server, name = named.destination.server, named.destination.name
    return (server is not None and destination.get("server") == server) or (
        name is not None and destination.get("name") == name
    )


def _sick(found: object) -> str:
    health = text(found, "status", "health", "status", limit=40) or "not assessed yet"
    said = inert(under(found, "status", "operationState", "message"), 300) or text(found, "status", "health", "message")
    return f"{name_of(found)}: {health}" + (f": {said}" if said else "")
