"""`make demo-observability` as a process: how it is stopped, and what it says where it cannot run.

The whole of it is a step of `.ci/run`, not a test: the chain test beside this one has the same minute in it.
"""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.cluster.demos import Demo
from tests.observability.binaries import binary

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds what is left behind in /proc"),
]


class Start(Protocol):
    """Starts the demo."""

    def __call__(self, *options: str, **environ: Any) -> Demo:  # noqa: ANN401 - str; a Protocol of ** needs one type
        """Start it with these options, and this in its environment."""
        ...


@pytest.fixture
def start(tmp_path: Path, control_plane: object) -> Iterator[Start]:
    # The binaries are built by whoever asks for the fixture first; the demo itself starts a plane of its own.
    del control_plane
    runs: list[Demo] = []

    def run(*options: str, **environ: str) -> Demo:
        runs.append(Demo(tmp_path, *options, module="observability.watched", **environ))
        return runs[-1]

    yield run
    for demo in runs:
        demo.kill()


def test_ctrl_c_stops_everything_prometheus_and_alertmanager_included(start: Start) -> None:
    binary("prometheus")
    binary("alertmanager")
    demo = start()
    list(demo.lines_until("Alertmanager, with"))
    left = " ".join(demo.left().values())
    assert "prometheus.yaml" in left
    assert "alertmanager.yaml" in left
    demo.process.send_signal(signal.SIGINT)
    output = demo.ended(60)
    assert demo.process.returncode == 130, output
    assert demo.left() == {}
    assert list(demo.temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "package"), [("PROMETHEUS", "prometheus"), ("ALERTMANAGER", "prometheus-alertmanager")]
)
def test_without_a_binary_it_names_package_variable_and_command_before_anything_starts(
    start: Start, tmp_path: Path, variable: str, package: str
) -> None:
    there = dict.fromkeys(("PROMETHEUS", "ALERTMANAGER"), "/bin/true") | {variable: ""}
    demo = start(PATH=str(tmp_path), PLATFORM_STATUS_CACHE=str(tmp_path), **there)
    output = demo.ended(60)
    assert demo.process.returncode == 1
    assert output.startswith(f"\nthe demo failed: {variable.lower()} is neither on PATH")
    assert f"named by {variable}; `make observability-binaries` fetches it from Debian's package {package}" in output
    assert demo.left() == {}
    assert list(tmp_path.iterdir()) == []
