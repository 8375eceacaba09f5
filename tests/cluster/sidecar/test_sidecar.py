"""The whole line on a real API server, as a process with its own rights; whether it is true: tests/cluster/truth."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from platform_status_kube.connection import connect
from platform_status_kube.errors import NotFoundError
from platform_status_kube.http_transport import HttpTransport
from platform_status_sidecar.app import App
from platform_status_sidecar.clock import SystemClock
from platform_status_sidecar.settings import Shard, SidecarSettings
from tests.cluster.rights import grant
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Life, Sidecar, allow_secret, running, until

pytestmark = pytest.mark.cluster

USER = "sidecar"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        grant(started.admin, USER, [*world.RULES, world.PODS_RULE, world.LEASE_RULE])
        yield started


@pytest.fixture
def sidecar(plane: ControlPlane, tmp_path: Path) -> Iterator[Sidecar]:
    """A sidecar with no permission that it does not need; one per test, so that no two watch one request."""
    with running(plane.kubeconfig_for(USER), tmp_path, "--log-level", "debug") as started:
        yield started


@pytest.fixture
def life(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Life]:
    name = f"t{abs(hash(request.node.name)) % 10**8}-{os.getpid()}"
    plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    lived = Life(plane.admin, name)
    yield lived
    try:
        plane.admin.patch(*world.REQUEST, "media", {"metadata": {"finalizers": None}}, namespace=name)
        plane.admin.delete(*world.REQUEST, "media", namespace=name, missing_ok=True)
    except NotFoundError:
        return


def test_a_request_becomes_ready_degrades_and_recovers(sidecar: Sidecar, life: Life) -> None:
    allow_secret(life.admin, USER, life.namespace, "kubeconfig")
    life.ask()
    life.until_phase("Scheduled")
    life.deliver()
    life.until_phase("Ready")
    assert life.condition("Ready")["reason"] == "AllHealthy"
    assert life.status["health"]["workloads"] == {"ready": 1, "total": 1, "summary": "1/1"}
    assert life.status["health"]["reporter"]["lease"] == f"{world.SYSTEM}/{world.PROMISE}"
    assert f'platform_vcluster_ready{{name="media",namespace="{life.namespace}"}} 1.0' in sidecar.page("/metrics")
    life.set_pod(ready=False)
    life.until_phase("Degraded")
    assert life.condition("PodsReady")["status"] == "False"
    life.set_pod(ready=True)
    life.until_phase("Ready")


def in_process_transport(plane: ControlPlane) -> HttpTransport:
    return HttpTransport(connect(str(plane.kubeconfig), connections=16), user_agent="test")


def test_of_a_secret_only_metadata_leaves_the_api_server(plane: ControlPlane, life: Life) -> None:
    life.create("v1", "Secret", "kubeconfig", {"stringData": {"config": "not for us"}})
    answer = in_process_transport(plane).get(
        f"/api/v1/namespaces/{life.namespace}/secrets/kubeconfig", metadata_only=True
    )
    assert b'"PartialObjectMetadata"' in answer
    assert b'"data"' not in answer


@pytest.mark.usefixtures("sidecar")
def test_pods_that_existed_before_anybody_observed_them_are_found(life: Life) -> None:
    elsewhere = Life(life.admin, f"{life.namespace}-b")
    life.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": elsewhere.namespace}})
    elsewhere.create_pod()
    life.create_pod()
    life.ask(life.contract("workloads"))
    life.until_phase("Ready")
    life.set_pod(ready=False)
    life.until_phase("Degraded")
    life.patch({"contract": elsewhere.contract("workloads")})
    life.until_phase("Ready")


def test_the_lease_is_renewed_and_the_pages_answer(plane: ControlPlane, sidecar: Sidecar) -> None:
    until(
        lambda: plane.admin.find("coordination.k8s.io/v1", "Lease", world.PROMISE, namespace=world.SYSTEM),
        "the Lease is there",
    )
    spec = plane.admin.get("coordination.k8s.io/v1", "Lease", world.PROMISE, namespace=world.SYSTEM)["spec"]
    assert spec["holderIdentity"] == socket.gethostname()
    assert sidecar.page("/healthz").startswith("ok\n")
    assert sidecar.page("/readyz").startswith("ok\n")


def test_each_shard_writes_its_own_requests_and_keeps_no_other(plane: ControlPlane, life: Life) -> None:
    keys = [(life.namespace, f"r{number}") for number in range(6)]
    for namespace, name in keys:
        metadata = {"name": name, "namespace": namespace}
        plane.admin.create(
            {"apiVersion": world.REQUEST[0], "kind": world.REQUEST[1], "metadata": metadata, "spec": {"name": name}}
        )
    with ExitStack() as stack:
        apps = []
        for shard in (Shard(1, 2), Shard(2, 2)):
            lease = f"{world.SYSTEM}/sharded{shard.suffix}"
            settings = SidecarSettings(listen_host="127.0.0.1", listen_port=0, shard=shard, lease=lease)
            app = App(settings, transport=in_process_transport(plane), clock=SystemClock(), identity=shard.suffix)
            app.start()
            stack.callback(app.close)
            apps.append(app)

        def have_phases() -> bool:
            found = plane.admin.list(*world.REQUEST, namespace=life.namespace)
            return len(found) == len(keys) and all(item.get("status", {}).get("phase") for item in found)

        until(have_phases, "every request has a phase")
        kept = [{key for key in keys if app.store.request(key)} for app in apps]
        assert not kept[0] & kept[1]
        assert kept[0] | kept[1] == set(keys)
        for number in (1, 2):
            name = f"sharded-{number}-of-2"
            lease_of_shard = ("coordination.k8s.io/v1", "Lease", name)
            until(lambda which=lease_of_shard: plane.admin.find(*which, namespace=world.SYSTEM), f"{name} is there")  # type: ignore[misc]  # the default binds the name
    for namespace, name in keys:
        plane.admin.delete(*world.REQUEST, name, namespace=namespace)
