"""Cgroups of both versions, on folders that look like them."""

import os
from pathlib import Path

import pytest

from localnode import cgroups
from localnode.sampler import Measured, Sampler

CONTAINER = "a" * 64


@pytest.fixture
def version_1(tmp_path: Path) -> Path:
    for name in ("cpu", "cpuset", "memory", "pids", "freezer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    (tmp_path / "unified").mkdir()
    (tmp_path / "unified" / "cgroup.procs").touch()
    (tmp_path / "cpuset" / "cpuset.cpus").write_text("0-1\n")
    (tmp_path / "cpuset" / "cpuset.mems").write_text("0\n")
    return tmp_path


@pytest.fixture
def version_2(tmp_path: Path) -> Path:
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    return tmp_path


def test_each_controller_of_version_1_is_a_hierarchy(version_1: Path) -> None:
    names = [path.name for path in cgroups.hierarchies(version_1)]

    assert names == ["cpu", "cpuset", "freezer", "memory", "pids"]


def test_version_2_has_one_hierarchy(version_2: Path) -> None:
    assert cgroups.hierarchies(version_2) == [version_2]


def test_without_a_controller_there_is_none(version_1: Path) -> None:
    for file in (version_1 / "memory").iterdir():
        file.unlink()
    (version_1 / "memory").rmdir()

    assert cgroups.hierarchies(version_1) == []


def test_version_2_without_a_controller_has_none(version_2: Path) -> None:
    (version_2 / "cgroup.controllers").write_text("cpu io\n")

    assert cgroups.hierarchies(version_2) == []


def test_a_cgroup_of_version_1_gets_processors_and_goes_again(version_1: Path) -> None:
    cgroups.make("mine", version_1)

    assert (version_1 / "cpuset" / "mine" / "cpuset.cpus").read_text() == "0-1\n"
    assert (version_1 / "freezer" / "mine").is_dir()
    # A real one has files that go with it.
    for file in (version_1 / "cpuset" / "mine").iterdir():
        file.unlink()
    (version_1 / "memory" / "mine" / "kubepods" / "pod1").mkdir(parents=True)
    assert cgroups.remove("mine", version_1) == []
    assert list(version_1.rglob("mine")) == []


def test_a_cgroup_of_version_2_hands_its_controllers_down(version_2: Path) -> None:
    cgroups.make("mine", version_2)

    enabled = "+cpu +cpuset +memory +pids"
    assert (version_2 / "cgroup.subtree_control").read_text() == enabled
    assert (version_2 / "mine" / "cgroup.subtree_control").read_text() == enabled


def test_what_cannot_be_removed_is_named(version_1: Path) -> None:
    (version_1 / "pids" / "mine" / "busy").mkdir(parents=True)
    (version_1 / "pids" / "mine" / "busy" / "cgroup.procs").touch()

    assert cgroups.remove("mine", version_1, patience=0) == [version_1 / "pids" / "mine"]


@pytest.mark.parametrize("file", ["memory.max_usage_in_bytes", "memory.peak"])
def test_the_most_memory_that_a_container_held_is_read_by_its_id(tmp_path: Path, file: str) -> None:
    if file == "memory.peak":
        (tmp_path / "cgroup.controllers").touch()
    above = tmp_path if file == "memory.peak" else tmp_path / "memory"
    folder = above / "mine" / "kubepods" / "pod1" / CONTAINER
    folder.mkdir(parents=True)
    (folder / file).write_text("4096\n")
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (folder.parent / file).write_text("8192\n")

    assert cgroups.usage("mine", tmp_path) == {CONTAINER: (4096, os.getuid())}


def test_a_sampler_remembers_what_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "memory" / "mine" / CONTAINER
    folder.mkdir(parents=True)
    (folder / "memory.max_usage_in_bytes").write_text("4096\n")
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    sampler = Sampler("mine", tmp_path)
    try:
        first = sampler.measured()
        (folder / "memory.max_usage_in_bytes").write_text("5000\n")
        (folder / "cgroup.procs").write_text("")
        second = sampler.measured()
        (folder / "memory.max_usage_in_bytes").unlink()
        third = sampler.measured()
    finally:
        sampler.close()

    assert first == {CONTAINER: Measured(4096, os.getuid())}
    assert second == third == {CONTAINER: Measured(5000, os.getuid())}
