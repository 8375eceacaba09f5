"""The errors of this package."""

__all__ = ["JourneyError", "NoToolError", "WorldError"]


class WorldError(Exception):
    """The environment could not be set up: an image, a file or an object is missing or was rejected."""


class JourneyError(WorldError):
    """A step did not have the expected result; the text has the actual one."""


class NoToolError(WorldError):
    """A program to build images is missing, and no built images are given."""
