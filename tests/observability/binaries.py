"""The binaries of Prometheus and Alertmanager, or the reason why a test is skipped."""

from pathlib import Path

import pytest

from observability.binaries import MissingBinaryError, require

__all__ = ["binary"]


def binary(name: str) -> Path:
    """Return one of `observability.binaries.NAMES`; skip where it is missing."""
    try:
        return require(name)
    except MissingBinaryError as error:
        pytest.skip(str(error))
