"""How the kinds of the registry are watched, and the requests beside them."""

from collections.abc import Iterable

from msgspec import Struct

from platform_status_contract.observing.decode.envelope import Reader
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.records import Record
from platform_status_contract.observing.sources import PROMISE_LABEL, Source
from platform_status_contract.sources.source import ObservedKind

from .errors import SettingsError

__all__ = ["WatchedKind", "api_version", "request_path", "watched_kinds"]


class WatchedKind(Struct, frozen=True):
    """How one kind is listed and watched.

    Attributes:
        source: Its identity.
        path: Path of its cluster-wide collection on the API server.
        decode: JSON of an object -> its record.
        page: Objects per list page.
        selector: Label selector that the server applies; empty for all.
        metadata_only: Ask for PartialObjectMetadata.
        streamed: Read it first as a stream from the API server's cache, see `watch.lists`.
        gather: Seconds for which further events are left to gather after one that was waited for.
        missing_interval: Seconds after which it is asked for again if it is not there or has too many objects; 0 for
            the usual delay.
        max_objects: A list in pages of more of them is given up; 0 for no limit.
        called: The kind, if a template says its plural and scope; empty if we do.
        namespaced: Whether its objects stand in a namespace.
    """

    source: str
    path: str
    decode: Reader[Record]
    page: int = 100
    selector: str = ""
    metadata_only: bool = False
    streamed: bool = False
    gather: float = 0.0
    missing_interval: float = 0.0
    max_objects: int = 0
    called: str = ""
    namespaced: bool = True


def request_path(resource: str) -> str:
    """Turn ``plural.version.group`` into the path of the collection.

    Args:
        resource: For example ``vclusterorchestratorv2s.v1alpha1.platform.integratn.tech``.

    Raises:
        SettingsError: If it does not have the three parts.
    """
    plural, _, rest = resource.partition(".")
    version, _, group = rest.partition(".")
    if not (plural and version and group) or "/" in resource:
        raise SettingsError(
            f"--resource is {resource!r}, expected plural.version.group, "
            "for example vclusterorchestratorv2s.v1alpha1.platform.integratn.tech"
        )
    return f"/apis/{group}/{version}/{plural}"


def api_version(resource: str) -> str:
    """Turn ``plural.version.group`` into the apiVersion of its objects.

    Raises:
        SettingsError: If it does not have the three parts.
    """
    return request_path(resource).removeprefix("/apis/").rpartition("/")[0]


def watched_kinds(resource: str, promise: str, kinds: Iterable[ObservedKind]) -> tuple[WatchedKind, ...]:
    """List every kind that may be watched; until a contract needs more, only the requests are watched.

    Args:
        resource: The requests, as ``plural.version.group``.
        promise: Name of the Promise whose objects are read.
        kinds: The kinds beside the requests.

    Raises:
        SettingsError: If ``resource`` is malformed.
    """
    return (
        WatchedKind(Source.REQUESTS, request_path(resource), decode_request),
        *(
            WatchedKind(
                kind.source,
                kind.path(),
                kind.decode,
                page=kind.page,
                selector=f"{PROMISE_LABEL}={promise}" if kind.of_promise else kind.watch_selector,
                metadata_only=kind.metadata_only,
                streamed=kind.streamed,
                gather=kind.gather,
                missing_interval=kind.missing_interval,
                max_objects=kind.max_objects,
                called=kind.kind if kind.plural else "",
                namespaced=kind.namespaced,
            )
            for kind in kinds
            if kind.watched
        ),
    )
