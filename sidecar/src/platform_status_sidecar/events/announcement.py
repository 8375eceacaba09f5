"""The body of an Event: a create in events.k8s.io/v1. Pure."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_contract.rules.history import History
from platform_status_contract.rules.projection import Projection

__all__ = ["CONTROLLER", "Announcement", "Regarding", "is_transition", "of_phase", "of_storm"]

CONTROLLER: Final = "platform.integratn.tech/status-sidecar"
"""reportingController, by which our Events are selected."""

_WARNINGS: Final = (Phase.DEGRADED, Phase.FAILED, Phase.UNKNOWN)
_MAX_NOTE: Final = 1024
"""Bytes of UTF-8: the API server rejects a longer note."""
_MAX_NAME: Final = 200
"""Characters of the request's name; the rest of the 253 is for the dot and the unique suffix."""
_MAX_INSTANCE: Final = 128


class Regarding(Struct, frozen=True):
    """The request that an Event is about.

    Attributes:
        kind: Its kind.
        key: Namespace and name.
        uid: metadata.uid.
    """

    kind: str
    key: Key
    uid: str


class Announcement(Struct, frozen=True):
    """An Event before it has a name.

    Attributes:
        regarding: The request.
        is_warning: Warning or Normal.
        reason: Why, in one word of `Reason`.
        action: What was done: ``ChangePhase`` or ``BackOff``.
        note: A sentence for people.
        moment: When it was decided.
    """

    regarding: Regarding
    is_warning: bool
    reason: str
    action: str
    note: str
    moment: datetime

    def body(self, api_version: str, instance: str, unique: str) -> dict[str, object]:
        """Return the JSON to create.

        Args:
            api_version: ``group/version`` of the request.
            instance: reportingInstance: the name of the pod.
            unique: Suffix that makes the name unique; a retry reuses it, so that the Event is not created twice.
        """
        namespace, name = self.regarding.key
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"namespace": namespace, "name": f"{name[:_MAX_NAME].rstrip('.-')}.{unique}"},
            "eventTime": self.moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reportingController": CONTROLLER,
            "reportingInstance": instance[:_MAX_INSTANCE] or "unknown",
            "action": self.action,
            "reason": self.reason,
            "type": "Warning" if self.is_warning else "Normal",
            "note": _bounded(self.note),
            "regarding": {
                "apiVersion": api_version,
                "kind": self.regarding.kind,
                "namespace": namespace,
                "name": name,
                "uid": self.regarding.uid,
            },
        }


def is_transition(told: Phase | None, history: History, phase: Phase) -> bool:
    """Return whether a status with this phase is to be announced, once it is written.

    The phase is compared with the one that we wrote last. After a restart that is unknown, and the phase in the status
    is used instead: it was announced when it was written. A status that no sidecar has written yet is adopted without
    an Event, because the change of its phase is no change in the cluster.

    Args:
        told: The phase that we wrote last; None if we have not written yet.
        history: Facts from the present status.
        phase: The intended phase.
    """
    if told is not None:
        return told is not phase
    adopted = history.phase is not None and history.observed_generation is None
    return not adopted and history.phase is not phase


def of_phase(record: RequestRecord, projection: Projection, now: datetime) -> Announcement:
    """Announce that another phase of a request was written, with the reason and message of Ready."""
    phase, ready = projection.phase, projection.ready
    about = Regarding(record.kind, record.key, record.uid)
    return Announcement(about, phase in _WARNINGS, ready.reason, "ChangePhase", ready.message, now)


def of_storm(record: RequestRecord, others: tuple[str, ...], now: datetime) -> Announcement:
    """Announce that the writes of a request are slowed down (design.md section 6, rule 9).

    Args:
        record: The request.
        others: Field managers besides ours that own keys of ours, by managedFields; usually none.
        now: Wall time.
    """
    named = f"; other writers of its status: {', '.join(others)}" if others else ""
    note = f"The status was written so often that it is now written once a minute{named}"
    about = Regarding(record.kind, record.key, record.uid)
    return Announcement(about, True, "WriteStorm", "BackOff", note, now)  # noqa: FBT003 - a field, named above


def _bounded(note: str) -> str:
    text = note.encode("utf-8", "replace")
    if len(text) <= _MAX_NOTE:
        return text.decode()
    return text[: _MAX_NOTE - 3].decode("utf-8", "ignore") + "..."
