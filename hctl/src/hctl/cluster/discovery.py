"""Lists the kinds of a cluster by one request: aggregated discovery, which every authenticated user may read.

There is no list of golden paths. Kratix installs each Promise's CRD under the names that its author chose; ours have
the category ``platform``, which ``kubectl get platform`` uses. So the candidates are the namespaced kinds of that
category, and a candidate is a golden path if one of its objects has ``.status.contract``, or a sidecar reports on it.
A kind without the category can be named explicitly. CRDs are not read, because few users may read them.
"""

import difflib
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from hctl.errors import ClusterError, UsageError
from hctl.texts import inert
from platform_status_contract.model.lookup import items, mapping

from .transport import ClusterReader, segment

__all__ = ["CATEGORY", "VCLUSTER", "Kind", "candidates", "carry_nothing", "discover", "find_kind", "is_core"]

CATEGORY: Final = "platform"
VCLUSTER: Final = "vclusterorchestratorv2s.platform.integratn.tech"
"""The kind of ``hctl vcluster``, the only one with a fixed name in hctl."""

_NEAR: Final = 0.8
"""Least similarity of a suggested name, from 0 to 1: a wrong suggestion is worse than none."""

_CORE: Final = frozenset(
    {"pod", "po", "service", "svc", "secret", "configmap", "cm", "node", "no", "namespace", "ns", "event", "ev"}
    | {"serviceaccount", "sa", "endpoint", "ep", "persistentvolume", "pv", "persistentvolumeclaim", "pvc"}
    | {"replicationcontroller", "rc", "resourcequota", "quota", "limitrange", "limit"}
)
"""Names of the kinds in the core group, without the plural s."""

_ACCEPT: Final = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)


class Kind(Struct, frozen=True):
    """A kind that the API server serves.

    Attributes:
        group: API group; empty for the core one.
        version: The most preferred version that serves it.
        kind: Such as ``VClusterOrchestratorV2``.
        plural: Such as ``vclusterorchestratorv2s``.
        singular: Such as ``vclusterorchestratorv2``.
        short_names: Such as ``vco``.
        categories: Such as ``platform``.
        namespaced: Whether its objects are namespaced.
        verbs: Such as ``list``.
    """

    group: str
    version: str
    kind: str
    plural: str
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    verbs: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        """``plural.group``, the name that kubectl uses."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "") -> str:
        """Path of the collection in one namespace, or in all if that is empty."""
        root = f"/apis/{segment(self.group)}/{segment(self.version)}" if self.group else f"/api/{segment(self.version)}"
        middle = f"/namespaces/{segment(namespace)}" if namespace else ""
        return f"{root}{middle}/{segment(self.plural)}"

    def answers_to(self, name: str) -> bool:
        """Whether a name, in any case of letters, is one of this kind."""
        wanted = name.lower()
        names = {self.plural, self.singular, self.kind.lower(), *self.short_names} - {""}
        with_group = {f"{known}.{self.group}" for known in names} if self.group else set()
        return wanted in names | with_group


def discover(transport: ClusterReader) -> tuple[Kind, ...]:
    """Fetch every kind outside of the core group.

    Raises:
        ClusterError: No response, or the server is older than aggregated discovery (Kubernetes 1.26).
    """
    found = mapping(transport.get("/apis", accept=_ACCEPT))
    if found.get("kind") != "APIGroupDiscoveryList":
        raise ClusterError("the API server does not support aggregated discovery; Kubernetes 1.26 or newer is needed")
    kinds: dict[tuple[str, str], Kind] = {}
    for entry in items(found.get("items")):
        group = inert(mapping(mapping(entry).get("metadata")).get("name"), 253)
        # Versions are sorted by preference: use the first one that serves a resource.
        for version in items(mapping(entry).get("versions")):
            name = inert(mapping(version).get("version"), 63)
            for resource in items(mapping(version).get("resources")):
                kind = _kind(group, name, mapping(resource))
                kinds.setdefault((group, kind.plural), kind)
    return tuple(kinds.values())


def candidates(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Choose the kinds that may be golden paths, by their category."""
    return tuple(kind for kind in kinds if CATEGORY in kind.categories and kind.namespaced and "list" in kind.verbs)


def find_kind(kinds: Sequence[Kind], name: str) -> Kind:
    """Return the kind with a name.

    Raises:
        UsageError: No kind has the name, or kinds of several groups do.
    """
    found = [kind for kind in kinds if kind.answers_to(name) and "list" in kind.verbs]
    if len(found) > 1:
        # A kind of the platform takes precedence over another operator's kind with the same name.
        found = [kind for kind in found if CATEGORY in kind.categories] or found
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(sorted(kind.resource for kind in found)[:8])
        raise UsageError(f"several kinds have the name {inert(name)!r}: {named}; use the full name")
    if is_core(name):
        raise UsageError(carry_nothing(name.lower(), kinds))
    near = difflib.get_close_matches(name.lower(), sorted(_names(candidates(kinds))), n=1, cutoff=_NEAR)
    guess = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"the cluster has no kind {inert(name)!r}; {guess}{_there_is(kinds)}")


def is_core(name: str) -> bool:
    """Whether a kind of the core group has the name; none of them is a golden path."""
    return name.lower().removesuffix("s") in _CORE or name.lower() in _CORE


def carry_nothing(name: str, kinds: Sequence[Kind]) -> str:
    """Return the message for a kind whose objects have no contract."""
    return f"{inert(name)} have no status contract; {_there_is(kinds)}"


def _there_is(kinds: Sequence[Kind]) -> str:
    known = sorted(kind.singular or kind.plural for kind in candidates(kinds))
    return f"golden paths here: {', '.join(known[:8])}" if known else "`kubectl api-resources` lists all kinds"


def _names(kinds: Sequence[Kind]) -> set[str]:
    return {name for kind in kinds for name in (kind.plural, kind.singular, *kind.short_names) if name}


def _kind(group: str, version: str, resource: object) -> Kind:
    fields = mapping(resource)
    return Kind(
        group=group,
        version=version,
        kind=inert(mapping(fields.get("responseKind")).get("kind"), 253),
        plural=inert(fields.get("resource"), 253),
        singular=inert(fields.get("singularResource"), 253),
        short_names=_texts(fields.get("shortNames")),
        categories=_texts(fields.get("categories")),
        namespaced=fields.get("scope") == "Namespaced",
        verbs=_texts(fields.get("verbs")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, (inert(entry, 253) for entry in items(value))))
