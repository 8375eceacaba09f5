"""The only code that changes a request."""

from typing import Final
from urllib.parse import quote

import msgspec

from platform_status_contract.model.vocabulary import SIDECAR_KEYS
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.records import Key, RequestRecord
from platform_status_kube.errors import TransportError, UnansweredError
from platform_status_kube.transport import Transport

from .plan import StatusPatch

__all__ = ["Writer", "rivals"]

_FIELD_MANAGER: Final = "platform-status-sidecar"
"""Our field manager in managedFields."""

_SHARED: Final = "message"
_STATUS: Final = "f:status"
_OURS: Final = frozenset(f"f:{key}" for key in SIDECAR_KEYS if key != _SHARED)
_WHAT: Final = "not the JSON of a request"


class Writer:
    """Patches `/status` of requests, and reads a request again after a conflict."""

    def __init__(self, transport: Transport, collection: str) -> None:
        """Write to one kind.

        Args:
            transport: The API server.
            collection: Cluster-wide path, ``/apis/GROUP/VERSION/PLURAL``.
        """
        self._transport = transport
        self._base, _, self._plural = collection.rpartition("/")

    def patch(self, request: RequestRecord, planned: StatusPatch) -> RequestRecord:
        """Send a planned patch and return the request as the server stored it.

        Raises:
            TransportError: `ConflictError` if the request changed since it was read, `NotFoundError` if it is gone.
        """
        body = planned.body(request.resource_version)
        return self._decode(self._transport.patch(self._path(request.key) + "/status", body))

    def read(self, key: Key) -> RequestRecord:
        """Read a request from the API server.

        Raises:
            TransportError: `NotFoundError` if it is gone.
        """
        return self._decode(self._transport.get(self._path(key)))

    def others(self, key: Key) -> tuple[str, ...]:
        """Return the other field managers that own keys of ours; none if that cannot be read now."""
        try:
            return rivals(self._transport.get(self._path(key)))
        except TransportError:
            return ()

    def _path(self, key: Key) -> str:
        return f"{self._base}/namespaces/{quote(key[0])}/{self._plural}/{quote(key[1])}"

    def _decode(self, body: bytes) -> RequestRecord:
        try:
            record = decode_request(body)
        except (msgspec.DecodeError, RecursionError) as error:
            raise UnansweredError(f"{self._plural}: the answer is {_WHAT}: {error}") from error
        if record is None:
            raise UnansweredError(f"{self._plural}: the answer is {_WHAT}: metadata.name is missing")
        return record


def rivals(body: bytes) -> tuple[str, ...]:
    """Return the other field managers that own a key of ours (design.md section 6, rule 9); total.

    Args:
        body: The request as the API server sends it, any JSON.

    Returns:
        Their names, sorted; none if managedFields shows none, or cannot be read.
    """
    try:
        entries = msgspec.json.decode(body)["metadata"]["managedFields"]
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError):
        return ()
    return tuple(sorted({name for entry in entries for name in _rival(entry)})) if isinstance(entries, list) else ()


def _rival(entry: object) -> tuple[str, ...]:
    if not isinstance(entry, dict):
        return ()
    name, fields = entry.get("manager"), entry.get("fieldsV1")
    status = fields.get(_STATUS) if isinstance(fields, dict) else None
    if not isinstance(name, str) or name in ("", _FIELD_MANAGER) or not isinstance(status, dict):
        return ()
    return (name,) if _OURS & status.keys() else ()
