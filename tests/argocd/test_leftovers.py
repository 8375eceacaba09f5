"""Whatever happens to the Python that started Argo CD, nothing of it is left."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.argocd, pytest.mark.timeout(3600)]  # the first run builds

OWNER = """
import json, signal, time
# Tests may run in the background of a shell, which has SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from localargocd.argocd import LocalArgoCD
with LocalArgoCD() as argocd:
    told = {"pids": argocd.pids, "folders": [str(argocd.folder), str(argocd.plane.folder)], "logs": str(argocd.logs)}
    print(json.dumps(told), flush=True)
    time.sleep(600)
"""
END_TIMEOUT = 20
SERVERS = {
    "argocd-application-controller",
    "argocd-commit-server",
    "argocd-repo-server",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "redis",
}


@pytest.fixture
def owner(possible: None) -> Iterator[subprocess.Popen[str]]:
    """Another Python with an Argo CD; its first line of output tells of it."""
    del possible
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as started:  # noqa: S603 - this Python, no shell
        yield started
        started.kill()


def namespace_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/ns/net").readlink()


def inhabitants(network: Path) -> list[str]:
    """Processes in a network namespace."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if namespace_of(int(process.name)) == network:
                found.append((process / "comm").read_text().strip())
        except OSError:  # it has ended since, or is a zombie on its way
            continue
    return found


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_is_left(owner: "subprocess.Popen[str]", end: signal.Signals) -> None:
    assert owner.stdout is not None
    told: dict[str, Any] = json.loads(owner.stdout.readline())
    assert told["pids"].keys() == SERVERS
    networks = {namespace_of(pid) for pid in told["pids"].values()}
    assert len(networks) == 1
    [network] = networks
    assert network != Path("/proc/self/ns/net").readlink()
    owner.send_signal(end)
    owner.wait(END_TIMEOUT)
    deadline = time.monotonic() + END_TIMEOUT
    while inhabitants(network):
        assert time.monotonic() < deadline, inhabitants(network)
        time.sleep(0.05)
    if end is signal.SIGINT:
        assert not [folder for folder in [*told["folders"], told["logs"]] if Path(folder).exists()]
