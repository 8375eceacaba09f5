"""The double of Kratix as a stranger gets it: three wheels, none of the checkout beside them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("kube", "tools", "tools/double")
ONE_THAT_NEEDS_AN_API_SERVER = "test_measured_a_first_run_ends_with_the_status_that_was_measured"

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


def _run(*command: str | Path, folder: Path) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_wheel_runs_its_selftests(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    python = tmp_path / "alone" / "bin" / "python"
    for folder in FOLDERS:
        _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "wheels", folder=ROOT / folder)
    _run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "alone", folder=tmp_path)
    (wheel,) = (tmp_path / "wheels").glob("platform_status_kratix_double-*.whl")
    options = ("--quiet", "--python", python, "--constraint", ROOT / "requirements.lock", "--find-links")
    _run(uv, "pip", "install", *options, tmp_path / "wheels", f"{wheel}[selftests]", folder=tmp_path)
    pytest_ = (python, "-m", "pytest", "-q", "--pyargs", "kratix_double.selftests")
    assert " passed" in _run(*pytest_, "-m", "not cluster", folder=tmp_path)
    assert "1 passed" in _run(*pytest_, "-k", ONE_THAT_NEEDS_AN_API_SERVER, folder=tmp_path)
