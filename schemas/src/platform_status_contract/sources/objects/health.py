"""`health.objects`: what all entries together count, and which of them have completed."""

from collections.abc import Iterable, Mapping, Sequence

from platform_status_contract.rules.assessment import Assessment, Verdict
from platform_status_contract.rules.history import History
from platform_status_contract.rules.texts import bounded_names
from platform_status_contract.rules.timers import SourceName

__all__ = ["counted", "objects_health"]

_MAX_UNREADY = 10
_MAX_UNREADY_BYTES = 512


def counted(ready: int, total: int, unready: Iterable[str], done: Mapping[str, str]) -> dict[str, object]:
    """`objects` of one entry, for `objects_health` to put together."""
    return {"objects": {"ready": ready, "total": total, "unready": list(unready)} | ({"done": done} if done else {})}


def objects_health(assessments: Sequence[Assessment], history: History) -> dict[str, object]:
    """`objects` of `status.health`; empty if no object is observed.

    An entry that could not be read leaves no numbers at all: those of the others would look like all there are. While
    the last verdict of one still counts the stored numbers stay.
    """
    of_objects = [found for found in assessments if found.source is SourceName.OBJECTS]
    parts = [part for found in of_objects if isinstance(part := found.health.get("objects"), dict)]
    done = {name: mark for part in parts for name, mark in part.get("done", {}).items()}
    health: dict[str, object] = {}
    counts = [part for part in parts if "total" in part]
    if len(counts) == len(of_objects):
        names = (name for part in counts for name in part["unready"])
        health = {name: sum(part[name] for part in counts) for name in ("ready", "total")}
        health["unready"] = bounded_names(names, most=_MAX_UNREADY, limit=_MAX_UNREADY_BYTES)
    elif all(found.verdict is not Verdict.UNREADABLE for found in of_objects):
        health = dict(history.objects or {})
    health |= {"done": dict(sorted(done.items()))} if done else {}
    return {"objects": health} if health and of_objects else {}
