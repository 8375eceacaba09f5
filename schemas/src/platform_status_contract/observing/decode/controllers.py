"""StatefulSets and Deployments, metadata only: is the workload paused?"""

from typing import Final

import msgspec

from platform_status_contract.observing.records import ControllerRecord, number_of

from .envelope import RawObject, reader
from .lenient import strings, text, under

__all__ = ["decode_controller"]

_PAUSED = "loft.sh/paused"
"""vcluster sets it to "true" on the controller that it scales down."""

_DECODER = msgspec.json.Decoder(RawObject)


def _strict(seen: RawObject) -> ControllerRecord:
    meta = seen.metadata
    paused = (meta.annotations or {}).get(_PAUSED) == "true"
    return ControllerRecord(meta.namespace, meta.name, number_of(meta.resource_version), paused)


def _lenient(whole: object, namespace: str, name: str) -> ControllerRecord:
    annotations = strings(under(whole, "metadata", "annotations"))
    version = number_of(text(whole, "metadata", "resourceVersion"))
    return ControllerRecord(namespace, name, version, annotations.get(_PAUSED) == "true")


decode_controller: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a controller -> its record; None only without a name."""
