"""A request. Its status stays text: the rules read it, and they take any JSON."""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from platform_status_contract.observing.records import RequestRecord, number_of

from .depth import shallow
from .envelope import Meta, reader
from .lenient import count, labels, strings, text, under

__all__ = ["decode_request"]

_NOTHING: Final = b"null"


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
        labels=labels(meta.labels),
        # a copy, so the page that the text came from can go; the rules and the patch walk it in Python
        status=shallow(seen.status),
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
        labels=labels(strings(under(meta, "labels"))),
        status=shallow(msgspec.json.encode(under(whole, "status"))),
    )


decode_request: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a request -> its record; None only without a name."""
