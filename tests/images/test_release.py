"""A release, used as somebody does who has nothing but its files and no network."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from localplane.plane import ControlPlane
from platform_status_contract import __version__
from platform_status_images.engines import PLATFORMS
from platform_status_images.images import IMAGES, ROOT
from platform_status_release.__main__ import main

from .container import reason_not_to_run

# fetches some hundred wheels and builds both images, once
pytestmark = [pytest.mark.images, pytest.mark.timeout(1800)]

REGISTRY = "registry.example.com/team"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make release` writes."""
    reason = reason_not_to_run()
    if reason:
        pytest.skip(reason)
    output = tmp_path_factory.mktemp("release") / "dist"
    assert main([__version__, "--registry", REGISTRY, "--output", str(output)]) == 0
    return output


def offline(*command: str | Path, folder: Path) -> str:
    """Run a program without network, this checkout's environment or a cache; return what it printed."""
    found = shutil.which("unshare")
    assert found
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    environ = {"PATH": path, "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(  # noqa: S603 - our own
        [found, "--net", *map(str, command)], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_checksums_are_those_of_every_file(dist: Path) -> None:
    lines = (dist / "SHA256SUMS").read_text().splitlines()
    told = {path: digest for digest, path in (line.split("  ") for line in lines)}
    files = [path for path in dist.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert told == {str(path.relative_to(dist)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    tops = {Path(path).parts[0] for path in told}
    assert tops == {
        *("packages", "wheels", "images", "sbom", "schemas", "LICENSE", "CHANGELOG.md", "alerts.yaml", "hctl.yaml"),
        *("promise.yaml", "promise-webapp.yaml", "promiserelease.yaml"),
        *(f"promise-argocd-{name}.yaml" for name in ("application", "cluster-registration", "project")),
        *(f"kubectl-hctl_linux_{name}.tar.gz" for name in PLATFORMS.values()),
    }
    assert len(list((dist / "packages").glob("*.whl"))) == len(list((dist / "packages").glob("*.tar.gz"))) == 8


def test_wheels_are_installed_offline_and_the_promise_passes_their_validation(dist: Path, tmp_path: Path) -> None:
    offline(sys.executable, "-m", "venv", tmp_path / "env", folder=tmp_path)
    programs = tmp_path / "env/bin"
    names = ("platform-status-hctl", "platform-status-assistant[ask]")
    offline(programs / "pip", "install", "--no-index", "--find-links", dist / "wheels", *names, folder=tmp_path)
    assert offline(programs / "hctl", "--version", folder=tmp_path) == f"hctl {__version__}\n"
    offline(programs / "hctl", "validate", "--strict", dist / "promise.yaml", folder=tmp_path)


@pytest.mark.cluster
def test_the_promise_defines_its_requests_on_an_api_server(dist: Path) -> None:
    promise = yaml.safe_load((dist / "promise.yaml").read_text())
    with ControlPlane() as plane:
        created = plane.admin.create(promise["spec"]["api"])
    assert created["spec"]["names"]["kind"] == "VClusterOrchestratorV2"


def test_promises_name_the_images_by_the_digests_of_the_archives(dist: Path) -> None:
    told = json.loads((dist / "images/images.json").read_text())
    for name in IMAGES:
        with tarfile.open(dist / f"images/{name}.oci.tar") as archive:
            files = {member.name: read(archive, member) for member in archive if member.isfile()}
        [index] = json.loads(files["index.json"])["manifests"]
        assert told[name] == f"{REGISTRY}/platform-status/{name}@{index['digest']}"
        blobs = {path.rpartition("/")[2]: content for path, content in files.items() if path.startswith("blobs/")}
        assert all(hashlib.sha256(content).hexdigest() == digest for digest, content in blobs.items())
        manifests = json.loads(blobs[index["digest"].removeprefix("sha256:")])["manifests"]
        # buildah's own base is of this machine's processor
        assert [one["platform"]["os"] for one in manifests] == ["linux"]
    texts = "".join(path.read_text() for path in dist.glob("promise*.yaml"))
    assert set(re.findall(r"\S+/platform-status/(?:pipeline|sidecar)[\w:@.-]+", texts)) == set(told.values())


def read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    assert content
    return content.read()


def test_buildah_reads_the_oci_archives(dist: Path, tmp_path: Path) -> None:
    def buildah(*arguments: str) -> str:
        store = ("--root", tmp_path / "root", "--runroot", tmp_path / "run", "--storage-driver", "vfs")
        return offline("buildah", *store, *arguments, folder=tmp_path).strip()

    told: dict[str, Any] = json.loads(buildah("inspect", buildah("pull", f"oci-archive:{dist}/images/sidecar.oci.tar")))
    assert told["OCIv1"]["config"]["User"] == "65532:65532"


def test_kratix_is_told_where_each_promise_is(dist: Path) -> None:
    releases = list(yaml.safe_load_all((dist / "promiserelease.yaml").read_text()))
    assert len(releases) == 5
    for release in releases:
        file = release["spec"]["sourceRef"]["url"].rpartition("/")[2]
        promise = yaml.safe_load((dist / file).read_text())
        assert release["metadata"]["name"] == promise["metadata"]["name"]
        assert release["spec"]["version"] == promise["metadata"]["labels"]["kratix.io/promise-version"]


def test_hctl_runs_out_of_the_archive_that_krew_fetches(dist: Path, tmp_path: Path) -> None:
    plugin = yaml.safe_load((dist / "hctl.yaml").read_text())
    assert plugin["spec"]["version"] == f"v{__version__}"
    for platform in plugin["spec"]["platforms"]:
        archive = dist / platform["uri"].rpartition("/")[2]
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == platform["sha256"]
        assert platform["selector"]["matchLabels"]["arch"] in archive.name
    [mine] = [one for one in plugin["spec"]["platforms"] if one["selector"]["matchLabels"]["arch"] == machine()]
    with tarfile.open(dist / mine["uri"].rpartition("/")[2]) as packed:
        packed.extractall(tmp_path / "store", filter="data")
    (tmp_path / "kubectl-hctl").symlink_to(tmp_path / "store" / mine["bin"])
    assert offline(tmp_path / "kubectl-hctl", "--version", folder=tmp_path) == f"hctl {__version__}\n"
    validated = ("validate", "--strict", dist / "promise.yaml")
    offline(tmp_path / "kubectl-hctl", *validated, folder=tmp_path)
    assert "kubectl hctl" in offline(tmp_path / "kubectl-hctl", "--help", folder=tmp_path)


def machine() -> str:
    return PLATFORMS[os.uname().machine]


def test_bills_of_materials_schemas_and_rules_are_what_they_are_called(dist: Path) -> None:
    bills = list((dist / "sbom").iterdir())
    assert {path.name for path in bills} == {f"{name}-{machine()}.cdx.json" for name in IMAGES}
    for path in bills:
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(path.read_text()) is None
    schemas = {path.name: json.loads(path.read_text()) for path in (dist / "schemas").iterdir()}
    assert {"contract-v1.schema.json", "status-v1.schema.json", "hctl-status-v1.schema.json"} <= set(schemas)
    assert {one["$schema"] for one in schemas.values()} == {"https://json-schema.org/draft/2020-12/schema"}
    assert yaml.safe_load((dist / "alerts.yaml").read_text())["kind"] == "PrometheusRule"
    assert (dist / "CHANGELOG.md").read_text().startswith(f"# Platform status contract {__version__}")


def test_another_version_than_that_of_the_distributions_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["9.9.9", "--registry", REGISTRY, "--output", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"VERSION=9.9.9, but schemas/pyproject.toml says {__version__}" in said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").touch()
    assert main([__version__, "--registry", REGISTRY, "--output", str(tmp_path)]) == 1
    assert f"{tmp_path}: not empty" in capsys.readouterr().err


def test_make_asks_for_version_and_registry() -> None:
    done = subprocess.run(["make", "-C", ROOT, "release"], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode != 0
    assert "make release VERSION=x.y.z REGISTRY=registry.example.com/platform" in done.stderr
