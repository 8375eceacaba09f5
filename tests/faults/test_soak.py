"""The soak, as a part of what takes minutes: what it says goes to the terminal as it goes on."""

import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.cluster, pytest.mark.long, pytest.mark.timeout(3600)]

SECONDS = os.environ.get("SOAK") or "240"


def test_the_soak_ends_well(capfd: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "tests.faults.soak", "--seconds", SECONDS]
    with capfd.disabled():
        code = subprocess.run(command, check=False).returncode  # noqa: S603 - our own
    assert code == 0
