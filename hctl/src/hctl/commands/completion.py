"""Shell completion from the cluster: names of requests, kinds, namespaces, contexts.

A completion that fails returns nothing, because an error would garble the command line. Names in a cluster are
untrusted, so only those that are harmless in a shell are returned.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from hctl.cluster.requests import Collection
    from hctl.session import Session

__all__ = [
    "complete_contexts",
    "complete_forms",
    "complete_kinds",
    "complete_namespaces",
    "complete_phases",
    "complete_references",
    "complete_sorts",
    "complete_vclusters",
]

_HARMLESS: Final = re.compile(r"^[A-Za-z0-9][-A-Za-z0-9._/@:=]{0,252}\Z")


def complete_vclusters(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of virtual clusters."""

    def names(session: "Session") -> Iterable[str]:
        collections = session.requests_of(session.vcluster())
        return [alias for collection in collections for view in collection.views for alias in view.aliases]

    return _complete(ctx, incomplete, names)


def complete_references(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of requests of every golden path, without and with their kind."""

    def names(session: "Session") -> Iterable[str]:
        for collection in session.golden_paths():
            yield from _references(collection, with_kind="/" in incomplete)

    return _complete(ctx, incomplete, names)


def _references(collection: "Collection", *, with_kind: bool) -> Iterable[str]:
    kind = collection.kind.singular or collection.kind.plural
    for view in collection.views:
        for alias in view.aliases:
            yield f"{kind}/{alias}" if with_kind else alias


def complete_kinds(ctx: typer.Context, incomplete: str) -> list[str]:
    """Kinds that may be golden paths."""
    return _complete(ctx, incomplete, lambda session: [kind.plural for kind in session.candidates()])


def complete_namespaces(ctx: typer.Context, incomplete: str) -> list[str]:
    """Namespaces."""
    return _complete(ctx, incomplete, lambda session: session.namespaces())


def complete_contexts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Contexts of the kubeconfig."""
    return _complete(ctx, incomplete, lambda session: session.contexts(), connected=False)


def complete_forms(incomplete: str) -> list[str]:
    """Output formats."""
    return _offer(("table", "wide", "json", "yaml", "name", "jsonpath="), incomplete)


def complete_phases(incomplete: str) -> list[str]:
    """The seven phases."""
    phases = ("Scheduled", "Progressing", "Ready", "Degraded", "Failed", "Deleting", "Unknown")
    return [phase for phase in phases if phase.lower().startswith(incomplete.lower())]


def complete_sorts(incomplete: str) -> list[str]:
    """Sort keys of lists."""
    return _offer(("namespace", "name", "phase", "age"), incomplete)


def _complete(
    ctx: typer.Context, incomplete: str, names: "Callable[[Session], Iterable[str]]", *, connected: bool = True
) -> list[str]:
    from hctl.session import Session  # noqa: PLC0415 - only at a completion

    try:
        session = Session(_target(ctx), patience=2.0)
        if connected:
            session.open()
        found = list(names(session))
    except Exception:  # noqa: BLE001 - see the module's docstring
        return []
    return _offer(found, incomplete)


def _offer(found: Iterable[str], incomplete: str) -> list[str]:
    return sorted({name for name in found if name.startswith(incomplete) and _HARMLESS.match(name)})


def _target(ctx: typer.Context) -> Sequence[str]:
    """Return the cluster options on the line so far, including those before the command."""
    chosen = []
    for key in ("context", "namespace", "kubeconfig", "user"):
        value: object = ""
        here: typer.Context | None = ctx
        while here is not None and not value:
            value = here.params.get(key)
            here = here.parent  # type: ignore[assignment]  # the vendored Context is typer's own
        chosen.append(value if isinstance(value, str) else "")
    return chosen
