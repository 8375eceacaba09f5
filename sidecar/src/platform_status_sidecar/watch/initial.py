"""A first reading by the watch itself: the server streams every object from its cache, then says that this was all.

A list page costs an API server a read of etcd and a decode of every object; the stream costs it neither, and us no
page in memory. A server that does not know it (before Kubernetes 1.27, or with WatchList switched off) refuses it, or
starts an ordinary watch; then the pages of `reflector` are used.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from platform_status_contract.observing.decode.envelope import Event, decode_event, decode_version
from platform_status_contract.observing.decode.lenient import under
from platform_status_kube.errors import RefusedError

__all__ = ["receive"]

_END: Final = "k8s.io/initial-events-end"


def receive(
    lines: Iterator[bytes],
    *,
    put: Callable[[msgspec.Raw], None],
    other: Callable[[Event], None],
    beat: Callable[[], None],
) -> str:
    """Take the initial events off a stream, and leave the rest of it to the caller.

    Args:
        lines: The stream.
        put: Takes an object.
        other: Takes any event that neither brings an object nor is a bookmark.
        beat: Called before each wait.

    Returns:
        The version of which this is everything; empty if the stream ended before.

    Raises:
        RefusedError: The server streams no initial events; list instead.
        TransportError: What `other` raises, or the stream.
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
