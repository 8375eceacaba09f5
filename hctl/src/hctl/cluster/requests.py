"""Fetching requests: one by any of its names, all of a kind, all golden paths; each with its freshness."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from hctl.errors import ClusterError, UsageError
from hctl.reading.freshness import judge_freshness
from hctl.reading.judgement import Judged, judge
from hctl.reading.names import choose
from hctl.reading.read import read_request
from hctl.reading.views import RequestView
from hctl.texts import inert

from .discovery import Kind
from .leases import read_leases
from .transport import ClusterReader, segment

__all__ = ["Collection", "Found", "Scope", "fetch", "find_request", "get_request", "judge_all"]

_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404


class Scope(Struct, frozen=True):
    """Where to look.

    Attributes:
        namespace: One namespace; empty for all of them.
        fallback: The context's namespace, for whoever may not look into all; empty if that is not wanted.
        selector: Label selector; empty for all.
    """

    namespace: str = ""
    fallback: str = ""
    selector: str = ""


class Collection(Struct, frozen=True, dict=True):
    """The requests of one kind.

    Attributes:
        kind: Their kind.
        path: The path they were listed from, to be watched on.
        objects: As the cluster holds them.
        version: State to watch on from.
        namespace: The namespace that was looked into; empty for all.
        narrowed: Whether all namespaces were wanted, and only one was allowed.
        selector: The label selector that they were listed by.
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
        """The requests, read; once, because a list asks for them more than once."""
        return tuple(read_request(found, resource=self.kind.resource) for found in self.objects)


class Found(Struct, frozen=True):
    """One request, and where it came from."""

    kind: Kind
    view: RequestView
    raw: Any
    collection: Collection

    def alone(self) -> Collection:
        """The collection that holds only this one; what is followed from here on is its namespace."""
        path = self.kind.path(self.view.namespace)
        return Collection(self.kind, path, (self.raw,), self.collection.version, self.view.namespace)


def fetch(transport: ClusterReader, kinds: Sequence[Kind], scope: Scope) -> list[Collection]:
    """List the requests of some kinds.

    Raises:
        ClusterError: Not allowed, or no answer. A kind that went away meanwhile has no requests.
    """
    return [_fetch(transport, kind, scope) for kind in kinds]


def _fetch(transport: ClusterReader, kind: Kind, scope: Scope) -> Collection:
    path = kind.path(scope.namespace)
    try:
        objects, version = transport.list_all(path, selector=scope.selector)
    except ClusterError as error:
        if error.status == _BAD_REQUEST and scope.selector:
            raise UsageError(f"--selector {inert(scope.selector, 253)}: {error}") from error
        if error.status == _NOT_FOUND:
            return Collection(kind, path, (), "", scope.namespace)
        if error.status != _FORBIDDEN or scope.namespace or not scope.fallback:
            raise
        path = kind.path(scope.fallback)
        objects, version = transport.list_all(path, selector=scope.selector)
        return Collection(kind, path, tuple(objects), version, scope.fallback, narrowed=True, selector=scope.selector)
    return Collection(kind, path, tuple(objects), version, scope.namespace, selector=scope.selector)


def get_request(transport: ClusterReader, kind: Kind, namespace: str, name: str) -> Found | None:
    """Read one request by its metadata.name, which decides inside a namespace: no list is needed then.

    Returns:
        The request; None if none has that metadata.name, or if only a list is allowed.

    Raises:
        ClusterError: No answer.
    """
    path = kind.path(namespace)
    try:
        raw = transport.get(f"{path}/{segment(name)}")
    except ClusterError as error:
        if error.status in (_NOT_FOUND, _FORBIDDEN):
            return None
        raise
    view = read_request(raw, resource=kind.resource)
    return Found(kind, view, raw, Collection(kind, path, (raw,), view.resource_version, namespace))


def find_request(name: str, collections: Sequence[Collection], what: str, *, namespace: str = "") -> Found:
    """Find the one request that a name means.

    Args:
        name: metadata.name, spec.name or the contract's name.
        collections: Where to look.
        what: What it is, for the error.
        namespace: The only one that was looked into, should there be nothing in it that could say so.

    Raises:
        UsageError: There is none, or more than one.
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
    """Judge requests by the Leases that they name; each Lease is read once."""
    leases = read_leases(transport, (view.lease for view in views))
    now = transport.now()
    return [judge(view, judge_freshness(view, leases.get(view.lease), now)) for view in views]
