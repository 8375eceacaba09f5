"""Who else writes what is ours, as far as managedFields tells (design.md section 6, rule 9). Pure and total."""

from typing import Final

import msgspec

from platform_status_contract.model.vocabulary import SIDECAR_KEYS

__all__ = ["FIELD_MANAGER", "rivals"]

FIELD_MANAGER: Final = "platform-status-sidecar"
"""Our name in managedFields."""

_SHARED: Final = "message"
_STATUS: Final = "f:status"
_OURS: Final = frozenset(f"f:{key}" for key in SIDECAR_KEYS if key != _SHARED)


def rivals(body: bytes) -> tuple[str, ...]:
    """Name the other field managers that own a key of ours.

    Args:
        body: The request as the API server sends it, any JSON.

    Returns:
        Their names, sorted; none if managedFields shows none, or cannot be read.
    """
    try:
        entries = msgspec.json.decode(body)["metadata"]["managedFields"]
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError):
        return ()
    return tuple(sorted({name for entry in entries for name in _rival(entry)})) if isinstance(entries, list) else ()


def _rival(entry: object) -> tuple[str, ...]:
    if not isinstance(entry, dict):
        return ()
    name, fields = entry.get("manager"), entry.get("fieldsV1")
    status = fields.get(_STATUS) if isinstance(fields, dict) else None
    if not isinstance(name, str) or name in ("", FIELD_MANAGER) or not isinstance(status, dict):
        return ()
    return (name,) if _OURS & status.keys() else ()
