"""How Kratix keeps the list of conditions: with Cluster API's setter, and in the status writer by hand. Pure.

kratix.md section 3: an entry that cannot be decoded empties the list, every Set rewrites all of it with the five known
fields, Ready first and then by type; the status writer merges by type and leaves the order to chance.
"""

import random
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

__all__ = ["condition", "find", "merge", "read", "set_condition"]

FIELDS = ("type", "status", "reason", "message", "lastTransitionTime")
# Go's RFC 3339: upper-case T and Z only, a zone always.
_GO_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")

Condition = dict[str, Any]


def condition(kind: str, status: str, reason: str, message: str, at: datetime) -> Condition:
    """Make one condition with the time `at`, cut to whole seconds."""
    made = {"type": kind, "status": status, "reason": reason, "message": message}
    return {**made, "lastTransitionTime": at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def read(status: Mapping[str, Any]) -> list[Condition]:
    """Decode `.status.conditions` as Kratix does.

    Returns:
        The conditions with their known fields only; the empty list if any entry cannot be decoded.
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
    """Return the condition of one type as Kratix sees it, or None."""
    return next((entry for entry in read(status) if entry.get("type") == kind), None)


def set_condition(status: dict[str, Any], new: Condition) -> None:
    """Put one condition into `status` as Cluster API v1.7 does.

    An entry that says the same already keeps its time; the whole list is rewritten, sorted, with known fields only.

    Args:
        status: The `.status` of a request; changed in place.
        new: The condition; its time is used only if it says something new.
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
    """Merge two lists by type as the status writer does: a Go map, so the order is left to chance.

    Args:
        live: `.status.conditions` just read, any JSON.
        own: `conditions` of status.yaml, any JSON; wins per type.
        shuffle: Where the order comes from.

    Returns:
        The merged list; entries without a string `type` are dropped, other fields are kept as they were.
    """
    merged = {entry["type"]: entry for entry in (*_typed(live), *_typed(own))}
    entries = list(merged.values())
    shuffle.shuffle(entries)
    return entries


def _typed(entries: object) -> Iterable[Condition]:
    if not isinstance(entries, list):
        return ()
    return (entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("type"), str))
