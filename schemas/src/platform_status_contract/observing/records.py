"""The slim records that decoders make and the store keeps: a few fields of an object, never the object.

Ten thousand pods stay resident, so every field must be needed by a rule or an index.
"""

from datetime import datetime
from typing import Final, Self

import msgspec
from msgspec import Struct

from platform_status_contract.rules.observation import ApplicationSeen, ControllerSeen, PodSeen

__all__ = [
    "ApplicationRecord",
    "ControllerRecord",
    "Key",
    "Labels",
    "PlacementRecord",
    "PodRecord",
    "Record",
    "RequestRecord",
    "SecretRecord",
    "WorkRecord",
    "number_of",
]

Key = tuple[str, str]
"""Namespace and name."""

Labels = tuple[tuple[str, str], ...]
"""Labels as sorted pairs: half the memory of a dict, and hashable."""

_MAX_DIGITS: Final = 20


def number_of(version: str) -> int:
    """Return a resourceVersion as a number, 0 if it is none; versions of one kind grow, whatever the object."""
    return int(version) if version.isascii() and version.isdecimal() and len(version) <= _MAX_DIGITS else 0


class Record(Struct, frozen=True, gc=False):
    """What every record has.

    Attributes:
        namespace: metadata.namespace.
        name: metadata.name.
        version: metadata.resourceVersion as a number, 0 if it is none; tells the newer of two states.
    """

    namespace: str
    name: str
    version: int

    @property
    def key(self) -> Key:
        """Namespace and name."""
        return (self.namespace, self.name)

    def is_newer_than(self, version: int) -> bool:
        """Say whether this state is known to be newer than a version; of no number nothing is known.

        The uid does not count: an object made anew under an old name has a newer version too, so an older version is
        an older object or an older state of this one, and neither may come back.
        """
        return 0 < version < self.version

    def says_the_same(self, other: Self) -> bool:
        """Say whether the two differ in nothing but the version."""
        return msgspec.structs.replace(self, version=other.version) == other


class RequestRecord(Record, frozen=True, gc=False):
    """A request; its status stays JSON text until it is reconciled.

    Attributes:
        uid: metadata.uid.
        resource_version: metadata.resourceVersion, the precondition of a write, as it was sent.
        kind: Its kind, for messages.
        generation: metadata.generation.
        deleting: Whether deletionTimestamp is set.
        labels: Its labels, for the workflow and for dry runs.
        status: `.status` as JSON.
    """

    uid: str
    resource_version: str
    kind: str
    generation: int
    deleting: bool
    labels: Labels
    status: bytes


class ApplicationRecord(Record, frozen=True, gc=False):
    """An Argo CD Application.

    Attributes:
        labels: Its labels, for the selector of sub-applications.
        server: spec.destination.server, without slashes at its end.
        destination: spec.destination.name.
        created: creationTimestamp.
        numbers: Annotations whose value is a whole number: one of them may be the contract's generationAnnotation.
        controller: status.controllerNamespace: which Argo CD looks after it.
        reconciled: status.reconciledAt, which moves all day long while nothing else does.
        refreshing: Whether a comparison is asked for.
        seen: What the rules see, all but `written_for`, which depends on the contract, and `silence`.
    """

    labels: Labels
    server: str
    destination: str
    created: datetime | None
    numbers: tuple[tuple[str, int], ...]
    controller: str
    reconciled: datetime | None
    refreshing: bool
    seen: ApplicationSeen

    def says_the_same(self, other: Self) -> bool:
        """Say whether the two differ in nothing but the version and in signs of life."""
        alive = msgspec.structs.replace(self, reconciled=other.reconciled, refreshing=other.refreshing)
        return super(ApplicationRecord, alive).says_the_same(other)


class PodRecord(Record, frozen=True, gc=False):
    """A pod.

    Attributes:
        labels: Its labels, for the selector.
        seen: What the rules see.
    """

    labels: Labels
    seen: PodSeen


class WorkRecord(Record, frozen=True, gc=False):
    """A Kratix Work.

    Attributes:
        promise: Label kratix.io/promise-name.
        resource: Label kratix.io/resource-name.
        home: Namespace of the request: label kratix.io/resource-namespace, which only a pipeline in a namespace of its
            own sets, else the Work's.
        empty: Whether it has no workload groups.
        message: Message of its Ready condition.
    """

    promise: str
    resource: str
    home: str
    empty: bool
    message: str

    @property
    def request(self) -> Key:
        """Which request it is for."""
        return (self.home, self.resource)


class PlacementRecord(Record, frozen=True, gc=False):
    """A Kratix WorkPlacement.

    Attributes:
        work: Label kratix.io/work.
        destination: spec.targetDestinationName.
        written: Condition WriteSucceeded; None while unknown.
        misplaced: By label, or by the Ready condition.
        message: Text of a failed write.
    """

    work: str
    destination: str
    written: bool | None
    misplaced: bool
    message: str


class ControllerRecord(Record, frozen=True, gc=False):
    """A StatefulSet, a Deployment or a DaemonSet.

    Attributes:
        seen: What the rules see.
    """

    seen: ControllerSeen


class SecretRecord(Record, frozen=True, gc=False):
    """A Secret: that it exists, and nothing more.

    Attributes:
        deleted: deletionTimestamp.
    """

    deleted: datetime | None = None
