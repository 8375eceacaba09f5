"""Merges a projection into a status: our keys are replaced, all others stay unchanged (design.md sections 2 and 6).

Pure; the write step computes its patch from the difference, tests and `hctl explain` use the result as it is.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import ConditionType

from .projection import Projection

__all__ = ["merged_conditions", "merged_status"]


def merged_conditions(stored: object, projection: Projection) -> list[object]:
    """Merge our conditions into the stored list by type.

    Foreign entries keep their value and position, whatever they are; ours are updated in place, dropped if the
    projection no longer has them, and appended if they are new. A second entry of an owned type is dropped. Of the
    types that a contract may choose we own only those in `health.conditions` and those that are written now.
    """
    owned = {*ConditionType.__members__.values(), *projection.free}
    pending = {condition.type: msgspec.to_builtins(condition) for condition in projection.conditions}
    merged: list[object] = []
    for entry in stored if isinstance(stored, list) else []:
        name = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(name, str) and name in pending:
            merged.append(pending.pop(name))
        elif not isinstance(name, str) or name not in owned:
            merged.append(entry)
    return [*merged, *pending.values()]


def merged_status(status: object, projection: Projection, now: datetime) -> dict[str, object]:
    """The status after the write, `lastReconciled` included.

    Args:
        status: The stored `.status`, any JSON; anything but an object counts as empty.
        projection: The intended status.
        now: The moment of the write.
    """
    stored: Mapping[str, object] = status if isinstance(status, dict) else {}
    wanted = dict(stored)
    wanted["phase"] = projection.phase.value
    if projection.message is not None:
        wanted["message"] = projection.message
    wanted["lastReconciled"] = format_time(now)
    if projection.destinations is not None:
        wanted.pop("destinations", None)
        wanted |= {"destinations": list(projection.destinations)} if projection.destinations else {}
    wanted["health"] = projection.health
    wanted["conditions"] = merged_conditions(stored.get("conditions"), projection)
    return wanted
