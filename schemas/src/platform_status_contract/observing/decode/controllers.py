"""StatefulSets and Deployments, metadata only: is the workload paused?"""

from typing import Final

import msgspec

from platform_status_contract.observing.records import ControllerRecord, number_of

from .envelope import RawObject, reader
from .lenient import deletion, text, under

__all__ = ["decode_controller"]

_PAUSED: Final = "loft.sh/paused"
"""Annotation that vcluster sets to "true" on the controller that it scales down."""

_SLEEPS: Final = "loft.sh/sleep-mode"
"""Label that vcluster's sleep mode sets to "true" on the controller that it scales down."""

_DECODER = msgspec.json.Decoder(RawObject)


def _strict(seen: RawObject) -> ControllerRecord:
    meta = seen.metadata
    paused = (meta.annotations or {}).get(_PAUSED) == "true" or (meta.labels or {}).get(_SLEEPS) == "true"
    version = number_of(meta.resource_version)
    return ControllerRecord(meta.namespace, meta.name, version, paused, deletion(meta.deletion_timestamp))


def _lenient(whole: object, namespace: str, name: str) -> ControllerRecord:
    meta = under(whole, "metadata")
    paused = text(meta, "annotations", _PAUSED) == "true" or text(meta, "labels", _SLEEPS) == "true"
    version = number_of(text(meta, "resourceVersion"))
    return ControllerRecord(namespace, name, version, paused, deletion(under(meta, "deletionTimestamp")))


decode_controller: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a controller -> its record; None only without a name."""
