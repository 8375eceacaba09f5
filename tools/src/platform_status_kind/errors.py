"""Everything that this package raises."""

__all__ = ["CommandError", "KindError", "NoDockerError"]


class KindError(Exception):
    """The cluster could not be made, or is not there."""


class NoDockerError(KindError):
    """A program is missing, or Docker does not answer."""


class CommandError(KindError):
    """A program failed; the text ends with what it said."""
