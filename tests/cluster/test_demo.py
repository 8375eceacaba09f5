"""`make demo` as a process without a terminal: what it prints, how it ends, what it leaves behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from .demos import Demo

pytestmark = [
    pytest.mark.cluster,
    # It starts a control plane of its own and lets real seconds pass; the goal for a warm cache is 60 s.
    pytest.mark.timeout(240),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds what is left behind in /proc"),
]

PHASE = re.compile(r"^ *\+\d+\.\ds  (Scheduled|Progressing|Ready|Degraded|Failed|Deleting|Unknown) +(\S+) +\"(.*)\"")
POD = "pod media-6d5f9c7b8-2kq7x"
EXPECTED = ["Scheduled", "Progressing", "Ready", "Degraded", "Ready", "Deleting"]


class Start(Protocol):
    """Starts the demo."""

    def __call__(self, *options: str) -> Demo:
        """Start it with these options."""
        ...


@pytest.fixture
def start(tmp_path: Path, control_plane: object) -> Iterator[Start]:
    # The binaries are built by whoever asks for the fixture first; the demo itself starts a plane of its own.
    del control_plane
    runs: list[Demo] = []

    def run(*options: str) -> Demo:
        runs.append(Demo(tmp_path, *options))
        return runs[-1]

    yield run
    for demo in runs:
        demo.kill()


def test_the_demo_shows_every_phase_in_order_at_once_and_leaves_nothing_behind(start: Start) -> None:
    demo = start()
    output = demo.ended(200)
    phases = [found for line in output.splitlines() if (found := PHASE.match(line))]
    assert demo.process.returncode == 0, output
    assert [found[1] for found in phases] == EXPECTED
    assert phases[3][2] == "PodsNotReady"
    assert phases[3][3].endswith(f"not ready: {POD.removeprefix('pod ')}")
    assert "\033" not in output
    assert "change -> status" in output
    # how long each change took is shown; how long it may take is the bench's business, these machines are noisy
    timed = {match[1] for match in re.finditer(r"\(\d+\.\d\d s after: (.*)\)", output)}
    assert {f"{POD} broke", f"{POD} healed", "request vcluster-media/media deleted"} <= timed
    assert demo.left() == {}
    assert list(demo.temporary.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_everything(start: Start, number: signal.Signals, code: int) -> None:
    demo = start()
    started = list(demo.lines_until("sidecar runs as"))
    assert len(demo.left()) >= 4, started
    demo.process.send_signal(number)
    output = demo.ended(30)
    assert demo.process.returncode == code, output
    assert demo.left() == {}
    assert list(demo.temporary.iterdir()) == []


def test_keep_leaves_it_running_with_a_kubeconfig_until_ctrl_c(start: Start) -> None:
    demo = start("--keep")
    lines = list(demo.lines_until("export KUBECONFIG="))
    kubeconfig = Path(lines[-1].strip().removeprefix("export KUBECONFIG="))
    assert kubeconfig.is_file()
    assert [found[1] for line in lines if (found := PHASE.match(line))] == EXPECTED[:-1]
    assert len(demo.left()) >= 4
    demo.process.send_signal(signal.SIGINT)
    demo.ended(30)
    assert demo.left() == {}
    assert not kubeconfig.exists()


def test_a_sidecar_that_dies_ends_the_demo_with_what_was_expected_and_where_the_logs_are(start: Start) -> None:
    demo = start()
    list(demo.lines_until("sidecar runs as"))
    (sidecar,) = [pid for pid, command in demo.left().items() if "platform_status_sidecar" in command]
    os.kill(sidecar, signal.SIGKILL)
    output = demo.ended(60)
    assert demo.process.returncode == 1
    assert "waited for phase Scheduled, but the sidecar ended with exit code -9" in output
    assert re.search(r"^status:", output, re.MULTILINE)
    # A process that was killed cannot tidy up its own temporary files; the demo's folder is the one that it names.
    (logs,) = demo.temporary.glob("platform-status-demo-*")
    assert f"logs: {logs}" in output
    assert (logs / "sidecar.log").is_file()
    assert demo.left() == {}


def test_the_demo_says_where_it_must_be_started(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "platform_status_demo"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "run `make demo` from the root of the repository" in run.stdout
    assert list(tmp_path.iterdir()) == []
