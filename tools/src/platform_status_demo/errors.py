"""The errors of the demo.

::

    DemoError
    |-- StageError   a part of the demo did not start
    `-- StoryError   a phase was not reached, or another one was
"""

__all__ = ["DemoError", "StageError", "StoryError"]


class DemoError(Exception):
    """Base of all errors of the demo; its text is printed for the user."""


class StageError(DemoError):
    """A part did not start; the text names it and its log."""


class StoryError(DemoError):
    """The status differs from what the story expects; the text has both."""
