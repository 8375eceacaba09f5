"""Where prometheus and promtool are looked for, and what is said where they cannot be had."""

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
    assert "PROMETHEUS and PROMTOOL" in said
    assert "skipped" in said
    assert not list((tmp_path / "cache" / "promtool").iterdir())
