"""Whether Argo CD compared the source that the Application has now (design.md section 5, *Behind*).

Argo CD compares `sources` if there are any, else the sync source of `sourceHydrator`, else `source`; and it always
writes an empty `source` beside `sources`.
"""

from collections.abc import Mapping
from typing import Final

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.lenient import text

__all__ = ["compared_current", "same_destination"]

_BLOBS: Final = frozenset({"valuesObject"})
"""Members of a source that hold any JSON of its author: in there only null is as good as absent."""


def compared_current(spec: object, compared: object, hydrated: object = None) -> bool:
    """Say whether Argo CD compared the source that the Application has now.

    Args:
        spec: `.spec`, any JSON.
        compared: `.status.sync.comparedTo`, any JSON.
        hydrated: `.status.sourceHydrator`, any JSON.

    Returns:
        True if they are equal with empty members dropped, or if nothing was compared yet.
    """
    if not any(_dense(under(compared, key)) for key in ("source", "sources")):
        return True
    several = _dense(under(spec, "sources"))
    if several:
        is_same = several == _dense(under(compared, "sources"))
    elif under(spec, "sourceHydrator"):
        is_same = _is_hydrated(under(spec, "sourceHydrator"), hydrated) and _is_alone(
            compared, _sync_source(under(spec, "sourceHydrator"))
        )
    else:
        is_same = _is_alone(compared, under(spec, "source"))
    return is_same and same_destination(under(spec, "destination"), under(compared, "destination"))


def same_destination(spec: object, compared: object) -> bool:
    """Say whether two destinations are one.

    Argo CD resolves a destination's name to a server and may report either: only what both name can differ.
    """
    pairs = ((text(spec, key), text(compared, key)) for key in ("server", "name", "namespace"))
    return all(wanted == found for wanted, found in pairs if wanted and found)


def _is_alone(compared: object, source: object) -> bool:
    return not _dense(under(compared, "sources")) and _dense(under(compared, "source")) == _dense(source)


def _sync_source(hydrator: object) -> dict[str, object]:
    """Return the source that Argo CD syncs from: what the hydrator writes to."""
    return {
        "repoURL": text(hydrator, "syncSource", "repoURL") or text(hydrator, "drySource", "repoURL"),
        "path": text(hydrator, "syncSource", "path"),
        "targetRevision": text(hydrator, "syncSource", "targetBranch"),
    }


def _is_hydrated(hydrator: object, status: object) -> bool:
    """Say whether what the hydrator was told last has reached the branch that Argo CD syncs from.

    Argo CD copies the hydrator's settings into the last successful operation. One that does not say for which settings
    it was made says nothing against the present ones.
    """
    last = under(status, "lastSuccessfulOperation")
    if not isinstance(last, Mapping) or text(status, "currentOperation", "phase") != "Hydrated":
        return False
    made_for = under(last, "sourceHydrator")
    return made_for is None or _dense(made_for) == _dense(hydrator)


def _dense(value: object, *, is_blob: bool = False) -> object:
    """Drop empty members at every depth, as Argo CD's own round trip does; of an author's JSON only null.

    Python holds True and 1 for equal, so booleans are spelled.
    """
    if isinstance(value, dict):
        items = ((key, _dense(item, is_blob=is_blob or key in _BLOBS)) for key, item in value.items())
        return {key: item for key, item in items if item is not None and (is_blob or not _is_empty(item))}
    if isinstance(value, list):
        return [_dense(item, is_blob=is_blob) for item in value]
    return ("boolean", value) if isinstance(value, bool) else value


def _is_empty(value: object) -> bool:
    return value in (("boolean", False), "", {}, [])
