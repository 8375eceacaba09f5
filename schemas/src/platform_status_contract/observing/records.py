"""The slim records that decoders make and the store keeps: a few fields of an object, never the whole object.

Ten thousand pods stay resident, so every field must be needed by a rule or an index.
"""

import sys
from collections.abc import Iterable
from typing import Final, Self

import msgspec
from msgspec import Struct

__all__ = [
    "MAX_LABELS",
    "Key",
    "LabelledRecord",
    "Labels",
    "Record",
    "RequestRecord",
    "is_foreign",
    "number_of",
]

Key = tuple[str, str]
"""Namespace and name."""

Labels = tuple[tuple[str, str], ...]
"""Labels as sorted pairs: half the memory of a dict, and hashable."""

MAX_LABELS: Final = 32
"""An object that is kept wherever it is, and has more labels than this, keeps only those that a selector uses."""

_MAX_DIGITS: Final = 20


def number_of(version: str) -> int:
    """Return a resourceVersion as a number, 0 if it is none; versions of one kind grow, whatever the object."""
    return int(version) if version.isascii() and version.isdecimal() and len(version) <= _MAX_DIGITS else 0


def is_foreign(owner: str, request: Key) -> bool:
    """Return whether an object names another request as its owner; False for an object without an owner.

    Args:
        owner: ``namespace/name`` of its `OWNER_ANNOTATION`; empty without one.
        request: The request whose contract names it.
    """
    return bool(owner) and owner != "/".join(request)


class Record(Struct, frozen=True, gc=False):
    """The fields of every record.

    Attributes:
        namespace: metadata.namespace.
        name: metadata.name.
        version: metadata.resourceVersion as a number, 0 if it is none; the newer of two states has the higher one.
    """

    namespace: str
    name: str
    version: int

    @property
    def key(self) -> Key:
        """Namespace and name."""
        return (self.namespace, self.name)

    def is_newer_than(self, version: int) -> bool:
        """Return whether this state is known to be newer than a version; False if either is not a number.

        The uid is not compared: an object that was created again has a higher version too. So a lower version is an
        older object or an older state of this one, and neither may replace it.
        """
        return 0 < version < self.version

    def says_the_same(self, other: Self) -> bool:
        """Return whether the two differ only in the version."""
        return msgspec.structs.replace(self, version=other.version) == other


class LabelledRecord(Record, frozen=True, gc=False):
    """A record of an object that a selector may match.

    Attributes:
        labels: Its labels; in the sidecar's store only those that a selector uses, see `Store`.
    """

    labels: Labels

    def with_labels(self, labels: Iterable[tuple[str, str]]) -> Self:
        """Return it with these labels; many objects have the same, so each text is in memory once."""
        kept = tuple((sys.intern(key), sys.intern(value)) for key, value in labels)
        return msgspec.structs.replace(self, labels=kept)


class RequestRecord(Record, frozen=True, gc=False):
    """A request; its status stays JSON text until it is reconciled.

    Attributes:
        uid: metadata.uid.
        resource_version: metadata.resourceVersion as text, the precondition of a write.
        kind: Its kind, for messages.
        generation: metadata.generation.
        deleting: Whether deletionTimestamp is set.
        labels: Its labels that identify dry runs and the state of the workflow.
        status: `.status` as JSON.
        is_cut: Whether `status` holds only the contract, because the rest is too large to keep.
    """

    uid: str
    resource_version: str
    kind: str
    generation: int
    deleting: bool
    labels: Labels
    status: bytes
    is_cut: bool = False
