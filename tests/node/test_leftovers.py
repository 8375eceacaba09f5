"""Whatever happens to the Python that started a node, nothing of the node is left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localnode import cgroups

pytestmark = [pytest.mark.node, pytest.mark.timeout(1800)]

OWNER = """
import json, os, signal, time
# Tests may run in the background of a shell, which has SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from localnode.node import LocalNode
with LocalNode() as node:
    pod = {"name": "pause", "image": "localnode.invalid/pause:1", "imagePullPolicy": "IfNotPresent"}
    metadata = {"name": "idle", "namespace": "default"}
    spec = {"containers": [pod], "terminationGracePeriodSeconds": 600}
    node.admin.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    def runs(pod):
        return pod["status"].get("phase") == "Running"
    node.admin.wait_for("v1", "Pod", "idle", runs, namespace="default", timeout=60)
    told = {"folder": str(node.folder), "first": node._running.first, "plane": str(node.plane.folder),
            "logs": str(node.logs), "keeper": node._running._keeper.pid}
    print(json.dumps(told), flush=True)
    time.sleep(600)
"""
KERNEL = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops")
WRITTEN = ("/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/pods", "/var/log/containers")


@pytest.fixture
def owner(possible: None) -> Iterator[subprocess.Popen[str]]:
    """Another Python that has a node with a running pod; its first line of output tells of it."""
    del possible
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:  # noqa: S603 - this Python, no shell
        yield started
        started.kill()


def told_by(owner: subprocess.Popen[str]) -> dict[str, Any]:
    assert owner.stdout is not None
    line = owner.stdout.readline()
    assert line, "the other Python could not start a node"
    told: dict[str, Any] = json.loads(line)
    return told


def namespaces(pid: int) -> set[str]:
    return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in ("pid", "net", "mnt")}


def inhabitants(wanted: set[str]) -> list[str]:
    """Processes in one of these namespaces."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if namespaces(int(process.name)) & wanted:
                found.append((process / "comm").read_text().strip())
        except OSError:  # it has ended since, or is a zombie on its way
            continue
    return found


def machine() -> dict[str, object]:
    """What a node could change of the machine itself."""
    kernel = {name: Path("/proc/sys", name).read_text() for name in KERNEL}
    return kernel | {path: Path(path).exists() for path in WRITTEN}


def gone(told: dict[str, Any], inside: set[str]) -> list[str]:
    """What is still there of a node, empty if nothing is."""
    folder = Path(told["folder"])
    left = [f"process {name}" for name in inhabitants(inside)]
    left += [f"cgroup {path}" for path in (root / folder.name for root in cgroups.hierarchies()) if path.exists()]
    left += [f"mount {line}" for line in Path("/proc/self/mountinfo").read_text().splitlines() if folder.name in line]
    left += [f"folder {folder}"] if folder.exists() else []
    return left


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_is_left_of_a_node_whose_owner_is(owner: subprocess.Popen[str], number: signal.Signals) -> None:
    before = machine()
    told = told_by(owner)
    inside = namespaces(told["first"])
    running = inhabitants(inside)

    owner.send_signal(number)
    owner.wait()

    assert {"containerd", "kube-apiserver"} <= {name[:14] for name in running}
    assert len(inside & namespaces(os.getpid())) == 0
    assert eventually(lambda: not gone(told, inside)), gone(told, inside)
    assert machine() == before


def test_a_keeper_that_is_killed_takes_the_node_with_it(owner: subprocess.Popen[str]) -> None:
    told = told_by(owner)
    inside = namespaces(told["first"])

    os.kill(told["keeper"], signal.SIGKILL)

    assert eventually(lambda: "containerd" not in inhabitants(inside)), inhabitants(inside)
    owner.send_signal(signal.SIGINT)
    owner.wait()
    assert eventually(lambda: not gone(told, inside)), gone(told, inside)
