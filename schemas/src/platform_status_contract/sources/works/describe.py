"""What to say of Works, and what a dump needs of them."""

from collections.abc import Iterator
from typing import Final

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import under
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.observing.decode.lenient import text
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment, being_deleted
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.texts import count_of
from platform_status_contract.sources.source import Basis, Fetch, Json, unreadable_kind

from .assess import unplaced
from .kinds import PLACEMENT, WORK
from .read import seen, works_of
from .record import HOME_LABEL, RESOURCE_LABEL, WORK_LABEL, PlacementRecord

__all__ = ["collect_works", "describe_works"]

_MAX_LABEL: Final = 63


def describe_works(
    _assessment: Assessment, view: View, _contract: Contract, request: Key, _clock: Clock
) -> Iterator[Basis]:
    """Name Works and placements, and how far they are written."""
    for kind in (WORK, PLACEMENT):
        yield from unreadable_kind(view, kind, request[0])
    readable = view.state(PLACEMENT.source).failure is None
    for work, placements in works_of(view, request):
        why = unplaced(seen(work, placements)) if readable else ""
        says = count_of(len(placements), "placement") if work.groups else "nothing to write"
        yield Basis(WORK, work.key, f"{says}: {why}" if why else says, culprit=bool(why))
        for item in placements:
            going = item.deleted is not None
            yield Basis(PLACEMENT, item.key, _written(item), culprit=going or item.misplaced or not item.written)


def _written(item: PlacementRecord) -> str:
    if item.deleted is not None:
        return being_deleted("it", item.deleted)
    where = f" to {item.destination}" if item.destination else ""
    if item.misplaced:
        return f"misplaced{where}: its Destination no longer matches its selectors"
    if item.written:
        return f"written{where}"
    return f"not yet written{where}" if item.written is None else f"not written{where}: {item.message}"


def collect_works(fetch: Fetch, contract: Contract, request: Json) -> None:
    """Read the Works of a request with their placements."""
    name, namespace = (text(request, "metadata", key) for key in ("name", "namespace"))
    # A label cannot be longer: such a request has no Works that could be found by it.
    if not contract.works or not name or len(name) > _MAX_LABEL:
        return
    labels = f"{RESOURCE_LABEL}={name}"
    found = fetch.list(WORK, namespace, labels=labels)
    if not found and _were_seen(request):
        # The sidecar has seen some: the pipeline runs in a namespace of its own, which only the Work names.
        found = fetch.list(WORK, "", labels=f"{labels},{HOME_LABEL}={namespace}")
        namespace = text(found[0], "metadata", "namespace") if found else namespace
    names = {text(work, "metadata", "name") for work in found}
    placed = fetch.list(PLACEMENT, namespace)
    fetch.keep(found)
    fetch.keep(item for item in placed if text(item, "metadata", "labels", WORK_LABEL) in names)


def _were_seen(request: Json) -> bool:
    conditions = under(request, "status", "conditions")
    ready = [
        text(entry, "reason")
        for entry in (conditions if isinstance(conditions, list) else ())
        if text(entry, "type") == ConditionType.WORKS_READY
    ]
    return bool(ready) and ready[0] != Reason.WAITING_FOR_WORKS
