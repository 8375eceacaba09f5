"""Everything that this package raises, beside what ``localplane`` does."""

from localplane.errors import LocalPlaneError

__all__ = ["NodeError", "NotPossibleError"]


class NodeError(LocalPlaneError):
    """A part of the node did not start, ended by itself, or refused an image; the text names its log."""


class NotPossibleError(NodeError):
    """This machine cannot run a node; the text says what it lacks."""
