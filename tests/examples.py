"""How many examples Hypothesis draws: as many as a test says, or a tenth of them in the profile ``quick``."""

from typing import Final

from hypothesis import settings

__all__ = ["examples", "register_quick"]

_FULL: Final[int] = settings.get_profile("default").max_examples


def register_quick() -> None:
    """Make the profile ``quick`` known: for the minute between two edits. `make test` and CI draw all."""
    settings.register_profile("quick", max_examples=_FULL // 10)


def examples(full: int) -> int:
    """Return how many examples to draw in the profile that is loaded.

    Args:
        full: How many are worth the time of a whole run.
    """
    loaded: int = settings().max_examples
    return max(1, full * loaded // _FULL)
