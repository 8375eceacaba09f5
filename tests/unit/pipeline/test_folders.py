"""Reading and writing in the /kratix folders."""

import os
import stat
from pathlib import Path

import pytest

from platform_status_pipeline.errors import FolderError
from platform_status_pipeline.kratix.folders import read_mapping, remove_files, write_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o077, 0o000, 0o777])
def test_files_are_readable_for_kratix_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_file(tmp_path / "out" / "a.yaml", "a: 1\n")
    finally:
        os.umask(before)
    assert mode(tmp_path / "out" / "a.yaml") == 0o644
    assert mode(tmp_path / "out") == 0o755


def test_a_leftover_is_replaced_even_if_it_is_a_link_or_half_written(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious")
    (tmp_path / "a.yaml").symlink_to(elsewhere)
    (tmp_path / ".a.yaml.partial").symlink_to(elsewhere)
    write_file(tmp_path / "a.yaml", "a: 1\n")
    assert elsewhere.read_text() == "precious"
    assert not (tmp_path / "a.yaml").is_symlink()
    assert (tmp_path / "a.yaml").read_text() == "a: 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "elsewhere"]


def test_our_files_are_removed_and_those_of_others_stay(tmp_path: Path) -> None:
    for name in ("a.yaml", ".a.yaml.partial", "theirs.yaml"):
        (tmp_path / name).write_text("x")
    remove_files(tmp_path, ["a.yaml", "b.yaml"])
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.yaml"]


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(FolderError, match=r"a\.yaml: cannot be removed"):
        remove_files(tmp_path, ["a.yaml"])
    with pytest.raises(FolderError, match=r"a\.yaml: cannot be written"):
        write_file(tmp_path / "a.yaml", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "is the folder mounted"),
        (b"- 1\n", "found a list, expected a mapping"),
        (b"", "found a NoneType, expected a mapping"),
        (b"a: [", "not the YAML of one object"),
        (b"\xff\xfe", "not the YAML of one object"),
    ],
)
def test_a_file_that_is_no_object_is_named_with_the_cause(tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = tmp_path / "object.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FolderError, match=cause) as caught:
        read_mapping(path)
    assert str(path) in str(caught.value)
