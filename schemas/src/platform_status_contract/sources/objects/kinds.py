"""The kinds that contracts name under `objects`, and how their objects are found."""

from collections.abc import Iterable
from functools import partial
from typing import Final, Literal

import msgspec
from msgspec import Raw, Struct

from platform_status_contract.model.objects import MAX_OBJECTS_OF_A_KIND, ObjectEntry
from platform_status_contract.model.selectors import Selector
from platform_status_contract.observing.decode.envelope import Reader
from platform_status_contract.observing.interest import Topic, about_object, about_place
from platform_status_contract.observing.records import Record
from platform_status_contract.observing.selectors import label_query
from platform_status_contract.sources.source import ObservedKind

from .record import ObjectRecord, decode_object, shape_of
from .wanted import Wanted, keep_object, wanted_of

__all__ = ["ObjectKind", "kind_of", "object_kinds", "object_kinds_of", "source_of_entry"]

_KIND_MISSING_INTERVAL: Final = 60.0
"""Seconds after which a kind that is not installed is asked for again."""


class ObjectKind(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """A kind that some entry names, and all that is read of its objects.

    Attributes:
        api_version: Its apiVersion.
        kind: Its kind.
        resource: Its plural.
        scope: Whether its objects stand in a namespace.
        wanted: What is read of them.
        watch_selector: Which of them are watched; None for all.
    """

    api_version: str
    kind: str
    resource: str
    scope: Literal["Namespaced", "Cluster"]
    wanted: Wanted
    watch_selector: Selector | None = None

    @property
    def group(self) -> str:
        """Its API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    @property
    def source(self) -> str:
        """Its identity among the kinds, ``plural.version.group``; those of Kubernetes' core have no group."""
        version = self.api_version.rpartition("/")[2]
        return ".".join(filter(None, (self.resource, version, self.group)))


def source_of_entry(entry: ObjectEntry) -> str:
    """Return the identity of the kind that an entry names."""
    return ObjectKind(entry.api_version, entry.kind, entry.resource, entry.scope, Wanted()).source


def object_kinds_of(kinds: Iterable[ObjectKind]) -> tuple[ObjectKind, ...]:
    """List kinds each once, with what any of its mentions wants of it.

    All objects are watched unless every mention has the same `watch_selector`.
    """
    found: dict[str, ObjectKind] = {}
    for one in kinds:
        known = found.get(one.source, one)
        watched = known.watch_selector if known.watch_selector == one.watch_selector else None
        found[one.source] = msgspec.structs.replace(known, wanted=known.wanted | one.wanted, watch_selector=watched)
    return tuple(found[source] for source in sorted(found))


def object_kinds(entries: Iterable[ObjectEntry]) -> tuple[ObjectKind, ...]:
    """List the kinds that entries name, each once, with what any of the entries wants of it."""
    return object_kinds_of(
        ObjectKind(entry.api_version, entry.kind, entry.resource, entry.scope, wanted_of(entry), entry.watch_selector)
        for entry in entries
    )


def kind_of(found: ObjectKind) -> ObservedKind:
    """Say how the objects of a kind are read, and kept where a contract names or selects them."""
    watched = label_query(found.watch_selector)
    return ObservedKind(
        source=found.source,
        api_version=found.api_version,
        kind=found.kind,
        decode=Reader(shape_of(found.wanted), partial(_decode, found.wanted)),
        about=partial(_about, found.source),
        by_place=True,
        labels=found.wanted.labels,
        keep=partial(keep_object, found.wanted),
        page=50,
        plural=found.resource,
        namespaced=found.scope == "Namespaced",
        reads=found.wanted.words,
        missing_interval=_KIND_MISSING_INTERVAL,
        watch_selector=watched,
        max_objects=0 if watched else MAX_OBJECTS_OF_A_KIND,
    )


def _decode(wanted: Wanted, data: Raw | bytes) -> ObjectRecord | None:
    return decode_object(data, wanted)


def _about(source: str, record: Record) -> Iterable[Topic]:
    return (about_object(source, record.key), about_place((source, record.namespace, "")))
