"""JSON of an API server, of any depth, decoded object by object.

An API server accepts ten thousand levels of nesting, but msgspec fails at about a thousand, even in a skipped field.
One malformed object must not hide all others, so values that are nested too deep are cut out and decode as null.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from hctl.errors import ClusterError
from platform_status_contract.observing.decode.depth import shallow

__all__ = ["Page", "decode", "decode_page"]


class _Meta(Struct, rename="camel"):
    resource_version: str = ""
    continue_token: str = msgspec.field(default="", name="continue")


class _List(Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    items: list[Raw] | None = None


class Page(Struct, frozen=True):
    """One page of a collection.

    Attributes:
        objects: Its objects.
        resource_version: resourceVersion of the collection, from which a watch continues.
        following: Continue token of the next page; empty on the last one.
    """

    objects: tuple[Any, ...]
    resource_version: str
    following: str


def decode(body: bytes | Raw) -> Any:  # noqa: ANN401 - JSON
    """Decode one object.

    Raises:
        ClusterError: The body is not JSON, so it is not from an API server.
    """
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        return msgspec.json.decode(shallow(body))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClusterError("the response is not JSON; is the server of this context an API server?") from error


def decode_page(body: bytes) -> Page:
    """Decode one page of a list.

    Raises:
        ClusterError: The body is not a list of an API server.
    """
    try:
        try:
            page = msgspec.json.decode(body, type=_List)
        except RecursionError:
            page = msgspec.json.decode(shallow(body), type=_List)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClusterError(
            "the response is not a list of objects; is the server of this context an API server?"
        ) from error
    objects = tuple(decode(item) for item in page.items or ())
    return Page(objects, page.metadata.resource_version, page.metadata.continue_token)
