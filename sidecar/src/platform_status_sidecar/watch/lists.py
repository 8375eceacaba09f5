"""Reads the list of a kind: as a stream from the server's cache, or in pages; says what is wrong with its name.

A list page makes the API server read etcd and decode every object; the stream (WatchList) does neither, and needs no
page in our memory: the server sends every object from its cache, then a bookmark as the end. A server without it
(before Kubernetes 1.27, or with WatchList switched off) refuses it, or starts an ordinary watch; then `reflector` lists
in pages, with fewer objects a page if they are large.

A tenant may create sixty pods of a megabyte. Reading stops at a page larger than `MAX_PAGE`, which is then requested
again with fewer objects; the API server limits the size of a single object.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.envelope import (
    Event,
    ListMeta,
    decode_event,
    decode_page,
    decode_version,
)
from platform_status_kube.errors import NotFoundError, RefusedError, TooLargeError, TransportError
from platform_status_kube.transport import Transport
from platform_status_sidecar.kinds import WatchedKind

__all__ = ["MAX_PAGE", "KindMismatchError", "KindTooLargeError", "mismatch", "read_pages", "receive"]

MAX_PAGE: Final = 2 * 2**20
"""Bytes of a page; decoded it needs the same memory again, and several kinds are listed at once."""

_SHRINK: Final = 4

_END: Final = "k8s.io/initial-events-end"


def receive(
    lines: Iterator[bytes],
    *,
    put: Callable[[msgspec.Raw], None],
    other: Callable[[Event], None],
    beat: Callable[[], None],
) -> str:
    """Consume the initial events of a stream; the caller reads the rest of it.

    Args:
        lines: The stream.
        put: Receives an object.
        other: Receives any event that is neither an object nor a bookmark.
        beat: Called before each wait.

    Returns:
        The resourceVersion of the complete list; empty if the stream ended before.

    Raises:
        RefusedError: The server sends no initial events; list instead.
        TransportError: Raised by `other` or by the stream.
    """
    beat()
    for line in lines:
        event = decode_event(line)
        if event.type in ("ADDED", "MODIFIED"):
            put(event.object)
        elif event.type != "BOOKMARK":
            other(event)
        elif under(msgspec.json.decode(event.object), "metadata", "annotations", _END) == "true":
            return decode_version(event.object)
        else:
            raise RefusedError("a bookmark came before the end of the initial events")
        beat()
    return ""


class KindTooLargeError(TransportError):
    """A list has more objects than its kind may have."""


class AskPage(Protocol):
    """Requests one page: at most `limit` objects and `most` bytes."""

    def __call__(self, *, limit: int, continue_token: str, most: int) -> bytes: ...


def read_pages(
    ask: AskPage,
    limit: int,
    *,
    put: Callable[[msgspec.Raw], None],
    beat: Callable[[], None],
    stopped: Callable[[], bool],
    max_objects: int = 0,
) -> str:
    """Read a list to its end, or until stopped.

    Args:
        ask: Requests a page.
        limit: Objects a page.
        put: Receives an object.
        beat: Called before each page.
        stopped: Whether to give up.
        max_objects: A list of more is given up, mostly after the first page, which says how many follow; 0: no limit.

    Returns:
        The resourceVersion of the complete list.

    Raises:
        TransportError: What `ask` raises; `KindTooLargeError` beyond `max_objects`.
        msgspec.DecodeError: A page is no list.
    """
    version, token, size, count = "", "", limit, 0
    while True:
        beat()
        try:
            # A page of one object is read whatever its size, since no smaller page exists.
            found, read = _take(ask(limit=size, continue_token=token, most=MAX_PAGE if size > 1 else 0), put)
        except TooLargeError:
            size = max(size // _SHRINK, 1)
        else:
            count += read
            if 0 < max_objects < count + found.remaining_item_count:
                raise KindTooLargeError(f"more than {max_objects} objects, and no watchSelector")
            version, token = version or found.resource_version, found.continue_token
            if not token or stopped():
                return version
            size = min(size * 2, limit)


def _take(body: bytes, put: Callable[[msgspec.Raw], None]) -> tuple[ListMeta, int]:
    # Every reference to the page ends here, before the next one is read.
    page = decode_page(body)
    items = page.items or []
    for item in items:
        put(item)
    return page.metadata, len(items)


class KindMismatchError(NotFoundError):
    """The kind is served by another plural, or has another scope; the message names the right one."""


class _Resource(Struct):
    name: str
    kind: str
    namespaced: bool


class _Resources(Struct):
    resources: list[_Resource] = []


def mismatch(transport: Transport, kind: WatchedKind) -> str:
    """Compare plural and scope of a kind with the discovery of its API version.

    Args:
        transport: The API server.
        kind: The kind; one without `called` has a plural that nobody wrote by hand, and is not asked for.

    Returns:
        What is right instead; empty if nothing is wrong, or if discovery does not tell: a list then says what is.
    """
    version, _, plural = kind.path.rpartition("/")
    if not kind.called:
        return ""
    try:
        served = msgspec.json.decode(transport.get(version), type=_Resources).resources
    except (TransportError, msgspec.DecodeError):
        return ""
    found = next((each for each in served if each.name == plural), None)
    if found is None:
        # subresources have the kind of what they belong to
        right = next((each.name for each in served if each.kind == kind.called and "/" not in each.name), "")
        return f"the plural of {kind.called} is {right}, not {plural}" if right else ""
    if found.namespaced != kind.namespaced:
        right, wrong = ("Namespaced", "Cluster") if found.namespaced else ("Cluster", "Namespaced")
        return f"the scope of {kind.called} is {right}, not {wrong}"
    return ""
