"""Kratix Works and WorkPlacements (kratix.md section 6): was everything written to its Destination?"""

from typing import Any

from hctl.diagnosis.evidence import Evidence, Grade, Look, Rank
from hctl.diagnosis.orders import Orders
from hctl.reading.views import RequestView
from hctl.texts import count_of

from .fields import condition, name_of, objects, text, under, unread

__all__ = ["look_at_works"]

_SHOWN = 3


def look_at_works(view: RequestView, evidence: Evidence, orders: Orders) -> Look:
    """Look at the Works and their placements."""
    commands = (
        orders.kubectl(
            "get", "works,workplacements", "-l", f"kratix.io/resource-name={view.name}", namespace=view.namespace
        ),
    )
    why = unread(evidence.works) or unread(evidence.placements)
    if why:
        return Look("Works", Grade.UNREADABLE, Rank.WORKS, why, commands=commands)
    works = objects(evidence.works)
    if not works:
        return Look("Works", Grade.WAITING, Rank.WORKS, "there is no Work yet", commands=commands)
    names = {name_of(work) for work in works}
    placements = [
        placement for placement in objects(evidence.placements) if text(placement, *_WORK, limit=253) in names
    ]
    failing = [placement for placement in placements if condition(placement, "WriteSucceeded").get("status") == "False"]
    misplaced = [
        placement
        for placement in placements
        if under(placement, "metadata", "labels", "kratix.io/misplaced") == "true" and placement not in failing
    ]
    pending = [work for work in works if not _written(work, placements)]
    written = f"{len(works) - len(pending)} of {count_of(len(works), 'Work')} written"
    if failing or misplaced:
        told = [_failure(placement) for placement in failing] + [_misplacement(placement) for placement in misplaced]
        worst = (failing or misplaced)[0]
        describe = orders.kubectl("describe", "workplacement", name_of(worst), namespace=view.namespace)
        return Look("Works", Grade.BAD, Rank.WORKS, written, tuple(told[:_SHOWN]), commands=(describe,))
    if pending:
        details = tuple(_waiting(work) for work in pending[:_SHOWN])
        return Look("Works", Grade.WAITING, Rank.WORKS, written, details, commands=commands)
    return Look("Works", Grade.GOOD, Rank.WORKS, written)


_WORK = ("metadata", "labels", "kratix.io/work")


def _written(work: Any, placements: list[Any]) -> bool:  # noqa: ANN401 - JSON
    own = [placement for placement in placements if text(placement, *_WORK, limit=253) == name_of(work)]
    if not own:
        # Without workload groups there is nothing to write.
        return under(work, "spec", "workloadGroups") in (None, [])
    return all(condition(placement, "WriteSucceeded").get("status") == "True" for placement in own)


def _failure(placement: object) -> str:
    said = text(condition(placement, "WriteSucceeded"), "message") or "no reason given"
    return f"WorkPlacement {name_of(placement)} cannot be written to Destination {_destination(placement)}: {said}"


def _misplacement(placement: object) -> str:
    return f"WorkPlacement {name_of(placement)}: Destination {_destination(placement)} matches its selectors no longer"


def _waiting(work: object) -> str:
    said = text(condition(work, "Ready"), "message") or text(condition(work, "ScheduleSucceeded"), "message")
    return f"Work {name_of(work)}" + (f": {said}" if said else " is not written yet")


def _destination(placement: object) -> str:
    return text(placement, "spec", "targetDestinationName", limit=253) or "?"
