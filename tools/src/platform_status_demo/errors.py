"""Everything that the demo raises by itself.

::

    DemoError
    |-- StageError   something that the demo needs did not start
    `-- StoryError   a phase did not come, or another one came
"""

__all__ = ["DemoError", "StageError", "StoryError"]


class DemoError(Exception):
    """Base of all errors of the demo; its text is shown to the user."""


class StageError(DemoError):
    """A part did not start; the text says which, and where its log is."""


class StoryError(DemoError):
    """The status did not become what the story expects; the text says what was expected and what it says."""
