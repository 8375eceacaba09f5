"""What a person sees when a demo fails."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_status_demo.command import DemoError, perform
from platform_status_demo.screen import Screen


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A command takes the signals of its process; the tests want theirs back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_failure_shows_the_last_lines_of_each_log_that_it_does_not_name(capsys: pytest.CaptureFixture[str]) -> None:
    kept: list[Path] = []

    def play(_: Screen, logs: Path) -> None:
        kept.append(logs)
        (logs / "pipeline.log").write_text("".join(f"line {number}\n" for number in range(30)))
        (logs / "sidecar.log").write_text("told already\n")
        (logs / "empty.log").touch()
        raise DemoError(f"sidecar: not ready\nlog: {logs / 'sidecar.log'}")

    assert perform(play, no_color=True) == 1
    said = capsys.readouterr().out
    assert "the demo failed: sidecar: not ready" in said
    assert f"logs: {kept[0]}" in said
    assert said.rstrip().endswith("the last lines of pipeline.log:\n" + "\n".join(f"  line {n}" for n in range(20, 30)))
    assert "told already" not in said
    assert kept[0].is_dir(), "the logs of a failure are kept"


def test_a_success_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    kept: list[Path] = []

    def play(_: Screen, logs: Path) -> None:
        kept.append(logs)
        (logs / "pipeline.log").write_text("fine\n")

    assert perform(play, no_color=True) == 0
    assert not kept[0].exists()
    assert "fine" not in capsys.readouterr().out
