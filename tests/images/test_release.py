"""The wheels of a release are all that pip needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localplane.caches import cache_folder
from platform_status_images.build import host_machine
from platform_status_images.closure import Target
from platform_status_images.release import write_wheels

# fetches some forty wheels, once
pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]


def test_hctl_and_the_assistant_are_installed_without_an_index(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "platform_status_contract-9-py3-none-any.whl").touch()  # of an older release
    target = Target(f"{sys.version_info[0]}.{sys.version_info[1]}", host_machine())
    write_wheels(wheels, [target], cache_folder(os.environ), os.environ)
    options = ["--dry-run", "--quiet", "--ignore-installed", "--report=-"]
    done = subprocess.run(  # noqa: S603 - this Python's pip
        [
            *(sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(wheels), *options),
            *("platform-status-hctl", "platform-status-assistant[ask]"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["install"]
    assert {one["download_info"]["url"].rpartition("/")[0] for one in found} == {wheels.as_uri()}
    names = {one["metadata"]["name"] for one in found}
    assert {"platform-status-contract", "platform-status-hctl", "platform-status-assistant", "urllib3"} <= names
    assert "kubernetes" not in names
    assert "hctl" not in names
