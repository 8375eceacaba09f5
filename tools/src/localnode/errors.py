"""Errors of this package, in addition to those of ``localplane``."""

from localplane.errors import LocalPlaneError

__all__ = ["NodeError", "NotPossibleError"]


class NodeError(LocalPlaneError):
    """A part of the node did not start, exited, or rejected an image; the text names its log."""


class NotPossibleError(NodeError):
    """This machine cannot run a node; the text names what is missing."""
