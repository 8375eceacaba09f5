"""Archives of images, as containerd and `docker load` read them."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from localnode.images import Entry, layer, new_image, on_top


def read(archive: Path) -> tuple[dict[str, Any], dict[str, Any], list[bytes]]:
    with tarfile.open(archive) as opened:
        files = {member.name: opened.extractfile(member) for member in opened}
        contents = {name: file.read() for name, file in files.items() if file is not None}
    (manifest,) = json.loads(contents["manifest.json"])
    return manifest, json.loads(contents[manifest["Config"]]), [contents[name] for name in manifest["Layers"]]


def test_a_layer_has_the_folders_above_its_files_and_depends_on_nothing_else() -> None:
    entries = [Entry("usr/bin/b", b"2", mode=0o755), Entry("a", b"1")]

    written = layer(entries)

    with tarfile.open(fileobj=io.BytesIO(written)) as opened:
        members = {member.name: (member.mode, member.uid, member.mtime) for member in opened}
    assert members == {"usr": (0o755, 0, 0), "usr/bin": (0o755, 0, 0), "a": (0o644, 0, 0), "usr/bin/b": (0o755, 0, 0)}
    assert layer(entries[::-1]) == written


def test_an_image_names_its_layer_by_digest(tmp_path: Path) -> None:
    content = layer([Entry("pause", b"x", mode=0o755)])

    new_image(tmp_path / "i.tar", "some/pause:1", content, {"Entrypoint": ["/pause"]})

    manifest, config, layers = read(tmp_path / "i.tar")
    assert manifest["RepoTags"] == ["some/pause:1"]
    assert layers == [content]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(content).hexdigest()}"]
    assert (config["os"], config["config"]) == ("linux", {"Entrypoint": ["/pause"]})


def test_a_layer_on_top_keeps_what_is_below_and_what_it_does_not_change(tmp_path: Path) -> None:
    below, above = layer([Entry("a", b"1")]), layer([Entry("b", b"2")])
    new_image(tmp_path / "base.tar", "some/base:1", below, {"User": "65532", "Entrypoint": ["/a"]})

    on_top(tmp_path / "base.tar", tmp_path / "i.tar", "some/other:1", above, {"Entrypoint": ["/b"]})

    manifest, config, layers = read(tmp_path / "i.tar")
    assert manifest["RepoTags"] == ["some/other:1"]
    assert layers == [below, above]
    assert len(config["rootfs"]["diff_ids"]) == len(config["history"]) == 2
    assert config["config"] == {"User": "65532", "Entrypoint": ["/b"]}


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "no.tar", "w"):
        pass

    with pytest.raises(ValueError, match=r"no\.tar: holds no manifest\.json"):
        on_top(tmp_path / "no.tar", tmp_path / "i.tar", "some/other:1", b"", {})
