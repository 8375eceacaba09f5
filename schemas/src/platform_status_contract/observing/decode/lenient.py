"""Total getters over any JSON, for objects that do not fit their strict shape."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from platform_status_contract.model.lookup import under
from platform_status_contract.model.times import LONG_AGO, parse_time
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION
from platform_status_contract.observing.records import Labels
from platform_status_contract.rules.masking import masked
from platform_status_contract.rules.texts import shortened

__all__ = [
    "MAX_TEXT",
    "clip",
    "count",
    "deletion",
    "labels",
    "number",
    "owner_of",
    "server_of",
    "strings",
    "text",
]

MAX_TEXT: Final = 512
"""Longest text from a cluster, in characters: texts are copied into messages, and the status stays under 8 KiB."""

_MAX_READ: Final = 2048
"""Characters of a text within which its cause is looked for; credentials are masked before anything is cut."""

_MAX_INTEGER: Final = 2**53 - 1
_MAX_OWNER: Final = 400


def text(value: object, *path: str) -> str:
    """Return the text under a path, empty if there is none."""
    found = under(value, *path)
    return found if isinstance(found, str) else ""


def number(value: object, *path: str) -> int | None:
    """Return the whole number under a path, None if there is none."""
    found = under(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def count(value: object, *path: str) -> int:
    """Return the count under a path: a whole number from 0 to 2**53-1, 0 for anything else."""
    found = number(value, *path)
    return found if found is not None and 0 <= found <= _MAX_INTEGER else 0


def strings(value: object) -> dict[str, str]:
    """Return the pairs of a mapping whose values are text."""
    if not isinstance(value, Mapping):
        return {}
    return {key: item for key, item in value.items() if isinstance(key, str) and isinstance(item, str)}


def labels(pairs: Mapping[str, str] | None) -> Labels:
    """Return labels as the records hold them."""
    if not pairs:
        return ()
    return tuple(sorted(pairs.items()))


def clip(words: str | None, limit: int = MAX_TEXT) -> str:
    """Mask credentials in a text from the cluster, and cut its middle down to `limit` characters."""
    return shortened(masked(words, _MAX_READ), limit) if words else ""


def deletion(value: object) -> datetime | None:
    """Return since when an object is being deleted, None if it is not; an invalid time counts as long ago."""
    return None if value is None else parse_time(value) or LONG_AGO


def owner_of(annotations: Mapping[str, str] | None) -> str:
    """Return the request that an object was written for, as ``namespace/name``; empty without the annotation."""
    return (annotations or {}).get(OWNER_ANNOTATION, "")[:_MAX_OWNER]


def server_of(url: str | None) -> str:
    """Return the URL of a cluster as Argo CD compares it: without slashes at the end, otherwise unchanged."""
    return (url or "").rstrip("/")
