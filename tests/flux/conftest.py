"""One control plane and one Flux for all lives, and the table at the end."""

import pytest

from tests.gitops.session import AnyLane, possible, pytest_terminal_summary, report, tell

from .lane import LANE

__all__ = ["lane", "possible", "pytest_terminal_summary", "report", "tell"]


@pytest.fixture(scope="session")
def lane() -> AnyLane:
    return LANE
