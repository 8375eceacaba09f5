"""The first list as a stream (WatchList): the server sends every object from its cache, then a bookmark as the end.

A list page makes the API server read etcd and decode every object; the stream does neither, and needs no page in our
memory. A server without it (before Kubernetes 1.27, or with WatchList switched off) refuses it, or starts an ordinary
watch; then `reflector` lists in pages.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.envelope import Event, decode_event, decode_version
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
