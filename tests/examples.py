"""How many examples Hypothesis draws: as many as a test says, or a tenth of them in the profile ``quick``."""

from typing import Final

from hypothesis import HealthCheck, settings

__all__ = ["examples", "register_profiles"]

_FULL: Final[int] = settings.get_profile("default").max_examples


def register_profiles() -> None:
    """Load the profile ``full``, and make ``quick`` known, for the minute between two edits; CI draws all.

    In neither is there a limit of time: what is drawn must hold on a busy machine too.
    """
    settings.register_profile("full", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("quick", settings.get_profile("full"), max_examples=_FULL // 10)
    settings.load_profile("full")


def examples(full: int) -> int:
    """Return how many examples to draw in the profile that is loaded.

    Args:
        full: How many are worth the time of a whole run.
    """
    loaded: int = settings().max_examples
    return max(1, full * loaded // _FULL)
