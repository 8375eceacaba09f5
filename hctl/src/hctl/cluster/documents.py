"""JSON of an API server, of any depth, decoded object by object.

An API server takes ten thousand levels of nesting and msgspec gives up before one, even where it only skips a field;
one absurd object must not hide all others. So what lies too deep is cut out as text, and decodes as null.
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
        resource_version: State of the collection, to watch on from.
        following: Token of the next page; empty on the last.
    """

    objects: tuple[Any, ...]
    resource_version: str
    following: str


def decode(body: bytes | Raw) -> Any:  # noqa: ANN401 - JSON
    """Decode one object.

    Raises:
        ClusterError: It is no JSON at all: something else than an API server answered.
    """
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        return msgspec.json.decode(shallow(body))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClusterError("the answer is not JSON; is the server of this context a Kubernetes API server?") from error


def decode_page(body: bytes) -> Page:
    """Decode one page of a list.

    Raises:
        ClusterError: It is no list of an API server.
    """
    try:
        try:
            page = msgspec.json.decode(body, type=_List)
        except RecursionError:
            page = msgspec.json.decode(shallow(body), type=_List)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClusterError(
            "the answer is not a list of objects; is the server of this context a Kubernetes API server?"
        ) from error
    objects = tuple(decode(item) for item in page.items or ())
    return Page(objects, page.metadata.resource_version, page.metadata.continue_token)
