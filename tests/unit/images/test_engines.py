"""The commands of buildah, docker and podman, and of debootstrap and pip: as argument lists."""

from itertools import pairwise
from pathlib import Path

import pytest

from platform_status_images.base import base_path, debootstrap_arguments
from platform_status_images.closure import Target
from platform_status_images.engines import Engine, Store
from platform_status_images.images import IMAGES
from platform_status_images.wheels import download_arguments

SIDECAR = IMAGES["sidecar"]
CONTEXT = Path("/context")


def engine(name: str) -> Engine:
    return Engine(name, f"/usr/bin/{name}", Store(Path("/store")) if name == "buildah" else None)


def test_buildah_builds_without_daemon_namespaces_or_registry() -> None:
    assert engine("buildah").build(SIDECAR, CONTEXT, base="base:1", epoch=42) == [
        "/usr/bin/buildah",
        *("--root", "/store/root", "--runroot", "/store/run", "--storage-driver", "vfs"),
        *("build", "--isolation", "chroot", "--layers", "--format", "oci", "--timestamp", "42", "--pull-never"),
        *("--build-arg", "BASE=base:1", "--file", "/context/sidecar/Dockerfile"),
        *("--tag", SIDECAR.reference, "/context"),
    ]


def test_docker_takes_the_base_of_the_dockerfile_and_no_network() -> None:
    assert engine("docker").build(SIDECAR, CONTEXT, base=None, epoch=42) == [
        *("/usr/bin/docker", "build", "--provenance=false", "--network", "none"),
        *("--build-arg", "SOURCE_DATE_EPOCH=42", "--file", "/context/sidecar/Dockerfile"),
        *("--tag", SIDECAR.reference, "/context"),
    ]


def test_podman_dates_everything_with_the_epoch() -> None:
    assert engine("podman").build(SIDECAR, CONTEXT, base="mine:2", epoch=42) == [
        *("/usr/bin/podman", "build", "--layers", "--format", "oci", "--timestamp", "42", "--network", "none"),
        *("--build-arg", "BASE=mine:2", "--file", "/context/sidecar/Dockerfile"),
        *("--tag", SIDECAR.reference, "/context"),
    ]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("docker", ["save", "--output", "/out.tar", SIDECAR.reference]),
        ("podman", ["push", SIDECAR.reference, f"docker-archive:/out.tar:{SIDECAR.reference}"]),
        ("buildah", ["push", SIDECAR.reference, f"docker-archive:/out.tar:{SIDECAR.reference}"]),
    ],
)
def test_an_archive_carries_the_name_without_a_host(name: str, command: list[str]) -> None:
    assert engine(name).save(SIDECAR, Path("/out.tar"))[-len(command) :] == command


def test_an_image_is_called_after_its_distribution_and_its_version() -> None:
    assert {name: image.reference for name, image in IMAGES.items()} == {
        "pipeline": "platform-status/pipeline:0.1.0",
        "sidecar": "platform-status/sidecar:0.1.0",
    }


def test_pip_fetches_by_hash_for_the_base_and_not_for_this_machine() -> None:
    arguments = download_arguments(Path("r.txt"), Target("3.12", "aarch64"), Path("out"))
    assert {"--require-hashes", "--no-deps"} <= set(arguments)
    pairs = list(pairwise(arguments))
    assert {("--python-version", "3.12"), ("--only-binary", ":all:"), ("--abi", "cp312"), ("--abi", "abi3")} <= set(
        pairs
    )
    platforms = [value for flag, value in pairs if flag == "--platform"]
    assert {"manylinux_2_28_aarch64", "manylinux2014_aarch64", "linux_aarch64"} <= set(platforms)
    assert all(value.endswith("_aarch64") for value in platforms)


def test_debootstrap_takes_its_own_default_mirror_or_the_one_given() -> None:
    assert debootstrap_arguments(Path("/root"), "") == ["--variant=minbase", "--include=python3", "bookworm", "/root"]
    assert debootstrap_arguments(Path("/root"), "file:///mirror")[-1] == "file:///mirror"


def test_the_base_in_the_cache_is_named_after_its_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = base_path(Path("/cache"))
    monkeypatch.setattr("platform_status_images.base._LEFT_OUT", ("var/log",))
    assert base_path(Path("/cache")) != before
