"""The limits are real: what goes beyond them is stopped, and what a container may not do it cannot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from localnode.errors import NodeError
from localnode.node import LocalNode
from platform_status_world.cluster import container_status
from platform_status_world.images import SIDECAR_IMAGE

pytestmark = [pytest.mark.node, pytest.mark.timeout(1800)]

HARDENED = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def run(node: LocalNode, name: str, program: str) -> tuple[Mapping[str, Any], set[str]]:
    """Run Python in a pod with the sidecar's limits; return how it ended and the lines that it said, in any order."""
    container = {
        "name": "python",
        "image": SIDECAR_IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-c", program],
        "resources": {"limits": {"cpu": "100m", "memory": "64Mi"}},
        "securityContext": HARDENED,
    }
    spec = {"restartPolicy": "Never", "automountServiceAccountToken": False, "containers": [container]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"}, "spec": spec}
    node.admin.create(pod)

    def over(found: Mapping[str, Any]) -> bool:
        return found.get("status", {}).get("phase") in {"Succeeded", "Failed"}

    done = node.admin.wait_for("v1", "Pod", name, over, namespace="default", timeout=120, until="it is over")
    ended: Mapping[str, Any] = container_status(done, "python")["state"]["terminated"]
    said = str(node.admin.request("GET", node.admin.path("v1", "Pod", name, "default", "log")))
    node.admin.delete("v1", "Pod", name, namespace="default")
    node.admin.wait_gone("v1", "Pod", name, namespace="default", timeout=60)
    return ended, set(said.splitlines())


def test_a_container_that_takes_more_than_its_limit_is_killed(node: LocalNode) -> None:
    ended, said = run(node, "greedy", "held = b'x' * (96 * 1024 * 1024); print('got it', flush=True)")

    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)
    assert said == set()


def test_a_container_has_no_power_and_no_place_to_write(node: LocalNode) -> None:
    program = (
        "import os; status = dict(line.split(':', 1) for line in open('/proc/self/status'));"
        "print(os.getuid(), status['CapEff'].strip(), status['NoNewPrivs'].strip(), status['Seccomp'].strip());"
        "open('/written', 'w')"
    )

    ended, said = run(node, "powerless", program)

    assert {"65532 0000000000000000 1 2", "OSError: [Errno 30] Read-only file system: '/written'"} <= said
    assert ended["exitCode"] == 1


def test_what_is_no_image_is_refused_with_its_name(node: LocalNode) -> None:
    with pytest.raises(
        NodeError, match=r"/dev/null: containerd cannot import it as an image: .*unrecognized image format"
    ):
        node.load(Path("/dev/null"))


def test_a_node_is_started_once(node: LocalNode) -> None:
    with pytest.raises(NodeError, match="already running"):
        node.start()
