"""What is read of the objects of an entry, and kept of them in a dump: nothing that no rule looks at."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import items
from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.observing.selectors import label_keys
from platform_status_contract.rules.masking import masked
from platform_status_contract.sources.source import Json

from .choose import rule_of
from .containers import LOOKED_AT
from .standard import TEXT, only_tells

__all__ = ["Wanted", "keep_object", "wanted_of"]


_MAX_TEXT: Final = 4096
_OTHER: Final = "Other"
"""Type of a condition, or name of a field, that no rule reads: that there is one is all that counts."""


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


def keep_object(wanted: Wanted, kept: Json, whole: Json, _contract: Contract | None) -> None:
    """Keep of an object of any kind what rules read, beside what the shape of its metadata keeps."""
    before, after = whole.get("metadata"), kept.get("metadata")
    annotations = before.get("annotations") if isinstance(before, dict) else None
    if isinstance(after, dict) and isinstance(annotations, dict):
        chosen = {key: _text(annotations[key]) for key in wanted.annotations if isinstance(annotations.get(key), str)}
        after["annotations"] = {**(after.get("annotations") or {}), **chosen}
    for part in ("spec", "status"):
        if part in whole:
            kept[part] = _part(kept.get(part), whole[part], [path for path in wanted.fields if path.startswith(part)])
    status = whole.get("status")
    if isinstance(status, dict):
        if wanted.entries and isinstance(status.get("contract"), dict):
            kept["status"]["contract"] = {"objects": _entries(status["contract"].get("objects"))}
        for key in ("conditions", "observedGeneration"):
            if key in status and key not in kept["status"]:
                kept["status"][key] = _conditions(status[key], wanted) if key == "conditions" else _plain(status[key])
        if _holds(status) and not _holds(kept["status"]):
            kept["status"][_OTHER] = True


def _holds(status: Json) -> bool:
    """Whether anything stands there that somebody has written, as the decoder has it."""
    return any(value not in (None, -1, {}, []) for value in status.values())


def _part(kept: Any, whole: Any, paths: Iterable[str]) -> Any:  # noqa: ANN401 - any JSON
    """Keep the fields of one part; a part of another type stays one."""
    if not isinstance(whole, dict):
        return _plain(whole)
    result: Json = kept if isinstance(kept, dict) else {}
    for path in paths:
        _copy(whole, result, path.removesuffix(TEXT).split(".")[1:], is_text=path.endswith(TEXT))
    return result


def _copy(whole: Json, kept: Json, path: list[str], *, is_text: bool = False) -> None:
    """Keep the field under a path, and what is on the way to it."""
    value = whole.get(path[0])
    if path[1:2] == ["0"] and isinstance(value, list) and value:
        first = next((item for item in items(kept.get(path[0])) if isinstance(item, dict)), {})
        kept[path[0]] = [first]
        _copy(value[0] if isinstance(value[0], dict) else {}, first, path[2:])
    elif len(path) == 1 and is_text and isinstance(value, list):
        before = items(kept.get(path[0]))
        kept[path[0]] = [_container(item, before[index : index + 1]) for index, item in enumerate(value)]
    elif len(path) == 1 or not isinstance(value, dict):
        kept.update({path[0]: _plain(value)} if path[0] in whole else {})
    else:
        _copy(value, kept.setdefault(path[0], {}), path[1:], is_text=is_text)


def _container(whole: Any, kept: list[object]) -> Any:  # noqa: ANN401 - any JSON
    """Add to what another kind keeps of a container, since a pod may be named twice."""
    if not isinstance(whole, dict):
        return _plain(whole)
    result: Json = next((dict(item) for item in kept if isinstance(item, dict)), {})
    for path in LOOKED_AT:
        _copy(whole, result, path.split("."))
    return result


def _entries(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Keep the names of what the contract of a request observes."""
    if not isinstance(value, list):
        return _plain(value)
    keys = ("kind", "namespace", "object")
    return [
        {key: _plain(item[key]) for key in keys if key in item} if isinstance(item, dict) else _plain(item)
        for item in value
    ]


def _conditions(value: Any, wanted: Wanted) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(value, list):
        return _plain(value)
    return [_condition(item, wanted) if isinstance(item, dict) else _plain(item) for item in value]


def _condition(item: Json, wanted: Wanted) -> Json:
    keys = ("type", "status", "reason", "message", "observedGeneration", "lastTransitionTime")
    if item.get("type") in wanted.conditions:
        return {key: _plain(item[key]) for key in keys if key in item}
    rest = {key: "" if isinstance(item[key], str) else _plain(item[key]) for key in keys if key in item}
    return {**rest, "type": _OTHER} if isinstance(item.get("type"), str) else rest


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Keep what is text, number, truth or null; of a list its length, of a mapping nothing."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [None] * min(len(value), 1)
    return {} if isinstance(value, dict) else value


def _text(value: str) -> str:
    return masked(value, _MAX_TEXT)
