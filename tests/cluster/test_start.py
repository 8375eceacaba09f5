"""docs/start.md, typed line by line with a real kubectl; Kratix, GitOps, Argo CD and the kubelet are played."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kratix_double.widget import CRDS
from kratix_double.world import SUB_REQUEST, World, is_written
from localplane.binaries import find_kubectl
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from tests.pipeline.test_authors import fences

from .golden_paths import install
from .sidecar.world import ROOT, until
from .truth.kubectl import Kubectl

# the first run on a machine builds kubectl
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

PAGE = (ROOT / "docs/start.md").read_text("utf-8")
NAMESPACE = "vcluster-media"
PATIENCE = 90.0
CLUSTER_SCOPED = re.compile(r"promise\.yaml|\bpromise |\bcrd/|namespace " + NAMESPACE)
REGISTRY = "REGISTRY=registry.example.com/platform"
BUILT = (f"make images {REGISTRY} PUSH=1", f"make promise {REGISTRY}")
"""tests/images does what these two do, with a registry on this machine."""


def _steps() -> Iterator[tuple[list[str], str | None]]:
    """Each block of commands, and the block of output that follows it."""
    found = fences(PAGE)
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.language == "sh":
            said = after.text if after is not None and after.language == "text" else None
            yield block.text.splitlines(), said


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with ControlPlane() as plane:
        subs = (ROOT / "promise/crds").glob("argocd*.yaml")
        kratix = [CRDS, ROOT / "tools/src/platform_status_world/crds"]
        install_crds(plane.admin, [*kratix, *subs, fetch_crd(APPLICATION)])
        yield plane


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A checkout after `make promise REGISTRY=...`, of which the images alone differ from the tracked Promises."""
    (tmp_path / "promise").symlink_to(ROOT / "promise")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/promise").symlink_to(ROOT / "promise")
    return tmp_path


class Others:
    """Plays who answers a command: Kratix and GitOps for the Promise, then the whole world of the request."""

    def __init__(self, plane: ControlPlane, folder: Path, stack: ExitStack) -> None:
        self._plane, self._folder, self._stack = plane, folder, stack
        self._world = World(plane.admin)

    def answer(self, line: str) -> None:
        if line == "kubectl apply -f dist/promise/promise.yaml":
            self._path = install(self._plane, self._folder / "installed", ".")
            self._stack.enter_context(self._path.sidecar(self._folder / "sidecar"))
        elif line.startswith("kubectl create namespace"):
            self._world.ensure_namespace(self._world.argocd)
            self._stack.enter_context(self._path.kratix(self._folder / "kratix", NAMESPACE))
        elif line.startswith("kubectl apply -f promise/examples/media.yaml"):
            self._deliver()

    def _deliver(self) -> None:
        world, labels = self._world, {"app": "vcluster", "release": "media"}
        until(lambda: any(map(is_written, world.placements(NAMESPACE, "media"))), "Kratix writes", PATIENCE)
        documents = world.deliver(NAMESPACE, "media")
        (sub_request,) = (document for document in documents if document["kind"] == SUB_REQUEST)
        application = world.create_application(sub_request)
        world.create_controller(NAMESPACE, "Deployment", "media", labels=labels, replicas=3)
        for suffix in ("2kq7x", "8w4zn", "tj5mr"):
            owner = ("ReplicaSet", "media-6d5f9c7b8")
            world.create_pod(NAMESPACE, f"media-6d5f9c7b8-{suffix}", labels=labels, owner=owner, ready=True)
        world.create_kubeconfig(NAMESPACE, "vcluster-media-kubeconfig")
        world.set_application(application, sync="Synced", health="Healthy")


def test_every_command_prints_what_the_page_shows(
    plane: ControlPlane, desk: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("others")
    monkeypatch.chdir(desk)
    kubectl = Kubectl(find_kubectl(os.environ), plane, None, folder)
    with ExitStack() as stack:
        others = Others(plane, folder, stack)
        for lines, shown in _steps():
            said = ""
            for line in lines:
                if line in BUILT:
                    continue
                code, text = kubectl.run(*shlex.split(line.removeprefix("kubectl ")))
                assert code == 0, (line, text)
                said += text
                others.answer(line)
            if shown is not None:
                assert re.fullmatch(re.escape(shown).replace(r"\*", r"\S+"), said), said


def test_a_block_of_output_has_one_wildcard_at_most() -> None:
    shown = [said for _, said in _steps() if said is not None]
    assert len(shown) >= 5
    assert [said.count("*") for said in shown if said.count("*") > 1] == []


def test_every_line_about_a_namespace_names_it() -> None:
    lines = [line for block, _ in _steps() for line in block]
    kubectl = [line for line in lines if line.startswith("kubectl ")]
    assert [line for line in lines if line not in kubectl] == list(BUILT)
    assert [line for line in kubectl if " -n " not in line and not CLUSTER_SCOPED.search(line)] == []
