"""Signs of life of what writes objects: one that hangs leaves them as they are, well for ever."""

from datetime import datetime

from msgspec import Struct

from .interest import Topic

__all__ = ["Sign"]


class Sign(Struct, frozen=True):
    """What an object says of the controller that looks after it.

    Attributes:
        group: The controller, and what may hang on its own in it; one object that moves keeps its group alive.
        at: When the controller looked last; None if it never did.
        asked: Whether it is asked to look, and has not yet.
        counts: Whether the controller is to look after this object at all.
    """

    group: Topic
    at: datetime | None
    asked: bool
    counts: bool
