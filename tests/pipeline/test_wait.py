"""`wait`: what it leaves for Kratix' own containers."""

import stat
from pathlib import Path
from typing import Any

import pytest

from platform_status_contract.template.yaml_text import load

from .kratix_folders import KratixFolders


def request(status: str) -> dict[str, Any]:
    return {
        "apiVersion": "example.org/v1",
        "kind": "Step",
        "metadata": {"name": "a", "namespace": "team-a", "generation": 1},
        "status": {
            "contract": {"generation": 1},
            "health": {"observedGeneration": 1},
            "conditions": [{"type": "StoreReady", "status": status, "reason": "ObjectMissing", "message": "none"}],
            "kratix": {"workflows": {"pipelines": [{"name": "wait", "attempts": 1}]}},
        },
    }


@pytest.fixture
def kratix(tmp_path: Path) -> KratixFolders:
    return KratixFolders(tmp_path / "kratix")


def test_it_has_kratix_run_the_pipeline_again_until_it_goes_on(kratix: KratixFolders) -> None:
    control = kratix.metadata / "workflow-control.yaml"
    kratix.ask(request("False"))
    done = kratix.run("wait", "--for", "StoreReady", KRATIX_PIPELINE_NAME="wait")
    said = "waiting: StoreReady is ObjectMissing: none"
    assert (done.returncode, done.stderr) == (0, f"{said}; the next look is in 30 s\n")
    assert load(control.read_text("utf-8")) == {"retryAfter": "30s", "message": said}
    assert stat.S_IMODE(control.stat().st_mode) == 0o644
    kratix.ask(request("True"))
    done = kratix.run("wait", "--for", "StoreReady", KRATIX_PIPELINE_NAME="wait")
    assert (done.returncode, done.stderr) == (0, "StoreReady: True for generation 1\n")
    assert kratix.files == {}, "what an earlier attempt left would stop the workflow"


@pytest.mark.parametrize("environment", [{"KRATIX_WORKFLOW_ACTION": "delete"}, {"KRATIX_DRY_RUN": "true"}])
def test_a_request_that_nobody_will_look_at_is_not_waited_for(
    kratix: KratixFolders, environment: dict[str, str]
) -> None:
    kratix.ask(request("False"))
    done = kratix.run("wait", "--for", "StoreReady", **environment)
    assert done.returncode == 0
    assert done.stderr.startswith("nothing to wait for")
    assert kratix.files == {}


@pytest.mark.parametrize("arguments", [(), ("--for", "store"), ("--for", "")])
def test_it_must_know_what_to_wait_for(kratix: KratixFolders, arguments: tuple[str, ...]) -> None:
    kratix.ask(request("True"))
    assert kratix.run("wait", *arguments).returncode == 2
