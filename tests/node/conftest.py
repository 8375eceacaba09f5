"""One node for the session, one journey on it, and the table at the end."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from localnode.node import LocalNode
from localnode.requirements import why_not
from platform_status_world.cluster import NoToolError
from platform_status_world.images import SIDECAR_IMAGE, Images, find_images
from platform_status_world.kratix import PlayedKratix
from platform_status_world.lane import load_images, travel
from platform_status_world.report import Report

ROOT = Path(__file__).parents[2]
_REPORT = pytest.StashKey[Report]()
_STARTED = pytest.StashKey[float]()


@pytest.fixture(scope="session")
def uncaptured(pytestconfig: pytest.Config) -> Callable[[], AbstractContextManager[None]]:
    """Shows at once what is written: a build, and a journey, take minutes."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    return nullcontext if capture is None else capture.global_and_fixture_disabled


@pytest.fixture(scope="session")
def tell(uncaptured: Callable[[], AbstractContextManager[None]]) -> Callable[[str], None]:
    """Shows a line, with the seconds since the first fixture."""
    began = time.monotonic()

    def show(text: str) -> None:
        with uncaptured():
            sys.stderr.write(f"\n+{time.monotonic() - began:6.1f}s  {text}")
            sys.stderr.flush()

    return show


@pytest.fixture(scope="session")
def possible() -> None:
    """Skips what needs a node where there can be none, with the reason."""
    reason = why_not(os.environ)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def images(
    possible: None,
    uncaptured: Callable[[], AbstractContextManager[None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Images:
    """Our images, built anew if something of them changed; skips where they cannot be built, with the reason."""
    del possible
    try:
        with uncaptured():
            return find_images(ROOT, tmp_path_factory.mktemp("built"), os.environ)
    except NoToolError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def node(
    images: Images,
    tell: Callable[[str], None],
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> Iterator[LocalNode]:
    """A node with our images on it; its logs stay if a test failed."""
    began = time.monotonic()
    with LocalNode() as started:
        pytestconfig.stash[_STARTED] = time.monotonic() - began
        tell(f"the node is Ready after {pytestconfig.stash[_STARTED]:.1f} s")
        load_images(started, images, tmp_path_factory.mktemp("images"), ROOT)
        tell("the images are on the node")
        yield started


@pytest.fixture(scope="session")
def report(node: LocalNode, tell: Callable[[str], None], pytestconfig: pytest.Config) -> Report:
    """What the journey showed; every test looks at a part of it."""
    with PlayedKratix(node.admin, ROOT) as kratix:
        told = travel(node, kratix, ROOT, SIDECAR_IMAGE, tell)
    pytestconfig.stash[_REPORT] = told
    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what ran in which container."""
    told = config.stash.get(_REPORT, None)
    if told is not None:
        terminalreporter.section("what ran on the node")
        terminalreporter.write_line(told.text())
        terminalreporter.write_line(f"the node was Ready after {config.stash[_STARTED]:.1f} s")
