"""Decodes a pod. A pod with an invalid field in the evidence for "ready" is not ready."""

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.lookup import items, under
from platform_status_contract.model.times import LONG_AGO, parse_time
from platform_status_contract.observing.decode.envelope import reader
from platform_status_contract.observing.decode.lenient import clip, count, deletion, labels, strings, text
from platform_status_contract.observing.records import LabelledRecord, number_of
from platform_status_contract.rules.observation import PodSeen

from .pods import ONE_WORD, STARTING

__all__ = ["PodRecord", "decode_pod"]


class PodRecord(LabelledRecord, frozen=True, gc=False):
    """A pod.

    Attributes:
        seen: What the rules see.
    """

    seen: PodSeen


class _Owner(Struct):
    kind: str = ""
    name: str = ""
    controller: bool | None = None


class _Meta(Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] | None = None
    owner_references: list[_Owner] | None = None


class _Condition(Struct, rename="camel"):
    type: str = ""
    status: str = ""
    reason: str | None = None
    last_transition_time: str | None = None


class _Waiting(Struct):
    reason: str = ""


class _Ran(Struct, rename="camel"):
    started_at: str | None = None
    finished_at: str | None = None
    exit_code: int | None = None
    reason: str | None = None


class _State(Struct):
    waiting: _Waiting | None = None
    running: _Ran | None = None
    terminated: _Ran | None = None


class _Container(Struct, rename="camel"):
    name: str = ""
    restart_count: int = 0
    state: _State | None = None
    last_state: _State | None = None


class _Status(Struct, rename="camel"):
    phase: str = ""
    reason: str | None = None
    start_time: str | None = None
    conditions: list[_Condition] | None = None
    container_statuses: list[_Container] | None = None
    init_container_statuses: list[_Container] | None = None


class _InitContainer(Struct, rename="camel"):
    name: str = ""
    restart_policy: str | None = None


class _Spec(Struct, rename="camel"):
    init_containers: list[_InitContainer] | None = None


class _Pod(Struct):
    metadata: _Meta
    spec: _Spec | None = None
    status: _Status | None = None


_DECODER = msgspec.json.Decoder(_Pod)
_NO_STATUS = _Status()
_NO_SPEC = _Spec()
_MAX_GRACE: Final = 7 * 86400
"""A longer grace period, in seconds, counts as a week."""

_TAKEN_OVER: Final = timedelta(seconds=5)
"""Longest time between two timestamps that the kubelet writes when it takes over a pod."""

_CRASHING: Final = "CrashLoopBackOff"


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
            meta,
            _sidecars((item.name, item.restart_policy) for item in (seen.spec or _NO_SPEC).init_containers or ()),
            owner=(owner.kind, owner.name) if owner else ("", ""),
        ),
    )


def _sidecars(containers: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """Return the names of the sidecar containers (init containers with restartPolicy Always)."""
    return frozenset(name for name, policy in containers if policy == "Always")


def _seen(status: _Status, meta: _Meta, sidecars: frozenset[str], *, owner: tuple[str, str]) -> PodSeen:
    ready = next((condition for condition in status.conditions or () if condition.type == "Ready"), None)
    containers = [*(status.init_container_statuses or ()), *(status.container_statuses or ())]
    waiting = [item.state.waiting.reason for item in containers if item.state and item.state.waiting]
    # A completed init container will not restart again, however often it did before.
    lasting = [*(status.container_statuses or ())]
    lasting += [item for item in status.init_container_statuses or () if item.name in sidecars]
    restarted = [time for time in map(_restarted, lasting) if time is not None]
    created, deleted = parse_time(meta.creation_timestamp), deletion(meta.deletion_timestamp)
    return PodSeen(
        name=meta.name,
        phase=sys.intern(status.phase),
        ready=ready is not None and ready.status == "True",
        ready_since=parse_time(ready.last_transition_time) if ready else None,
        restarts=sum(max(item.restart_count, 0) for item in containers),
        crashing=_CRASHING in waiting or LONG_AGO in restarted,
        restarted=max(restarted, default=None),
        waiting=_reason(waiting, status),
        deleted=deleted,
        owner_kind=sys.intern(owner[0]),
        owner_name=sys.intern(owner[1]),
        created=created,
        fell=_fell(
            status,
            created,
            deleted,
            timedelta(seconds=min(max(meta.deletion_grace_period_seconds or 0, 0), _MAX_GRACE)),
        ),
        failed=_failed(containers),
    )


def _fell(status: _Status, created: datetime | None, deleted: datetime | None, grace: timedelta) -> bool:
    """Whether a pod was ready since it started and no longer is; for a terminating pod, before its deletion.

    The kubelet writes the condition Ready, with the present time, when it takes over a pod; a later time means that it
    was True in between. An unreadable value counts against the pod.
    """
    times = {condition.type: parse_time(condition.last_transition_time) for condition in status.conditions or ()}
    ready = next((condition for condition in status.conditions or () if condition.type == "Ready"), None)
    if ready is None or ready.status == "True":
        return False
    since = times["Ready"]
    started = max(filter(None, (created, parse_time(status.start_time), times.get("PodScheduled"))), default=None)
    if since is None or started is None:
        return True
    was_told_to_go = deleted is not None and deleted - since <= grace
    return since - started > _TAKEN_OVER and not was_told_to_go


def _restarted(container: _Container) -> datetime | None:
    """Return when a container restarted after a failure; None if it did not, or is waiting; `LONG_AGO` if unknown.

    A container that has restarted without a record of its previous exit counts as failed.
    """
    state = container.state or _State()
    before = container.last_state.terminated if container.last_state else None
    if container.restart_count <= 0 or state.waiting or (before and before.exit_code == 0):
        return None
    ran = state.running or state.terminated or _Ran()
    return parse_time(ran.started_at) or LONG_AGO


def _failed(containers: Iterable[_Container]) -> str:
    """Name the container that failed last, and how; the same while it waits, runs and fails again."""
    exits = (
        (_ended(ran), f"{clip(item.name)}: {_exit(ran)}")
        for item in containers
        if item.restart_count > 0 and (ran := _last_exit(item)) is not None and ran.exit_code
    )
    return sys.intern(max(exits, default=(LONG_AGO, ""))[1])


def _last_exit(container: _Container) -> _Ran | None:
    ended = container.state.terminated if container.state else None
    return ended or (container.last_state.terminated if container.last_state else None)


def _ended(ran: _Ran) -> datetime:
    return parse_time(ran.finished_at) or LONG_AGO


def _exit(ran: _Ran) -> str:
    """How it ended; the reason Error, which is any exit code, says less than the code."""
    return f"exit code {ran.exit_code}" if ran.reason in (None, "", "Error") else clip(ran.reason)


def _reason(waiting: list[str], status: _Status) -> str:
    """Return the reason of a container, else that of the pod, else why it has no node."""
    unplaced = (
        found.reason for found in status.conditions or () if found.type == "PodScheduled" and found.status == "False"
    )
    usual = next(iter(waiting), "") or next(unplaced, None)
    telling = next((reason for reason in waiting if reason not in STARTING), status.reason or usual or "")
    return ONE_WORD.get(telling, clip(telling))


def _lenient(whole: object, namespace: str, name: str) -> PodRecord:
    meta, status = under(whole, "metadata"), under(whole, "status")
    owner = next((item for item in items(under(meta, "ownerReferences")) if under(item, "controller") is True), None)
    return PodRecord(
        namespace=namespace,
        name=name,
        version=number_of(text(meta, "resourceVersion")),
        labels=labels(strings(under(meta, "labels"))),
        seen=_seen(
            _readable_status(status),
            _Meta(
                name=name,
                creation_timestamp=text(meta, "creationTimestamp"),
                deletion_timestamp=None
                if under(meta, "deletionTimestamp") is None
                else text(meta, "deletionTimestamp"),
            ),
            _sidecars(
                (text(item, "name"), text(item, "restartPolicy"))
                for item in items(under(whole, "spec", "initContainers"))
            ),
            owner=(text(owner, "kind"), text(owner, "name")),
        ),
    )


# msgspec 0.22 learns a type when it first converts to it, and may crash where two threads do so at once: learnt here.
msgspec.json.Decoder(_Status)


def _readable_status(status: object) -> _Status:
    """Keep a status that is well formed (the rubbish is elsewhere); of any other only what says nothing good."""
    try:
        return msgspec.convert(status, _Status)
    except msgspec.ValidationError:
        return _Status(
            phase=text(status, "phase"),
            reason=text(status, "reason"),
            container_statuses=[
                _Container(
                    restart_count=count(item, "restartCount"),
                    state=_State(_Waiting(text(item, "state", "waiting", "reason"))),
                )
                for item in items(under(status, "containerStatuses"))
            ],
        )


decode_pod: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a pod -> its record; None only without a name."""
