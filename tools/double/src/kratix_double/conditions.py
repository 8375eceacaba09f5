"""How Kratix keeps the list of conditions: with Cluster API's setter, and in the status writer by its own code. Pure.

kratix.md section 3: an entry that cannot be decoded empties the list. Every Set rewrites the list with the five known
fields, Ready first, the others by type. The status writer merges by type in random order.
"""

import random
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

__all__ = ["condition", "find", "merge", "read", "set_condition"]

FIELDS = ("type", "status", "reason", "message", "lastTransitionTime")
# RFC 3339 as in Go: only upper-case T and Z, a zone is required.
_GO_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")

Condition = dict[str, Any]


def condition(kind: str, status: str, reason: str, message: str, at: datetime) -> Condition:
    """Return a condition with the time `at`, truncated to whole seconds."""
    made = {"type": kind, "status": status, "reason": reason, "message": message}
    return {**made, "lastTransitionTime": at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def read(status: Mapping[str, Any]) -> list[Condition]:
    """Decode `.status.conditions` as Kratix does.

    Returns:
        The conditions with their known fields only; empty if any entry cannot be decoded.
    """
    entries = status.get("conditions")
    if not isinstance(entries, list) or not all(_decodes(entry) for entry in entries):
        return []
    return [{field: entry[field] for field in FIELDS if field in entry} for entry in entries]


def _decodes(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    if any(not isinstance(entry.get(field, ""), str) for field in FIELDS):
        return False
    time = entry.get("lastTransitionTime")
    return time is None or bool(_GO_TIME.match(time))


def find(status: Mapping[str, Any], kind: str) -> Condition | None:
    """Return the condition of one type as Kratix decodes it, or None."""
    return next((entry for entry in read(status) if entry.get("type") == kind), None)


def set_condition(status: dict[str, Any], new: Condition) -> None:
    """Set one condition in `status` as Cluster API v1.7 does.

    An equal entry keeps its time; the whole list is rewritten, sorted, with known fields only.

    Args:
        status: The `.status` of a request; changed in place.
        new: The condition; its time is used only if the condition differs.
    """
    kept: dict[str, Condition] = {entry.get("type", ""): entry for entry in read(status)}
    old = kept.get(new["type"])
    if old is not None and all(old.get(field, "") == new[field] for field in ("status", "reason", "message")):
        new = {**new, "lastTransitionTime": old.get("lastTransitionTime", new["lastTransitionTime"])}
    kept[new["type"]] = new
    status["conditions"] = sorted(
        kept.values(), key=lambda entry: (entry.get("type") != "Ready", entry.get("type", ""))
    )


def merge(live: object, own: object, shuffle: random.Random) -> list[Condition]:
    """Merge two lists by type as the status writer does: with a Go map, so the order is random.

    Args:
        live: `.status.conditions` just read, any JSON.
        own: `conditions` of status.yaml, any JSON; takes precedence per type.
        shuffle: Source of the order.

    Returns:
        The merged list; entries without a string `type` are dropped, other fields do not change.
    """
    merged = {entry["type"]: entry for entry in (*_typed(live), *_typed(own))}
    entries = list(merged.values())
    shuffle.shuffle(entries)
    return entries


def _typed(entries: object) -> Iterable[Condition]:
    if not isinstance(entries, list):
        return ()
    return (entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("type"), str))
