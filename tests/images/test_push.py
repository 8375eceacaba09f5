"""What is pushed, and the Promises that name it, against go-containerregistry's registry on loopback."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localplane.builds import ensure_built
from localplane.caches import cache_folder
from localplane.runs import ReservedPort
from localplane.versions import REGISTRY
from platform_status_images.__main__ import main
from platform_status_images.archives import Archive
from platform_status_images.build import Order

# the first run on a machine builds the registry and the images
pytestmark = [pytest.mark.images, pytest.mark.timeout(1500)]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def registry() -> Iterator[str]:
    """Host and port of an empty registry."""
    program = ensure_built(REGISTRY, cache_folder(os.environ), os.environ)
    with subprocess.Popen([program, "-port", "0"], stderr=subprocess.PIPE, text=True) as server:  # noqa: S603 - built here
        try:
            assert server.stderr
            found = re.search(r"serving on port (\d+)", server.stderr.readline())
            assert found
            yield f"127.0.0.1:{found[1]}"
        finally:
            server.terminate()


def blob(registry: str, repository: str, kind: str, digest: str) -> bytes:
    """Ask the registry for a manifest or a blob, which must have the digest that it is asked by."""
    accepted = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
    asked = urllib.request.Request(f"http://{registry}/v2/{repository}/{kind}/{digest}", headers={"Accept": accepted})
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
        content: bytes = answer.read()
    assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    return content


def images_of(document: str) -> set[str]:
    return set(re.findall(r"\S+/platform-status/[^\s'\"]+", document))


def test_what_is_pushed_is_what_the_promises_name(order: Order, registry: str, tmp_path: Path) -> None:
    # a checkout of its own, so that dist/ of this one stays as it is
    shutil.copytree(ROOT / "promise", tmp_path / "promise")
    output = tmp_path / "dist/images"
    target = f"{registry}/some/team"
    assert main(["build", "--output", str(output), "--push", target]) == 0
    told: dict[str, Any] = json.loads((output / "images.json").read_text())
    for name, entry in told.items():
        repository, _, digest = entry["pushed"].removeprefix(f"{registry}/").partition("@")
        assert repository == f"some/team/platform-status/{name}"
        manifest = json.loads(blob(registry, repository, "manifests", digest))
        config = json.loads(blob(registry, repository, "blobs", manifest["config"]["digest"]))
        archive = Archive(output / f"{name}.tar")
        assert archive.manifest["RepoTags"] == [f"REGISTRY.invalid/platform-status/{name}:0.1.0"]
        assert config["rootfs"]["diff_ids"] == archive.config["rootfs"]["diff_ids"]
        with urllib.request.urlopen(f"http://{registry}/v2/{repository}/tags/list", timeout=30) as tags:
            assert json.load(tags)["tags"] == ["0.1.0"]
    folders = [path.parent for path in sorted((tmp_path / "promise").rglob("parts.yaml"))]
    assert len(folders) == 5
    for folder in folders:
        done = subprocess.run(  # noqa: S603 - this Python, a script of ours
            [sys.executable, tmp_path / "promise/assemble.py", "--registry", target, folder],
            capture_output=True,
            text=True,
            check=False,
        )
        written = tmp_path / "dist" / folder.relative_to(tmp_path) / "promise.yaml"
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{written}\n", "")
        tracked = (folder / "promise.yaml").read_text()
        assert tracked == (ROOT / folder.relative_to(tmp_path) / "promise.yaml").read_text()
        names = {f"REGISTRY.invalid/platform-status/{name}:0.1.0": entry["pushed"] for name, entry in told.items()}
        assert images_of(tracked) <= set(names)
        assert images_of(written.read_text()) == {names[name] for name in images_of(tracked)} != set()
    assert order.images


def test_a_registry_that_does_not_answer_leaves_no_digest_behind(
    order: Order, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images.json").write_text('{"sidecar": {"pushed": "old"}}')
    with ReservedPort() as nobody:
        target = f"127.0.0.1:{nobody.number}/a"
        code = main(["build", "--output", str(tmp_path), "--only", "sidecar", "--push", target])
    assert code == 1
    assert f"pushing {target}/" in capsys.readouterr().err
    assert not (tmp_path / "images.json").exists()
    assert order.images
