"""The kind that this source reads: how its objects are found, and what a dump keeps of one.

The shape of the decoder says most of what is kept; `keep_application` adds what a verdict needs beside it.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from platform_status_contract.model.contract import Contract, DestinationMatch
from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.observing.interest import Topic, about_object
from platform_status_contract.observing.records import Record
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.masking import masked
from platform_status_contract.sources.source import Json, ObservedKind, Sign

from .failures import FAILED
from .record import SKIP_ANNOTATION, ApplicationRecord, decode_application

__all__ = ["APPLICATION", "about_destination", "keep_application"]

_RESULT: Final = ("status", "hookPhase", "hookType", "kind", "name", "message")
_MAX_TEXT: Final = 4096


def about_destination(namespace: str, destination: DestinationMatch) -> list[Topic]:
    """Name the Applications of a namespace whose destination is one of these servers or of these names."""
    return [
        *(_about("server", namespace, server) for server in destination.servers),
        *(_about("name", namespace, name) for name in destination.all_names),
    ]


def _about(field: str, namespace: str, value: str) -> Topic:
    return (Source.APPLICATIONS, field, namespace, value)


def _destinations(record: Record) -> Iterable[Topic]:
    if isinstance(record, ApplicationRecord):
        for field, value in (("server", record.server), ("name", record.destination)):
            if value:
                yield _about(field, record.namespace, value)


def _about_application(record: Record) -> Iterable[Topic]:
    yield about_object(Source.APPLICATIONS, record.key)
    yield from _destinations(record)


def _sign(record: Record) -> Sign | None:
    """Argo CD looks at each Application every few minutes: a controller hangs, or its watch of one cluster."""
    if not isinstance(record, ApplicationRecord):
        return None
    group = (record.controller, record.server, record.destination)
    return Sign(group, record.reconciled, asked=record.refreshing, counts=not record.seen.skipped)


def keep_application(kept: Json, whole: Json, contract: Contract | None) -> None:
    """Say of the sources of an Application whether they were compared, and of its results which failed."""
    record = decode_application(msgspec.json.encode(whole))
    if record is None:
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
    return under(result, "status") == "SyncFailed" or under(result, "hookPhase") in FAILED


def _texts(found: object, keys: Iterable[str]) -> Json:
    return {
        key: masked(value, _MAX_TEXT) for key, value in mapping(found).items() if key in keys and isinstance(value, str)
    }


APPLICATION: Final = ObservedKind(
    source=Source.APPLICATIONS,
    api_version="argoproj.io/v1alpha1",
    kind="Application",
    decode=decode_application,
    about=_about_application,
    groups=_destinations,
    keep=keep_application,
    sign=_sign,
    page=25,
    streamed=True,
    gather=0.4,
)
