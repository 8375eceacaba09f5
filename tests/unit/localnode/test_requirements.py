"""The sentence that says what a machine lacks, and the command line that shows it."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from localnode.__main__ import main
from localnode.requirements import TOOLS, why_not
from tests.unit.localplane.test_cli import handlers

__all__ = ["handlers"]


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Root on Linux, whoever runs the tests where."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    return iter(())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with all the tools, which do nothing and succeed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).write_text("#!/bin/sh\nexit 0\n")
        (folder / tool).chmod(0o755)
    return folder


@pytest.fixture
def cgroup(tmp_path: Path) -> Path:
    folder = tmp_path / "cgroup"
    folder.mkdir()
    (folder / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    return folder


@pytest.mark.usefixtures("root")
class TestWhyNot:
    def test_is_silent_where_everything_is_there(self, path: Path, cgroup: Path) -> None:
        assert why_not({"PATH": str(path)}, cgroup) == ""

    def test_names_the_system(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(platform, "system", lambda: "Darwin")

        assert why_not({}) == "a node needs Linux, and this is Darwin"

    def test_names_the_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        assert why_not({}) == "a node needs root, and this is uid 1000"

    def test_names_the_tools(self, path: Path, cgroup: Path) -> None:
        (path / "nsenter").unlink()

        assert why_not({"PATH": str(path)}, cgroup).startswith("a node needs nsenter: install util-linux")

    def test_names_the_controllers(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "none").mkdir()

        reason = why_not({"PATH": str(path)}, tmp_path / "none")

        assert "cpu, cpuset, memory and pids" in reason
        assert f"below {tmp_path / 'none'}" in reason

    def test_repeats_why_no_cgroup_can_be_made(self, path: Path, cgroup: Path) -> None:
        (cgroup / "cgroup.subtree_control").mkdir()  # nothing can be written there

        reason = why_not({"PATH": str(path)}, cgroup)

        assert reason.startswith("a node needs to make cgroups, which this machine does not allow: ")
        assert str(cgroup / "cgroup.subtree_control") in reason

    def test_repeats_what_the_machine_refuses(self, path: Path, cgroup: Path) -> None:
        (path / "unshare").write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")

        assert why_not({"PATH": str(path)}, cgroup).endswith("allow: unshare failed: Operation not permitted")


@pytest.mark.usefixtures("handlers")
class TestTheCommandLine:
    def test_check_says_why_not_with_a_code_of_its_own(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setattr(platform, "system", lambda: "Linux")

        assert main(["check"], {}) == 3
        assert capsys.readouterr().err == "localnode: error: a node needs root, and this is uid 1000\n"

    def test_up_starts_nothing_there(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(platform, "system", lambda: "Darwin")

        assert main(["up"], {}) == 3
        assert capsys.readouterr().err == "localnode: error: a node needs Linux, and this is Darwin\n"
