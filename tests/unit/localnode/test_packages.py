"""containerd and the like: from the machine, else out of Debian's packages."""

import io
import os
from pathlib import Path

import pytest

from localnode import packages
from localnode.errors import NotPossibleError
from localnode.packages import find_runtime

PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr")
APT = """#!/bin/sh
echo "$*" >> {calls}
case "$*" in *update*) touch {updated};; *download*) {download};; esac
"""
DPKG = """#!/bin/sh
mkdir -p $3/usr/bin $3/usr/sbin $3/usr/lib/cni
for name in containerd containerd-shim-runc-v2 ctr; do echo > $3/usr/bin/$name; chmod 755 $3/usr/bin/$name; done
echo > $3/usr/sbin/runc; chmod 755 $3/usr/sbin/runc
for name in bridge host-local loopback; do echo > $3/usr/lib/cni/$name; done
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    script(folder / "dpkg-deb", DPKG)
    return folder


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def apt(tools: Path, download: str) -> None:
    script(
        tools / "apt-get",
        APT.format(
            calls=tools / "calls", updated=tools / "updated", download=download.format(updated=tools / "updated")
        ),
    )


def environ(tools: Path) -> dict[str, str]:
    return {
        "PATH": f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "PLATFORM_STATUS_CACHE": str(tools.parent / "cache"),
    }


@pytest.fixture(autouse=True)
def nothing_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may have plugins."""
    monkeypatch.setattr(packages, "_PLUGIN_FOLDERS", ("usr/lib/cni",))
    plain = packages._runtime
    monkeypatch.setattr(packages, "_runtime", lambda root, path: None if str(root) == "/" else plain(root, path))


def test_the_packages_are_fetched_once_and_nothing_is_installed(tools: Path) -> None:
    apt(tools, "touch a.deb")
    shown = io.StringIO()

    runtime = find_runtime(environ(tools), shown)
    again = find_runtime(environ(tools), io.StringIO())

    assert runtime == again
    assert runtime.runc.is_relative_to(tools.parent / "cache" / "debian")
    assert runtime.plugins.name == "cni"
    (call,) = (tools / "calls").read_text().splitlines()
    assert "download" in call
    assert "done after" in shown.getvalue()


def test_an_outdated_list_of_packages_is_updated(tools: Path) -> None:
    apt(tools, "if [ -e {updated} ]; then touch a.deb; else echo 'E: 404' >&2; exit 100; fi")

    assert find_runtime(environ(tools), io.StringIO()).ctr.name == "ctr"


def test_packages_that_cannot_be_fetched_are_a_reason(tools: Path) -> None:
    apt(tools, "echo 'E: no network' >&2; exit 100")

    with pytest.raises(NotPossibleError, match=r"needs containerd, runc, .* cannot be fetched: E: no network"):
        find_runtime(environ(tools), io.StringIO())

    assert [path.name for path in (tools.parent / "cache" / "debian").iterdir()] == []


def test_a_machine_without_apt_is_told_what_to_install(tools: Path) -> None:
    bare = {**environ(tools), "PATH": str(tools)}

    with pytest.raises(NotPossibleError, match="install them; without apt-get they cannot be fetched"):
        find_runtime(bare, io.StringIO())
