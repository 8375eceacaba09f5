"""The demo of a Promise of one's own: section 9 of docs/authors.md, run as its reader would."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_status_contract.template.yaml_text import dump
from tests.pipeline.test_authors import fences, files, promise, section

from .demos import Demo
from .test_demo import PHASE

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds what is left behind in /proc"),
]


@pytest.fixture
def mine(tmp_path: Path, control_plane: object) -> Path:
    """The folder of the page; the binaries are built by whoever asks for the fixture first."""
    del control_plane
    folder = tmp_path / "mine"
    (folder / "outputs").mkdir(parents=True)
    (folder / "promise.yaml").write_text(dump(promise("queue.yaml")), "utf-8")
    (folder / "request.yaml").write_text(files()["in/object.yaml"], "utf-8")
    (folder / "outputs" / "queue.yaml").write_text(files()["mine/outputs/queue.yaml"], "utf-8")
    return folder


@pytest.fixture
def demos() -> Iterator[list[Demo]]:
    """Ended, whatever happens."""
    started: list[Demo] = []
    yield started
    for demo in started:
        demo.kill()


def options(mine: Path) -> list[str]:
    """What the page types behind the module, with this folder for its own."""
    (command,) = [fence.text for fence in fences(section(9)) if fence.language == "sh"]
    return [str(mine.parent / word) if word.startswith("mine/") else word for word in shlex.split(command)[3:]]


def test_the_promise_of_the_page_shows_the_phases_of_the_page(mine: Path, tmp_path: Path, demos: list[Demo]) -> None:
    (temporary := tmp_path / "tmp").mkdir()
    demos.append(demo := Demo(temporary, *options(mine)))
    output = demo.ended(250)
    (shown,) = [fence.text for fence in fences(section(9)) if fence.language == "text"]
    assert demo.process.returncode == 0, output
    assert " > ".join(found[1] for line in output.splitlines() if (found := PHASE.match(line))) == shown.strip()
    for kind in ("ExternalSecret of external-secrets.io", "RabbitmqCluster of rabbitmq.com"):
        assert f"{kind} is not installed here: it gets a CRD that takes anything" in output
    assert "StatefulSet sessions-store has all its pods, 2" in output
    assert "Secret sessions-password appeared" in output
    (degraded,) = [line for line in output.splitlines() if (found := PHASE.match(line)) and found[1] == "Degraded"]
    assert "StatefulSet sessions-store" in degraded
    assert demo.left() == {}
    assert list(temporary.iterdir()) == []


def test_what_keeps_a_request_from_ready_is_told(mine: Path, tmp_path: Path, demos: list[Demo]) -> None:
    made = mine / "outputs" / "queue.yaml"
    made.write_text(made.read_text("utf-8").replace("name: sessions-password", "name: another-password"), "utf-8")
    (temporary := tmp_path / "tmp").mkdir()
    demos.append(demo := Demo(temporary, *options(mine)))
    output = demo.ended(250)
    assert demo.process.returncode == 1
    assert "waited for phase Ready, and nothing has changed for 40 s" in output
    assert "PasswordReady is False, ObjectMissing" in output


@pytest.mark.parametrize(
    ("left_out", "code", "said"),
    [
        ("--outputs", 1, "container cache of image REGISTRY.invalid/your/own:1.0.0 cannot run here"),
        ("--request", 2, "--promise and --request require each other"),
    ],
)
def test_what_is_missing_is_told_before_anything_starts(
    mine: Path, tmp_path: Path, demos: list[Demo], left_out: str, code: int, said: str
) -> None:
    words = options(mine)
    at = words.index(left_out)
    demos.append(demo := Demo(tmp_path, *words[:at], *words[at + 2 :]))
    output = demo.ended(60)
    assert demo.process.returncode == code
    assert said in output
