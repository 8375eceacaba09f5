"""The envelopes of objects: list pages, watch events, and object metadata."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.records import Record

from .depth import despite_depth
from .lenient import text

__all__ = [
    "Event",
    "ListMeta",
    "ListPage",
    "Meta",
    "Reader",
    "WatchFailure",
    "decode_event",
    "decode_failure",
    "decode_page",
    "decode_version",
    "lenient",
    "reader",
]

R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _HasMetadata(Protocol):
    @property
    def metadata(self) -> _Named: ...


S = TypeVar("S", bound=_HasMetadata)


class Meta(Struct, rename="camel"):
    """The fields of metadata that records need."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class ListMeta(Struct, rename="camel"):
    """metadata of a list."""

    resource_version: str = ""
    continue_token: str = msgspec.field(default="", name="continue")
    remaining_item_count: int = 0


class ListPage(Struct):
    """One page of a list; its items are not decoded."""

    metadata: ListMeta
    items: list[msgspec.Raw] | None = None


class Event(Struct):
    """One line of a watch; its object is not decoded."""

    type: str
    object: msgspec.Raw


class _Details(Struct, rename="camel"):
    retry_after_seconds: int | None = None


class WatchFailure(Struct):
    """A Status object, as in an ERROR event."""

    code: int = 0
    message: str = ""
    details: _Details | None = None

    @property
    def retry_after(self) -> float | None:
        """Seconds from the server's `retryAfterSeconds`."""
        seconds = self.details.retry_after_seconds if self.details else None
        return float(seconds) if seconds is not None and seconds >= 0 else None


class _Bookmark(Struct):
    metadata: ListMeta


_PAGE = msgspec.json.Decoder(ListPage)
_EVENT = msgspec.json.Decoder(Event)
_FAILURE = msgspec.json.Decoder(WatchFailure)
_VERSION = msgspec.json.Decoder(_Bookmark)


@despite_depth
def decode_page(body: msgspec.Raw | bytes) -> ListPage:
    """Decode a list page.

    Raises:
        msgspec.DecodeError: If this is not a list.
    """
    return _PAGE.decode(body)


@despite_depth
def decode_event(line: msgspec.Raw | bytes) -> Event:
    """Decode a line of a watch.

    Raises:
        msgspec.DecodeError: If this is not an event.
    """
    return _EVENT.decode(line)


@despite_depth
def decode_version(raw: msgspec.Raw | bytes) -> str:
    """Return metadata.resourceVersion of any object, empty if it has none."""
    try:
        return _VERSION.decode(raw).metadata.resource_version
    except msgspec.DecodeError:
        return text(msgspec.json.decode(raw), "metadata", "resourceVersion")


@despite_depth
def decode_failure(raw: msgspec.Raw | bytes) -> WatchFailure:
    """Decode the object of an ERROR event; total for valid JSON."""
    try:
        return _FAILURE.decode(raw)
    except msgspec.DecodeError:
        return WatchFailure(message="the watch reported an error that is not a Status")


def lenient(raw: msgspec.Raw | bytes, build: Callable[[object, str, str], R]) -> R | None:
    """Decode an object that does not fit its shape.

    Args:
        raw: Valid JSON.
        build: Makes the record of the whole object, its namespace and its name.

    Returns:
        The record, or None if the object has no name, which an API server never sends.
    """
    whole = msgspec.json.decode(raw)
    name = text(whole, "metadata", "name")
    if not name:
        return None
    return build(whole, text(under(whole, "metadata"), "namespace"), name)


def _unread(_line: msgspec.Raw | bytes) -> None:
    return None


class Reader(Struct, Generic[R_co], frozen=True):
    """The decoder of one kind: JSON of an object -> its record, None only without a name; total for valid JSON.

    Attributes:
        shape: The struct whose fields are the only ones that it reads.
        read: Decodes; raises msgspec.DecodeError if the text is not JSON.
        read_event: Decodes a line of a watch in one pass: its type and the record; None if it has to be decoded in
            steps, such as a bookmark, an error, or an object that does not fit its shape.
    """

    shape: type
    read: Callable[[msgspec.Raw | bytes], R_co | None]
    read_event: Callable[[msgspec.Raw | bytes], tuple[str, R_co] | None] = _unread

    def __call__(self, raw: msgspec.Raw | bytes) -> R_co | None:
        """Decode one object."""
        return self.read(raw)


def reader(
    shape: msgspec.json.Decoder[S], strict: Callable[[S], R], loose: Callable[[object, str, str], R]
) -> Reader[R]:
    """Make the decoder of one kind.

    Args:
        shape: Decodes an object that fits its shape.
        strict: Makes the record of such an object.
        loose: Makes the record of any other, see `lenient`.
    """

    @despite_depth
    def read(raw: msgspec.Raw | bytes) -> R | None:
        try:
            seen = shape.decode(raw)
        except msgspec.ValidationError:
            return lenient(raw, loose)
        return strict(seen) if seen.metadata.name else None

    typed: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
        msgspec.defstruct("TypedEvent", [("type", str), ("object", shape.type)])
    )

    @despite_depth
    def read_event(line: msgspec.Raw | bytes) -> tuple[str, R] | None:
        try:
            event = typed.decode(line)
        except msgspec.ValidationError:
            return None
        is_change = event.type not in ("BOOKMARK", "ERROR") and event.object.metadata.name
        return (event.type, strict(event.object)) if is_change else None

    return Reader(shape.type, read, read_event)
