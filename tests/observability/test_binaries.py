"""Where the binaries are looked for, and what is said where they cannot be had."""

import subprocess
from pathlib import Path

import pytest

from observability import binaries


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_named_one_goes_before_the_path_and_the_path_before_the_cache(tmp_path: Path) -> None:
    cached = executable(tmp_path / "cache" / "promtool" / "prometheus")
    on_path = executable(tmp_path / "bin" / "prometheus")
    environ = {"PLATFORM_STATUS_CACHE": str(tmp_path / "cache"), "PATH": str(tmp_path / "empty")}
    assert binaries.find("prometheus", environ) == cached
    environ["PATH"] = str(tmp_path / "bin")
    assert binaries.find("prometheus", environ) == on_path
    environ["PROMETHEUS"] = "/elsewhere/prometheus"
    assert binaries.find("prometheus", environ) == Path("/elsewhere/prometheus")


def test_what_is_nowhere_is_none(tmp_path: Path) -> None:
    assert binaries.find("promtool", {"PLATFORM_STATUS_CACHE": str(tmp_path), "PATH": str(tmp_path)}) is None


def test_what_is_required_and_nowhere_names_package_variable_and_command(tmp_path: Path) -> None:
    with pytest.raises(binaries.MissingBinaryError) as raised:
        binaries.require("amtool", {"PLATFORM_STATUS_CACHE": str(tmp_path), "PATH": str(tmp_path)})
    for word in ("AMTOOL", "make observability-binaries", "prometheus-alertmanager"):
        assert word in str(raised.value)


def test_an_installed_alertmanager_is_found_by_the_name_that_debian_gives_it(tmp_path: Path) -> None:
    installed = executable(tmp_path / "bin" / "prometheus-alertmanager")
    environ = {"PLATFORM_STATUS_CACHE": str(tmp_path), "PATH": str(tmp_path / "bin")}
    assert binaries.find("alertmanager", environ) == installed
    assert binaries.find("amtool", environ) is None


def test_what_debian_looks_up_below_usr_is_looked_up_in_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    built, other = tmp_path / "bin" / "a", tmp_path / "bin" / "b"
    built.write_bytes(b"\0/usr/share/prometheus/alertmanager\0default.tmpl\0")
    other.write_bytes(b"/usr/share/prometheus\0")
    binaries.unbind(tmp_path)
    path = built.read_bytes().split(b"\0")[1].decode()
    assert len(built.read_bytes()) == len(b"\0/usr/share/prometheus/alertmanager\0default.tmpl\0")
    assert (tmp_path / path / "x").resolve() == tmp_path / "x"
    assert other.read_bytes() == b"/usr/share/prometheus\0"


def test_a_package_is_unpacked_with_what_it_needs_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share = Path("usr/share/prometheus/alertmanager")
    asked: list[tuple[str, ...]] = []

    def apt(*arguments: str, folder: Path) -> None:
        asked.append(arguments)
        (folder / f"{arguments[-1]}_1_all.deb").touch()

    def extract(command: list[str | Path], *, check: bool) -> None:
        assert check
        tree = Path(command[-1])
        for name in ("bin/amtool", "bin/prometheus-alertmanager"):
            executable(tree / "usr" / name)
        (tree / share).mkdir(parents=True)
        (tree / share / "default.tmpl").touch()

    monkeypatch.setattr(binaries, "_apt", apt)
    monkeypatch.setattr(subprocess, "run", extract)
    environ = {"PLATFORM_STATUS_CACHE": str(tmp_path), "PATH": ""}
    binaries.fetch(environ, "prometheus-alertmanager")
    assert asked == [("download", "prometheus-alertmanager")]
    assert {path.name for path in (tmp_path / "promtool").iterdir()} == {"alertmanager", "amtool", "default.tmpl"}
    assert binaries.find("alertmanager", environ) == tmp_path / "promtool" / "alertmanager"


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in binaries.NAMES:
        executable(tmp_path / "promtool" / name)
    monkeypatch.setattr(binaries, "_apt", lambda *_, folder: pytest.fail(f"asked apt-get in {folder}"))
    binaries.fetch({"PLATFORM_STATUS_CACHE": str(tmp_path), "PATH": ""})


def test_without_apt_get_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("PATH", str(tmp_path)), ("PLATFORM_STATUS_CACHE", str(tmp_path / "cache"))):
        monkeypatch.setenv(name, value)
    for name in binaries.NAMES:
        monkeypatch.delenv(name.upper(), raising=False)
    assert binaries.main() == 1
    said = capsys.readouterr().err
    assert said.count("skipped") == 2
    for line, package, variables in zip(
        said.splitlines(),
        ("prometheus", "prometheus-alertmanager"),
        ("PROMETHEUS and PROMTOOL", "ALERTMANAGER and AMTOOL"),
        strict=True,
    ):
        assert line.startswith(f"{package} cannot be installed here")
        assert variables in line
    assert not list((tmp_path / "cache" / "promtool").iterdir())
