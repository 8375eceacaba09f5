"""The pytest plugin, in a pytest of its own: what it skips, what it imports, what it says when nothing starts."""

import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest

@pytest.mark.cluster
def test_marked(): pass

def test_by_fixture(admin): pass

def test_pure(): pass
"""

LAZY = """
import sys

def test_nothing_heavy_was_imported():
    heavy = {"platform_status_kube", "cryptography", "urllib3", "localplane.plane", "localplane.errors"}
    assert not heavy & set(sys.modules)
"""


def run(folder: Path, code: str, *options: str, **environ: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), "-rsE", "-q"]
    answer = subprocess.run(  # noqa: S603 - this Python, no shell
        [*command, *options, str(folder)],
        cwd=folder,
        env={"PATH": "/nowhere", "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


def test_no_cluster_skips_what_needs_one_and_says_why(tmp_path: Path) -> None:
    code, told = run(tmp_path, TESTS, "--no-cluster", "--strict-markers")

    assert code == 0, told
    assert "1 passed, 2 skipped" in told
    assert "needs an API server, and --no-cluster was given" in told


def test_pure_tests_import_nothing_of_the_control_plane(tmp_path: Path) -> None:
    code, told = run(tmp_path, LAZY)

    assert code == 0, told


def test_binaries_that_cannot_be_had_fail_only_the_tests_that_need_them(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()

    code, told = run(tmp_path, TESTS, KUBEBUILDER_ASSETS=str(tmp_path / "assets"))

    assert code == 1
    assert "2 passed, 1 error" in told
    assert "no executable kube-apiserver and no etcd in that folder" in told


def test_a_kubeconfig_in_the_home_folder_is_never_used(tmp_path: Path) -> None:
    home = tmp_path / ".kube" / "config"
    home.parent.mkdir()
    home.write_text("never read")
    (tmp_path / "assets").mkdir()

    code, told = run(
        tmp_path, TESTS, "-k", "fixture", KUBECONFIG=str(home), KUBEBUILDER_ASSETS=str(tmp_path / "assets")
    )

    assert code == 1
    assert "no executable kube-apiserver" in told
    assert "never read" not in told


def test_the_users_cluster_is_named_and_nothing_is_built_for_it(tmp_path: Path) -> None:
    missing = tmp_path / "no-kubeconfig"

    code, told = run(tmp_path, TESTS, "-v", PLATFORM_STATUS_CLUSTER=str(missing))

    assert code == 1
    assert f"cluster tests run on the cluster of PLATFORM_STATUS_CLUSTER={missing}" in told
    assert f"PLATFORM_STATUS_CLUSTER={missing}: no such file" in told
    assert "building" not in told


def test_to_collect_tests_builds_nothing(tmp_path: Path) -> None:
    code, told = run(tmp_path, TESTS, "--collect-only")

    assert code == 0, told
    assert "localplane: " not in told
    assert not (tmp_path / ".cache").exists()
