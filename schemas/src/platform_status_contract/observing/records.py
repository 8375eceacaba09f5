"""The slim records that decoders make and the store keeps: a few fields of an object, never the object.

Ten thousand pods stay resident, so every field must be needed by a rule or an index.
"""

from collections.abc import Container
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
"""An object with more labels than this keeps only those that some selector looks at."""

_MAX_DIGITS: Final = 20


def number_of(version: str) -> int:
    """Return a resourceVersion as a number, 0 if it is none; versions of one kind grow, whatever the object."""
    return int(version) if version.isascii() and version.isdecimal() and len(version) <= _MAX_DIGITS else 0


def is_foreign(owner: str, request: Key) -> bool:
    """Say whether an object names another request as its owner; one that names none is anybody's.

    Args:
        owner: ``namespace/name`` of its `OWNER_ANNOTATION`; empty without one.
        request: The request whose contract looks at it.
    """
    return bool(owner) and owner != "/".join(request)


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


class LabelledRecord(Record, frozen=True, gc=False):
    """A record of an object that a selector may find.

    Attributes:
        labels: Its labels; of an object with more than `MAX_LABELS` of them only those that a selector looks at.
    """

    labels: Labels

    def with_labels(self, keys: Container[str]) -> Self:
        """Keep only the labels with these keys."""
        return msgspec.structs.replace(self, labels=tuple(pair for pair in self.labels if pair[0] in keys))


class RequestRecord(Record, frozen=True, gc=False):
    """A request; its status stays JSON text until it is reconciled.

    Attributes:
        uid: metadata.uid.
        resource_version: metadata.resourceVersion, the precondition of a write, as it was sent.
        kind: Its kind, for messages.
        generation: metadata.generation.
        deleting: Whether deletionTimestamp is set.
        labels: Those of its labels that the workflow and dry runs are told by.
        status: `.status` as JSON.
        is_cut: Whether that is its contract alone, because the rest is too large to be kept.
    """

    uid: str
    resource_version: str
    kind: str
    generation: int
    deleting: bool
    labels: Labels
    status: bytes
    is_cut: bool = False
