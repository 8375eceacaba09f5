"""Collects a case: reads only the objects that the contract names. A failed read is recorded, never raised."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from hctl.cluster.connection import sidecar_namespace
from hctl.cluster.transport import ClusterReader, segment
from hctl.errors import FORBIDDEN, NOT_FOUND, ClusterError
from hctl.reading.fields import name_of, text
from hctl.reading.views import RequestView
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import mapping, under
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION, Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.sources.registry import SOURCES
from platform_status_contract.sources.source import ObservedKind

from .case import CONFIG_MAPS, LEASES, Case, Json, Unread
from .scopes import scope_in

__all__ = ["collect"]

_OF_METADATA: Final = ("namespace", "name", "resourceVersion", "creationTimestamp", "deletionTimestamp")


def collect(transport: ClusterReader, view: RequestView, raw: object, say: Callable[[str], None]) -> Case:
    """Read the objects behind the verdict on a request.

    The request is read first and the objects one after the other, so they are not from a single moment. Nothing is read
    for a contract that exceeds the scope in the platform's ConfigMap.

    Args:
        transport: The API server.
        view: The request.
        raw: The request, as JSON.
        say: Called with a description of each step, to show progress.
    """
    fetching = _Fetching(transport, say)
    request = _without_noise(raw, view.api_version, view.kind)
    say("scope of the contract")
    fetching.get(CONFIG_MAPS, "v1", "ConfigMap", (sidecar_namespace(), view.resource))
    scope = scope_in(fetching.objects.values(), view.resource)
    contract = view.contract
    if isinstance(contract, Contract) and not scope.beyond(contract, (view.namespace, view.name)):
        for source in SOURCES:
            source.collect(fetching, contract, request)
    say("Lease")
    namespace, slash, name = view.lease.partition("/")
    if slash and namespace and name:
        fetching.get(LEASES, "coordination.k8s.io/v1", "Lease", (namespace, name))
    return Case(
        time=transport.now().replace(microsecond=0),
        resource=view.resource,
        request=request,
        objects=tuple(fetching.objects.values()),
        unread=tuple(fetching.unread),
    )


class _Fetching:
    """Reads from the API server and records failures; see `sources.source.Fetch`."""

    def __init__(self, transport: ClusterReader, say: Callable[[str], None]) -> None:
        self._transport = transport
        self._say = say
        self.objects: dict[tuple[str, str, str], Json] = {}
        self.unread: list[Unread] = []

    def list(self, kind: ObservedKind, namespace: str, *, labels: str = "", fields: str = "") -> list[Json]:
        """Read the objects of a kind."""
        self._say(f"{kind.kind}s")
        path = kind.path(segment(namespace) if namespace else "")
        try:
            found, _ = self._transport.list_all(path, selector=labels, fields=fields)
        except ClusterError as error:
            self._refused(kind.source, (namespace, ""), error)
            return []
        return [_without_noise(item, kind.api_version, kind.kind) for item in found]

    def one(self, kind: ObservedKind, key: Key) -> None:
        """Read one object and keep it; only its metadata for a kind with `metadata_only`."""
        self._say(f"{kind.kind}s")
        self.get(kind.source, kind.api_version, kind.kind, key, metadata_only=kind.metadata_only)

    def get(self, plural: str, version: str, kind: str, key: Key, *, metadata_only: bool = False) -> None:
        """Read one object and keep it."""
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        path = f"{root}/namespaces/{segment(key[0])}/{plural}/{segment(key[1])}"
        try:
            found = _without_noise(self._transport.get(path, metadata_only=metadata_only), version, kind)
        except ClusterError as error:
            if error.status != NOT_FOUND:
                self._refused(plural, key, error)
            return
        if metadata_only:
            # Annotations are dropped, because kubectl apply stores the applied object, with a Secret's data, in one.
            metadata = {field: value for field, value in mapping(found["metadata"]).items() if field in _OF_METADATA}
            owner = under(found, "metadata", "annotations", OWNER_ANNOTATION)
            metadata |= {"annotations": {OWNER_ANNOTATION: owner}} if owner is not None else {}
            found = {"apiVersion": version, "kind": kind, "metadata": metadata}
        self.keep([found])

    def keep(self, found: Iterable[Json]) -> None:
        """Keep objects."""
        for item in found:
            self.objects[str(item["kind"]), text(item, "metadata", "namespace"), name_of(item)] = item

    def _refused(self, source: str, key: Key, error: ClusterError) -> None:
        reasons: Mapping[int, Reason] = {FORBIDDEN: Reason.FORBIDDEN, NOT_FOUND: Reason.KIND_MISSING}
        reason = reasons.get(error.status, Reason.SOURCE_UNREADABLE)
        said = {
            Reason.FORBIDDEN: "you have no permission to read it",
            Reason.KIND_MISSING: "the cluster does not have this kind",
        }.get(reason, f"no answer ({error.status})" if error.status else "no answer")
        self.unread.append(Unread(str(source), *key, reason, inert(said)))


def _without_noise(found: object, version: str, kind: str) -> Json:
    """Add apiVersion and kind, which the items of a list lack, and drop managedFields, which no rule reads."""
    whole = mapping(found)
    metadata: Any = whole.get("metadata")
    if isinstance(metadata, dict):
        metadata = {key: value for key, value in metadata.items() if key != "managedFields"}
    rest = {key: value for key, value in whole.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}
