"""Secrets, metadata only, and of that only the name and whether they go: labels and annotations are not even decoded.

An annotation may repeat what the Secret holds (``kubectl apply`` keeps the last applied object in one).
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.observing.decode.envelope import reader
from platform_status_contract.observing.decode.lenient import deletion, text, under
from platform_status_contract.observing.records import Record, number_of

__all__ = ["SecretRecord", "decode_secret"]


class SecretRecord(Record, frozen=True, gc=False):
    """A Secret: that it exists, and nothing more.

    Attributes:
        deleted: deletionTimestamp.
    """

    deleted: datetime | None = None


class _Meta(Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""
    deletion_timestamp: str | None = None


class _Secret(Struct):
    metadata: _Meta


_DECODER = msgspec.json.Decoder(_Secret)


def _strict(seen: _Secret) -> SecretRecord:
    meta = seen.metadata
    return SecretRecord(meta.namespace, meta.name, number_of(meta.resource_version), deletion(meta.deletion_timestamp))


def _lenient(whole: object, namespace: str, name: str) -> SecretRecord:
    version = number_of(text(whole, "metadata", "resourceVersion"))
    return SecretRecord(namespace, name, version, deletion(under(whole, "metadata", "deletionTimestamp")))


decode_secret: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a Secret -> its record; None only without a name."""
