"""What to write: the stored status and a projection -> a merge patch, or nothing (design.md section 6). Pure.

A merge patch replaces the whole list of conditions, so the patch holds the conditions of all writers as they were just
read, and the resourceVersion as precondition: if another writer changed the request meanwhile, the server refuses it.
`apply` and `difference` are JSON merge patch, RFC 7386: apply one, or compute the smallest one between two values.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import SIDECAR_KEYS, ConditionType, Phase, Reason
from platform_status_contract.rules.merge import merged_status
from platform_status_contract.rules.projection import Projection

__all__ = [
    "SYNC_TIME_TIMEOUT",
    "StatusPatch",
    "apply",
    "difference",
    "plan",
    "pruned",
    "same",
    "says_deleting",
    "until_due",
]

_WRITTEN_KEYS: Final = (*SIDECAR_KEYS, "conditions")
_STAMP: Final = "lastReconciled"
SYNC_TIME_TIMEOUT: Final = 60.0
"""Seconds after a sync for which its time alone waits to be written together with another change."""


class StatusPatch(Struct, frozen=True):
    """A planned write.

    Attributes:
        changes: Merge patch of `.status`.
        intended: `.status` after it.
    """

    changes: dict[str, object]
    intended: dict[str, object]

    def body(self, resource_version: str) -> bytes:
        """Return the request body, with the resourceVersion that it was computed from as precondition."""
        return msgspec.json.encode({"metadata": {"resourceVersion": resource_version}, "status": self.changes})


def plan(status: object, projection: Projection, now: datetime) -> StatusPatch | None:
    """Plan the write of one projection.

    Args:
        status: `.status` as stored, any JSON.
        projection: The intended status.
        now: For `lastReconciled`.

    Returns:
        The patch, or None if only `lastReconciled` would change, so that there are no writes at rest.
    """
    stored = status if isinstance(status, dict) else {}
    wanted = merged_status(status, projection, now)
    changes = difference(_ours(stored), _ours(wanted))
    if all(key == _STAMP for key in changes):
        return None
    intended = apply(stored, changes)
    return StatusPatch(changes, intended if isinstance(intended, dict) else {})


def until_due(patch: StatusPatch, now: datetime) -> float:
    """Compute how long a write may wait for another change, if it changes only the time of the last sync.

    Argo CD often syncs without any other change, and each write of ours wakes Kratix. The 60 s count from the sync
    itself, so a restart does not extend them.

    Args:
        patch: The planned write.
        now: The time.

    Returns:
        Seconds to wait, 0 if it is due; also 0 for a time in the future, which comes from another clock.
    """
    match {key: value for key, value in patch.changes.items() if key != _STAMP}:
        case {"health": {"argocd": {"lastSyncTime": synced, **other_words}, **other_parts}, **others}:
            moment = parse_time(synced)
            alone = not (other_words or other_parts or others)
            age = SYNC_TIME_TIMEOUT if moment is None else (now - moment).total_seconds()
            return SYNC_TIME_TIMEOUT - age if alone and 0 <= age < SYNC_TIME_TIMEOUT else 0.0
        case _:
            return 0.0


def pruned(patch: StatusPatch, answer: object) -> list[str]:
    """Return the keys that the server stored differently from the patch (rule 8); empty if there are none."""
    stored = answer if isinstance(answer, Mapping) else {}
    return [key for key in patch.changes if not same(stored.get(key), patch.intended.get(key))]


def says_deleting(status: object) -> bool:
    """Return whether we have already written phase Deleting: then nothing more is written (rule 6)."""
    fields = status if isinstance(status, dict) else {}
    conditions = fields.get("conditions")
    return fields.get("phase") == Phase.DELETING.value and any(
        isinstance(entry, dict)
        and entry.get("type") == ConditionType.READY.value
        and entry.get("reason") == Reason.DELETING.value
        for entry in (conditions if isinstance(conditions, list) else ())
    )


def _ours(status: Mapping[str, object]) -> dict[str, object]:
    return {key: status[key] for key in _WRITTEN_KEYS if key in status}


def same(left: object, right: object) -> bool:
    """Return whether two JSON values are equal; unlike Python, 1 is not true and 1.0 is not 1."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def apply(target: object, patch: object) -> object:
    """Apply a merge patch.

    Args:
        target: Any JSON value.
        patch: The patch; a null in it removes a member.

    Returns:
        The patched value; the arguments are not changed.
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply(result.get(key), value)
    return result


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """Compute the smallest merge patch from one object to another.

    Args:
        before: The stored value.
        after: The intended value; null members cannot be expressed and count as absent.

    Returns:
        A patch such that ``apply(before, patch)`` is ``after``; empty if they are equal.
    """
    patch: dict[str, object] = {key: None for key in before if after.get(key) is None}
    for key, wanted in after.items():
        if wanted is None:
            continue
        stored = before.get(key)
        if isinstance(wanted, Mapping) and isinstance(stored, Mapping):
            inner = difference(stored, wanted)
            if inner:
                patch[key] = inner
        elif not same(stored, wanted):
            patch[key] = wanted
    return patch
