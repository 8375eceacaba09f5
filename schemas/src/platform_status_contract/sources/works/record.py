"""Kratix Works and WorkPlacements (kratix.md section 6). The workload content itself is skipped, never decoded."""

import sys
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.envelope import Meta, reader
from platform_status_contract.observing.decode.lenient import clip, deletion, strings, text
from platform_status_contract.observing.records import Key, Record, number_of
from platform_status_contract.observing.sources import PROMISE_LABEL

__all__ = [
    "GROUP_LABEL",
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
        groups: Ids of its workload groups; empty for one that cannot be read.
        unscheduled: Whether its ScheduleSucceeded is False.
        message: Message of that condition while it is False, else of Ready, which is one word.
        deleted: Its deletionTimestamp; `LONG_AGO` for one that cannot be read.
    """

    promise: str
    resource: str
    home: str
    groups: tuple[str, ...]
    unscheduled: bool
    message: str
    deleted: datetime | None

    @property
    def request(self) -> Key:
        """Which request it is for."""
        return (self.home, self.resource)


class PlacementRecord(Record, frozen=True, gc=False):
    """A Kratix WorkPlacement.

    Attributes:
        work: Label kratix.io/work.
        group: spec.id, else label kratix.io/workload-group-id: the workload group that it places.
        destination: spec.targetDestinationName.
        written: Condition WriteSucceeded; None while unknown.
        misplaced: By label, or by the Ready condition.
        message: Text of a failed write.
        deleted: Its deletionTimestamp; `LONG_AGO` for one that cannot be read.
    """

    work: str
    group: str
    destination: str
    written: bool | None
    misplaced: bool
    message: str
    deleted: datetime | None


HOME_LABEL: Final = "kratix.io/resource-namespace"
"""Namespace of the request, on a Work of a pipeline that runs in a namespace of its own (pipelineNamespace)."""

RESOURCE_LABEL: Final = "kratix.io/resource-name"
WORK_LABEL: Final = "kratix.io/work"
GROUP_LABEL: Final = "kratix.io/workload-group-id"
MISPLACED_LABEL: Final = "kratix.io/misplaced"

_MAX_ID: Final = 64
"""Longer than the id of any workload group, which is also the value of a label."""


class _Condition(Struct):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class _Status(Struct):
    conditions: list[_Condition] | None = None


class _Group(Struct):
    id: str = ""


class _WorkSpec(Struct, rename="camel"):
    workload_groups: list[_Group] | None = None


class _Work(Struct):
    metadata: Meta
    spec: _WorkSpec | None = None
    status: _Status | None = None


class _PlacementSpec(Struct, rename="camel"):
    target_destination_name: str = ""
    id: str = ""


class _Placement(Struct):
    metadata: Meta
    spec: _PlacementSpec | None = None
    status: _Status | None = None


_WORK_DECODER = msgspec.json.Decoder(_Work)
_PLACEMENT_DECODER = msgspec.json.Decoder(_Placement)


def _strict_work(seen: _Work) -> WorkRecord:
    conditions = list(seen.status.conditions or ()) if seen.status else []
    groups = seen.spec.workload_groups if seen.spec else None
    return _work(seen.metadata, conditions, [group.id for group in groups or ()])


def _strict_placement(seen: _Placement) -> PlacementRecord:
    conditions = list(seen.status.conditions or ()) if seen.status else []
    return _placement(seen.metadata, conditions, seen.spec or _PlacementSpec())


def _work(meta: Meta, conditions: list[_Condition], groups: list[str]) -> WorkRecord:
    labels = meta.labels or {}
    scheduled, ready = _find(conditions, "ScheduleSucceeded"), _find(conditions, "Ready")
    unscheduled = scheduled is not None and scheduled.status == "False"
    said = scheduled if unscheduled else ready
    return WorkRecord(
        namespace=sys.intern(meta.namespace),
        name=meta.name,
        version=number_of(meta.resource_version),
        promise=sys.intern(labels.get(PROMISE_LABEL, "")),
        resource=labels.get(RESOURCE_LABEL, ""),
        home=sys.intern(labels.get(HOME_LABEL, "") or meta.namespace),
        groups=tuple(sys.intern(group[:_MAX_ID]) for group in groups),
        unscheduled=unscheduled,
        message=sys.intern(clip(said.message)) if said else "",
        deleted=deletion(meta.deletion_timestamp),
    )


def _placement(meta: Meta, conditions: list[_Condition], spec: _PlacementSpec) -> PlacementRecord:
    labels = meta.labels or {}
    write, ready = _find(conditions, "WriteSucceeded"), _find(conditions, "Ready")
    written = {"True": True, "False": False}.get(write.status) if write else None
    says_misplaced = ready is not None and ready.status != "True" and "Misplaced" in (ready.reason, ready.message)
    return PlacementRecord(
        namespace=sys.intern(meta.namespace),
        name=meta.name,
        version=number_of(meta.resource_version),
        work=labels.get(WORK_LABEL, ""),
        group=sys.intern((spec.id or labels.get(GROUP_LABEL, ""))[:_MAX_ID]),
        destination=sys.intern(clip(spec.target_destination_name)),
        written=written,
        misplaced=labels.get(MISPLACED_LABEL) == "true" or says_misplaced,
        message=clip(write.message) if write and written is False else "",
        deleted=deletion(meta.deletion_timestamp),
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
        deletion_timestamp=None if under(meta, "deletionTimestamp") is None else text(meta, "deletionTimestamp"),
        labels=strings(under(meta, "labels")),
    )


def _lenient_work(whole: object, namespace: str, name: str) -> WorkRecord:
    groups = under(whole, "spec", "workloadGroups")
    # Rubbish is not "nothing to write", which would count as written, but a group that is placed nowhere.
    ids = [text(group, "id") for group in groups] if isinstance(groups, list) else [] if groups is None else [""]
    return _work(_readable_meta(whole, namespace, name), _conditions(whole), ids)


def _lenient_placement(whole: object, namespace: str, name: str) -> PlacementRecord:
    spec = _PlacementSpec(text(whole, "spec", "targetDestinationName"), text(whole, "spec", "id"))
    return _placement(_readable_meta(whole, namespace, name), _conditions(whole), spec)


decode_work: Final = reader(_WORK_DECODER, _strict_work, _lenient_work)
"""JSON of a Work -> its record; None only without a name."""


decode_placement: Final = reader(_PLACEMENT_DECODER, _strict_placement, _lenient_placement)
"""JSON of a WorkPlacement -> its record; None only without a name."""
