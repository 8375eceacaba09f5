"""Signs of life of controllers: if one hangs, its objects keep their last, possibly healthy, status."""

from datetime import datetime

from msgspec import Struct

from .interest import Topic

__all__ = ["Sign"]


class Sign(Struct, frozen=True):
    """The sign of life of a controller in one of its objects.

    Attributes:
        group: The controller, and its part that may hang separately; one object with a recent sign proves that the
            group is alive.
        at: When the controller reconciled the object last; None if it never did.
        asked: Whether a reconcile was requested and is not done.
        counts: Whether the controller reconciles this object at all; False for a paused one.
    """

    group: Topic
    at: datetime | None
    asked: bool
    counts: bool
