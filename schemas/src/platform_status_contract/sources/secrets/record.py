"""Secrets, metadata only, and of that only the name, the owner and whether they go: nothing else is even decoded.

Another annotation may repeat what the Secret holds (``kubectl apply`` keeps the last applied object in one).
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct, field

from platform_status_contract.model.lookup import under
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION
from platform_status_contract.observing.decode.envelope import reader
from platform_status_contract.observing.decode.lenient import deletion, owner_of, strings, text
from platform_status_contract.observing.records import Record, number_of

__all__ = ["SecretRecord", "decode_secret"]


class SecretRecord(Record, frozen=True, gc=False):
    """A Secret: that it exists, and whose it is.

    Attributes:
        deleted: deletionTimestamp.
        owner: The request that it was written for, as ``namespace/name``; empty if it does not say.
    """

    deleted: datetime | None = None
    owner: str = ""


class _Annotations(Struct):
    owner: str = field(default="", name=OWNER_ANNOTATION)


class _Meta(Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""
    deletion_timestamp: str | None = None
    annotations: _Annotations | None = None


class _Secret(Struct):
    metadata: _Meta


_DECODER = msgspec.json.Decoder(_Secret)


def _strict(seen: _Secret) -> SecretRecord:
    meta = seen.metadata
    owner = owner_of({OWNER_ANNOTATION: meta.annotations.owner}) if meta.annotations else ""
    gone = deletion(meta.deletion_timestamp)
    return SecretRecord(meta.namespace, meta.name, number_of(meta.resource_version), gone, owner)


def _lenient(whole: object, namespace: str, name: str) -> SecretRecord:
    version = number_of(text(whole, "metadata", "resourceVersion"))
    owner = owner_of(strings(under(whole, "metadata", "annotations")))
    return SecretRecord(namespace, name, version, deletion(under(whole, "metadata", "deletionTimestamp")), owner)


decode_secret: Final = reader(_DECODER, _strict, _lenient)
"""JSON of a Secret -> its record; None only without a name."""
