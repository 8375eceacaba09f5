"""Limits of both versions of cgroups, on folders that look like them."""

import os
from pathlib import Path

import pytest

from tests.bench.limits import LimitError, limits, parse_size


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_without_a_limit_nothing_is_made(tmp_path: Path) -> None:
    with limits(0, 0, tmp_path) as groups:
        assert groups == ()
    assert names(tmp_path) == []


def test_a_controller_that_is_missing_is_named_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "cpu").mkdir()
    with pytest.raises(LimitError, match=r"cpu\.cfs_period_us"), limits(0, 100, tmp_path):
        pass
    assert names(tmp_path / "cpu") == []


def test_a_hierarchy_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    with pytest.raises(LimitError, match=f"platform-status-bench-{os.getpid()}"), limits(0, 100, tmp_path):
        pass


def test_a_size_is_a_number_and_a_unit() -> None:
    assert parse_size("64Mi") == 64 * 2**20
    with pytest.raises(ValueError, match="such as 64Mi"):
        parse_size("64")
