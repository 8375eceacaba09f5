"""The commands of buildah, docker and podman, and of mmdebstrap and pip: as argument lists."""

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest

from platform_status_images.base import base_archive, base_path, mmdebstrap_arguments
from platform_status_images.closure import Target
from platform_status_images.commands import CommandError
from platform_status_images.engines import Engine, Store
from platform_status_images.images import IMAGES
from platform_status_images.push import push, registry_name
from platform_status_images.wheels import download_arguments

SIDECAR = IMAGES["sidecar"]
CONTEXT = Path("/context")
MONDAY = dt.date(2026, 11, 30)


def engine(name: str) -> Engine:
    return Engine(name, f"/usr/bin/{name}", Store(Path("/store")) if name == "buildah" else None)


def test_buildah_builds_without_daemon_namespaces_or_registry() -> None:
    assert engine("buildah").build(SIDECAR, CONTEXT, base="base:1") == [
        "/usr/bin/buildah",
        *("--root", "/store/root", "--runroot", "/store/run", "--storage-driver", "vfs"),
        *("build", "--isolation", "chroot", "--format", "oci", "--pull-never"),
        *("--build-arg", "BASE=base:1", "--file", "/context/sidecar/Dockerfile"),
        *("--tag", SIDECAR.reference, "/context"),
    ]


def test_docker_takes_the_base_of_the_dockerfile_and_no_network() -> None:
    assert engine("docker").build(SIDECAR, CONTEXT, base=None) == [
        *("/usr/bin/docker", "build", "--provenance=false", "--network", "none"),
        *("--file", "/context/sidecar/Dockerfile"),
        *("--tag", SIDECAR.reference, "/context"),
    ]


def test_podman_builds_for_another_processor() -> None:
    assert engine("podman").build(SIDECAR, CONTEXT, base="mine:2", machine="aarch64") == [
        *("/usr/bin/podman", "build", "--layers", "--format", "oci", "--network", "none"),
        *("--build-arg", "BASE=mine:2", "--platform", "linux/arm64", "--file", "/context/sidecar/Dockerfile"),
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
    with pytest.raises(CommandError, match="docker returned no digest"):
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


def test_mmdebstrap_takes_its_own_defaults_or_the_mirror_given_with_its_security_suite() -> None:
    archive = Path("/base.tar")
    assert mmdebstrap_arguments(archive, "")[-2:] == ["trixie", "/base.tar"]
    assert mmdebstrap_arguments(archive, "file:///mirror")[-3:] == [
        "deb file:///mirror trixie main",
        "deb file:///mirror trixie-updates main",
        "deb file:///mirror-security trixie-security main",
    ]


def test_the_base_in_the_cache_is_named_after_its_recipe_and_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    before = base_path(Path("/cache"), MONDAY)
    assert before.name.endswith("-2026-11-30.tar")
    monkeypatch.setattr("platform_status_images.base._LEFT_OUT", ("man",))
    assert base_path(Path("/cache"), MONDAY) != before


@pytest.fixture
def sunday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The base of yesterday in the cache, and a root whose mmdebstrap is at ./mmdebstrap."""
    monkeypatch.setattr("platform_status_images.base.os.geteuid", lambda: 0)
    monkeypatch.setattr("platform_status_images.base.find", lambda *_: str(tmp_path / "mmdebstrap"))
    archive = base_path(tmp_path, MONDAY - dt.timedelta(days=1))
    archive.parent.mkdir()
    archive.write_text("of Sunday")
    return archive


def mmdebstrap(folder: Path, script: str) -> None:
    (folder / "mmdebstrap").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "mmdebstrap").chmod(0o755)


def test_a_new_day_makes_a_new_base_once_and_removes_the_old(tmp_path: Path, sunday: Path) -> None:
    mmdebstrap(tmp_path, 'for last; do :; done; echo of Monday >"$last"')
    archive = base_archive(tmp_path, {}, MONDAY)
    assert (archive, archive.read_text()) == (base_path(tmp_path, MONDAY), "of Monday\n")
    assert list(archive.parent.iterdir()) == [archive] != [sunday]
    mmdebstrap(tmp_path, "exit 1")
    assert base_archive(tmp_path, {}, MONDAY) == archive


def test_without_a_mirror_the_base_of_an_earlier_day_is_taken_and_said(
    tmp_path: Path, sunday: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mmdebstrap(tmp_path, "echo no route >&2; exit 1")
    assert base_archive(tmp_path, {}, MONDAY) == sunday
    assert f"not from today, so security fixes may be missing: using {sunday.name}" in capsys.readouterr().err
    sunday.unlink()
    with pytest.raises(CommandError, match="no route"):
        base_archive(tmp_path, {}, MONDAY)
