"""Decodes requests. The status is kept as text: the rules read it, and accept any JSON."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw, Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.model.vocabulary import SIDECAR_KEYS
from platform_status_contract.observing.records import Labels, RequestRecord, number_of
from platform_status_contract.rules.contracts import MAX_CONTRACT, TOO_LARGE
from platform_status_contract.rules.workflow import DRY_RUN_LABEL, PAUSED_LABEL, RERUN_LABELS, SUSPENDED_LABEL

from .depth import shallow
from .envelope import Meta, reader
from .lenient import count, labels, strings, text

__all__ = ["decode_request", "to_keep"]

_NOTHING: Final = b"null"
_MAX_STATUS: Final = 2 * MAX_CONTRACT

_LABELS: Final = (DRY_RUN_LABEL, PAUSED_LABEL, SUSPENDED_LABEL, *RERUN_LABELS)
_KEYS: Final = frozenset((*SIDECAR_KEYS, "contract", "conditions", "problems", "kratix", "observedGeneration"))
_PARTS: Final = msgspec.json.Decoder(dict[str, Raw])


class _Request(Struct):
    metadata: Meta
    kind: str = ""
    status: Raw = Raw(_NOTHING)


_DECODER = msgspec.json.Decoder(_Request)


def _strict(seen: _Request) -> RequestRecord:
    meta = seen.metadata
    return RequestRecord(
        namespace=meta.namespace,
        name=meta.name,
        version=number_of(meta.resource_version),
        uid=meta.uid,
        resource_version=meta.resource_version,
        kind=seen.kind,
        generation=meta.generation,
        deleting=meta.deletion_timestamp is not None,
        labels=_labels(meta.labels or {}),
        # a copy, so the page that the text came from can go; the rules and the patch walk it in Python
        status=_bounded(shallow(seen.status)),
    )


def _lenient(whole: object, namespace: str, name: str) -> RequestRecord:
    meta = under(whole, "metadata")
    return RequestRecord(
        namespace=namespace,
        name=name,
        version=number_of(text(meta, "resourceVersion")),
        uid=text(meta, "uid"),
        resource_version=text(meta, "resourceVersion"),
        kind=text(whole, "kind"),
        generation=count(meta, "generation"),
        deleting=under(meta, "deletionTimestamp") is not None,
        labels=_labels(strings(under(meta, "labels"))),
        status=_bounded(shallow(msgspec.json.encode(under(whole, "status")))),
    )


def _labels(found: Mapping[str, str]) -> Labels:
    return labels({key: found[key] for key in _LABELS if key in found})


def _bounded(status: bytes) -> bytes:
    """Reduce a status that is larger than a contract may be to the keys that are read; mark a contract that is too."""
    if len(status) <= MAX_CONTRACT:
        return status
    try:
        parts = _PARTS.decode(status)
    except msgspec.ValidationError:
        return _NOTHING
    kept = {key: value for key, value in parts.items() if key in _KEYS}
    if len(bytes(kept.get("contract", Raw()))) > MAX_CONTRACT:
        kept["contract"] = Raw(msgspec.json.encode(TOO_LARGE))
    return msgspec.json.encode(kept)


decode_request: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a request -> its record; None only without a name."""


def to_keep(record: RequestRecord) -> RequestRecord:
    """Reduce a status that is still too large to its contract: a reconcile reads the rest from the API server.

    Conditions are written back as a whole list, so none of them may be shortened.
    """
    if len(record.status) <= _MAX_STATUS:
        return record
    parts = _PARTS.decode(record.status)
    status = msgspec.json.encode({key: parts[key] for key in ("contract",) if key in parts})
    return msgspec.structs.replace(record, status=status, is_cut=True)
