"""The client and the choice of a cluster, against a stand-in for the API server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from localplane.client import Client
from localplane.clusters import existing_cluster
from localplane.errors import ClusterChoiceError
from localplane.plane import open_cluster
from platform_status_kube.access import Access
from platform_status_kube.errors import (
    ForbiddenError,
    UnansweredError,
)

PODS = {"resources": [{"name": "pods", "namespaced": True, "kind": "Pod"}]}


class Answers(BaseHTTPRequestHandler):
    """Answers by path, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str, dict[str, str]]]]

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, dict(self.headers)))
        path = self.path.partition("?")[0]
        if path == "/api/v1/pods" and "watch=1" in self.path:
            self.watch()
        elif path == "/refused":
            body = {"kind": "Status", "reason": "Forbidden", "message": "no"}
            self.answer(403, "application/json", json.dumps(body).encode())
        else:
            self.answer(200, "application/json", json.dumps(PODS).encode())

    def watch(self) -> None:
        """Send two events in chunks that end in the middle of a line, then break off."""
        event = (
            json.dumps({"type": "ADDED", "object": {"metadata": {"name": "é"}}}, ensure_ascii=False).encode() + b"\n"
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        both = event + event
        for part in (both[:40], both[40:]):
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.flush()
        self.close_connection = True

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class Server:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        answers = type("MyAnswers", (Answers,), {"asked": self.asked})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), answers)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(Access(server.url), timeout=5) as opened:
        yield opened


def test_an_error_leaves_the_connection_usable(client: Client) -> None:
    with pytest.raises(ForbiddenError):
        client.request("GET", "/refused")

    assert client.request("GET", "/api/v1") == PODS


def test_discovery_is_asked_once(client: Client, server: Server) -> None:
    paths = [client.path("v1", "Pod", "web", "team", "status"), client.collection("v1", "Pod")]

    assert paths == ["/api/v1/namespaces/team/pods/web/status", "/api/v1/pods"]
    assert [path for _, path, _ in server.asked] == ["/api/v1"]


def test_empty_query_parameters_are_left_out_and_others_escaped(client: Client, server: Server) -> None:
    client.request("GET", "/x", query={"labelSelector": "a in (b,c)", "limit": ""})

    assert server.asked[-1][1] == "/x?labelSelector=a+in+%28b%2Cc%29"


def test_events_are_put_together_from_pieces_and_a_broken_watch_is_an_error(client: Client) -> None:
    events = client.watch("v1", "Pod", timeout=1)

    assert [next(events).object["metadata"]["name"] for _ in range(2)] == ["é", "é"]
    with pytest.raises(UnansweredError, match="the watch broke off"):
        next(events)


def kubeconfig(path: Path, server: str) -> Path:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_named_cluster_is_used_with_its_own_way_to_log_in(tmp_path: Path, server: Server) -> None:
    path = kubeconfig(tmp_path / "mine", server.url)
    before = path.read_bytes()

    with open_cluster({"PLATFORM_STATUS_CLUSTER": str(path)}) as cluster:
        cluster.admin.request("GET", "/x")
        cluster.client("jane", ["dev"]).request("GET", "/x")
        assert (cluster.server, cluster.kubeconfig) == (server.url, path)

    assert [asked["Authorization"] for _, _, asked in server.asked] == ["Bearer secret"] * 2
    assert [asked.get("Impersonate-User") for _, _, asked in server.asked] == [None, "jane"]
    assert path.read_bytes() == before


def test_a_kubeconfig_that_is_not_there_is_named_with_its_variable(tmp_path: Path) -> None:
    missing = tmp_path / "missing"

    with pytest.raises(ClusterChoiceError, match=f"PLATFORM_STATUS_CLUSTER={missing}: no such file"):
        existing_cluster(str(missing))


@pytest.mark.parametrize("text", ["", "not: a kubeconfig", "[1, 2", "{}"])
def test_a_file_that_is_no_kubeconfig_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad"
    path.write_text(text)

    with pytest.raises(ClusterChoiceError, match="cannot be used as a kubeconfig"):
        existing_cluster(str(path))
