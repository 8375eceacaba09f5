"""Reduces a case to the fields that the decoders and the rules read.

The fields are those of the structs that decode the objects, so a new decoded field is kept too, and an unknown field is
not. Labels and annotations are kept by key. A value that the rules only compare or count is replaced by one with the
same result. Everything that looks like a credential is masked in the remaining texts. All objects are untrusted: a
value of an unexpected type is replaced by an empty one of its own type, which fails to decode in the same way.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, inspect

from hctl.texts import masked
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import mapping, under
from platform_status_contract.model.status import Status
from platform_status_contract.model.vocabulary import KRATIX_CONDITIONS, OWNER_ANNOTATION, ConditionType
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.selectors import label_keys
from platform_status_contract.observing.sources import PROMISE_LABEL
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.timers import is_timer
from platform_status_contract.rules.workflow import DRY_RUN_LABEL, PAUSED_LABEL, RERUN_LABELS, SUSPENDED_LABEL
from platform_status_contract.sources.registry import SOURCES, kinds_for
from platform_status_contract.sources.source import ObservedKind
from platform_status_contract.sources.workloads.controller_record import PAUSED_ANNOTATION, SLEEPS_LABEL
from platform_status_contract.sources.works.record import MISPLACED_LABEL

from .case import Case, Json, observed_kinds
from .scopes import FIELDS

__all__ = ["keep"]

_MAX_TEXT: Final = 4096
"""Characters of a text; the rules read no more."""

_ON_REQUESTS: Final = (SUSPENDED_LABEL, *RERUN_LABELS, DRY_RUN_LABEL, PAUSED_LABEL)
_FLAGS: Final = frozenset((*_ON_REQUESTS, SLEEPS_LABEL, PAUSED_ANNOTATION, MISPLACED_LABEL))
"""Labels and annotations of which only the value "true" counts."""

_OF_REQUESTS: Final = (PROMISE_LABEL, *_ON_REQUESTS)
"""Labels of a request that the rules read."""

_CONDITIONS: Final = (*map(str, ConditionType), *KRATIX_CONDITIONS)


class _Pipeline(Struct, rename="camel"):
    phase: str
    message: str
    next_retry_at: str


class _Workflows(Struct):
    pipelines: list[_Pipeline]


class _Kratix(Struct):
    workflows: _Workflows


class _Remembered(Status, frozen=True, rename="camel"):
    """The fields of a status that the rules read, which exclude endpoints and credentials."""

    kratix: _Kratix | None = None


class _Named(Struct):
    name: str
    namespace: str


class _Renewal(Struct, rename="camel"):
    renew_time: str


class _Lease(Struct):
    metadata: _Named
    spec: _Renewal


class _ConfigMap(Struct):
    metadata: _Named


def keep(case: Case) -> Case:
    """Return a case with only the fields behind its verdict; the verdict stays the same."""
    found = read_contract(case.request.get("status"))
    contract = found if isinstance(found, Contract) else None
    kinds = kinds_for(contract)
    objects = (_object(item, contract, kinds) for item in case.objects)
    return msgspec.structs.replace(
        case, request=_request(case.request), objects=tuple(item for item in objects if item is not None), full=False
    )


def _object(whole: Json, contract: Contract | None, kinds: Mapping[str, ObservedKind]) -> Json | None:
    found = observed_kinds(whole, kinds)
    if not found:
        return _beside(whole)
    labels = [label for kind in found for label in (*kind.labels, *_selected(kind, contract))]
    kept = _trimmed(whole, found[0].decode.shape, labels)
    for kind in found:
        if kind.keep is not None:
            kind.keep(kept, whole, contract)
    return kept


def _beside(whole: Json) -> Json | None:
    """Reduce an object that no source reads: a Lease, or the ConfigMap, which only the platform writes."""
    match whole.get("kind"):
        case "Lease":
            return _trimmed(whole, _Lease)
        case "ConfigMap":
            said = {field: under(whole, "data", field) for field in FIELDS}
            data = {field: text for field, text in said.items() if isinstance(text, str)}
            return {**_trimmed(whole, _ConfigMap), "data": data}
    return None


def _selected(kind: ObservedKind, contract: Contract | None) -> Iterable[str]:
    """Return the keys of the labels by which a contract selects objects of a kind."""
    for found, selector in (pair for source in SOURCES for pair in source.selects(contract)) if contract else ():
        if found == kind.source:
            yield from label_keys(selector)


def _trimmed(whole: Json, shape: type, labels: Iterable[str] = ()) -> Json:
    kept: Json = {key: _text(whole[key]) for key in ("apiVersion", "kind") if isinstance(whole.get(key), str)}
    kept |= _kept(whole, _shape_of(shape))
    after = kept.get("metadata")
    if isinstance(after, dict):
        before = mapping(whole.get("metadata"))
        # hctl shows these fields of every object, although not every decoder reads them.
        for key in ("resourceVersion", "creationTimestamp"):
            after |= {key: _text(before[key])} if isinstance(before.get(key), str) else {}
        for key, wanted in (("labels", labels), ("annotations", (PAUSED_ANNOTATION, OWNER_ANNOTATION))):
            if isinstance(after.get(key), dict):
                after[key] = _chosen(after[key], wanted)
    return kept


def _chosen(pairs: Json, wanted: Iterable[str]) -> Json:
    kept = {key: pairs[key] for key in dict.fromkeys(wanted) if key in pairs}
    kept |= {key: "true" if value == "true" else "" for key, value in kept.items() if key in _FLAGS}
    # A single value that is not a string makes all of them unreadable, so the reduced object needs one too.
    return kept if all(isinstance(value, str) for value in pairs.values()) else {**kept, "unreadable": False}


def _request(whole: Json) -> Json:
    kept = _trimmed(whole, decode_request.shape, _OF_REQUESTS)
    called = under(whole, "spec", "name")
    if isinstance(called, str):
        kept["spec"] = {"name": _text(called)}
    if "status" not in whole:
        return kept
    status = kept["status"] = _kept(whole["status"], _shape_of(_Remembered))
    if isinstance(status, dict):
        for key in ("endpoints", "credentials"):
            status.pop(key, None)
        if isinstance(under(status, "contract", "annotations"), dict):
            status["contract"]["annotations"] = dict.fromkeys(status["contract"]["annotations"], "")
        if isinstance(status.get("conditions"), list):
            known = (*_CONDITIONS, *recall(status).free)
            status["conditions"] = [item for item in status["conditions"] if under(item, "type") in known]
        if isinstance(under(status, "health", "since"), dict):
            timers = status["health"]["since"]
            status["health"]["since"] = {name: since for name, since in timers.items() if is_timer(name)}
    return kept


# -- any value, by the type that it is read as


@functools.cache
def _shape_of(shape: type) -> inspect.Type:
    return inspect.type_info(shape)


def _kept(value: Any, shape: inspect.Type) -> Any:  # noqa: ANN401 - any JSON
    """Return the parts of a value that a type reads; for a value of another type, an empty one of its own type."""
    shapes = shape.types if isinstance(shape, inspect.UnionType) else (shape,)
    for each in shapes:
        match each, value:
            case inspect.StructType(), dict():
                fields = {field.encode_name: field.type for field in each.fields}
                # Unknown keys are kept where they are an error, so that decoding fails in the same way.
                kept = value if each.forbid_unknown_fields else value.keys() & fields.keys()
                return {key: _kept(value[key], fields[key]) if key in fields else None for key in value if key in kept}
            case inspect.DictType(), dict():
                return {_text(key): _kept(item, each.value_type) for key, item in value.items()}
            case ((inspect.ListType() | inspect.VarTupleType()), list()):
                return [_kept(item, each.item_type) for item in value]
            case ((inspect.StrType() | inspect.EnumType() | inspect.LiteralType()), str()):
                return _text(value)
            case (inspect.IntType() | inspect.FloatType(), int() | float()) | (
                (inspect.BoolType() | inspect.LiteralType()),
                bool(),
            ):
                return value
    return None if value is None else type(value)()


def _text(value: object) -> str:
    return masked(str(value), _MAX_TEXT)
