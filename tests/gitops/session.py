"""The fixtures of a lane, for its conftest to import beside a fixture ``lane``, and the table at the end."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from localplane.errors import BuildError, ToolchainError

from .lane import Lane, Life, Report

__all__ = ["AnyLane", "parameter_of", "possible", "pytest_terminal_summary", "report", "tell"]

AnyLane = Lane[Any, Any]

_REPORT = pytest.StashKey[Report]()


def parameter_of(life: Life[Any]) -> pytest.ParameterSet:
    """Return the parameter that a life is of its test."""
    return pytest.param(life, id=life.name, marks=[pytest.mark.long] if life.long else [])


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Shows a line at once: the lane takes minutes."""
    uncaptured = _uncaptured(pytestconfig)

    def show(text: str) -> None:
        with uncaptured():
            sys.stderr.write(f"\n  {text}")
            sys.stderr.flush()

    return show


@pytest.fixture(scope="session")
def possible(lane: AnyLane, pytestconfig: pytest.Config) -> None:
    """Skips the lane where its engine cannot run or cannot be built, with the reason."""
    reason = lane.engine.why_not(os.environ)
    if reason:
        pytest.skip(reason)
    try:
        with _uncaptured(pytestconfig)():
            lane.engine().build()
    except (BuildError, ToolchainError) as error:
        pytest.skip(f"the real {lane.engine.name} cannot be built: {error}")


@pytest.fixture(scope="session")
def report(
    possible: None,
    lane: AnyLane,
    tell: Callable[[str], None],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Report:
    """What the lives that were chosen showed; each test looks at one of them."""
    del possible
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = [call.params["life"] for call in calls if call is not None and "life" in call.params]
    variable = f"{lane.engine.name.replace(' ', '').upper()}_OBJECTS"
    objects = os.environ.get(variable, "")
    folder = tmp_path_factory.mktemp("lane")
    chosen = chosen or [life for life in lane.lives if not life.long]
    told = lane.lived(chosen, folder, Path(objects) if objects else None, tell)
    request.config.stash[_REPORT] = told
    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show how long each life took, and who wrote how often."""
    told = config.stash.get(_REPORT, None)
    if told is not None:
        del config.stash[_REPORT]  # the conftest of another lane may ask as well
        terminalreporter.section(f"lives with the real {told.engine}")
        for line in told.table():
            terminalreporter.write_line(line)


def _uncaptured(config: pytest.Config) -> Callable[[], AbstractContextManager[None]]:
    capture = config.pluginmanager.getplugin("capturemanager")
    return nullcontext if capture is None else capture.global_and_fixture_disabled
