"""The command line, and the binaries that it and the tests start."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from localplane.__main__ import main
from localplane.binaries import Binaries, find_binaries, find_kubectl
from localplane.errors import ClusterChoiceError


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give the signals back their handlers."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def assets(folder: Path, *names: str) -> dict[str, str]:
    for name in names:
        (folder / name).touch(mode=0o755)
    return {"KUBEBUILDER_ASSETS": str(folder)}


def test_the_users_own_binaries_are_taken(tmp_path: Path) -> None:
    environ = assets(tmp_path, "kube-apiserver", "etcd")

    assert find_binaries(environ) == Binaries(apiserver=tmp_path / "kube-apiserver", etcd=tmp_path / "etcd")


def test_kubectl_is_taken_from_the_assets_too(tmp_path: Path) -> None:
    assert find_kubectl(assets(tmp_path, "kubectl")) == tmp_path / "kubectl"


@pytest.mark.parametrize(
    ("there", "missing"),
    [([], "no executable kube-apiserver and no etcd"), (["etcd"], "no executable kube-apiserver in")],
)
def test_a_folder_without_the_binaries_is_named(tmp_path: Path, there: list[str], missing: str) -> None:
    with pytest.raises(ClusterChoiceError, match=missing):
        find_binaries(assets(tmp_path, *there))


def test_build_prints_where_the_binaries_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = assets(tmp_path, "kube-apiserver", "etcd")

    assert main(["build"], environ) == 0
    assert capsys.readouterr().out == f"{tmp_path}/kube-apiserver\n{tmp_path}/etcd\n"


def test_build_prints_where_kubectl_is_if_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = assets(tmp_path, "kube-apiserver", "etcd", "kubectl")

    assert main(["build", "kubectl"], environ) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{tmp_path}/kubectl"


def test_an_unusable_choice_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build"], assets(tmp_path)) == 2
    assert capsys.readouterr().err.startswith(f"localplane: error: KUBEBUILDER_ASSETS={tmp_path}: no executable")


def test_up_starts_nothing_beside_a_cluster_of_the_users(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up"], {"PLATFORM_STATUS_CLUSTER": "/mine"}) == 2
    assert "unset it to start one" in capsys.readouterr().err


def test_a_failure_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("")

    assert main(["crds", str(tmp_path), "--kubeconfig", str(tmp_path / "none")], {}) == 2
    assert f"--kubeconfig={tmp_path}/none: no such file" in capsys.readouterr().err


def test_crds_prints_paths_when_no_cluster_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crds", str(tmp_path)], {}) == 0
    assert capsys.readouterr().out == f"{tmp_path}\n"


def test_help_shows_examples_and_variables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"], {})

    told = capsys.readouterr().out
    assert "python -m localplane up --crds application" in told
    for variable in ("PLATFORM_STATUS_CACHE", "KUBEBUILDER_ASSETS", "PLATFORM_STATUS_CLUSTER"):
        assert variable in told


def test_no_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([], {})
    assert "COMMAND" in capsys.readouterr().err
