"""Reads a list in pages, with fewer objects a page if they are large.

A tenant may create sixty pods of a megabyte. Reading stops at a page larger than `MAX_PAGE`, which is then requested
again with fewer objects; the API server limits the size of a single object.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from platform_status_contract.observing.decode.envelope import ListMeta, decode_page
from platform_status_kube.errors import TooLargeError, TransportError

__all__ = ["MAX_PAGE", "KindTooLargeError", "read_pages"]

MAX_PAGE: Final = 2 * 2**20
"""Bytes of a page; decoded it needs the same memory again, and several kinds are listed at once."""

_SHRINK: Final = 4


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
