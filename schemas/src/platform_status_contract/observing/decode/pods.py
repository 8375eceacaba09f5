"""A pod. Rubbish anywhere in what says "ready" means not ready."""

import sys
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.times import parse_time
from platform_status_contract.observing.records import PodRecord, number_of
from platform_status_contract.rules.observation import PodSeen

from .envelope import reader
from .lenient import clip, count, labels, strings, text, under

__all__ = ["decode_pod"]


class _Owner(Struct):
    kind: str = ""
    name: str = ""
    controller: bool | None = None


class _Meta(Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    owner_references: list[_Owner] | None = None


class _Condition(Struct, rename="camel"):
    type: str = ""
    status: str = ""
    last_transition_time: str | None = None


class _Waiting(Struct):
    reason: str = ""


class _State(Struct):
    waiting: _Waiting | None = None


class _Container(Struct, rename="camel"):
    restart_count: int = 0
    state: _State | None = None


class _Status(Struct, rename="camel"):
    phase: str = ""
    conditions: list[_Condition] | None = None
    container_statuses: list[_Container] | None = None
    init_container_statuses: list[_Container] | None = None


class _Pod(Struct):
    metadata: _Meta
    status: _Status | None = None


_DECODER = msgspec.json.Decoder(_Pod)
_NO_STATUS = _Status()
_USUAL_WAITING = frozenset(("", "ContainerCreating", "PodInitializing"))
"""Waiting reasons that explain nothing while another container has a better one."""


def _strict(seen: _Pod) -> PodRecord:
    meta = seen.metadata
    owner = next((owner for owner in meta.owner_references or () if owner.controller), None)
    return PodRecord(
        namespace=sys.intern(meta.namespace),
        name=meta.name,
        version=number_of(meta.resource_version),
        labels=labels(meta.labels),
        seen=_seen(
            seen.status or _NO_STATUS,
            meta.name,
            terminating=meta.deletion_timestamp is not None,
            owner=(owner.kind, owner.name) if owner else ("", ""),
        ),
    )


def _seen(status: _Status, name: str, *, terminating: bool, owner: tuple[str, str]) -> PodSeen:
    ready = next((condition for condition in status.conditions or () if condition.type == "Ready"), None)
    containers = [*(status.init_container_statuses or ()), *(status.container_statuses or ())]
    waiting = [item.state.waiting.reason for item in containers if item.state and item.state.waiting]
    return PodSeen(
        name=name,
        phase=sys.intern(status.phase),
        ready=ready is not None and ready.status == "True",
        ready_since=parse_time(ready.last_transition_time) if ready else None,
        restarts=sum(max(item.restart_count, 0) for item in containers),
        waiting=clip(next((reason for reason in waiting if reason not in _USUAL_WAITING), next(iter(waiting), ""))),
        terminating=terminating,
        owner_kind=sys.intern(owner[0]),
        owner_name=sys.intern(owner[1]),
    )


def _lenient(whole: object, namespace: str, name: str) -> PodRecord:
    meta, status = under(whole, "metadata"), under(whole, "status")
    owners = under(meta, "ownerReferences")
    owner = next(
        (item for item in (owners if isinstance(owners, list) else ()) if under(item, "controller") is True), None
    )
    return PodRecord(
        namespace=namespace,
        name=name,
        version=number_of(text(meta, "resourceVersion")),
        labels=labels(strings(under(meta, "labels"))),
        seen=_seen(
            _readable_status(status),
            name,
            terminating=under(meta, "deletionTimestamp") is not None,
            owner=(text(owner, "kind"), text(owner, "name")),
        ),
    )


def _readable_status(status: object) -> _Status:
    """Keep a status that is well formed (the rubbish is elsewhere); of any other only what says nothing good."""
    try:
        return msgspec.convert(status, _Status)
    except msgspec.ValidationError:
        containers = under(status, "containerStatuses")
        return _Status(
            phase=text(status, "phase"),
            container_statuses=[
                _Container(
                    restart_count=count(item, "restartCount"),
                    state=_State(_Waiting(text(item, "state", "waiting", "reason"))),
                )
                for item in (containers if isinstance(containers, list) else ())
            ],
        )


decode_pod: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a pod -> its record; None only without a name."""
