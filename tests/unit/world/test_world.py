"""The rest of the world that needs no cluster: images, the adapter's image, the workload, the Promise."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from localnode.images import Entry, layer, new_image
from platform_status_world.cluster import NoToolError, WorldError, until
from platform_status_world.images import ADAPTER_IMAGE, SIDECAR_IMAGE, find_images, write_adapter_image
from platform_status_world.journey import EXPECTED
from platform_status_world.lane import EXAMPLE
from platform_status_world.promises import read_promise
from platform_status_world.workload import Workload

ROOT = Path(__file__).parents[3]


def fake_python(folder: Path, script: str) -> str:
    (folder / "python").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "python").chmod(0o755)
    return str(folder / "python")


def test_images_that_somebody_names_are_taken(tmp_path: Path) -> None:
    for name in ("pipeline.tar", "sidecar.tar"):
        (tmp_path / name).touch()

    found = find_images(ROOT, tmp_path / "output", {"PLATFORM_STATUS_IMAGES": str(tmp_path)})

    assert (found.pipeline, found.sidecar) == (tmp_path / "pipeline.tar", tmp_path / "sidecar.tar")
    assert not (tmp_path / "output").exists()


def test_a_folder_without_them_is_named(tmp_path: Path) -> None:
    (tmp_path / "pipeline.tar").touch()

    with pytest.raises(WorldError, match=rf"{tmp_path}: no sidecar\.tar; `make images` builds them"):
        find_images(ROOT, tmp_path, {"PLATFORM_STATUS_IMAGES": str(tmp_path)})


def test_images_that_nobody_names_are_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"echo $* > {tmp_path}/told; touch {tmp_path}/pipeline.tar {tmp_path}/sidecar.tar"
    monkeypatch.setattr(sys, "executable", fake_python(tmp_path, script))

    found = find_images(ROOT, tmp_path, {}, ("--engine=docker",))

    assert found.sidecar == tmp_path / "sidecar.tar"
    told = f"-m platform_status_images build --output={tmp_path} --engine=docker\n"
    assert (tmp_path / "told").read_text() == told


@pytest.mark.parametrize(("code", "error"), [(3, NoToolError), (1, WorldError)])
def test_images_that_cannot_be_built_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type[WorldError]
) -> None:
    script = f"echo building >&2; echo 'images: error: no buildah' >&2; exit {code}"
    monkeypatch.setattr(sys, "executable", fake_python(tmp_path, script))

    with pytest.raises(WorldError, match=r"the images cannot be built: images: error: no buildah$") as raised:
        find_images(ROOT, tmp_path, {})

    assert type(raised.value) is error


def test_the_adapter_stands_on_the_image_of_the_pipeline(tmp_path: Path) -> None:
    new_image(tmp_path / "pipeline.tar", "p:1", layer([Entry("a", b"1")]), {"User": "65532:65532"})

    made = write_adapter_image(tmp_path / "pipeline.tar", tmp_path / "adapter.tar", ROOT)

    with tarfile.open(made) as archive:
        (manifest,) = json.load(archive.extractfile("manifest.json") or pytest.fail("no manifest"))
        top = archive.extractfile(manifest["Layers"][-1])
        with tarfile.open(fileobj=top) as opened:
            opened.extractall(tmp_path / "root", filter="data")
    assert manifest["RepoTags"] == [ADAPTER_IMAGE]
    assert (tmp_path / "root/usr/bin/pipeline-adapter").stat().st_mode & 0o111 == 0o111


def test_the_adapter_needs_nothing_but_what_is_in_its_layer_and_the_pipelines_image(tmp_path: Path) -> None:
    new_image(tmp_path / "pipeline.tar", "p:1", layer([Entry("a", b"1")]), {})
    write_adapter_image(tmp_path / "pipeline.tar", tmp_path / "adapter.tar", ROOT)
    with tarfile.open(tmp_path / "adapter.tar") as archive:
        (manifest,) = json.load(archive.extractfile("manifest.json") or pytest.fail("no manifest"))
        with tarfile.open(fileobj=archive.extractfile(manifest["Layers"][-1])) as opened:
            opened.extractall(tmp_path / "root", filter="data")
    # Of this environment only what the image has too: the site-packages, and of our own the way to the API server.
    own = str(ROOT / "kube/src")
    site = next(path for path in sys.path if path.endswith("site-packages"))
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path / 'root/double')!r}, {site!r}, {own!r}];"
        "from platform_status_world.adapter.__main__ import main; main(['--help'])"
    )

    ran = subprocess.run(  # noqa: S603 - this Python, no shell
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "{reader,update-status,work-creator}" in ran.stdout


def test_without_the_pipelines_image_there_is_no_adapter(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"pipeline\.tar: not there"):
        write_adapter_image(tmp_path / "pipeline.tar", tmp_path / "adapter.tar", ROOT)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_the_workload_is_labelled_as_the_chart_does(kind: str) -> None:
    workload = Workload(None, {"kind": kind, "name": "media"}, "ns", "i:1")  # type: ignore[arg-type]  # sends nothing

    made = workload.document()
    assert made["kind"] == kind
    assert made["spec"]["template"]["metadata"]["labels"] == {"app": "vcluster", "release": "media"}
    assert ("serviceName" in made["spec"]) == (kind == "StatefulSet")


def test_the_promise_of_this_repository_is_read() -> None:
    promise = read_promise(ROOT / "promise/promise.yaml")

    assert promise.name == "vcluster-orchestrator-v2"
    assert promise.facts.kind == "VClusterOrchestratorV2"
    workflows = [("promise", "configure"), ("resource", "configure"), ("resource", "delete")]
    assert [len(promise.pipelines(*workflow)) for workflow in workflows] == [1, 1, 1]
    containers = promise.pipelines("promise", "configure")[0]["spec"]["containers"]
    told = {entry["name"]: entry.get("value") for entry in containers[0].get("env", [])}
    assert told["SIDECAR_IMAGE"] == SIDECAR_IMAGE


def test_what_is_no_promise_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("kind: ConfigMap")

    with pytest.raises(WorldError, match=r"p\.yaml: expected a Promise"):
        read_promise(tmp_path / "p.yaml")


def test_the_example_asks_for_what_the_journey_plays() -> None:
    request = yaml.safe_load((ROOT / EXAMPLE).read_text("utf-8"))

    assert request["kind"] == "VClusterOrchestratorV2"
    assert EXPECTED[-1] == "Deleting"


def test_waiting_ends_with_the_deadline() -> None:
    answers = iter([False, True])

    assert until(lambda: next(answers), 30)
    assert not until(lambda: False, 0)
