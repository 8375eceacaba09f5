"""pytest plugin: a control plane for tests that require one, at no cost for others.

Fixtures: ``control_plane`` (one per session, so one per xdist worker), ``admin`` (its client), ``namespace`` (a new one
for each test). The marker ``cluster`` marks tests that need them, ``--no-cluster`` skips these tests.

All imports are lazy: pytest loads this module in every run, before coverage starts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from localplane.client import Client
    from localplane.clusters import Cluster

__all__: list[str] = []

_OPENED = pytest.StashKey["Cluster"]()
_NOT_BUILT = pytest.StashKey[Exception]()
_FIXTURES = {"control_plane", "admin", "namespace"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-cluster."""
    parser.getgroup("localplane", "local control plane").addoption(
        "--no-cluster",
        action="store_true",
        help="skip the tests that need an API server: those marked `cluster` or using its fixtures",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "cluster: needs the real API server that tools/ builds and starts")


def pytest_report_header() -> str | None:
    """Report that the tests will run on an existing cluster."""
    named = os.environ.get("PLATFORM_STATUS_CLUSTER", "")
    return f"cluster tests run on the cluster of PLATFORM_STATUS_CLUSTER={named}" if named else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests that need a cluster, if --no-cluster was given."""
    if config.getoption("--no-cluster"):
        skip = pytest.mark.skip(reason="needs an API server, and --no-cluster was given")
        for item in items:
            if _needs_cluster(item):
                item.add_marker(skip)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the binaries before the first test, because a build takes longer than the timeout of a test.

    A failed build fails only the tests that need it.
    """
    config = session.config
    wanted = any(_needs_cluster(item) for item in session.items) and not config.getoption("--no-cluster")
    if not wanted or config.option.collectonly or os.environ.get("PLATFORM_STATUS_CLUSTER"):
        return
    from localplane.binaries import find_binaries  # noqa: PLC0415 - see the module's docstring
    from localplane.errors import LocalPlaneError  # noqa: PLC0415 - see the module's docstring

    capture = config.pluginmanager.getplugin("capturemanager")
    try:
        if capture is None:
            find_binaries(os.environ)
        else:
            with capture.global_and_fixture_disabled():
                find_binaries(os.environ)
    except LocalPlaneError as error:
        config.stash[_NOT_BUILT] = error


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the logs to the report of a failed test, and keep them."""
    report = yield
    cluster = item.config.stash.get(_OPENED, None)
    if report.failed and cluster is not None and call.excinfo is not None and _needs_cluster(item):
        from localplane.plane import ControlPlane  # noqa: PLC0415 - see the module's docstring

        if isinstance(cluster, ControlPlane):
            cluster.keep_logs()
            running = ", ".join(f"{name} {pid}" for name, pid in cluster.pids.items()) or "none"
            text = f"{cluster.apiserver_log}\n{cluster.etcd_log}\nrunning: {running}"
            report.sections.append(("logs of the control plane", text))
    return report


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A real API server, started for this session; its logs are kept only if a test fails."""
    from localplane.plane import open_cluster  # noqa: PLC0415 - see the module's docstring

    failed = request.config.stash.get(_NOT_BUILT, None)
    if failed is not None:
        raise failed
    with open_cluster() as cluster:
        request.config.stash[_OPENED] = cluster
        try:
            yield cluster
        finally:
            del request.config.stash[_OPENED]


@pytest.fixture
def admin(control_plane: Cluster) -> Client:
    """A client with all permissions."""
    return control_plane.admin


@pytest.fixture
def namespace(admin: Client) -> Iterator[str]:
    """A fresh namespace; it is deleted afterwards, but without a controller manager it stays in Terminating."""
    name = f"test-{secrets.token_hex(5)}"
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    # A test of faults may have left the API server down; then it is not this line that should fail.
    from platform_status_kube.errors import UnansweredError  # noqa: PLC0415 - see the module's docstring

    with contextlib.suppress(UnansweredError):
        admin.delete("v1", "Namespace", name, missing_ok=True)


def _needs_cluster(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("cluster") is not None or bool(fixtures & _FIXTURES)
