"""What is read of the objects of an entry: a record holds nothing that no rule looks at."""

import msgspec
from msgspec import Struct

from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.observing.selectors import label_keys

from .choose import rule_of
from .standard import only_tells

__all__ = ["Wanted", "wanted_of"]


class Wanted(Struct, frozen=True):
    """What is read of the objects of one kind; each tuple is sorted.

    Attributes:
        group: API group of the kind; some kinds have a decoder of their own.
        kind: The kind.
        fields: Paths below ``spec`` and ``status``, with dots.
        annotations: Keys of annotations.
        labels: Keys of labels.
        conditions: Types of conditions.
        entries: Whether the names are read that the object's own contract observes; it is a request.
    """

    group: str = ""
    kind: str = ""
    fields: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    entries: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Everything that is read and may make an object good, as words to compare."""
        names = ("fields", "annotations", "labels", "conditions")
        words = {f"{name[:-1]} {word}" for name in names for word in getattr(self, name) if not only_tells(word)}
        return frozenset(words | ({"what its contract observes"} if self.entries else set()))

    def __or__(self, other: "Wanted") -> "Wanted":
        """Want what either wants; of one kind."""
        names = ("fields", "annotations", "labels", "conditions")
        both = {name: tuple(sorted({*getattr(self, name), *getattr(other, name)})) for name in names}
        return msgspec.structs.replace(self, **both, entries=self.entries or other.entries)


def wanted_of(entry: ObjectEntry) -> Wanted:
    """Say what is read of the objects of an entry; several entries of one kind want what any of them wants (``|``)."""
    rule = rule_of(entry)
    labels = {key for selector in (entry.selector, entry.watch_selector) for key in label_keys(selector)}
    own = [entry.generation_annotation] if entry.generation_annotation else []
    return Wanted(
        group=entry.group,
        kind=entry.kind,
        fields=tuple(sorted(set(rule.fields))),
        annotations=tuple(sorted({*own, *(key for key, _ in rule.preset.paused_by)})),
        labels=tuple(sorted(labels)),
        conditions=tuple(sorted(set(rule.conditions))),
        entries=rule.preset.is_request,
    )
