"""What the demo's pipeline inherits of the user's environment."""

import io
import threading
from dataclasses import replace
from pathlib import Path

from kratix_double.job import Command, Folders
from platform_status_demo.screen import Screen
from platform_status_demo.stage import Stage

OVERRIDES = "${-*-command-variables-*-}"


def test_braces_in_the_environment_stay_braces_and_the_way_to_another_cluster_stays_out(tmp_path: Path) -> None:
    # what `make demo KEEP=1` exports
    environ = {"MAKEOVERRIDES": OVERRIDES, "KUBECONFIG": "/mine", "PLATFORM_STATUS_DOMAIN": "mine", "A": "{input}"}
    stage = Stage(tmp_path, tmp_path, Screen(io.StringIO(), live=False, colour=False), environ)
    (container, *_) = stage._configure()[0].containers
    assert isinstance(container, Command)
    telling = replace(container, argv=["/usr/bin/env"], log=tmp_path / "log")
    assert telling(Folders.below(tmp_path / "job"), {}, threading.Event()) == 0
    assert set((tmp_path / "log").read_text().splitlines()) == {f"MAKEOVERRIDES={OVERRIDES}", "A={input}"}
