"""What a notification says: a CloudEvent 1.0 as structured JSON, and the signature of Standard Webhooks. Pure."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final

import msgspec

from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.masking import masked
from platform_status_contract.rules.projection import Projection

__all__ = ["CONTENT_TYPE", "EVENT_TYPE", "Notification", "key_of", "of_phase", "signature"]

CONTENT_TYPE: Final = "application/cloudevents+json"
EVENT_TYPE: Final = "tech.integratn.platform.request.phase.v1"
_PREFIX: Final = b"whsec_"
_MAX_MESSAGE: Final = 1024
"""Characters; what Ready's message may have anyway."""


class Notification(msgspec.Struct, frozen=True):
    """A notification before it is JSON.

    Attributes:
        unique: Its id: the same at each try.
        promise: Name of the Promise.
        api_version: ``group/version`` of the request.
        kind: Its kind.
        namespace: Its namespace.
        name: Its metadata.name.
        uid: Its metadata.uid.
        generation: Its metadata.generation when this was decided.
        phase: The phase that was written.
        reason: Why, in one word of `Reason`.
        message: For people; what looks like a credential is masked.
        moment: When it was decided, in UTC.
    """

    unique: str
    promise: str
    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    generation: int
    phase: str
    reason: str
    message: str
    moment: datetime

    def body(self) -> bytes:
        """Return the JSON to post."""
        return msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": self.unique,
                "source": f"/platform-status/{self.promise}",
                "type": EVENT_TYPE,
                "subject": f"{self.namespace}/{self.name}",
                "time": self.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "datacontenttype": "application/json",
                "data": {
                    "apiVersion": self.api_version,
                    "kind": self.kind,
                    "namespace": self.namespace,
                    "name": self.name,
                    "uid": self.uid,
                    "generation": self.generation,
                    "phase": self.phase,
                    "reason": self.reason,
                    "message": self.message,
                },
            }
        )


def of_phase(
    record: RequestRecord, projection: Projection, now: datetime, *, promise: str, api_version: str, unique: str
) -> Notification:
    """Return what is told of a request that was written to be in another phase.

    Args:
        record: The request.
        projection: What was written.
        now: Wall time.
        promise: Name of the Promise.
        api_version: ``group/version`` of the request.
        unique: Id of the event.
    """
    ready = projection.ready
    return Notification(
        unique=unique,
        promise=promise,
        api_version=api_version,
        kind=record.kind,
        namespace=record.namespace,
        name=record.name,
        uid=record.uid,
        generation=record.generation,
        phase=projection.phase.value,
        reason=ready.reason,
        message=masked(ready.message, _MAX_MESSAGE),
        moment=now,
    )


def key_of(text: bytes) -> bytes:
    """Return the key that a file holds: base64 after ``whsec_``, as Standard Webhooks writes it, else the bytes.

    Raises:
        ValueError: If there is none.
    """
    text = text.strip()
    key = base64.b64decode(text.removeprefix(_PREFIX), validate=True) if text.startswith(_PREFIX) else text
    if not key:
        raise ValueError("the file key is empty")
    return key


def signature(key: bytes, unique: str, seconds: int, body: bytes) -> str:
    """Sign as Standard Webhooks does: HMAC-SHA256 over id, time and body.

    Args:
        key: The shared secret.
        unique: Value of the header webhook-id.
        seconds: Value of webhook-timestamp: seconds since 1970, at this try.
        body: The body.

    Returns:
        The value of webhook-signature.
    """
    signed = f"{unique}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
