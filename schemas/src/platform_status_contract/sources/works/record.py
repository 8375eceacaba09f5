"""Kratix Works and WorkPlacements (kratix.md section 6). The workload content itself is skipped, never decoded."""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.envelope import Meta, reader
from platform_status_contract.observing.decode.lenient import clip, strings, text
from platform_status_contract.observing.records import Key, Record, number_of
from platform_status_contract.observing.sources import PROMISE_LABEL

__all__ = [
    "HOME_LABEL",
    "MISPLACED_LABEL",
    "RESOURCE_LABEL",
    "WORK_LABEL",
    "PlacementRecord",
    "WorkRecord",
    "decode_placement",
    "decode_work",
]


class WorkRecord(Record, frozen=True, gc=False):
    """A Kratix Work.

    Attributes:
        promise: Label kratix.io/promise-name.
        resource: Label kratix.io/resource-name.
        home: Namespace of the request: label kratix.io/resource-namespace, which only a pipeline in a namespace of its
            own sets, else the Work's.
        empty: Whether it has no workload groups.
        message: Message of its Ready condition.
    """

    promise: str
    resource: str
    home: str
    empty: bool
    message: str

    @property
    def request(self) -> Key:
        """Which request it is for."""
        return (self.home, self.resource)


class PlacementRecord(Record, frozen=True, gc=False):
    """A Kratix WorkPlacement.

    Attributes:
        work: Label kratix.io/work.
        destination: spec.targetDestinationName.
        written: Condition WriteSucceeded; None while unknown.
        misplaced: By label, or by the Ready condition.
        message: Text of a failed write.
    """

    work: str
    destination: str
    written: bool | None
    misplaced: bool
    message: str


HOME_LABEL: Final = "kratix.io/resource-namespace"
"""Namespace of the request, on a Work of a pipeline that runs in a namespace of its own (pipelineNamespace)."""

RESOURCE_LABEL: Final = "kratix.io/resource-name"
WORK_LABEL: Final = "kratix.io/work"
MISPLACED_LABEL: Final = "kratix.io/misplaced"


class _Condition(Struct):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class _Status(Struct):
    conditions: list[_Condition] | None = None


class _WorkSpec(Struct, rename="camel"):
    workload_groups: list[Raw] | None = None


class _Work(Struct):
    metadata: Meta
    spec: _WorkSpec | None = None
    status: _Status | None = None


class _PlacementSpec(Struct, rename="camel"):
    target_destination_name: str = ""


class _Placement(Struct):
    metadata: Meta
    spec: _PlacementSpec | None = None
    status: _Status | None = None


_WORK_DECODER = msgspec.json.Decoder(_Work)
_PLACEMENT_DECODER = msgspec.json.Decoder(_Placement)


def _strict_work(seen: _Work) -> WorkRecord:
    conditions = list(seen.status.conditions or ()) if seen.status else []
    empty = not (seen.spec and seen.spec.workload_groups)
    return _work(seen.metadata, conditions, empty=empty)


def _strict_placement(seen: _Placement) -> PlacementRecord:
    conditions = list(seen.status.conditions or ()) if seen.status else []
    destination = seen.spec.target_destination_name if seen.spec else ""
    return _placement(seen.metadata, conditions, destination=destination)


def _work(meta: Meta, conditions: list[_Condition], *, empty: bool) -> WorkRecord:
    labels = meta.labels or {}
    ready = _find(conditions, "Ready")
    return WorkRecord(
        namespace=meta.namespace,
        name=meta.name,
        version=number_of(meta.resource_version),
        promise=labels.get(PROMISE_LABEL, ""),
        resource=labels.get(RESOURCE_LABEL, ""),
        home=labels.get(HOME_LABEL, "") or meta.namespace,
        empty=empty,
        message=clip(ready.message) if ready else "",
    )


def _placement(meta: Meta, conditions: list[_Condition], *, destination: str) -> PlacementRecord:
    labels = meta.labels or {}
    write, ready = _find(conditions, "WriteSucceeded"), _find(conditions, "Ready")
    written = {"True": True, "False": False}.get(write.status) if write else None
    says_misplaced = ready is not None and ready.status != "True" and "Misplaced" in (ready.reason, ready.message)
    return PlacementRecord(
        namespace=meta.namespace,
        name=meta.name,
        version=number_of(meta.resource_version),
        work=labels.get(WORK_LABEL, ""),
        destination=clip(destination),
        written=written,
        misplaced=labels.get(MISPLACED_LABEL) == "true" or says_misplaced,
        message=clip(write.message) if write and written is False else "",
    )


def _find(conditions: list[_Condition], kind: str) -> _Condition | None:
    return next((condition for condition in conditions if condition.type == kind), None)


def _conditions(whole: object) -> list[_Condition]:
    found = under(whole, "status", "conditions")
    return [
        _Condition(*(text(item, key) for key in ("type", "status", "reason", "message")))
        for item in (found if isinstance(found, list) else ())
    ]


def _readable_meta(whole: object, namespace: str, name: str) -> Meta:
    meta = under(whole, "metadata")
    return Meta(
        name=name,
        namespace=namespace,
        resource_version=text(meta, "resourceVersion"),
        labels=strings(under(meta, "labels")),
    )


def _lenient_work(whole: object, namespace: str, name: str) -> WorkRecord:
    groups = under(whole, "spec", "workloadGroups")
    # Rubbish is not "nothing to write", which would count as written.
    empty = groups is None or groups == []
    return _work(_readable_meta(whole, namespace, name), _conditions(whole), empty=empty)


def _lenient_placement(whole: object, namespace: str, name: str) -> PlacementRecord:
    destination = text(whole, "spec", "targetDestinationName")
    return _placement(_readable_meta(whole, namespace, name), _conditions(whole), destination=destination)


decode_work: Final = reader(_WORK_DECODER, _strict_work, _lenient_work)
"""JSON of a Work -> its record; None only without a name."""


decode_placement: Final = reader(_PLACEMENT_DECODER, _strict_placement, _lenient_placement)
"""JSON of a WorkPlacement -> its record; None only without a name."""
