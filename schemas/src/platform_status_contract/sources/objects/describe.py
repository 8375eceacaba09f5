"""What to say of objects, and what a dump needs of them."""

from collections.abc import Iterator

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import under
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.selectors import label_query
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ObjectSeen
from platform_status_contract.sources.source import FOREIGN, Basis, Fetch, Json, ObservedKind, unreadable_kind
from platform_status_contract.sources.workloads.describe import controller_words

from .kinds import kind_of, object_kinds, source_of_entry
from .read import objects_of
from .standard import ODD, TEXT, shown

__all__ = ["collect_objects", "describe_objects", "kinds_of_objects"]


def kinds_of_objects(contract: Contract) -> tuple[ObservedKind, ...]:
    """List the kinds that a contract names."""
    return tuple(kind_of(found) for found in object_kinds(contract.objects or ()))


def describe_objects(
    assessment: Assessment, view: View, contract: Contract, request: Key, _clock: Clock
) -> Iterator[Basis]:
    """Name the objects of the entry that was judged, each with what it says of itself.

    Of another request's object that a selector finds not even the name is told.
    """
    kinds = {kind.source: kind for kind in kinds_of_objects(contract)}
    entry = next((entry for entry in contract.objects or () if entry.name == assessment.entry), None)
    if entry is None:
        return
    kind, namespace = kinds[source_of_entry(entry)], entry.namespace or ""
    unreadable = list(unreadable_kind(view, kind, namespace))
    if unreadable:
        yield from unreadable
        return
    unready = under(assessment.health.get("objects"), "unready")
    culprits = unready if isinstance(unready, list) else []
    found = objects_of(view, entry)
    for record in found:
        if is_foreign(record.owner, request):
            if entry.object is not None:
                yield Basis(kind, record.key, FOREIGN, culprit=True)
            continue
        yield Basis(kind, record.key, _says(record.seen), culprit=f"{entry.kind}/{record.name}" in culprits)
    if entry.object is not None and not found:
        yield Basis(kind, (namespace, entry.object), absent=True, culprit=True)


def _says(seen: ObjectSeen) -> str:
    """Repeat what rules read in an object; what a condition tells in words stands behind a colon, at the end."""
    if seen.controller is not None:
        return controller_words(seen.controller)
    parts = ["being deleted"] if seen.deleted else []
    parts += [f"{found.type} {shown(found.status) or 'without status'}" for found in seen.conditions]
    compared = [(path, value) for path, value in seen.fields if not path.endswith(TEXT)]
    parts += [f"{path} {ODD if value is None else shown(value)}" for path, value in compared]
    parts += [f"generation {seen.generation}, observed {seen.observed}"] if seen.observed is not None else []
    parts += [f"cannot be read: {seen.problem}"] if seen.problem else []
    messages = [found.message for found in seen.conditions if found.status != "True" and found.message]
    messages += [str(value) for path, value in seen.fields if path.endswith(TEXT)]
    told = "; ".join(dict.fromkeys(messages))
    return (", ".join(parts) or "says nothing of itself") + (f": {told}" if told else "")


def collect_objects(fetch: Fetch, contract: Contract, _request: Json) -> None:
    """Read what each entry names; by a list: of one object, 404 does not tell a missing object from a missing kind."""
    kinds = {kind.source: kind for kind in kinds_of_objects(contract)}
    for entry in contract.objects or ():
        kind = kinds[source_of_entry(entry)]
        fields = f"metadata.name={entry.object}" if entry.object else ""
        labels = ",".join(filter(None, map(label_query, (entry.selector, entry.watch_selector))))
        fetch.keep(fetch.list(kind, entry.namespace or "", labels=labels, fields=fields))
