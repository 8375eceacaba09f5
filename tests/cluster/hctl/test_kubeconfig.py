"""A kubeconfig means to us what it means to kubectl: on a real API server, with a real kubectl beside it."""

import base64
import datetime as dt
import json
import os
import select
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mcp
import pytest
import yaml

from localplane.binaries import find_kubectl
from localplane.certificates import new_authority
from localplane.client import Client
from tests.cluster.mcp.serving import over_stdio, text_of
from tests.cluster.rights import grant, is_known
from tests.cluster.sidecar.world import until
from tests.unit.kube.recording import recording

from .world import PATIENCE, Place, environment, hctl

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]  # the first run on a machine builds kubectl

READ = {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s"], "verbs": ["get", "list"]}
KIND = "vclusterorchestratorv2s.platform.integratn.tech"


def kubectl(kubeconfig: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run kubectl with a kubeconfig."""
    return subprocess.run(  # noqa: S603 - kubectl of this machine
        [str(find_kubectl(os.environ)), "--cache-dir", str(kubeconfig.parent / "cache"), *words],
        env=environment(kubeconfig),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def changed(place: Place, folder: Path, user: dict[str, Any], cluster: dict[str, Any] | None = None) -> Path:
    """The administrator's kubeconfig with fields of its user and its cluster over it."""
    content = yaml.safe_load(place.kubeconfig.read_text())
    content["users"][0]["user"] |= user
    content["clusters"][0]["cluster"] |= cluster or {}
    content["contexts"][0]["context"]["namespace"] = place.namespace
    path = folder / "changed"
    path.write_text(yaml.safe_dump(content))
    return path


def called(kubeconfig: Path, tool: str, **arguments: object) -> tuple[bool, str]:
    """Whether a tool of the MCP server refused, and what it said."""

    async def talk(client: mcp.Client) -> tuple[bool, str]:
        result = await client.call_tool(tool, arguments)
        return bool(result.is_error), text_of(result.content)

    return over_stdio(kubeconfig, talk)


def test_jane_sees_what_jane_sees(place: Place, admin: Client, tmp_path: Path) -> None:
    jane, name = place.unique("jane"), place.unique("media")
    place.put(name, "Degraded")
    as_jane = changed(place, tmp_path, {"as": jane})
    refused = kubectl(as_jane, "get", KIND, name)
    assert refused.returncode != 0
    assert f'User "{jane}" cannot' in refused.stderr
    for words in (("list",), ("list", KIND), ("status", f"{KIND}/{name}"), ("diagnose", f"{KIND}/{name}")):
        ended = hctl(as_jane, *words)
        assert ended.returncode == 3, (words, ended.stdout)
        assert f'User "{jane}" cannot' in ended.stderr
        assert ended.stderr.count("\n") == 1
        assert "Degraded" not in ended.stdout
    for tool, arguments in (("list", {}), ("status", {"name": name}), ("diagnose", {"name": name})):
        failed, said = called(as_jane, tool, **arguments)
        assert failed, said
        assert f'User "{jane}" cannot' in said
    grant(admin, jane, [READ], place.namespace)
    seen = kubectl(as_jane, "get", KIND, name, "-o", "jsonpath={.status.phase}")
    assert seen.stdout == "Degraded"
    ended = hctl(as_jane, "status", f"{KIND}/{name}")
    assert ended.returncode in (1, 4), ended.stderr
    assert "Phase:      Degraded" in ended.stdout
    assert kubectl(as_jane, "get", "pods").returncode != 0
    assert "no permission" in hctl(as_jane, "diagnose", f"{KIND}/{name}").stdout
    assert "no permission" not in hctl(place.kubeconfig, "diagnose", "-n", place.namespace, f"{KIND}/{name}").stdout


def test_a_group_that_jane_acts_in_counts(place: Place, admin: Client, tmp_path: Path) -> None:
    jane, name, group = place.unique("jane"), place.unique("media"), place.unique("readers")
    place.put(name, "Ready")
    grant(admin, jane, [READ], place.namespace)
    binding = admin.get("rbac.authorization.k8s.io/v1", "RoleBinding", jane, namespace=place.namespace)
    binding["subjects"][0] |= {"kind": "Group", "name": group}
    admin.replace(binding)
    until(lambda: not is_known(admin, jane, READ, place.namespace), "the authorizer knows the new binding")
    for groups, may in (([], False), (["others"], False), (["others", group], True)):
        config = changed(place, tmp_path, {"as": jane, "as-groups": groups})
        assert (kubectl(config, "get", KIND, name).returncode == 0) is may
        assert (hctl(config, "status", f"{KIND}/{name}").returncode != 3) is may


def test_the_headers_are_those_of_kubectl(place: Place, tmp_path: Path) -> None:
    """Both ask a server that records; the API server's own certificate authority does not matter here."""
    pem, authority = serving("127.0.0.1", tmp_path)
    user = {
        "as": "jané doe",
        "as-uid": "7/8",
        "as-groups": ["a", "b, c", ""],
        "as-user-extra": {"Acme.com/project%": ["first", "second"], "sp ace": ["é"]},
    }
    with recording(pem) as recorded:
        config = changed(place, tmp_path, user, {"server": recorded.url, "certificate-authority-data": authority})
        assert "recorded" in kubectl(config, "get", "--raw", "/version").stderr
        by_kubectl = recorded.impersonations()
        recorded.requests.clear()
        assert hctl(config, "list").returncode == 3
    assert len(by_kubectl) == 1
    assert recorded.impersonations() == by_kubectl


def serving(host: str, folder: Path) -> tuple[Path, str]:
    """A certificate with its key for a host, and the authority that signed it as a kubeconfig has it."""
    now = dt.datetime.now(dt.UTC)
    authority = new_authority("recording", now)
    pair = authority.server("recording", [host], now)
    path = folder / "serving.pem"
    path.write_bytes(pair.certificate + pair.key)
    return path, base64.b64encode(authority.certificate).decode()


@pytest.mark.parametrize(
    ("cluster", "arrives"),
    [
        ({}, False),
        ({"tls-server-name": "inside.example.org"}, True),
        ({"tls-server-name": "elsewhere.example.org"}, False),
        ({"insecure-skip-tls-verify": True, "certificate-authority-data": None}, True),
        ({"insecure-skip-tls-verify": True}, False),
        ({"certificate-authority-data": None, "tls-server-name": "inside.example.org"}, False),
    ],
)
def test_whom_is_trusted(place: Place, tmp_path: Path, cluster: dict[str, Any], *, arrives: bool) -> None:
    pem, authority = serving("inside.example.org", tmp_path)
    with recording(pem) as recorded:
        over = {"server": recorded.url, "certificate-authority-data": authority, **cluster}
        config = changed(place, tmp_path, {}, over)
        kubectl(config, "get", "--raw", "/version")
        assert bool(recorded.requests) is arrives
        recorded.requests.clear()
        ended = hctl(config, "list")
        assert bool(recorded.requests) is arrives
    assert ended.returncode == 3
    assert ended.stderr.count("\n") == 1, ended.stderr


@contextmanager
def tunnel() -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP proxy that tunnels; its address, and the head of every request."""
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(client: socket.socket) -> None:
            with client:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(4096)
                heads.append(head)
                host, _, port = head.split()[1].decode().rpartition(":")
                with socket.create_connection((host, int(port))) as upstream:
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    while True:
                        for ready in select.select([client, upstream], [], [])[0]:
                            chunk = ready.recv(65536)
                            if not chunk:
                                return
                            (upstream if ready is client else client).sendall(chunk)

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", heads
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def test_an_http_proxy_stands_between(place: Place, tmp_path: Path) -> None:
    name = place.unique("media")
    place.put(name, "Ready")
    with tunnel() as (address, heads):
        config = changed(place, tmp_path, {}, {"proxy-url": f"http://jane:secret@{address}"})
        # the proxy of a kubeconfig is used for whatever NO_PROXY names
        assert hctl(config, "status", f"{KIND}/{name}", NO_PROXY="*").returncode in (0, 4)
        expected = b"basic " + base64.b64encode(b"jane:secret")
        assert heads
        assert all(
            b"proxy-authorization: " + expected
            in head.replace(b"Basic", b"basic").replace(b"Proxy-Authorization", b"proxy-authorization")
            for head in heads
        )
        heads.clear()
        assert kubectl(config, "get", KIND, name).returncode == 0
        assert heads


def test_a_kubeconfig_that_holds_nothing_of_a_user_asks_nothing(place: Place, tmp_path: Path) -> None:
    nothing = dict.fromkeys(("client-certificate-data", "client-key-data"))
    config = changed(place, tmp_path, nothing)
    assert kubectl(config, "get", KIND).returncode != 0
    ended = hctl(config, "list")
    assert ended.returncode == 3
    assert "has no credentials" in ended.stderr
    assert json.dumps(ended.stdout) == '""'
