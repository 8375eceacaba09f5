"""Waiting for what no single watch tells."""

import time
from collections.abc import Callable

__all__ = ["until"]

_LOOK = 0.1


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Look again and again until something holds.

    Returns:
        Whether it came to hold in time.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK)
    return True
