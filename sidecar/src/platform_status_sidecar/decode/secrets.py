"""Secrets, metadata only, and of that only the name: labels and annotations are not even decoded.

An annotation may repeat what the Secret holds (``kubectl apply`` keeps the last applied object in one).
"""

from typing import Final

import msgspec
from msgspec import Struct

from platform_status_sidecar.store.records import SecretRecord, number_of

from .envelope import reader
from .lenient import text

__all__ = ["decode_secret"]


class _Meta(Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""


class _Secret(Struct):
    metadata: _Meta


_DECODER = msgspec.json.Decoder(_Secret)


def _strict(seen: _Secret) -> SecretRecord:
    return SecretRecord(seen.metadata.namespace, seen.metadata.name, number_of(seen.metadata.resource_version))


def _lenient(whole: object, namespace: str, name: str) -> SecretRecord:
    return SecretRecord(namespace, name, number_of(text(whole, "metadata", "resourceVersion")))


decode_secret: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a Secret -> its record; None only without a name."""
