"""The errors of this package.

::

    ImageError
    |-- ClosureError     the requirements of an image cannot be determined from the lock and the installed distributions
    |-- MissingToolError a program is not installed, or requires root
    `-- CommandError     a program failed; the text ends with its last lines and the path of its log
"""

__all__ = ["ClosureError", "CommandError", "ImageError", "MissingToolError"]


class ImageError(Exception):
    """Base of all errors of this package."""


class ClosureError(ImageError):
    """A requirement of an image is not installed, or not in the lock."""


class MissingToolError(ImageError):
    """A program for the build is missing or cannot be used."""


class CommandError(ImageError):
    """A program failed."""
