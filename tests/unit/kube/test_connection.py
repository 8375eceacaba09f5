"""Credentials that rotate, in a pod and out of a kubeconfig, and watches that fall silent."""

import datetime as dt
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from localplane.certificates import new_authority
from localplane.kubeconfigs import kubeconfig
from platform_status_kube.access import Access
from platform_status_kube.connection import Connection, connect
from platform_status_kube.errors import AccessError, UnansweredError, UnauthorizedError
from platform_status_kube.http_transport import HttpTransport, Timeouts
from platform_status_kube.pod import pod_access

from .loads import Loads

HOST = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


class Turned:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def sent(connection: Connection) -> str:
    return dict(connection.headers())["Authorization"]


@pytest.mark.parametrize("which", ["source", "authority", "certificate", "key"])
def test_a_file_of_the_credentials_that_changes_is_loaded_anew_with_a_new_pool(which: str, tmp_path: Path) -> None:
    changing = tmp_path / "file"
    changing.write_text("first")
    fields = {"authority": str(changing)} if which == "authority" else {}
    pair = {"certificate": (str(changing), "/x"), "key": ("/x", str(changing))}
    loads = Loads(**fields, **({"certificate": pair[which]} if which in pair else {}))
    clock = Turned()
    connection = Connection(loads, source=str(changing) if which == "source" else "", seconds=clock)
    pool = connection.pool
    replacement = tmp_path / "new"
    replacement.write_text("second")
    replacement.replace(changing)
    connection.refresh()
    assert (loads.times, connection.pool) == (1, pool)
    clock.seconds += 11
    connection.refresh()
    assert sent(connection) == "Bearer token-2"
    assert connection.pool is not pool
    clock.seconds += 11
    connection.refresh()
    assert loads.times == 2


def test_credentials_that_are_half_written_leave_the_old_in_use(tmp_path: Path) -> None:
    changing = tmp_path / "file"
    changing.write_text("first")
    clock, loads = Turned(), Loads(authority=str(changing))
    connection = Connection(loads, seconds=clock)
    changing.unlink()
    loads.error = AccessError("half a file")
    clock.seconds += 11
    connection.refresh()
    assert sent(connection) == "Bearer token-1"
    loads.error = None
    changing.write_text("second")
    clock.seconds += 11
    connection.refresh()
    assert sent(connection) == "Bearer token-3"


def test_credentials_that_expired_and_cannot_be_replaced_fail_the_request() -> None:
    clock, loads = Turned(), Loads(expires=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    connection = Connection(loads, seconds=clock)
    loads.error = AccessError("not logged in")
    clock.seconds += 11
    with pytest.raises(UnansweredError, match="not logged in"):
        connection.refresh()


def test_a_kubeconfig_that_is_cut_anywhere_leaves_the_old_in_use(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    authority = new_authority("test", now)
    whole = kubeconfig("https://127.0.0.1:1", authority.certificate, "u", authority.client("u", (), now))
    path = tmp_path / "kubeconfig"
    path.write_text(whole)
    connection = connect(str(path))
    refused = 0
    for cut in range(0, len(whole), 23):
        path.write_text(whole[:cut])
        try:
            # a file that reads well although it is cut is believed; the API server will not be pleased, see below
            connection._load()
        except AccessError:
            refused += 1
    assert refused > 10


def test_the_context_that_was_current_at_first_stays_the_one(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    text = """
        {apiVersion: v1, kind: Config, current-context: %s, users: [{name: u, user: {token: t}}],
         contexts: [{name: a, context: {cluster: a, user: u}}, {name: b, context: {cluster: b, user: u}}],
         clusters: [{name: a, cluster: {server: "http://a:1"}}, {name: b, cluster: {server: "http://b:1"}}]}
        """
    path.write_text(text % "a")
    connection = connect(str(path), look_interval=0)
    path.write_text(text % "b" + "\n")
    connection.refresh()
    assert connection.access.server == "http://a:1"


def pod(folder: Path, **files: str) -> Path:
    for name, content in ({"token": "first", "ca.crt": "x"} | files).items():
        (folder / name).write_text(content)
    return folder


def test_a_pod_is_three_files_and_two_variables(tmp_path: Path) -> None:
    found = pod_access(HOST, pod(tmp_path, namespace="team-a\n"))
    assert (found.server, found.authority, found.namespace) == (
        "https://10.0.0.1:443",
        str(tmp_path / "ca.crt"),
        "team-a",
    )
    assert pod_access(HOST | {"KUBERNETES_SERVICE_HOST": "fd00::1"}, tmp_path).server == "https://[fd00::1]:443"


@pytest.mark.parametrize(
    ("environment", "files", "why"),
    [
        ({}, {}, "are not set"),
        ({"KUBERNETES_SERVICE_HOST": "x"}, {}, "are not set"),
        (HOST, {"token": ""}, "empty"),
        (HOST, {"token": "a\nHost: elsewhere"}, "a header cannot hold"),
        (HOST, {"token": "\u00e9"}, "a header cannot hold"),
        (HOST, {"ca.crt": ""}, r"ca\.crt is empty"),
    ],
)
def test_what_is_no_pod_is_said(environment: dict[str, str], files: dict[str, str], why: str, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match=why):
        pod_access(environment, pod(tmp_path, **files))


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
def test_a_file_of_a_pod_that_is_missing_is_named(missing: str, tmp_path: Path) -> None:
    (pod(tmp_path) / missing).unlink()
    with pytest.raises(AccessError, match=missing):
        pod_access(HOST, tmp_path)


def test_a_rotated_token_is_read_again_and_half_a_one_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Turned()
    monkeypatch.setattr("platform_status_kube.credentials.time.monotonic", clock)
    authorization = pod_access(HOST, pod(tmp_path)).authorization
    (tmp_path / "token").write_text("second\n")
    assert authorization() == "Bearer first"
    clock.seconds += 11
    assert authorization() == "Bearer second"
    (tmp_path / "token").write_text("")
    clock.seconds += 11
    assert authorization() == "Bearer second"


def test_in_a_pod_nothing_that_reads_a_kubeconfig_is_imported(tmp_path: Path) -> None:
    script = f"""
import pathlib, sys
from platform_status_kube.connection import connect
connect(account=pathlib.Path({str(pod(tmp_path))!r}), environment={HOST!r})
heavy = {{"yaml", "subprocess"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own script
    assert done.returncode == 0, done.stderr


class Server(BaseHTTPRequestHandler):
    """Answers 401 to the first token, lists for any other, and opens watches that say nothing."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]]
    release: ClassVar[threading.Event]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        if "watch" in self.path:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b'14\r\n{"type":"BOOKMARK"}\n\r\n')
            self.release.wait(20)
            return
        status = 401 if self.seen[-1] == "Bearer token-1" else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def served() -> Iterator[tuple[Loads, type[Server]]]:

    class Handler(Server):
        seen: ClassVar[list[str]] = []
        release = threading.Event()

    handler = Handler
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    loads = Loads()
    loads.port = server.server_address[1]
    try:
        yield loads, handler
    finally:
        handler.release.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_credentials_that_the_server_does_not_accept_are_loaded_anew() -> None:
    clock = Turned()
    with served() as (loads, handler):
        connection = Connection(loads, seconds=clock)
        transport = HttpTransport(connection, user_agent="test")
        clock.seconds += 11
        with pytest.raises(UnauthorizedError, match="401"):
            transport.get("/api")
        assert transport.get("/api") == b"{}"
        assert handler.seen == ["Bearer token-1", "Bearer token-2"]
        connection.close()


def test_a_watch_that_falls_silent_is_ended() -> None:
    with served() as (loads, _):
        transport = HttpTransport(Connection(loads), user_agent="test", timeouts=Timeouts(silence=0.3))
        began = time.monotonic()
        with transport.watch("/api", resource_version="1", seconds=300) as lines:
            assert next(lines) == b'{"type":"BOOKMARK"}'
            with pytest.raises(UnansweredError, match="broke off"):
                next(lines)
        assert 0.2 < time.monotonic() - began < 10


@pytest.mark.parametrize("server", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
def test_nobody_there_is_said_in_words(server: str) -> None:
    transport = HttpTransport(Connection(lambda: Access(server)), user_agent="test")
    for ask in (transport.get, lambda path: transport.get(path, metadata_only=True)):
        with pytest.raises(UnansweredError, match=r"^GET /x: no answer: connection refused$") as error:
            ask("/x")
        assert (error.value.status, error.value.said) == (0, "connection refused")
