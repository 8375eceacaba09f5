"""Reads the previous state from `.status`, whatever it holds (design.md section 5).

Total: any JSON value yields a History. An unreadable part counts as absent, never as good evidence.
"""

import re
from datetime import datetime

from msgspec import Struct

from platform_status_contract.model.conditions import DONE_MARK, MAX_FREE, MAX_OBJECTS, is_entry_name, is_free
from platform_status_contract.model.lookup import items, mapping, meaning
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason

from .texts import bounded_names
from .timers import is_timer

__all__ = ["History", "Remembered", "recall"]

_MAX_INTEGER = 2**53 - 1
_SYNC_WORDS = ("Synced", "OutOfSync", "Unknown")
_HEALTH_WORDS = ("Healthy", "Progressing", "Suspended", "Degraded", "Missing", "Unknown")
# Enum's own lookup is a linear search, or an exception for what is none of its words.
_PHASES = {word.value: word for word in Phase}
_STATUSES = {word.value: word for word in ConditionStatus}
_REASONS = {word.value: word for word in Reason}
_TYPES = frozenset(word.value for word in ConditionType)


class Remembered(Struct, frozen=True):
    """A condition of ours in the stored status; `since` is None if its time is unreadable."""

    status: ConditionStatus
    reason: Reason | None
    message: str
    since: datetime | None


class History(Struct, frozen=True):
    """The previous status, as far as the rules use it.

    Attributes:
        phase: The phase last written; None if there is none or it is not one of the seven.
        conditions: Owned conditions by type.
        since: Timers by name.
        observed_generation: None if no sidecar of this version has written yet: such a status is adopted.
        ready_generation: The generation that was Ready last.
        updating_generation: The generation for which the updating timer was set.
        argocd: `health.argocd` as stored, carried over while there is no newer reading; likewise the next two.
        workloads: `health.workloads`.
        sub_apps: `health.subApps`.
        objects: `health.objects`, without `done`.
        done: `health.objects.done`: which entries have completed, and which generation and wording of them.
        free: `health.conditions`: the types of conditions that we wrote for objects and for Secrets.
    """

    phase: Phase | None = None
    conditions: dict[str, Remembered] = {}
    since: dict[str, datetime] = {}
    observed_generation: int | None = None
    ready_generation: int | None = None
    updating_generation: int | None = None
    argocd: dict[str, object] | None = None
    workloads: dict[str, object] | None = None
    sub_apps: dict[str, object] | None = None
    objects: dict[str, object] | None = None
    done: dict[str, str] = {}
    free: tuple[str, ...] = ()


def recall(status: object) -> History:
    """Read a status back.

    Args:
        status: `.status` as decoded JSON: any value at all.

    Returns:
        The readable parts; an empty History for anything that is not an object.
    """
    fields = mapping(status)
    health = mapping(fields.get("health"))
    free = _free(health.get("conditions"))
    return History(
        phase=meaning(_PHASES, fields.get("phase")),
        conditions=_conditions(fields.get("conditions"), free),
        since=_timers(health.get("since")),
        observed_generation=_generation(health.get("observedGeneration")),
        ready_generation=_generation(health.get("readyGeneration")),
        updating_generation=_generation(health.get("updatingGeneration")),
        argocd=_argocd(health.get("argocd")),
        workloads=_counts(health.get("workloads")),
        sub_apps=_sub_apps(health.get("subApps")),
        objects=_objects(health.get("objects")),
        done=_done(mapping(health.get("objects")).get("done")),
        free=free,
    )


def _generation(value: object) -> int | None:
    return _count(value) or None


def _free(value: object) -> tuple[str, ...]:
    """The types in `health.conditions` that a contract may choose."""
    names = [name for name in items(value) if isinstance(name, str)]
    return tuple(sorted({name for name in names[:MAX_FREE] if is_free(name)}))


def _conditions(value: object, free: tuple[str, ...]) -> dict[str, Remembered]:
    found: dict[str, Remembered] = {}
    for entry in items(value):
        fields = mapping(entry)
        name, message = fields.get("type"), fields.get("message")
        if not isinstance(name, str) or name in found or (name not in _TYPES and name not in free):
            continue
        status = meaning(_STATUSES, fields.get("status"))
        if status is None:
            continue
        found[name] = Remembered(
            status=status,
            reason=meaning(_REASONS, fields.get("reason")),
            message=message if isinstance(message, str) else "",
            since=parse_time(fields.get("lastTransitionTime")),
        )
    return found


def _timers(value: object) -> dict[str, datetime]:
    times = {name: parse_time(time) for name, time in mapping(value).items() if is_timer(name)}
    return {name: time for name, time in times.items() if time is not None}


def _argocd(value: object) -> dict[str, object] | None:
    fields = mapping(value)
    sync, health, last = (fields.get(key) for key in ("syncStatus", "healthStatus", "lastSyncTime"))
    if sync not in _SYNC_WORDS or health not in _HEALTH_WORDS:
        return None
    argocd: dict[str, object] = {"syncStatus": sync, "healthStatus": health}
    time = parse_time(last)
    if time is not None:
        argocd["lastSyncTime"] = format_time(time)
    return argocd


def _counts(value: object) -> dict[str, object] | None:
    fields = mapping(value)
    ready, total = _count(fields.get("ready")), _count(fields.get("total"))
    if ready is None or total is None or ready > total:
        return None
    return {"ready": ready, "total": total}


def _sub_apps(value: object) -> dict[str, object] | None:
    fields = mapping(value)
    healthy, total, unhealthy = _count(fields.get("healthy")), _count(fields.get("total")), fields.get("unhealthy")
    if healthy is None or total is None or healthy > total or not isinstance(unhealthy, list):
        return None
    names = bounded_names(name for name in unhealthy if isinstance(name, str))
    return {"healthy": healthy, "total": total, "unhealthy": names}


def _objects(value: object) -> dict[str, object] | None:
    counts, unready = _counts(value), mapping(value).get("unready")
    if counts is None or not isinstance(unready, list):
        return None
    return counts | {"unready": bounded_names(name for name in unready if isinstance(name, str))}


def _done(value: object) -> dict[str, str]:
    known = [(name, mark) for name, mark in mapping(value).items() if is_entry_name(name) and isinstance(mark, str)]
    return {name: mark for name, mark in sorted(known)[:MAX_OBJECTS] if re.match(DONE_MARK, mark)}


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _MAX_INTEGER else None
