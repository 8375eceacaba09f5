"""One run of hctl against one cluster: connection, kinds, and the requests to look at."""

import functools
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from hctl.cluster.connection import connect, kubeconfig_path
from hctl.cluster.discovery import VCLUSTER, Kind, candidates, discover, find_kind
from hctl.cluster.requests import Collection, Found, Scope, fetch, find_request, get_request
from hctl.cluster.transport import ClusterReader
from hctl.diagnosis.orders import Orders
from hctl.errors import ClusterError, UsageError
from hctl.reading.read import mapping
from hctl.target import Target
from hctl.texts import inert

__all__ = ["Session"]


class Session:
    """What a command has in hand.

    Args:
        target: Which cluster, and where in it: context, namespace, kubeconfig.
        patience: Seconds until an attempt to connect is given up; None for the usual.
    """

    def __init__(self, target: Sequence[str], *, patience: float | None = None) -> None:
        self.target = Target(*target)
        self._patience = patience
        self.refused: list[str] = []
        """Kinds that may be golden paths, and that we may not list."""

    def open(self) -> None:
        """Read the kubeconfig now, so that its errors come first.

        Raises:
            HctlError: It cannot be used.
        """
        _ = self.transport

    @functools.cached_property
    def transport(self) -> ClusterReader:
        """The way to the API server."""
        connection = connect(self.target.kubeconfig, self.target.context)
        return ClusterReader(connection, **({} if self._patience is None else {"connect_seconds": self._patience}))

    @functools.cached_property
    def orders(self) -> Orders:
        """Spells commands for this cluster."""
        return Orders(self.target.flags)

    @functools.cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of the cluster."""
        return discover(self.transport)

    def candidates(self) -> tuple[Kind, ...]:
        """The kinds that may be golden paths."""
        return candidates(self.kinds)

    def kind(self, name: str) -> Kind:
        """The kind that a user means.

        Raises:
            UsageError: There is none, or more than one.
        """
        return find_kind(self.kinds, name)

    def vcluster(self) -> Kind:
        """The kind that ``hctl vcluster`` means.

        Raises:
            UsageError: The cluster does not have it.
        """
        try:
            return self.kind(VCLUSTER)
        except UsageError as error:
            raise UsageError(
                f"this cluster has no {VCLUSTER}: the Promise vcluster-orchestrator-v2 is not installed, "
                "or this is not the --context you mean"
            ) from error

    def scope(self, *, everywhere: bool = False) -> Scope:
        """Where to look: the chosen namespace, else all, else where one may.

        Raises:
            UsageError: One namespace and all were asked for.
        """
        if everywhere and self.target.namespace:
            raise UsageError("--namespace and --all-namespaces exclude each other; leave one out")
        fallback = "" if everywhere else (self.transport.connection.access.namespace or "default")
        return Scope(self.target.namespace, fallback)

    def requests_of(self, kind: Kind, *, everywhere: bool = False) -> list[Collection]:
        """All requests of one kind."""
        return fetch(self.transport, [kind], self.scope(everywhere=everywhere))

    def golden_paths(self, *, everywhere: bool = False) -> list[Collection]:
        """All requests of every golden path: of the kinds of which at least one object is bound to a contract.

        Raises:
            ClusterError: No answer, or none of the kinds may be listed.
        """
        scope = self.scope(everywhere=everywhere)
        found: list[Collection] = []
        error: ClusterError | None = None
        for kind in self.candidates():
            try:
                found += fetch(self.transport, [kind], scope)
            except ClusterError as refusal:
                if not refusal.status:
                    raise
                error = error or refusal
                self.refused.append(kind.resource)
        if error is not None and not found:
            raise error
        return [collection for collection in found if any(view.bound for view in collection.views)]

    def find(self, reference: str, kind: Kind | None = None) -> Found:
        """Find one request by ``NAME`` or ``KIND/NAME``.

        Args:
            reference: As it was given.
            kind: The kind, if the command says it already.

        Raises:
            UsageError: There is none, or more than one.
        """
        name = reference
        if kind is None and "/" in reference:
            said, _, name = reference.partition("/")
            kind = self.kind(said)
        if not name:
            raise UsageError(f"{inert(reference)!r} names nothing; expected NAME or KIND/NAME")
        if kind is not None and self.target.namespace:
            found = get_request(self.transport, kind, self.target.namespace, name)
            if found is not None:
                return found
        if kind is not None:
            return find_request(name, self.requests_of(kind), kind.singular or kind.kind)
        return find_request(name, self.golden_paths(), "request of a golden path", namespace=self.target.namespace)

    def namespaces(self) -> list[str]:
        """Names of all namespaces."""
        objects, _ = self.transport.list_all("/api/v1/namespaces")
        return [inert(mapping(mapping(found).get("metadata")).get("name"), 63) for found in objects]

    def contexts(self) -> list[str]:
        """Names of the contexts of the kubeconfig."""
        names: list[str] = []
        for part in kubeconfig_path(self.target.kubeconfig).split(os.pathsep):
            with suppress(OSError, yaml.YAMLError):
                found: Any = yaml.safe_load(Path(part).read_text(encoding="utf-8"))
                contexts = mapping(found).get("contexts")
                names += [str(mapping(entry).get("name")) for entry in (contexts if isinstance(contexts, list) else ())]
        return names
