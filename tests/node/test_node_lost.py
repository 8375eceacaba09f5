"""A node is lost: its kubelet stops, kube-controller-manager gives it up, and the status names the pod."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localnode.configuration import PAUSE
from localnode.node import LocalNode
from tests.cluster.rights import grant
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Json, Life, until

pytestmark = [pytest.mark.node, pytest.mark.timeout(1800)]  # the first run builds

SHORT_GRACE = ("--node-monitor-grace-period=25s", "--node-monitor-period=2s")
NAMESPACE = "life"
SIDECAR = "sidecar"
PATIENCE = 120


@pytest.fixture
def lone_node(possible: None) -> Iterator[LocalNode]:
    """A node that is given up after 25 s without a word, instead of 50."""
    del possible
    with LocalNode(controller_flags=SHORT_GRACE) as node:
        yield node


def deployment(name: str, replicas: int) -> Json:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": PAUSE}]}}
    return {"spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}}


def test_pods_of_a_node_that_is_lost_are_named_until_it_is_back(lone_node: LocalNode, tmp_path: Path) -> None:
    admin = lone_node.admin
    world.install_requests(admin)
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    grant(admin, SIDECAR, [*world.RULES, world.PODS_RULE])
    life = Life(admin, NAMESPACE)
    contract = life.contract("workloads")
    contract["workloads"]["controllers"] = [{"kind": "Deployment", "name": "web"}]

    def says(phase: str, reason: str, *words: str) -> None:
        def holds() -> bool:
            told = life.condition("PodsReady")
            fits = (life.status.get("phase"), told.get("reason")) == (phase, reason)
            return fits and all(word in told["message"] for word in words)

        until(holds, f"{phase} {reason} {words}; {life.status}", PATIENCE)

    with world.running(lone_node.plane.kubeconfig_for(SIDECAR), tmp_path):
        life.create("apps/v1", "Deployment", "web", deployment("web", 2))
        life.ask(contract)
        says("Ready", "AllPodsRunning", "2/2 pods are ready")
        pods = sorted(pod["metadata"]["name"] for pod in admin.list("v1", "Pod", namespace=NAMESPACE))
        lone_node.stop_kubelet()
        says("Degraded", "PodsNotReady", "0/2 pods are ready", *pods)
        lone_node.start_kubelet()
        says("Ready", "AllPodsRunning", "2/2 pods are ready")
    kept = sorted(pod["metadata"]["name"] for pod in admin.list("v1", "Pod", namespace=NAMESPACE))
    assert kept == pods, "nothing was made anew: the containers ran on"
