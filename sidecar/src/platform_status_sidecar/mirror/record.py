"""What a HealthRecord says of one request: worded from a projection, read back from any JSON. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.store.records import Key, RequestRecord

__all__ = ["API_VERSION", "KIND", "Mirrored", "document", "is_leaving", "mirrored", "patch", "promise_of", "says"]

API_VERSION: Final = "platform.kratix.io/v1alpha1"
KIND: Final = "HealthRecord"

_STATES: Final[Mapping[Phase, str]] = {
    Phase.READY: "ready",
    Phase.DEGRADED: "degraded",
    Phase.FAILED: "unhealthy",
    Phase.SCHEDULED: "unknown",
    Phase.PROGRESSING: "unknown",
    Phase.DELETING: "unknown",
    Phase.UNKNOWN: "unknown",
}
"""Kratix has five states and no word for "on its way": only Ready is ready, and only what is broken is called so."""


class Mirrored(Struct, frozen=True):
    """What is to be mirrored: equal values need no write.

    Attributes:
        uid: metadata.uid of the request, its owner.
        kind: Kind of the request.
        generation: The generation that is spoken of.
        phase: The phase.
        reason: Ready's reason.
        message: Ready's message.
    """

    uid: str
    kind: str
    generation: int
    phase: Phase
    reason: str
    message: str


def mirrored(record: RequestRecord, projection: Projection) -> Mirrored:
    """Take what a HealthRecord says out of a projection."""
    ready = projection.ready
    return Mirrored(record.uid, record.kind, record.generation, projection.phase, str(ready.reason), ready.message)


def document(
    said: Mirrored, *, name: str, key: Key, promise: str, api_version: str, now: datetime
) -> dict[str, object]:
    """Return the HealthRecord to create.

    Args:
        said: What it says.
        name: Its own name.
        key: Namespace and name of the request.
        promise: Name of the Promise.
        api_version: ``group/version`` of the request.
        now: The time, for `data.lastRun`.
    """
    owner = {"apiVersion": api_version, "kind": said.kind, "name": key[1], "uid": said.uid}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "namespace": key[0],
            "name": name,
            # Not kratix.io/promise-name: Kratix deletes by that label (kratix.md section 1).
            "labels": {"app.kubernetes.io/managed-by": "platform-status-sidecar"},
            "ownerReferences": [owner],
        },
        "data": _data(said, key=key, promise=promise) | {"lastRun": int(now.timestamp())},
    }


def patch(whole: Mapping[str, object]) -> dict[str, object]:
    """Return the merge patch that makes an existing record say what a new one would.

    Args:
        whole: See `document`.
    """
    metadata = whole["metadata"]
    owners = metadata["ownerReferences"] if isinstance(metadata, dict) else None
    return {"metadata": {"ownerReferences": owners}, "data": whole["data"]}


def says(stored: object, said: Mirrored, *, key: Key, promise: str) -> bool:
    """Say whether a stored record, any JSON, says this already, whenever it was written."""
    data = _under(stored, "data")
    owners = _under(_under(stored, "metadata"), "ownerReferences")
    owned = isinstance(owners, list) and any(_under(owner, "uid") == said.uid for owner in owners)
    wanted = _data(said, key=key, promise=promise)
    return owned and isinstance(data, dict) and all(data.get(field) == value for field, value in wanted.items())


def promise_of(stored: object) -> object:
    """Return the name of the Promise that a stored record, any JSON, speaks for; None if it says none."""
    return _under(_under(_under(stored, "data"), "promiseRef"), "name")


def is_leaving(stored: object) -> bool:
    """Say whether a stored record, any JSON, is being deleted: what is written into it now is lost."""
    return _under(_under(stored, "metadata"), "deletionTimestamp") is not None


def _data(said: Mirrored, *, key: Key, promise: str) -> dict[str, object]:
    return {
        "promiseRef": {"name": promise},
        "resourceRef": {"name": key[1], "namespace": key[0], "generation": said.generation},
        "state": _STATES[said.phase],
        "details": {"phase": said.phase.value, "reason": said.reason, "message": said.message},
    }


def _under(value: object, field: str) -> object:
    return value.get(field) if isinstance(value, dict) else None
