"""The command line, errors, and what is kept in the cache."""

import json
import os
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from platform_status_images.__main__ import main
from platform_status_images.archives import Archive
from platform_status_images.build import Shelf, fingerprint
from platform_status_images.commands import CommandError, ImageError, run


@pytest.mark.parametrize(
    "arguments",
    [[], ["build"], ["build", "--output", "x", "--engine", "kaniko"], ["build", "--output", "x", "--only", "demo"]]
    + [["build", "--output", "x", "--python", version] for version in ("2.7", "3.10", "3", "3.11.2")],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments, {})
    assert ended.value.code == 2
    assert "usage: python -m platform_status_images" in capsys.readouterr().err


def test_a_missing_engine_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform_status_images.commands.shutil.which", lambda *_, **__: None)
    assert main(["build", "--output", str(tmp_path / "out"), "--engine", "podman"], {"HOME": str(tmp_path)}) == 3
    assert "podman is not installed; install podman, or choose another with --engine" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_existing_folder_is_no_place_for_a_context(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["context", str(tmp_path)], {}) == 1
    assert "File exists" in capsys.readouterr().err


def test_a_failed_program_is_told_with_its_last_lines_and_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "build.log"
    with pytest.raises(CommandError, match=r"(?s)building it: sh ended with exit code 7\nlog: .*no such layer"):
        run("building it", ["/bin/sh", "-c", "echo no such layer; exit 7"], log, environ={})
    assert log.read_text().startswith("$ /bin/sh -c")


def context(folder: Path) -> Path:
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "a.whl").write_bytes(b"a")
    (folder / "Dockerfile").write_text("FROM x\n")
    return folder


def test_the_fingerprint_changes_with_names_contents_and_what_else_counts(tmp_path: Path) -> None:
    folder = context(tmp_path / "one")
    first = fingerprint(folder, "base:1")
    assert fingerprint(context(tmp_path / "two"), "base:1") == first
    found = {first, fingerprint(folder, "base:2"), fingerprint(folder, "base", ":1")}
    (folder / "wheels" / "a.whl").write_bytes(b"b")
    found.add(fingerprint(folder, "base:1"))
    (folder / "wheels" / "a.whl").rename(folder / "wheels" / "b.whl")
    found.add(fingerprint(folder, "base:1"))
    (folder / "sidecar").mkdir()
    found.add(fingerprint(folder, "base:1"))
    assert len(found) == 6


def test_the_shelf_keeps_the_last_three(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / "new.tar").write_text(str(number))
        place = Shelf(tmp_path / "built", f"key{number}").put("sidecar", tmp_path / "new.tar")
        os.utime(place.parent, (number, number))
    kept = {key: Shelf(tmp_path / "built", key).get("sidecar") for key in ("key0", "key1", "key4")}
    assert [key for key, path in kept.items() if path] == ["key4"]
    assert (tmp_path / "built" / "key4" / "sidecar.tar").read_text() == "4"
    assert Shelf(tmp_path / "built", "key4").get("pipeline") is None
    assert len(list((tmp_path / "built").iterdir())) == 3


def tar(members: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return stream.getvalue()


def test_an_archive_is_read_from_the_upper_layer_down(tmp_path: Path) -> None:
    lower, upper = tar({"etc/name": b"lower", "etc/old": b"old"}), tar({"./etc/name": b"upper"})
    config = {"created": "2020-02-02T00:00:00Z", "rootfs": {"diff_ids": ["sha256:low", "sha256:up"]}}
    manifest = [{"Config": "abc.json", "RepoTags": ["x:1"], "Layers": ["low.tar", "up.tar"]}]
    content = {"low.tar": lower, "up.tar": upper, "abc.json": json.dumps(config).encode()}
    path = tmp_path / "image.tar"
    path.write_bytes(tar(content | {"manifest.json": json.dumps(manifest).encode()}))
    archive = Archive(path)
    assert (archive.read("etc/name"), archive.read("etc/old")) == (b"upper", b"old")
    assert archive.layers() == [("sha256:low", len(lower)), ("sha256:up", len(upper))]
    assert (archive.digest, archive.size) == ("sha256:abc", len(lower) + len(upper))
    with pytest.raises(ImageError, match="no file /etc/none in the image"):
        archive.read("etc/none")
