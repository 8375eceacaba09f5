"""The binaries of Prometheus, or the reason why a test is skipped."""

from pathlib import Path

import pytest

from observability.binaries import find

__all__ = ["binary"]


def binary(name: str) -> Path:
    """Return prometheus or promtool; skip where it is missing."""
    found = find(name)
    if found is None:
        pytest.skip(
            f"{name} is neither on PATH nor in the cache nor named by {name.upper()}; `make observability-binaries` "
            "fetches it from Debian's package prometheus"
        )
    return found
