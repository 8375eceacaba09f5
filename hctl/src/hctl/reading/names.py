"""Finds the request with a name: its metadata.name, spec.name or the contract's name; an ambiguous name is an error."""

import difflib
from collections.abc import Sequence

from hctl.errors import UsageError
from hctl.texts import inert

from .views import RequestView

__all__ = ["choose", "nearest"]

_MAX_SUGGESTIONS = 3
_MAX_LISTED = 10


def choose(name: str, views: Sequence[RequestView], *, what: str, where: str, namespaced: bool) -> RequestView:
    """Return the only request with a name.

    Args:
        name: The name, from the command line.
        views: All requests.
        what: Name of their kind, for the error: ``vcluster``.
        where: The searched namespaces, for the error: ``in any namespace``.
        namespaced: Whether they are from one namespace, where metadata.name is unique and so takes precedence.

    Raises:
        UsageError: No request has the name (the error suggests similar ones), or several have.
    """
    found = [view for view in views if name in view.aliases]
    exact = [view for view in found if view.name == name]
    if namespaced and len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no {what} has the name {inert(name)!r} {where}{nearest(name, views)}")
    places = ", ".join(sorted({f"{view.namespace}/{view.name} ({view.kind})" for view in found})[:_MAX_LISTED])
    kinds = {view.kind for view in found}
    fix = "add the kind: KIND/NAME" if len(kinds) > 1 else "choose one with -n NAMESPACE"
    if len({view.namespace for view in found}) == 1 and len(kinds) == 1:
        fix = "use its metadata.name with -n NAMESPACE"
    raise UsageError(f"{len(found)} have the name {inert(name)!r}: {places}; {fix}")


def nearest(name: str, views: Sequence[RequestView]) -> str:
    """Return the end of an error, which suggests similar names, or states that there are no requests."""
    if not views:
        return "; there are none"
    names = sorted({alias for view in views for alias in view.aliases})
    close = difflib.get_close_matches(name, names, n=_MAX_SUGGESTIONS, cutoff=0.5)
    if not close:
        begins = [candidate for candidate in names if name and (name in candidate or candidate in name)]
        close = begins[:_MAX_SUGGESTIONS]
    if close:
        return f"; did you mean {' or '.join(close)}?"
    shown = ", ".join(names[:_MAX_SUGGESTIONS])
    return f"; there is {shown}" + (
        f" and {len(names) - _MAX_SUGGESTIONS} more" if len(names) > _MAX_SUGGESTIONS else ""
    )
