"""Any object -> its slim record: which fields are read is said by `Wanted`, everything else is passed over unbuilt.

Total for valid JSON, however deep, large or strange. What does not fit makes `ObjectSeen.problem`: an object that
cannot be read exists all the same, and never looks good.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

from platform_status_contract.model.conditions import MAX_OBJECTS
from platform_status_contract.model.lookup import under
from platform_status_contract.model.times import parse_time
from platform_status_contract.observing.decode.depth import despite_depth
from platform_status_contract.observing.decode.lenient import clip, deletion, labels, owner_of, strings, text
from platform_status_contract.observing.records import LabelledRecord, number_of
from platform_status_contract.rules.observation import ConditionSeen, FieldValue, ObjectSeen, named
from platform_status_contract.rules.texts import clean, steady
from platform_status_contract.sources.argo.record import ApplicationRecord, decode_application
from platform_status_contract.sources.workloads.controller_record import ControllerRecord, controller_decoder

from .containers import in_trouble
from .standard import TEXT
from .wanted import Wanted

__all__ = ["MAX_VALUE", "ObjectRecord", "ObjectShape", "decode_object", "shape_of"]

MAX_VALUE: Final = 64
"""Longest value of a field or an annotation in a contract, in characters; of a longer one a character more is kept."""

_MAX_FINALIZERS: Final = 3
_MAX_DIGITS: Final = 15
_CONTROLLERS: Final = {("apps", kind): controller_decoder(kind) for kind in ("Deployment", "StatefulSet", "DaemonSet")}
_APPLICATION: Final = ("argoproj.io", "Application")

_ID: Final = r"""["']?\b(?i:(?:x-amz-)?(?:request|host|correlation|trace|span|activity)[-_ ]?id)["']?\ ?[:=]\ ?
      (?:"[\w+/=.-]{8,512}+"|[\w+/=.-]{8,512}+)"""
_MOVING: Final = re.compile(
    rf"""
      \ (?:after|in|within|for)\ (?:\d+(?:\.\d+)?(?:ns|us|\u00b5s|ms|h|m|s))+(?!\w)    # after 30.012857331s
    | \ (?:after|with)\ \d+\ (?:attempt|retr)\w*(?:\(s\))?                             # after 2 attempt(s)
    | (?<![\w./-])([\w.-]*+)/[\w./-]*-\d{{5,}}+/                                       # /data/kustomization-822935991/
    | [,;]?\ ?(?:\({_ID}\)|{_ID})                                                      # , RequestID: N6VZ2C4Y3R5QJ8XA
    | (?:(?<=\b[Pp]od)|(?<=\b[Pp]ods))\ "[^"]{{1,253}}"(?=\ is\ (?:forbidden|invalid)) # pods "web-x8k2p" is forbidden
    """,
    re.VERBOSE,
)
"""What moves in the messages of controllers while nothing changes, beside what `steady` cuts.

The name of a pod that was refused is another one at each try. A bare UUID stays: it may be the name of a volume.

A path is looked at once, from its beginning, which is kept: a try at each of its slashes would take the square of time.
"""


class ObjectRecord(LabelledRecord, frozen=True, gc=False):
    """An object of any kind.

    Attributes:
        seen: What the rules see, all but `foreign`, which depends on the request.
        owner: The request that it was written for, as ``namespace/name``; empty if it does not say.
    """

    seen: ObjectSeen
    owner: str = ""


_Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class _Meta(Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""
    generation: _Number = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    finalizers: list[str] | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class ObjectShape(Struct):
    """What every object has."""

    metadata: _Meta
    spec: Raw = Raw(b"null")
    status: Raw = Raw(b"null")


class _Condition(Struct, rename="camel"):
    type: Annotated[str, Meta(max_length=316)]
    status: str = ""
    reason: str | None = None
    message: str | None = None
    observed_generation: _Number | str | None = None
    last_transition_time: str | None = None


class _Named(Struct):
    metadata: dict[str, Raw]


_NAMED = msgspec.json.Decoder(_Named)
_DECODER = msgspec.json.Decoder(ObjectShape)
_PART = msgspec.json.Decoder(dict[str, Raw] | None)
_CONDITIONS = msgspec.json.Decoder(list[Raw] | None)
_CONDITION = msgspec.json.Decoder(_Condition)
_NOTHING: Final = (b"null", b"-1", b"{}", b"[]")
"""What stands in a status before anybody has written it: a CRD may have -1 as the default of observedGeneration."""

_OBSERVED = msgspec.json.Decoder(_Number | str | None)


def shape_of(wanted: Wanted) -> type:
    """Return the struct whose fields are read: that of a kind with a decoder of its own, else that of any object."""
    api = (wanted.group, wanted.kind)
    if api in _CONTROLLERS:
        return _CONTROLLERS[api].shape
    return decode_application.shape if api == _APPLICATION else ObjectShape


def decode_object(data: Raw | bytes, wanted: Wanted) -> ObjectRecord | None:
    """Decode one object.

    Args:
        data: Valid JSON of the object.
        wanted: What to read of it.

    Returns:
        Its record; None only without a name, which no API server ever sends.

    Raises:
        msgspec.DecodeError: This is not JSON.
    """
    return despite_depth(partial(_decode, wanted))(data)


def _decode(wanted: Wanted, data: Raw | bytes) -> ObjectRecord | None:
    try:
        whole = _DECODER.decode(data)
    except msgspec.ValidationError as error:
        return _misshapen(data, wanted, error)
    meta = whole.metadata
    if not meta.name:
        return None
    seen = ObjectSeen(
        namespace=meta.namespace,
        name=meta.name,
        generation=meta.generation,
        created=parse_time(meta.creation_timestamp),
        deleted=deletion(meta.deletion_timestamp),
        finalizers=tuple(clean(clip(name), MAX_VALUE) for name in (meta.finalizers or ())[:_MAX_FINALIZERS]),
        annotations=_chosen(meta.annotations, wanted.annotations),
    )
    try:
        seen = _told(seen, whole, wanted)
    except msgspec.DecodeError as error:
        seen = msgspec.structs.replace(seen, problem=_why(error))
    chosen = labels(dict(_chosen(meta.labels, wanted.labels)))
    version = number_of(meta.resource_version)
    known, owner = _as_known(seen, data, wanted), owner_of(meta.annotations)
    return ObjectRecord(meta.namespace, meta.name, version, chosen, known, owner)


def _told(seen: ObjectSeen, whole: ObjectShape, wanted: Wanted) -> ObjectSeen:
    """Read what an object says; raises ValidationError for what does not fit."""
    parts = {"status": _PART.decode(whole.status) or {}}
    if any(path.startswith("spec.") for path in wanted.fields):
        parts["spec"] = _PART.decode(whole.spec) or {}
    nothing = Raw(b"null")
    conditions: list[Raw] = []
    if wanted.conditions:
        conditions = _CONDITIONS.decode(parts["status"].get("conditions", nothing)) or []
    observed = _OBSERVED.decode(parts["status"].get("observedGeneration", nothing))
    return msgspec.structs.replace(
        seen,
        observed=_number_in(observed),
        speaks=bool(conditions) if wanted.conditions else bool(parts["status"]),
        written=any(bytes(value) not in _NOTHING for value in parts["status"].values()),
        conditions=_kept(_readable(conditions, wanted.conditions), wanted.conditions),
        fields=tuple(_fields(parts, wanted.fields)),
        names=tuple(_observed_by(parts["status"])) if wanted.entries else (),
    )


def _number_in(observed: int | str | None) -> int | None:
    """Argo Rollouts writes its generation as a text; older ones a hash, which tells nothing."""
    if not isinstance(observed, str):
        return observed
    digits = observed.removeprefix("-")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS
    return int(observed) if is_number else None


def _observed_by(status: Mapping[str, Raw]) -> Iterator[str]:
    """Name what the contract of a request observes; what it selects has no name."""
    entries = under(msgspec.json.decode(status.get("contract", Raw(b"null"))), "objects")
    for entry in (entries if isinstance(entries, list) else [])[:MAX_OBJECTS]:
        if text(entry, "object"):
            yield named(*(clean(text(entry, key), 253) for key in ("kind", "namespace", "object")))


def _readable(conditions: Iterable[Raw], types: tuple[str, ...]) -> list[_Condition]:
    """Decode conditions one by one: what does not fit hides none of the others.

    Raises:
        ValidationError: It may be one that counts: it is of such a type, or none of such a type can be read.
    """
    found: list[_Condition] = []
    unfit = ""
    for index, item in enumerate(conditions):
        try:
            found.append(_CONDITION.decode(item))
        except msgspec.DecodeError as error:
            unfit = unfit or f"conditions[{index}]: {error}"
            if text(_any(item), "type") in types:
                raise msgspec.ValidationError(f"conditions[{index}]: {error}") from error
    if unfit and not any(item.type in types for item in found):
        raise msgspec.ValidationError(unfit)
    return found


def _kept(conditions: Iterable[_Condition], types: tuple[str, ...]) -> tuple[ConditionSeen, ...]:
    """Keep one condition a type, the newest; of two that contradict each other both, the one that is not True first."""
    kept: dict[tuple[str, bool], _Condition] = {}
    for item in conditions:
        key = (item.type, item.status == "True")
        before = kept.get(key)
        if item.type in types and (before is None or _age(item) > _age(before)):
            kept[key] = item
    return tuple(_seen(kept[key]) for key in sorted(kept))


def _seen(item: _Condition) -> ConditionSeen:
    message = clip(_tidy(item.message or ""))
    since = None if item.status in ("True", "False") else parse_time(item.last_transition_time)
    generation = _number_in(item.observed_generation)
    return ConditionSeen(item.type, _short(item.status), _short(item.reason), message, generation, since)


def _age(item: _Condition) -> int:
    generation = _number_in(item.observed_generation)
    return -1 if generation is None else generation


def _fields(parts: Mapping[str, Mapping[str, Raw]], paths: Iterable[str]) -> Iterable[tuple[str, FieldValue | None]]:
    for path in paths:
        part, first, *rest = path.removesuffix(TEXT).split(".")
        if first in parts.get(part, {}):
            value = _reach(msgspec.json.decode(parts[part][first]), rest)
            if path.endswith(TEXT):
                words = in_trouble(value) if isinstance(value, list) else value
                yield from [(path, clip(_tidy(words)))] if isinstance(words, str) and words else []
            elif isinstance(value, str):
                yield path, _short(value)
            elif isinstance(value, list):
                yield path, len(value)
            elif value is not None:
                yield path, value if isinstance(value, int) and abs(value) < 2**63 else None


def _reach(value: object, steps: Iterable[str]) -> object:
    """Follow a path; a step 0, which no contract can name, is the first item of a list."""
    for step in steps:
        value = value[0] if step == "0" and isinstance(value, list) and value else under(value, step)
    return value


def _short(words: str | None) -> str:
    """Keep a text as it stands there: one that only looks like a word, once made safe to show, is not that word.

    One that is cut is longer than any that a contract holds.
    """
    return clip(words)[: MAX_VALUE + 1]


def _tidy(message: str) -> str:
    """Cut from a message what differs from try to try."""
    return steady(_MOVING.sub(r"\1", message[:4096]))


def _chosen(pairs: Mapping[str, str] | None, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((key, pairs[key][: MAX_VALUE + 1]) for key in keys if key in pairs) if pairs else ()


def _as_known(seen: ObjectSeen, data: Raw | bytes, wanted: Wanted) -> ObjectSeen:
    """Read an object of a kind that has rules of its own by the decoder of that kind too."""
    api = (wanted.group, wanted.kind)
    if api in _CONTROLLERS:
        found: ControllerRecord | None = _CONTROLLERS[api](data)
        return msgspec.structs.replace(seen, controller=found.seen if found else None)
    if api == _APPLICATION:
        application: ApplicationRecord | None = decode_application(data)
        return msgspec.structs.replace(seen, application=application.seen if application else None)
    return seen


def _misshapen(data: Raw | bytes, wanted: Wanted, why: msgspec.DecodeError) -> ObjectRecord | None:
    """Make the record of an object whose metadata does not fit: that it exists, and that it cannot be read."""
    try:
        found = _NAMED.decode(data).metadata
    except msgspec.ValidationError:
        return None
    keys = ("name", "namespace", "resourceVersion", "labels", "annotations")
    meta = {key: _any(found[key]) for key in keys if key in found}
    name, namespace = text(meta, "name"), text(meta, "namespace")
    if not name:
        return None
    gone = deletion(_any(found["deletionTimestamp"])) if "deletionTimestamp" in found else None
    chosen = labels(dict(_chosen(strings(meta.get("labels")), wanted.labels)))
    seen = ObjectSeen(namespace, name, deleted=gone, problem=_why(why))
    owner = owner_of(strings(meta.get("annotations")))
    return ObjectRecord(namespace, name, number_of(text(meta, "resourceVersion")), chosen, seen, owner)


def _any(value: Raw) -> object:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return ""


def _why(error: msgspec.DecodeError) -> str:
    return clip(clean(str(error), MAX_VALUE * 3))
