"""The scripts that run inside the build, on small trees; the built images are looked at by tests/images."""

import json
import zipfile
from pathlib import Path

import pytest

from platform_status_images.images import IMAGES
from platform_status_images.inside import install, slim
from platform_status_images.sbom import bill_of_materials
from platform_status_images.wheels import Wheel

STATUS = """\
Package: python3
Status: install ok installed
Architecture: amd64
Version: 3.11.2-1+b1
Provides: python3-profiler
Depends: libc6 (>= 2.34), dpkg (>= 1.13), missing | zlib1g (>= 1:1.2)
Description: the language
 with a Depends: in its text

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9

Package: zlib1g
Status: hold ok installed
Architecture: amd64
Version: 1:1.2.13

Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""
BROUGHT = {
    "python3": ["/usr", "/usr/bin", "/usr/bin/python3"],
    "libc6:amd64": ["/usr", "/usr/lib", "/usr/lib/libc.so.6"],
    "zlib1g:amd64": ["/usr", "/usr/lib", "/usr/lib/libz.so.1"],
    "dpkg": ["/usr", "/usr/bin", "/usr/bin/dpkg", "/usr/lib", "/usr/lib/dpkg", "/usr/lib/dpkg/methods"],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A base with four packages; dpkg's lists name absolute paths, so here they name this folder's."""
    info = tmp_path / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (info.parent / "status").write_text(STATUS)
    for package, paths in BROUGHT.items():
        for path in paths:
            place = tmp_path / path.lstrip("/")
            if path in {"/usr", "/usr/bin", "/usr/lib", "/usr/lib/dpkg"}:
                place.mkdir(exist_ok=True)
            else:
                place.write_text(package)
        (info / f"{package}.list").write_text("/.\n" + "".join(f"{tmp_path}{path}\n" for path in paths))
        (info / f"{package}.md5sums").touch()
    return tmp_path


def test_only_what_python_needs_stays_and_the_database_says_so(root: Path) -> None:
    slim.remove_packages(root)
    left = {str(path.relative_to(root)) for path in (root / "usr").rglob("*")}
    assert left == {"usr/bin", "usr/bin/python3", "usr/lib", "usr/lib/libc.so.6", "usr/lib/libz.so.1"}
    found = install.debian_packages(root / "var/lib/dpkg/status")
    assert [part["purl"] for part in found] == [
        "pkg:deb/debian/libc6@2.36-9?arch=amd64",
        "pkg:deb/debian/python3@3.11.2-1%2Bb1?arch=amd64",
        "pkg:deb/debian/zlib1g@1%3A1.2.13?arch=amd64",
    ]
    assert {path.name for path in (root / "var/lib/dpkg/info").iterdir()} == {
        f"{package}.{kind}" for package in BROUGHT if package != "dpkg" for kind in ("list", "md5sums")
    }


def test_links_to_what_is_gone_are_removed_one_after_another(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "there").touch()
    (tmp_path / "bin" / "first").symlink_to("nothing")
    (tmp_path / "bin" / "second").symlink_to("first")
    (tmp_path / "bin" / "good").symlink_to("there")
    (tmp_path / "sbin").symlink_to("bin")
    slim.remove_dangling(tmp_path)
    assert sorted(path.name for path in (tmp_path / "bin").iterdir()) == ["good", "there"]
    assert (tmp_path / "sbin").is_dir()


def test_of_the_documentation_the_copyright_stays(tmp_path: Path) -> None:
    for name in ("one/copyright", "one/changelog.gz", "two/README"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    slim.leave_copyright(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["one", "one/copyright"]


def test_the_user_is_added_once(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for name in ("passwd", "group"):
        (tmp_path / "etc" / name).write_text("root:x:0:\n")
    slim.add_user(tmp_path)
    slim.add_user(tmp_path)
    assert (tmp_path / "etc/group").read_text() == "root:x:0:\nnonroot:x:65532:\n"
    assert (tmp_path / "etc/passwd").read_text().count(":65532:65532:") == 1


def test_a_base_that_is_no_debian_has_no_packages(tmp_path: Path) -> None:
    assert install.debian_packages(tmp_path / "status") == []


def wheel(folder: Path, name: str, metadata: str) -> Wheel:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\n{metadata}\n\ntext")
        archive.writestr(f"{name}/inner-1.0.dist-info/METADATA", "vendored")
    return Wheel(path, "c" * 64)


def test_the_bill_is_the_same_for_the_same_wheels(tmp_path: Path) -> None:
    wheels = [
        wheel(tmp_path, "b_two", "License-Expression: MIT OR Apache-2.0\nSummary: Two"),
        wheel(tmp_path, "a_one", f"License: {'the whole text of a license ' * 100}"),
    ]
    text = bill_of_materials(IMAGES["sidecar"], wheels, 1580601600)
    assert bill_of_materials(IMAGES["sidecar"], wheels, 1580601600) == text
    bill = json.loads(text)
    assert bill["metadata"]["timestamp"] == "2020-02-02T00:00:00+00:00"
    assert bill["metadata"]["component"]["name"] == "sidecar"
    assert [part["purl"] for part in bill["components"]] == ["pkg:pypi/a-one@1.0", "pkg:pypi/b-two@1.0"]
    first, second = bill["components"]
    assert "licenses" not in first
    assert second["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert second["hashes"] == [{"alg": "SHA-256", "content": "c" * 64}]
