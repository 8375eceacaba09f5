"""What a dump keeps of an Application beyond what the decoder's shape says."""

from collections.abc import Iterable
from typing import Final

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import items, mapping, under
from platform_status_contract.rules.masking import masked
from platform_status_contract.sources.source import Json

from .failures import FAILED
from .record import SKIP_ANNOTATION, decode_application

__all__ = ["keep_application"]

_RESULT: Final = ("status", "hookPhase", "hookType", "kind", "name", "message")
_MAX_TEXT: Final = 4096


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
