"""What to write: the stored status and a projection -> a merge patch, or nothing at all (design.md section 6). Pure.

The list of conditions is replaced whole by a merge patch, so it carries everybody's conditions, as they were just read,
and a resourceVersion as precondition: if anybody wrote in between, the server refuses.
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

from .merge_patch import apply, difference, same

__all__ = [
    "SYNC_TIME_TIMEOUT",
    "StatusPatch",
    "plan",
    "pruned",
    "says_deleting",
    "until_due",
]

_WRITTEN_KEYS: Final = (*SIDECAR_KEYS, "conditions")
_STAMP: Final = "lastReconciled"
SYNC_TIME_TIMEOUT: Final = 60.0
"""So long after a sync its time alone waits for another change to be written with."""


class StatusPatch(Struct, frozen=True):
    """A planned write.

    Attributes:
        changes: Merge patch of `.status`.
        intended: `.status` after it.
    """

    changes: dict[str, object]
    intended: dict[str, object]

    def body(self, resource_version: str) -> bytes:
        """Return the request body, with the version that it was computed from as precondition."""
        return msgspec.json.encode({"metadata": {"resourceVersion": resource_version}, "status": self.changes})


def plan(status: object, projection: Projection, now: datetime) -> StatusPatch | None:
    """Plan the write of one projection.

    Args:
        status: `.status` as stored, any JSON.
        projection: What it should say.
        now: For `lastReconciled`.

    Returns:
        The patch, or None if nothing but `lastReconciled` would change: at rest there are zero writes.
    """
    stored = status if isinstance(status, dict) else {}
    wanted = merged_status(status, projection, now)
    changes = difference(_ours(stored), _ours(wanted))
    if all(key == _STAMP for key in changes):
        return None
    intended = apply(stored, changes)
    return StatusPatch(changes, intended if isinstance(intended, dict) else {})


def until_due(patch: StatusPatch, now: datetime) -> float:
    """Say how long a write may wait for another change: the time of the last sync alone concerns nobody at once.

    Argo CD syncs often without changing anything else, and each write of ours wakes Kratix. The 60 s count from the
    sync itself, so a restart does not make them longer.

    Args:
        patch: The planned write.
        now: The time.

    Returns:
        Seconds to wait, 0 if it is due; also 0 for a time in the future, whose clock is not ours.
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
    """Name the keys that the server stored otherwise than intended (rule 8); empty if all went in."""
    stored = answer if isinstance(answer, Mapping) else {}
    return [key for key in patch.changes if not same(stored.get(key), patch.intended.get(key))]


def says_deleting(status: object) -> bool:
    """Say whether the status tells of the deletion already, in our words: then nothing more is written (rule 6)."""
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
