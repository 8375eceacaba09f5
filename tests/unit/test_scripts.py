"""Shell that we ship or generate is read by shellcheck."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from localnode import configuration
from tests.unit.localnode.test_configuration import LAYOUT

ROOT = Path(__file__).parents[2]
SHELLCHECK = Path(sys.executable).with_name("shellcheck")

SCRIPTS = {
    "the check of CI": ("bash", (ROOT / ".ci/run").read_text()),
    "what the tests take from the system": ("sh", (ROOT / "tools/system-packages.sh").read_text()),
    "the audit of the lock": ("sh", (ROOT / "tools/audit-lock.sh").read_text()),
    **{
        f"the workflow that others call: {step['name']}": ("bash", step["run"])
        for step in yaml.safe_load((ROOT / ".github/workflows/validate.yml").read_text())["jobs"]["validate"]["steps"]
        if "run" in step
    },
    "the setup of a node": ("sh", configuration.setup_script(LAYOUT)),
}


def _findings(shell: str, script: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - the shellcheck of the lock
        [str(SHELLCHECK), f"--shell={shell}", "-"], input=script, text=True, capture_output=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_found(name: str) -> None:
    assert _findings(*SCRIPTS[name]) == (0, "")


def test_something_would_be_found() -> None:
    code, said = _findings("sh", "cd $1\nrm -r *\n")
    assert code == 1
    assert "SC2086" in said
