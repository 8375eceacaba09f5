"""What a contract makes of interest about objects, and the readings of them: one for each entry."""

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.observing.interest import Interest
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.selectors import matches
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import ObjectSeen, Observation, Present, Reading

from .kinds import source_of_entry
from .record import ObjectRecord

__all__ = ["interest_in_objects", "objects_of", "read_objects"]


def interest_in_objects(contract: Contract, _request: Key) -> Interest:
    """Each object by its name, or the objects of a namespace."""
    entries = contract.objects or ()
    places = tuple((source_of_entry(entry), entry.namespace or "", entry.object or "") for entry in entries)
    return Interest(sources=tuple(source for source, _, _ in places), places=places)


def read_objects(observation: Observation, view: View, contract: Contract, request: Key) -> Observation:
    """Read what each entry names."""
    if not contract.objects:
        return observation
    found = tuple(_reading(view, entry, request) for entry in contract.objects)
    return msgspec.structs.replace(observation, objects=found)


def _reading(view: View, entry: ObjectEntry, request: Key) -> Reading[tuple[ObjectSeen, ...]]:
    return reading(
        view,
        [source_of_entry(entry)],
        lambda: Present(tuple(_seen(record, request) for record in objects_of(view, entry))),
    )


def _seen(record: ObjectRecord, request: Key) -> ObjectSeen:
    """Leave of an object of another request only that there is one."""
    return ObjectSeen("", "", foreign=True) if is_foreign(record.owner, request) else record.seen


def objects_of(view: View, entry: ObjectEntry) -> list[ObjectRecord]:
    """Find what an entry names, by name; what its `watch_selector` leaves out does not count, watched or not."""
    source, namespace = source_of_entry(entry), entry.namespace or ""
    if entry.object is not None:
        named = view.record(source, (namespace, entry.object))
        found = [named] if isinstance(named, ObjectRecord) else []
    else:
        found = [each for each in view.within(source, namespace) if isinstance(each, ObjectRecord)]
    selectors = (entry.selector, entry.watch_selector)
    return [each for each in found if all(matches(selector, each.labels) for selector in selectors)]
