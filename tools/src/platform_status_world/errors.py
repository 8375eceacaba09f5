"""Everything that this package raises."""

__all__ = ["JourneyError", "NoToolError", "WorldError"]


class WorldError(Exception):
    """The world could not be made: an image, a file or an object is missing or refused."""


class JourneyError(WorldError):
    """A step did not lead to where it had to; the text says what was seen instead."""


class NoToolError(WorldError):
    """A program that builds images is missing, and nobody named images that are built already."""
