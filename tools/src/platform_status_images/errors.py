"""Everything that this package raises.

::

    ImageError
    |-- ClosureError     what an image needs cannot be told from the lock and the installed distributions
    |-- MissingToolError a program is not installed, or it needs root
    `-- CommandError     a program ended with an error; the text ends with its last lines and the path of its log
"""

__all__ = ["ClosureError", "CommandError", "ImageError", "MissingToolError"]


class ImageError(Exception):
    """Base of all errors of this package."""


class ClosureError(ImageError):
    """A distribution that an image needs is not installed, or not in the lock."""


class MissingToolError(ImageError):
    """A program that the build needs cannot be used here."""


class CommandError(ImageError):
    """A program ended with an error."""
