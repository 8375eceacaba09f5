"""Whose name is it? By metadata.name, by spec.name, or by the contract's; unique, or said to be not."""

import difflib
from collections.abc import Sequence

from hctl.errors import UsageError
from hctl.texts import inert

from .views import RequestView

__all__ = ["choose", "nearest"]

_MAX_SUGGESTIONS = 3
_MAX_LISTED = 10


def choose(name: str, views: Sequence[RequestView], *, what: str, where: str, namespaced: bool) -> RequestView:
    """Choose the one request that a name means.

    Args:
        name: As it was given.
        views: Every request there is to choose from.
        what: What they are, for the error: ``vcluster``.
        where: Where was looked, for the error: ``in any namespace``.
        namespaced: Whether a namespace was chosen; metadata.name is unique there, so it decides.

    Raises:
        UsageError: None has that name (the nearest are suggested), or several have.
    """
    found = [view for view in views if name in view.aliases]
    exact = [view for view in found if view.name == name]
    if namespaced and len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no {what} is called {inert(name)!r} {where}{nearest(name, views)}")
    places = ", ".join(sorted({f"{view.namespace}/{view.name} ({view.kind})" for view in found})[:_MAX_LISTED])
    kinds = {view.kind for view in found}
    fix = "name the kind: KIND/NAME" if len(kinds) > 1 else "choose one with -n NAMESPACE"
    if len({view.namespace for view in found}) == 1 and len(kinds) == 1:
        fix = "use its metadata.name with -n NAMESPACE"
    raise UsageError(f"{len(found)} are called {inert(name)!r}: {places}; {fix}")


def nearest(name: str, views: Sequence[RequestView]) -> str:
    """Return the end of a sentence that suggests the nearest names, or says that there is nothing at all."""
    if not views:
        return "; there is none at all"
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
