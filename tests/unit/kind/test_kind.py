"""The kind lane, where there is no Docker: its command lines, its pins, and what it says without them."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from localplane.certificates import new_authority
from localplane.kubeconfigs import kubeconfig
from platform_status_kind import commands
from platform_status_kind import lane as kratix
from platform_status_kind.__main__ import main
from platform_status_kind.lane import KindCluster, down, kubeconfig_path, prepare
from platform_status_kind.programs import CommandError, KindError, NoDockerError, require, run
from platform_status_world.promises import read_promise
from tests.unit.localplane.test_certificates import NOW

ROOT = Path(__file__).parents[3]
CONFIG = Path("/cache/kind/kubeconfig")


class Recorder:
    """Runs nothing, remembers everything, and refuses what it is told to."""

    def __init__(self, refused: str = "", answer: str = "") -> None:
        self.commands: list[list[str]] = []
        self._refused = refused
        self._answer = answer

    def __call__(self, command: Sequence[str]) -> str:
        self.commands.append(list(command))
        if self._refused and self._refused in command:
            raise CommandError(f"{command[0]}: refused")
        return self._answer


@pytest.fixture
def way_in(tmp_path: Path) -> Path:
    authority = new_authority("test", NOW)
    text = kubeconfig("https://127.0.0.1:1", authority.certificate, "me", authority.client("me", (), NOW))
    (tmp_path / "kubeconfig").write_text(text)
    return tmp_path / "kubeconfig"


def programs(folder: Path, *names: str, docker: str = "exit 0") -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(f"#!/bin/sh\n{docker}\n")
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def test_every_installed_thing_is_pinned_and_comes_from_its_project() -> None:
    urls = [commands.CERT_MANAGER_URL, commands.KRATIX_URL, commands.STATE_STORE_URL]

    assert all(url.startswith(("https://github.com/", "https://raw.githubusercontent.com/")) for url in urls)
    assert not [url for url in urls if "latest" in url or "/main/" in url]
    assert len(commands.KRATIX) == 40


def test_the_cluster_is_made_with_a_kubeconfig_of_its_own() -> None:
    assert commands.create(CONFIG) == [
        "kind",
        "create",
        "cluster",
        "--name=platform-status",
        "--kubeconfig=/cache/kind/kubeconfig",
        "--wait=5m",
    ]
    assert commands.create(CONFIG, "node:1")[-1] == "--image=node:1"


def test_everything_is_installed_in_order_and_waited_for(tmp_path: Path) -> None:
    runs = Recorder()
    told: list[str] = []
    config = tmp_path / "kind" / "kubeconfig"

    prepare(config, "", told.append, runs)

    assert [text.removeprefix("installing ") for text in told[1:]] == ["cert-manager", "Kratix", "a state store"]
    assert [command[0] for command in runs.commands] == ["kind", *["kubectl"] * 6]
    applied = [command[-1].removeprefix("--filename=") for command in runs.commands if "apply" in command]
    assert applied == [commands.CERT_MANAGER_URL, commands.KRATIX_URL, commands.STATE_STORE_URL]
    assert all(f"--kubeconfig={config}" in command for command in runs.commands)
    assert [command[-2] for command in runs.commands if "wait" in command] == [
        "--namespace=cert-manager",
        "--namespace=kratix-platform-system",
        "--namespace=seaweedfs",
    ]


def test_a_step_that_fails_ends_it(tmp_path: Path) -> None:
    runs = Recorder(refused=f"--filename={commands.KRATIX_URL}")

    with pytest.raises(CommandError, match="refused"):
        prepare(tmp_path / "kubeconfig", "", lambda _: None, runs)

    assert runs.commands[-1][-1] == f"--filename={commands.KRATIX_URL}"


def test_the_destination_is_the_one_that_the_promise_asks_for() -> None:
    made = kratix.destination()
    asked = read_promise(ROOT / "promise/promise.yaml").document["spec"]["destinationSelectors"][0]["matchLabels"]

    assert made["metadata"]["labels"] == asked
    assert made["spec"]["stateStoreRef"]["name"] == kratix.state_store()["metadata"]["name"]


def test_images_are_loaded_from_their_archives(way_in: Path) -> None:
    runs = Recorder()

    KindCluster(way_in, runs).load(Path("/a.tar"), Path("/b.tar"))

    assert runs.commands == [
        ["kind", "load", "image-archive", "/a.tar", "--name=platform-status"],
        ["kind", "load", "image-archive", "/b.tar", "--name=platform-status"],
    ]


def test_a_container_is_killed_on_the_node_that_has_it(way_in: Path) -> None:
    runs = Recorder(refused="first", answer="first\nsecond\nthird\n")

    KindCluster(way_in, runs).kill("abc")

    assert [command[2] for command in runs.commands[1:]] == ["first", "second"]
    assert runs.commands[-1][3:] == ["ctr", "--namespace=k8s.io", "tasks", "kill", "--signal=SIGKILL", "abc"]


def test_a_container_that_no_node_has_is_an_error(way_in: Path) -> None:
    with pytest.raises(KindError, match="container abc: no node could kill it: docker: refused"):
        KindCluster(way_in, Recorder(refused="abc", answer="first")).kill("abc")


def test_without_a_cluster_the_fix_is_named(tmp_path: Path) -> None:
    with pytest.raises(KindError, match="make kind-up"):
        KindCluster(tmp_path / "none")


def test_down_deletes_the_cluster_and_its_kubeconfig(tmp_path: Path) -> None:
    environ = {"PLATFORM_STATUS_CACHE": str(tmp_path)}
    path = kubeconfig_path(environ)
    path.parent.mkdir()
    path.touch()
    runs = Recorder()

    down(runs, environ)

    assert runs.commands == [["kind", "delete", "cluster", "--name=platform-status", f"--kubeconfig={path}"]]
    assert not path.exists()


@pytest.mark.parametrize("command", ["up", "demo", "down"])
def test_without_docker_one_line_says_so(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command], programs(tmp_path / "bin", "kind", "kubectl")) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("platform_status_kind: error: docker not found on the PATH: install what is missing")
    assert said.err.count("\n") == 1


def test_a_docker_that_does_not_answer_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = "echo 'Cannot connect to the Docker daemon' >&2; exit 1"
    environ = programs(tmp_path / "bin", *commands.PROGRAMS, docker=failing)
    monkeypatch.setenv("PATH", environ["PATH"] + os.pathsep + "/bin")

    with pytest.raises(NoDockerError, match=r"Docker does not answer: .*Cannot connect to the Docker daemon; start it"):
        require(environ)


def test_a_program_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(CommandError, match=r"^/bin/sh -c echo no >&2; exit 3: exit code 3: no$"):
        run(["/bin/sh", "-c", "echo no >&2; exit 3"])
    with pytest.raises(CommandError, match="/no/such: "):
        run(["/no/such"])
    assert run(["/bin/echo", "hello"]) == "hello\n"
