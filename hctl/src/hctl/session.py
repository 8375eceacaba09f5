"""One run of hctl against one cluster: its connection, its kinds, and its requests."""

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from hctl.cluster.connection import connect, kubeconfig_path
from hctl.cluster.discovery import CATEGORY, VCLUSTER, Kind, candidates, carry_nothing, discover, find_kind, is_core
from hctl.cluster.requests import Collection, Found, Scope, fetch, find_request, get_request
from hctl.cluster.transport import ClusterReader
from hctl.diagnosis.orders import Orders
from hctl.errors import ClusterError, UsageError
from hctl.target import Target
from hctl.texts import inert, parse_duration
from platform_status_contract.model.lookup import mapping
from platform_status_kube.access import ActAs
from platform_status_kube.http_transport import TIMEOUTS

__all__ = ["Session"]


class Session:
    """The connection, kinds and requests of one cluster; each is read on first use.

    Args:
        target: The cluster, user and namespace: the fields of `Target`, in their order.
        patience: Timeout for opening a connection, in seconds; None for the default.
    """

    def __init__(self, target: Sequence[object], *, patience: float | None = None) -> None:
        self.target = Target(*target)  # type: ignore[arg-type]  # type-checked where the Target is created
        self._patience = patience
        self.refused: list[str] = []
        """Candidates for golden paths that the user may not list."""

    def open(self) -> None:
        """Read the kubeconfig now, so that its errors precede all others.

        Raises:
            HctlError: The kubeconfig cannot be used.
        """
        _ = self.transport

    @functools.cached_property
    def transport(self) -> ClusterReader:
        """The client of the API server."""
        wait = parse_duration(self.target.request_timeout, "--request-timeout") if self.target.request_timeout else 0.0
        if self.target.groups and not self.target.user:
            raise UsageError("--as-group requires a user: --as USER")
        act_as = ActAs(self.target.user, self.target.groups)
        connection = connect(self.target.kubeconfig, self.target.context, act_as)
        usual = TIMEOUTS.connect if self._patience is None else self._patience
        if not wait:
            return ClusterReader(connection, connect_seconds=usual)
        return ClusterReader(connection, connect_seconds=min(usual, wait), answer_seconds=wait)

    @functools.cached_property
    def orders(self) -> Orders:
        """Builds commands for this cluster."""
        return Orders(self.target.flags)

    @functools.cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of the cluster."""
        return discover(self.transport)

    def candidates(self) -> tuple[Kind, ...]:
        """The kinds that may be golden paths."""
        return candidates(self.kinds)

    def kind(self, name: str) -> Kind:
        """Return the kind with a name.

        Raises:
            UsageError: There is no such kind, or more than one.
        """
        return find_kind(self.kinds, name)

    def vcluster(self) -> Kind:
        """The kind of ``hctl vcluster``.

        Raises:
            UsageError: The cluster does not have the kind.
        """
        try:
            return self.kind(VCLUSTER)
        except UsageError as error:
            raise UsageError(
                f"this cluster has no {VCLUSTER}: the Promise vcluster-orchestrator-v2 is not installed, "
                "or this is the wrong --context"
            ) from error

    def scope(self, *, everywhere: bool = False, selector: str = "", namespace: str = "") -> Scope:
        """Return the namespaces to list: the chosen one, else all, else the one that the user may list.

        Args:
            everywhere: Whether it must be all namespaces.
            selector: Label selector of the requests; empty for all.
            namespace: The namespace in a reference.

        Raises:
            UsageError: Two different namespaces were given, or one and all.
        """
        chosen = self.target.namespace
        if everywhere and chosen:
            raise UsageError("--namespace and --all-namespaces are mutually exclusive; leave one out")
        if namespace and chosen not in ("", namespace):
            raise UsageError(
                f"the name has namespace {inert(namespace)}, but --namespace is {inert(chosen)}; leave one out"
            )
        fallback = "" if everywhere else (self.transport.connection.access.namespace or "default")
        return Scope(chosen or namespace, fallback, selector)

    def requests_of(self, kind: Kind, scope: Scope | None = None) -> list[Collection]:
        """List all requests of one kind.

        Raises:
            UsageError: Its objects have no contract.
        """
        found = fetch(self.transport, [kind], scope or self.scope())
        views = [view for collection in found for view in collection.views]
        if views and CATEGORY not in kind.categories and not any(view.bound for view in views):
            raise UsageError(carry_nothing(kind.plural, self.kinds))
        return found

    def golden_paths(self, scope: Scope | None = None) -> list[Collection]:
        """List the requests of every golden path, a kind with at least one object with a contract.

        Raises:
            ClusterError: No response, or the user may list none of the kinds.
        """
        within = scope or self.scope()
        found = self.listed(self.candidates(), lambda kind: fetch(self.transport, [kind], within))
        return [collection for collection in found if any(view.bound for view in collection.views)]

    def listed(self, kinds: Iterable[Kind], list_one: Callable[[Kind], list[Collection]]) -> list[Collection]:
        """List several kinds; one that the user may not list is noted in `refused`.

        Args:
            kinds: The kinds.
            list_one: Lists one of them.

        Raises:
            ClusterError: No response, or the user may list none of the kinds.
        """
        found: list[Collection] = []
        error: ClusterError | None = None
        for kind in kinds:
            try:
                found += list_one(kind)
            except ClusterError as refusal:
                if not refusal.status:
                    raise
                error = error or refusal
                self.refused.append(kind.resource)
        if error is not None and not found:
            raise error
        return found

    def find(self, reference: str, kind: Kind | None = None) -> Found:
        """Find one request by ``[KIND/][NAMESPACE/]NAME``.

        Args:
            reference: The reference, from the command line.
            kind: The kind, if the command implies it.

        Raises:
            UsageError: There is no such request, or more than one.
        """
        kind, namespace, name = self._read(reference, kind)
        scope = self.scope(namespace=namespace)
        if kind is not None and scope.namespace:
            found = get_request(self.transport, kind, scope.namespace, name)
            if found is not None:
                return found
        if kind is not None:
            return find_request(name, fetch(self.transport, [kind], scope), kind.singular or kind.kind)
        try:
            return find_request(name, self.golden_paths(scope), "request of a golden path", namespace=scope.namespace)
        except UsageError as error:
            if not namespace:
                raise
            raise UsageError(f"{self._no_kind(namespace)}; as a namespace: {error}") from error

    def _no_kind(self, word: str) -> str:
        """Return the error for a word before a slash that is not a kind, with a similar kind."""
        try:
            return f"{self.kind(word).plural} is a kind"
        except UsageError as error:
            return str(error)

    def _read(self, reference: str, kind: Kind | None) -> tuple[Kind | None, str, str]:
        """Parse a reference into kind, namespace (empty without one) and name."""
        *before, name = reference.split("/")
        most = 1 if kind else 2
        if not name or not all(before) or len(before) > most:
            raise UsageError(f"{inert(reference)!r} has no name; expected [KIND/][NAMESPACE/]NAME")
        if kind is None and before:
            # KIND/NAME as in kubectl; if there is no such kind, NAMESPACE/NAME as printed by hctl.
            known = any(found.answers_to(before[0]) for found in self.kinds)
            if known or len(before) == most or is_core(before[0]):
                kind = self.kind(before.pop(0))
        return kind, before[0] if before else "", name

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
