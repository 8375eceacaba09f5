"""The commands of buildah, docker and podman, and of debootstrap and pip: as argument lists."""

from itertools import pairwise
from pathlib import Path

import pytest

from platform_status_images.base import base_path, debootstrap_arguments
from platform_status_images.closure import Target
from platform_status_images.engines import Engine, Store
from platform_status_images.errors import CommandError
from platform_status_images.images import IMAGES
from platform_status_images.push import push, registry_name
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
def test_an_archive_carries_the_name_that_nobody_can_pull(name: str, command: list[str]) -> None:
    assert engine(name).save(SIDECAR, Path("/out.tar"))[-len(command) :] == command


@pytest.mark.parametrize("name", ["buildah", "podman"])
@pytest.mark.parametrize(
    ("host", "tls"),
    [
        ("registry.invalid", []),
        ("registry.invalid:5000", []),
        ("localhost.registry.invalid", []),
        ("127.0.0.1.registry.invalid", []),
        ("localhost:5000", ["--tls-verify=false"]),
        ("127.0.0.1:5000", ["--tls-verify=false"]),
        ("[::1]:5000", ["--tls-verify=false"]),
    ],
)
def test_an_archive_is_pushed_with_tls_unless_the_registry_is_this_machine(
    name: str, host: str, tls: list[str]
) -> None:
    load, push = engine(name).push(SIDECAR, Path("/out.tar"), f"{host}/a:1", Path("/digest"))
    assert load[-2:] == (["pull", "docker-archive:/out.tar"] if name == "buildah" else ["--input", "/out.tar"])
    expected = ["push", *tls, "--digestfile", "/digest", SIDECAR.reference, f"docker://{host}/a:1"]
    assert push[-len(expected) :] == expected
    assert ("--root" in push) == (name == "buildah")


def test_docker_loads_tags_and_pushes() -> None:
    commands = engine("docker").push(SIDECAR, Path("/out.tar"), "registry.invalid/a:1", Path("/digest"))
    assert commands == [
        ["/usr/bin/docker", "load", "--input", "/out.tar"],
        ["/usr/bin/docker", "tag", SIDECAR.reference, "registry.invalid/a:1"],
        ["/usr/bin/docker", "push", "registry.invalid/a:1"],
    ]


@pytest.mark.parametrize("told", ["by a file", "by what it prints"])
def test_the_digest_is_that_of_the_registry(told: str, tmp_path: Path) -> None:
    digest = f"sha256:{'5' * 64}"
    program = tmp_path / "engine"
    program.write_text(
        "#!/bin/sh\nset -eu\n"
        'case "$*" in\n'
        f'*--digestfile*) while [ "$1" != --digestfile ]; do shift; done; printf %s {digest} >"$2";;\n'
        f"*push*) echo '1: digest: {digest} size: 9';;\nesac\n"
    )
    program.chmod(0o755)
    pushing = Engine("podman" if told == "by a file" else "docker", str(program))
    archive = tmp_path / "sidecar.tar"
    found = push(pushing, SIDECAR, archive, "registry.invalid/team", tmp_path / "log", {"PATH": "/usr/bin:/bin"})
    assert found == f"registry.invalid/team/platform-status/sidecar@{digest}"
    assert not (tmp_path / "sidecar.digest").exists()


def test_an_engine_that_tells_no_digest_is_an_error(tmp_path: Path) -> None:
    archive = tmp_path / "sidecar.tar"
    with pytest.raises(CommandError, match="docker told no digest"):
        push(Engine("docker", "/bin/true"), SIDECAR, archive, "registry.invalid", tmp_path / "log", {})


REGISTRIES = ["a.example", "a.example/b/c-d", "localhost/b", "host:5000", "127.0.0.1:1/x", "[::1]:5000/a"]
NO_REGISTRIES = ["", "team", "team/path", "https://a.example", "a.example/", "a.example/B", "a b.example", "a:x"]


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_registry_is_a_host_with_or_without_port_and_path(name: str) -> None:
    assert registry_name(name) == name


@pytest.mark.parametrize("name", NO_REGISTRIES)
def test_what_is_no_registry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"REGISTRY: found .*, expected HOST\[:PORT\]\[/PATH\]"):
        registry_name(name)


@pytest.mark.parametrize("name", ["REGISTRY.invalid", "registry.invalid/a", "Registry.INVALID:5000"])
def test_nothing_is_pushed_to_the_host_of_nobody(name: str) -> None:
    with pytest.raises(ValueError, match="which no host can be called"):
        registry_name(name)


def test_an_image_is_called_after_its_distribution_and_its_version() -> None:
    assert {name: image.reference for name, image in IMAGES.items()} == {
        "pipeline": "REGISTRY.invalid/platform-status/pipeline:0.1.0",
        "sidecar": "REGISTRY.invalid/platform-status/sidecar:0.1.0",
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
