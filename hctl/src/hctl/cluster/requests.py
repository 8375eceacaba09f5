"""Fetches requests: one by any of its names, all of a kind, or all golden paths; each with its freshness."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from hctl.errors import FORBIDDEN, NOT_FOUND, ClusterError, UsageError
from hctl.reading.freshness import judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.read import read_request
from hctl.reading.views import RequestView, choose
from hctl.texts import inert

from .discovery import Kind
from .leases import read_leases
from .transport import ClusterReader, segment

__all__ = ["Collection", "Found", "Scope", "fetch", "find_request", "get_request", "judge_all"]

_BAD_REQUEST: Final = 400


class Scope(Struct, frozen=True):
    """Which objects to list.

    Attributes:
        namespace: One namespace; empty for all of them.
        fallback: Namespace to list if the user may not list all; empty for none.
        selector: Label selector; empty for all.
    """

    namespace: str = ""
    fallback: str = ""
    selector: str = ""


class Collection(Struct, frozen=True, dict=True):
    """The requests of one kind.

    Attributes:
        kind: Their kind.
        path: Path of the list, from which a watch continues.
        objects: The objects, as JSON.
        version: resourceVersion from which a watch continues.
        namespace: The listed namespace; empty for all.
        narrowed: Whether all namespaces were requested, but only one may be listed.
        selector: Label selector of the list.
    """

    kind: Kind
    path: str
    objects: tuple[Any, ...]
    version: str
    namespace: str = ""
    narrowed: bool = False
    selector: str = ""

    @cached_property
    def views(self) -> tuple[RequestView, ...]:
        """The views of the requests; computed once, because a list uses them several times."""
        return tuple(read_request(found, resource=self.kind.resource) for found in self.objects)


class Found(Struct, frozen=True):
    """One request, and the collection that it was read from."""

    kind: Kind
    view: RequestView
    raw: Any
    collection: Collection

    def alone(self) -> Collection:
        """Return a collection of only this request, whose watch covers only its namespace."""
        path = self.kind.path(self.view.namespace)
        return Collection(self.kind, path, (self.raw,), self.collection.version, self.view.namespace)


def fetch(transport: ClusterReader, kinds: Sequence[Kind], scope: Scope) -> list[Collection]:
    """List the requests of some kinds.

    Raises:
        ClusterError: Not allowed, or no response. A kind that was removed meanwhile has no requests.
    """
    return [_fetch(transport, kind, scope) for kind in kinds]


def _fetch(transport: ClusterReader, kind: Kind, scope: Scope) -> Collection:
    path = kind.path(scope.namespace)
    try:
        objects, version = transport.list_all(path, selector=scope.selector)
    except ClusterError as error:
        if error.status == _BAD_REQUEST and scope.selector:
            raise UsageError(f"--selector {inert(scope.selector, 253)}: {error}") from error
        if error.status == NOT_FOUND:
            return Collection(kind, path, (), "", scope.namespace)
        if error.status != FORBIDDEN or scope.namespace or not scope.fallback:
            raise
        path = kind.path(scope.fallback)
        objects, version = transport.list_all(path, selector=scope.selector)
        return Collection(kind, path, tuple(objects), version, scope.fallback, narrowed=True, selector=scope.selector)
    return Collection(kind, path, tuple(objects), version, scope.namespace, selector=scope.selector)


def get_request(transport: ClusterReader, kind: Kind, namespace: str, name: str) -> Found | None:
    """Read one request by its metadata.name, which takes precedence in a namespace, so that no list is needed.

    Returns:
        The request; None if none has that metadata.name, or if the user may only list.

    Raises:
        ClusterError: No response.
    """
    path = kind.path(namespace)
    try:
        raw = transport.get(f"{path}/{segment(name)}")
    except ClusterError as error:
        if error.status in (NOT_FOUND, FORBIDDEN):
            return None
        raise
    view = read_request(raw, resource=kind.resource)
    return Found(kind, view, raw, Collection(kind, path, (raw,), view.resource_version, namespace))


def find_request(name: str, collections: Sequence[Collection], what: str, *, namespace: str = "") -> Found:
    """Find the one request with a name.

    Args:
        name: metadata.name, spec.name or the contract's name.
        collections: The listed requests.
        what: Name of the kind, for the error.
        namespace: The listed namespace, for the error if the collections are empty.

    Raises:
        UsageError: No request has the name, or more than one.
    """
    pairs = [(collection, view, raw) for collection in collections for view, raw in _pairs(collection)]
    spaces = {collection.namespace for collection in collections}
    one = next(iter(spaces)) if len(spaces) == 1 else namespace
    where = f"in namespace {one}" if one else "in any namespace"
    if any(collection.narrowed for collection in collections):
        where += ", the only one you may list"
    views = [view for _, view, _ in pairs]
    chosen = choose(name, views, what=what, where=where, namespaced=bool(one))
    return next(Found(collection.kind, view, raw, collection) for collection, view, raw in pairs if view is chosen)


def _pairs(collection: Collection) -> Iterable[tuple[RequestView, Any]]:
    return zip(collection.views, collection.objects, strict=True)


def judge_all(transport: ClusterReader, views: Sequence[RequestView]) -> list[Judged]:
    """Judge the freshness of requests by the Leases that they name; each Lease is read once."""
    leases = read_leases(transport, (view.lease for view in views))
    now = transport.now()
    return [judge(view, judge_freshness(view, leases.get(view.lease), now)) for view in views]
