"""What a dump keeps of a case: the fields that the decoders and the rules read, and nothing else.

The fields are those of the structs that decode the objects, so a field that is decoded tomorrow is kept tomorrow, and
one that a cluster invents is not. Labels and annotations are kept by key, and what the rules only compare or count is
replaced by something that compares and counts alike. In the texts that stay, what looks like a credential is masked.
Nobody who writes an object is trusted: of a value that is not of the type that is read, an empty one of its own type
is left, which is wrong in the same way.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, inspect

from hctl.reading.fields import under
from hctl.reading.read import items, mapping
from hctl.texts import masked
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.status import Status
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.observing.decode.applications import SKIP_ANNOTATION
from platform_status_contract.observing.decode.registry import DECODERS
from platform_status_contract.observing.decode.works import HOME_LABEL
from platform_status_contract.observing.facts import DRY_RUN_LABEL
from platform_status_contract.observing.records import ApplicationRecord
from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, PROMISE_LABEL, Source
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.timers import TIMERS
from platform_status_contract.rules.workflow import PAUSED_LABEL, RERUN_LABELS, SUSPENDED_LABEL

from .case import Case, Json, source_of

__all__ = ["keep"]

_MAX_TEXT: Final = 4096
"""Characters of a text; the rules read no more of any."""

_SLEEPS: Final = "loft.sh/sleep-mode"
_PAUSED: Final = "loft.sh/paused"
_MISPLACED: Final = "kratix.io/misplaced"
_ON_REQUESTS: Final = (SUSPENDED_LABEL, *RERUN_LABELS, DRY_RUN_LABEL, PAUSED_LABEL)
_FLAGS: Final = frozenset((*_ON_REQUESTS, _SLEEPS, _PAUSED, _MISPLACED))
"""Labels and annotations that are "true", or are not."""

_LABELS: Final[Mapping[Source, tuple[str, ...]]] = {
    Source.REQUESTS: (PROMISE_LABEL, *_ON_REQUESTS),
    Source.WORKS: (PROMISE_LABEL, "kratix.io/resource-name", HOME_LABEL),
    Source.WORK_PLACEMENTS: ("kratix.io/work", _MISPLACED),
    **dict.fromkeys(KIND_OF_CONTROLLER.values(), (_SLEEPS,)),
}
"""Labels that the decoders and the rules ask for; a contract's selectors ask for more."""

_CONDITIONS: Final = (*map(str, ConditionType), "ConfigureWorkflowCompleted")
_FAILED: Final = ("Failed", "Error")
_RESULT: Final = ("status", "hookPhase", "hookType", "kind", "name", "message")


class _Pipeline(Struct, rename="camel"):
    phase: str
    message: str
    next_retry_at: str


class _Workflows(Struct):
    pipelines: list[_Pipeline]


class _Kratix(Struct):
    workflows: _Workflows


class _Remembered(Status, frozen=True, rename="camel"):
    """A status as the rules read it back; they leave its endpoints and credentials to people."""

    kratix: _Kratix | None = None


class _Named(Struct):
    name: str
    namespace: str


class _Renewal(Struct, rename="camel"):
    renew_time: str


class _Lease(Struct):
    metadata: _Named
    spec: _Renewal


def keep(case: Case) -> Case:
    """Leave of a case what its verdict rests on; the verdict stays the same."""
    found = read_contract(case.request.get("status"))
    contract = found if isinstance(found, Contract) else None
    objects = (_object(item, contract) for item in case.objects)
    return msgspec.structs.replace(
        case, request=_request(case.request), objects=tuple(item for item in objects if item is not None), full=False
    )


def _object(whole: Json, contract: Contract | None) -> Json | None:
    source = source_of(whole)
    if source is None:
        return _trimmed(whole, _Lease) if whole.get("kind") == "Lease" else None
    kept = _trimmed(whole, DECODERS[source].shape, (*_LABELS.get(source, ()), *_selected(source, contract)))
    if source is Source.APPLICATIONS:
        _describe(kept, whole, contract)
    return kept


def _selected(source: Source, contract: Contract | None) -> Iterable[str]:
    """Keys of the labels by which a contract selects objects of a kind."""
    wanted = {
        Source.PODS: contract.workloads if contract else None,
        Source.APPLICATIONS: contract.sub_applications if contract else None,
    }.get(source)
    selector = wanted.selector if wanted else None
    if selector is not None:
        yield from selector.match_labels or ()
        yield from (expression.key for expression in selector.match_expressions or ())


def _trimmed(whole: Json, shape: type, labels: Iterable[str] = ()) -> Json:
    kept: Json = {key: _text(whole[key]) for key in ("apiVersion", "kind") if isinstance(whole.get(key), str)}
    kept |= _kept(whole, _shape_of(shape))
    after = kept.get("metadata")
    if isinstance(after, dict):
        before = mapping(whole.get("metadata"))
        # Shown of every object, although not every decoder reads them.
        for key in ("resourceVersion", "creationTimestamp"):
            after |= {key: _text(before[key])} if isinstance(before.get(key), str) else {}
        for key, wanted in (("labels", labels), ("annotations", (_PAUSED,))):
            if isinstance(after.get(key), dict):
                after[key] = _chosen(after[key], wanted)
    return kept


def _chosen(pairs: Json, wanted: Iterable[str]) -> Json:
    kept = {key: pairs[key] for key in dict.fromkeys(wanted) if key in pairs}
    kept |= {key: "true" if value == "true" else "" for key, value in kept.items() if key in _FLAGS}
    # One that is no text makes all of them unreadable.
    return kept if all(isinstance(value, str) for value in pairs.values()) else {**kept, "unreadable": False}


def _describe(kept: Json, whole: Json, contract: Contract | None) -> None:
    """Say of the sources of an Application whether they were compared, and of its results which failed."""
    record = DECODERS[Source.APPLICATIONS](msgspec.json.encode(whole))
    if not isinstance(record, ApplicationRecord):
        return
    annotation = contract.application.generation_annotation if contract and contract.application else None
    written_for = dict(record.numbers).get(annotation or "")
    if record.seen.skipped:
        kept["metadata"]["annotations"][SKIP_ANNOTATION] = "true"
    if annotation and written_for is not None:
        kept["metadata"]["annotations"][annotation] = str(written_for)
    status = whole.get("status")
    if isinstance(under(status, "sync", "comparedTo"), dict):
        other = {"source": {"targetRevision": "another"}}
        kept["status"]["sync"]["comparedTo"] = {} if record.seen.compared_current else other
    if isinstance(under(status, "conditions"), list):
        errors = (item for item in items(under(status, "conditions")) if str(under(item, "type")).endswith("Error"))
        kept["status"]["conditions"] = [_texts(item, ("type", "message")) for item in errors]
    if isinstance(under(status, "sourceHydrator", "currentOperation"), dict):
        operation = _texts(under(status, "sourceHydrator", "currentOperation"), ("phase", "message"))
        kept["status"]["sourceHydrator"] = {"currentOperation": operation}
    if isinstance(under(status, "operationState", "syncResult"), dict):
        results = items(under(status, "operationState", "syncResult", "resources"))
        failed = [_texts(item, _RESULT) for item in results if _has_failed(item)]
        kept["status"]["operationState"]["syncResult"] = {"resources": failed}


def _has_failed(result: object) -> bool:
    return under(result, "status") == "SyncFailed" or under(result, "hookPhase") in _FAILED


def _texts(found: object, keys: Iterable[str]) -> Json:
    return {key: _text(value) for key, value in mapping(found).items() if key in keys and isinstance(value, str)}


def _request(whole: Json) -> Json:
    kept = _trimmed(whole, DECODERS[Source.REQUESTS].shape, _LABELS[Source.REQUESTS])
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
            status["conditions"] = [item for item in status["conditions"] if under(item, "type") in _CONDITIONS]
        if isinstance(under(status, "health", "since"), dict):
            timers = status["health"]["since"]
            status["health"]["since"] = {name: since for name, since in timers.items() if name in TIMERS}
    return kept


# -- any value, by the type that it is read as


@functools.cache
def _shape_of(shape: type) -> inspect.Type:
    return inspect.type_info(shape)


def _kept(value: Any, shape: inspect.Type) -> Any:  # noqa: ANN401 - any JSON
    """Keep of a value what a type reads; of a value of another type, an empty one of its own."""
    shapes = shape.types if isinstance(shape, inspect.UnionType) else (shape,)
    for each in shapes:
        match each, value:
            case inspect.StructType(), dict():
                fields = {field.encode_name: field.type for field in each.fields}
                # Where an unknown key is a mistake, it stays one.
                kept = value if each.forbid_unknown_fields else value.keys() & fields.keys()
                return {key: _kept(value[key], fields[key]) if key in fields else None for key in value if key in kept}
            case inspect.DictType(), dict():
                return {_text(key): _kept(item, each.value_type) for key, item in value.items()}
            case ((inspect.ListType() | inspect.VarTupleType()), list()):
                return [_kept(item, each.item_type) for item in value]
            case ((inspect.StrType() | inspect.EnumType() | inspect.LiteralType()), str()):
                return _text(value)
            case (inspect.IntType() | inspect.FloatType(), int() | float()) | (inspect.BoolType(), bool()):
                return value
    return None if value is None else type(value)()


def _text(value: object) -> str:
    return masked(str(value), _MAX_TEXT)
