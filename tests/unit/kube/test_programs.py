"""Every program that reads a kubeconfig: none asks anything without the credentials and the identity that it names."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mcp
import pytest

from platform_status_kube.connection import connect
from platform_status_kube.errors import TransportError
from platform_status_kube.http_transport import HttpTransport
from platform_status_pipeline.kratix.live import LiveAccess, PatchTarget, patch_problems
from tests.cluster.mcp.serving import over_stdio

from .recording import recording
from .writing import brings, plugin_of, write

JANE = {"as": "jane", "as-groups": ["a", "b"], "as-uid": "7", "as-user-extra": {"x/y": ["p", "q"]}}
SENT = (
    ("impersonate-extra-x%2fy", "p"),
    ("impersonate-extra-x%2fy", "q"),
    ("impersonate-group", "a"),
    ("impersonate-group", "b"),
    ("impersonate-uid", "7"),
    ("impersonate-user", "jane"),
)
REQUEST = PatchTarget("platform.integratn.tech", "v1alpha1", "things", "team", "media")
HINT = "Install it from the platform's wiki."

Run = Callable[[Path], str]


def run(*words: str, kubeconfig: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    return subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def of_hctl(*words: str) -> Run:
    def ask(kubeconfig: Path) -> str:
        ended = run("hctl", *words, kubeconfig=kubeconfig)
        assert (ended.returncode, ended.stdout) == (3, "")
        return ended.stderr

    return ask


def of_mcp(kubeconfig: Path) -> str:
    async def talk(client: mcp.Client) -> str:
        result = await client.call_tool("list", {})
        assert result.is_error
        return "".join(getattr(block, "text", "") for block in result.content) + "\n"

    return over_stdio(kubeconfig, talk)


def of_sidecar(kubeconfig: Path) -> str:
    ended = run("platform_status_sidecar", "--kubeconfig", str(kubeconfig), kubeconfig=kubeconfig)
    assert ended.returncode == 2
    return ended.stderr


def of_pipeline(kubeconfig: Path) -> str:
    said: list[str] = []
    by_hand = LiveAccess({"KUBECONFIG": str(kubeconfig)}, live=True)
    assert not patch_problems(REQUEST, ["x"], by_hand, lambda: None, said.append)
    return "\n".join(said) + "\n"


PROGRAMS = {
    "hctl list": of_hctl("list"),
    "hctl status": of_hctl("status", "media", "-o", "json"),
    "hctl diagnose": of_hctl("diagnose", "media"),
    "mcp": of_mcp,
    "sidecar": of_sidecar,
    "pipeline": of_pipeline,
}


@pytest.fixture(autouse=True)
def outside_a_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


@pytest.mark.parametrize("program", list(PROGRAMS))
@pytest.mark.parametrize(
    ("script", "why"), [(None, "is not installed"), ("echo 'not logged in' >&2; exit 1", "not logged in")]
)
def test_without_its_credentials_a_program_says_one_line_and_asks_nothing(
    program: str, script: str | None, why: str, tmp_path: Path
) -> None:
    fields = {} if script else {"command": "no-such-plugin-anywhere"}
    with recording() as recorded:
        user = plugin_of(tmp_path, script or "", **fields) | JANE
        said = PROGRAMS[program](write(tmp_path, user, {"server": recorded.url}))
    assert recorded.requests == []
    assert said.count("\n") == 1
    assert why in said
    assert HINT in said


@pytest.mark.parametrize("program", ["hctl list", "hctl status", "mcp", "pipeline"])
def test_every_request_names_whom_it_acts_as(program: str, tmp_path: Path) -> None:
    with recording() as recorded:
        PROGRAMS[program](write(tmp_path, plugin_of(tmp_path, brings({"token": "t"})) | JANE, {"server": recorded.url}))
    assert recorded.impersonations() == {SENT}
    sent = [{name.lower(): value for name, value in headers} for _, headers in recorded.requests]
    assert {headers["authorization"] for headers in sent} == {"Bearer t"}


def test_every_request_of_the_sidecar_does_too(tmp_path: Path) -> None:
    with recording() as recorded:
        config = write(tmp_path, {"token": "t", **JANE}, {"server": recorded.url})
        connection = connect(str(config), connections=1)
        transport = HttpTransport(connection, user_agent="test")
        with pytest.raises(TransportError):
            transport.get("/small", metadata_only=True)
        with pytest.raises(TransportError):
            transport.get("/get")
        with pytest.raises(TransportError):
            transport.list_page("/list", limit=1)
        with pytest.raises(TransportError):
            transport.patch("/patch", b"{}")
        with pytest.raises(TransportError):
            transport.create("/create", b"{}")
        with pytest.raises(TransportError), transport.watch("/watch", resource_version="1", seconds=1):
            pass
        transport.close()
        connection.close()
    assert len(recorded.requests) == 6
    assert recorded.impersonations() == {SENT}


def test_the_sidecar_asks_an_expired_plugin_again(tmp_path: Path) -> None:
    seconds = [0.0]
    (tmp_path / "turn").write_text("1")
    past = "2020-01-01T00:00:00Z"
    script = brings({"token": "'$(cat " + str(tmp_path / "turn") + ")'", "expirationTimestamp": past})
    with recording() as recorded:
        config = write(tmp_path, plugin_of(tmp_path, script), {"server": recorded.url})
        connection = connect(str(config), connections=1)
        connection._seconds = lambda: seconds[0]
        connection._look_at = dict.fromkeys((True, False), 0.0)
        assert dict(connection.headers())["Authorization"] == "Bearer 1"
        (tmp_path / "turn").write_text("2")
        seconds[0] += 11
        connection.refresh()
        assert dict(connection.headers())["Authorization"] == "Bearer 2"


def test_hctl_asks_an_expired_plugin_again_and_without_it_asks_nothing(tmp_path: Path) -> None:
    # what follows runs where hctl is imported: a session that lasts, such as status --watch
    (tmp_path / "turn").write_text("1")
    script = brings({"token": "'$(cat " + str(tmp_path / "turn") + ")'", "expirationTimestamp": "2020-01-01T00:00:00Z"})
    code = """
import pathlib, sys
from hctl.cluster.connection import connect
from hctl.cluster.transport import ClusterReader
from hctl.errors import ClusterError
transport = ClusterReader(connect(sys.argv[1]))
for turn in ("2", None):
    if turn:
        pathlib.Path(sys.argv[2]).write_text(turn)
    else:
        pathlib.Path(sys.argv[2]).unlink()
    try:
        transport.get("/api")
    except ClusterError as error:
        print(error)
"""
    with recording() as recorded:
        config = write(tmp_path, plugin_of(tmp_path, "set -e; " + script), {"server": recorded.url})
        ended = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-c", code, str(config), str(tmp_path / "turn")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    first, second = ended.stdout.splitlines()
    assert "denies it" in first
    assert "credential plugin" in second
    assert [dict(headers)["Authorization"] for _, headers in recorded.requests] == ["Bearer 2"]
