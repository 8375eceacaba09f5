"""The kinds that the sidecar watches: one line each.

A new source kind is one `WatchedKind` here, one index in ``store``, and in ``platform_status_contract.observing`` one
decoder and one reading. Everything else (lists, watches, backoff, readiness) follows from this registry.
"""

from msgspec import Struct

from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, PROMISE_LABEL, Source

from .errors import SettingsError

__all__ = ["WatchedKind", "api_version", "request_path", "watched_kinds"]


class WatchedKind(Struct, frozen=True):
    """How one kind is listed and watched.

    Attributes:
        source: Its identity.
        path: Path of its cluster-wide collection on the API server.
        page: Objects per list page: large objects come in small pages, for memory.
        selector: Label selector that the server applies; empty for all.
        metadata_only: Ask for PartialObjectMetadata.
        streamed: Read it first as a stream from the API server's cache, see `watch.initial`: worth it for large custom
            resources, which a list makes the server decode one by one; for small objects pages cost us less.
        gather: Seconds for which further events are left to gather after one that was waited for. Waking up for an
            event costs several times what the event does, and Argo CD writes its objects all day long.
    """

    source: Source
    path: str
    page: int = 100
    selector: str = ""
    metadata_only: bool = False
    streamed: bool = False
    gather: float = 0.0


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


def watched_kinds(resource: str, promise: str) -> tuple[WatchedKind, ...]:
    """List every kind that may be watched; only the requests are watched before a contract asks for more.

    Args:
        resource: The requests, as ``plural.version.group``.
        promise: Name of the Promise whose Works are read.

    Raises:
        SettingsError: If ``resource`` is malformed.
    """
    return (
        WatchedKind(Source.REQUESTS, request_path(resource)),
        WatchedKind(Source.APPLICATIONS, "/apis/argoproj.io/v1alpha1/applications", page=25, streamed=True, gather=0.2),
        WatchedKind(Source.PODS, "/api/v1/pods"),
        WatchedKind(
            Source.WORKS, "/apis/platform.kratix.io/v1alpha1/works", page=50, selector=f"{PROMISE_LABEL}={promise}"
        ),
        WatchedKind(Source.WORK_PLACEMENTS, "/apis/platform.kratix.io/v1alpha1/workplacements", page=50),
        *(
            WatchedKind(source, f"/apis/apps/v1/{source.value}", page=25, streamed=True)
            for source in KIND_OF_CONTROLLER.values()
        ),
    )
