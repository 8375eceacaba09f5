"""What lies in the layers: modes, owners, what must not be there, bytecode, bill of materials."""

import json
import re
import stat
import tarfile
from pathlib import PurePosixPath

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from platform_status_images.images import ROOT

from .container import Image

# The first test of a run pays for the build: two to six minutes on two busy cores.
pytestmark = [pytest.mark.images, pytest.mark.timeout(1500)]

COMPILERS = {"as", "c++", "c99", "cc", "clang", "cpp", "g++", "gcc", "ld", "make", "tcc"}
INSTALLERS = {"apt", "apt-get", "easy_install", "ensurepip", "pip", "pip3", "setuptools", "uv", "wheel"}
OURS_FOR_TESTS = {"localplane", "platform_status_demo", "platform_status_images", "tests"}
TESTERS = {"_pytest", "coverage", "hatchling", "hypothesis", "mypy", "pytest", "ruff", "xdist"}


def paths(image: Image) -> list[tarfile.TarInfo]:
    return [member for member in image.archive.members() if member.name.strip("./")]


def test_what_is_ours_is_roots_and_world_readable_and_nobody_else_may_write_it(image: Image) -> None:
    ours = [member for member in paths(image) if member.name.startswith(("app/", "etc/platform-status/"))]
    assert len(ours) > 200
    assert {(member.uid, member.gid) for member in ours} == {(0, 0)}
    assert {stat.S_IMODE(member.mode) for member in ours} <= {0o755, 0o644}
    assert all(member.isfile() or member.isdir() for member in ours)


def test_no_compiler_and_no_installer_is_among_the_programs(image: Image) -> None:
    programs = {PurePosixPath(member.name) for member in paths(image)}
    names = {path.name for path in programs if path.parent.name in {"bin", "sbin"}}
    assert names & (COMPILERS | INSTALLERS) == set()
    assert not [name for name in names if name.startswith(("pip", "apt", "gcc", "x86_64-linux-gnu"))]
    assert {"python3", "sh"} <= names


def test_no_installer_and_no_test_of_ours_can_be_imported(image: Image) -> None:
    folders = [PurePosixPath(member.name) for member in paths(image)]
    top = {path.name.removesuffix(".py") for path in folders if path.parent.name in {"app", "python3.13"}}
    assert top & (INSTALLERS | OURS_FOR_TESTS | TESTERS | {"bazel-project", "bin"}) == set()
    assert {"ssl", "json", "urllib3", "platform_status_contract"} <= top


def test_its_debian_has_security_fixes(image: Image) -> None:
    sources = image.archive.read("etc/apt/sources.list").decode()
    assert re.findall(r"^deb .* (\S+) main$", sources, re.MULTILINE) == ["trixie", "trixie-updates", "trixie-security"]


def test_the_pipeline_has_no_sidecar_and_the_sidecar_no_pipeline(images: dict[str, Image]) -> None:
    inside = {
        name: {member.name.split("/")[1] for member in paths(image) if member.name.startswith("app/")}
        for name, image in images.items()
    }
    assert inside["pipeline"] - inside["sidecar"] >= {"platform_status_pipeline", "cel_expr_python"}
    assert inside["sidecar"] - inside["pipeline"] >= {"platform_status_sidecar", "prometheus_client"}
    assert "platform_status_contract" in inside["pipeline"] & inside["sidecar"]


def test_both_images_share_their_base(images: dict[str, Image]) -> None:
    assert len({image.archive.layers()[0] for image in images.values()}) == 1


def test_no_bytecode_is_checked_against_its_source(image: Image) -> None:
    compiled, sources = {}, set()
    for member, content in image.archive.contents(".pyc", ".py"):
        if not member.startswith(("app/", "usr/lib/python3.13/")):
            continue
        if member.endswith(".pyc"):
            folder, name = member.rsplit("/__pycache__/", 1)
            # PEP 552: bit 0 says that it is checked by hash, bit 1 that it is checked at all
            compiled[f"{folder}/{name.split('.')[0]}.py"] = content[4:8]
        else:
            sources.add(member)
    assert set(compiled.values()) == {b"\x01\x00\x00\x00"}
    assert len(sources) > 600
    assert sources - set(compiled) == set()


def test_the_bill_of_materials_names_what_is_installed(image: Image) -> None:
    written = image.bill.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    bill = json.loads(written)
    parts = {
        (kind(part["purl"]), part["name"].lower().replace("_", "-"), part["version"]) for part in bill["components"]
    }
    wheels = set()
    for member in paths(image):
        found = re.fullmatch(r"app/([^/]+)-([^-/]+)\.dist-info", member.name)
        if found:
            wheels.add(("pypi", re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]))
    assert {part for part in parts if part[0] == "pypi"} == wheels
    assert {name for _, name, _ in wheels} >= {"platform-status-contract", "httptools", "msgspec"}
    status = image.archive.read("var/lib/dpkg/status").decode()
    packages = set(
        zip(
            re.findall(r"^Package: (.+)$", status, re.MULTILINE),
            re.findall(r"^Version: (.+)$", status, re.MULTILINE),
            strict=True,
        )
    )
    assert {part[1:] for part in parts if part[0] == "deb"} == packages
    assert {name for name, _ in packages} >= {"libc6", "libssl3t64", "python3.13-minimal"}
    assert all(part["hashes"][0]["alg"] == "SHA-256" for part in bill["components"] if kind(part["purl"]) == "pypi")


def kind(purl: str) -> str:
    return purl.removeprefix("pkg:").split("/")[0]


def test_the_settings_are_those_of_the_dockerfile(image: Image) -> None:
    settings = image.settings
    assert settings["User"] == "65532:65532"
    assert settings["Entrypoint"][:2] == ["python3", "-m"]
    assert set(settings["Env"]) >= {"PYTHONPATH=/app", "PYTHONDONTWRITEBYTECODE=1", "LANG=C.UTF-8"}


def test_the_parts_of_the_promise_are_baked_into_the_pipelines_image(pipeline: Image) -> None:
    baked = {
        member.name.rsplit("/", 1)[1]
        for member in paths(pipeline)
        if member.name.startswith("etc/platform-status/sidecar/")
    }
    assert baked == {path.name for path in (ROOT / "promise/sidecar").glob("*.yaml")}
    assert pipeline.archive.read("etc/platform-status/contract.yaml") == (ROOT / "promise/contract.yaml").read_bytes()
