"""One control plane and one Argo CD for all lives, and the table at the end."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from localargocd.programs import find_programs, why_not
from localplane.errors import BuildError, ToolchainError

from .lane import LIVES, Report, lived
from .records import Recorder

_REPORT = pytest.StashKey[Report]()


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
def possible(pytestconfig: pytest.Config) -> None:
    """Skips the lane where Argo CD cannot run or cannot be built, with the reason."""
    reason = why_not(os.environ)
    if reason:
        pytest.skip(reason)
    try:
        with _uncaptured(pytestconfig)():
            find_programs(os.environ)
    except (BuildError, ToolchainError) as error:
        pytest.skip(f"the real Argo CD cannot be built: {error}")


@pytest.fixture(scope="session")
def report(
    possible: None,
    tell: Callable[[str], None],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Report:
    """What the lives that were chosen showed; each test looks at one of them."""
    del possible
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = [call.params["life"] for call in calls if call is not None and "life" in call.params]
    folder = os.environ.get("ARGOCD_OBJECTS", "")
    chosen = chosen or [life for life in LIVES if not life.long]
    told = lived(chosen, tmp_path_factory.mktemp("argocd"), Recorder(Path(folder) if folder else None), tell)
    request.config.stash[_REPORT] = told
    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show how long each life took, and who wrote how often."""
    told = config.stash.get(_REPORT, None)
    if told is not None:
        terminalreporter.section("lives with the real Argo CD")
        for line in told.table():
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"control plane and Argo CD were there after {told.started:.1f} s")


def _uncaptured(config: pytest.Config) -> Callable[[], AbstractContextManager[None]]:
    capture = config.pluginmanager.getplugin("capturemanager")
    return nullcontext if capture is None else capture.global_and_fixture_disabled
