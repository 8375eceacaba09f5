"""What the README tells people to type: each command is run, here with a real kubectl or by `.ci/run`."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from localplane.binaries import find_kubectl
from localplane.crds import install_crds
from localplane.plane import ControlPlane

from .truth.kubectl import Kubectl

# the first run on a machine builds kubectl
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
NEEDS_DOCKER = frozenset({"kind-up", "kind-demo", "kind-down"})
"""Cannot run in CI; the README says that they need Docker, docs/node.md what of them is tested."""


def _blocks() -> list[list[str]]:
    """Every ``sh`` block of the README, each as its commands, without comments."""
    found = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return [[line.partition("#")[0].strip() for line in block.splitlines() if line.strip()] for block in found]


def _commands(program: str) -> list[list[str]]:
    lines = [shlex.split(line) for block in _blocks() for line in block]
    return [line[1:] for line in lines if line[0] == program]


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with ControlPlane() as plane:
        yield plane


def test_every_target_of_make_is_a_step_of_the_check() -> None:
    inline = re.findall(r"`(make [a-z][a-z -]*)`", (ROOT / "README.md").read_text())
    named = {target for line in inline for target in line.split()[1:]}
    named |= {arguments[0] for arguments in _commands("make")}
    run = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / ".ci/run").read_text()))
    assert named >= {"demo", "test", "test-node", "images"}
    assert named - NEEDS_DOCKER - run == set()


def test_nothing_but_make_and_kubectl_is_asked_of_a_reader() -> None:
    assert {line.split()[0] for block in _blocks() for line in block} == {"make", "kubectl"}


def test_the_commands_for_a_cluster_do_what_they_say(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_crds(plane.admin, [ROOT / "tools/src/platform_status_world/crds"])
    # what Kratix does with a Promise, as far as `kubectl apply` of a request needs it
    install_crds(plane.admin, [ROOT / "promise/crds/vclusterorchestratorv2s.yaml"])
    # what `make promise REGISTRY=...` writes differs by the images only
    (tmp_path / "promise").symlink_to(ROOT / "promise")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/promise").symlink_to(ROOT / "promise")
    monkeypatch.chdir(tmp_path)
    kubectl = Kubectl(find_kubectl(os.environ), plane, None, tmp_path)
    said = []
    for arguments in _commands("kubectl"):
        code, text = kubectl.run(*arguments)
        assert code == 0, (arguments, text)
        said.append(text)
    assert "promise.platform.kratix.io/vcluster-orchestrator-v2 created" in said[0]
    heading, row = said[-1].splitlines()
    assert re.split(r"\s{2,}", heading.strip()) == ["NAME", "PHASE", "READY", "PODS", "ARGO CD", "API", "AGE"]
    assert row.startswith("media ")
