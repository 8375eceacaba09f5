"""Limits the total size of the messages of a status, so that it stays below 8 KiB with any contract.

The limit of a message depends on the number of messages and on the rest of the status, never on other messages: one
that is carried over is already cut, and the others would grow with each reconcile.
"""

import msgspec

from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType

from .projection import Projection
from .texts import MAX_MESSAGE, bounded_names, clean

__all__ = ["MAX_MESSAGES", "within_budget"]

MAX_MESSAGES = 6 * 1024
"""Bytes of all messages together."""

_MAX_STATUS = 8 * 1024 - 512
_MAX_GOOD = 100
"""A source that is good needs few words."""

_MIN_MESSAGE = 40
_MAX_NAMES = 512


def within_budget(projection: Projection) -> Projection:
    """Cut messages and lists of names where a contract has so many conditions that they would not all fit."""
    if len(projection.conditions) <= len(ConditionType):
        return projection
    health = dict(projection.health)
    if isinstance(apps := health.get("subApps"), dict):
        health["subApps"] = apps | {"unhealthy": bounded_names(apps["unhealthy"], limit=_MAX_NAMES)}
    placed = projection.destinations and tuple(bounded_names(projection.destinations, limit=_MAX_NAMES))
    bare = [msgspec.structs.replace(condition, message="") for condition in projection.conditions]
    rest = _MAX_STATUS - sum(len(msgspec.json.encode(part)) for part in (health, placed, bare))
    good = sum(condition.status is ConditionStatus.TRUE for condition in bare)
    room, count = min(rest, MAX_MESSAGES), 1 + len(bare)
    limit = max(min(room // count, MAX_MESSAGE), _MIN_MESSAGE)
    limits = {}
    if _MIN_MESSAGE < limit < MAX_MESSAGE:
        limits = {ConditionStatus.TRUE: min(limit, _MAX_GOOD)}
        limit = min((room - good * limits[ConditionStatus.TRUE]) // (count - good), MAX_MESSAGE)
    conditions = tuple(
        msgspec.structs.replace(condition, message=clean(condition.message, limits.get(condition.status, limit)))
        for condition in projection.conditions
    )
    return msgspec.structs.replace(
        projection,
        health=health,
        destinations=placed,
        conditions=conditions,
        ready=conditions[0],
        message=None if projection.message is None else clean(projection.message, limit),
    )
