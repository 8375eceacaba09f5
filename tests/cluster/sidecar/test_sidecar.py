"""The whole line on a real API server: watch, observe, conclude, write, and what happens when a part is missing."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from platform_status_kube.connection import connect
from platform_status_kube.errors import NotFoundError
from platform_status_kube.http_transport import HttpTransport
from platform_status_sidecar.app import App
from platform_status_sidecar.clock import SystemClock
from platform_status_sidecar.settings import SidecarSettings
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Life, Sidecar, allow, allow_secret, running, until

pytestmark = pytest.mark.cluster

USER = "sidecar"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        allow(started.admin, USER, [*world.RULES, world.PODS_RULE, world.LEASE_RULE], "sidecar")
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


@pytest.mark.usefixtures("sidecar")
def test_conditions_of_others_survive_in_value_and_order(life: Life) -> None:
    life.ask(life.contract("application"))
    life.until_phase("Scheduled")
    life.create_application()
    life.until_phase("Ready")
    ours = ("Ready", "ArgoSynced", "ArgoHealthy")
    assert [item for item in life.status["conditions"] if item["type"] not in ours] == world.FOREIGN


def test_at_rest_there_are_zero_writes_also_after_a_restart(plane: ControlPlane, life: Life, tmp_path: Path) -> None:
    kubeconfig = plane.kubeconfig_for(USER)
    with running(kubeconfig, tmp_path, "--log-level", "debug") as first:
        life.ask(life.contract("application", "workloads"))
        life.create_application()
        life.create_pod()
        life.until_phase("Ready")
        version = life.object["metadata"]["resourceVersion"]
        looked = reconciles(first)
        life.admin.patch("v1", "Pod", "p0", {"metadata": {"annotations": {"a": "b"}}}, namespace=life.namespace)
        life.admin.patch(*world.REQUEST, "media", {"metadata": {"annotations": {"a": "b"}}}, namespace=life.namespace)
        until(lambda: reconciles(first) > looked, "the change of the request was looked at")
        touched = life.object["metadata"]["resourceVersion"]
        assert touched != version
    with running(kubeconfig, tmp_path) as second:
        until(lambda: reconciles(second) > 0, "the new sidecar looked at the request")
        time.sleep(1.0)  # to see that nothing happens there is no event to wait for
        assert life.object["metadata"]["resourceVersion"] == touched


def reconciles(sidecar: Sidecar) -> float:
    name = 'platform_vcluster_reconcile_duration_seconds_count{name="media"} '
    return sum(
        float(line.removeprefix(name)) for line in sidecar.page("/metrics").splitlines() if line.startswith(name)
    )


class Interfering(HttpTransport):
    """Somebody else writes the request just before our first patch of it."""

    interfere: Callable[[], object] | None = None
    interfered = False
    fresh_reads = 0

    def patch(self, path: str, body: bytes) -> bytes:
        if self.interfere and not self.interfered and path.endswith("/status"):
            self.interfered = True
            self.interfere()
        return super().patch(path, body)

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        self.fresh_reads += 1
        return super().get(path, metadata_only=metadata_only)


def in_process_transport(plane: ControlPlane) -> Interfering:
    connection = connect(str(plane.kubeconfig), connections=16)
    return Interfering(connection, user_agent="test")


def test_after_a_conflict_the_write_is_redone_from_a_fresh_read(plane: ControlPlane, life: Life) -> None:
    transport = in_process_transport(plane)
    late = {
        "type": "PromiseAvailable",
        "status": "True",
        "reason": "r",
        "message": "",
        "lastTransitionTime": world.WHEN,
    }
    transport.interfere = lambda: life.patch({"conditions": [*world.FOREIGN, late]})
    life.ask(life.contract("application"))
    settings = SidecarSettings(listen_host="127.0.0.1", listen_port=0, write_interval=0)
    app = App(settings, transport=transport, clock=SystemClock(), identity=socket.gethostname())
    app.start()
    try:
        life.until_phase("Scheduled")
    finally:
        app.close()
    assert transport.interfered
    assert transport.fresh_reads == 1
    assert life.condition("PromiseAvailable") == late


def test_of_a_secret_only_metadata_leaves_the_api_server(plane: ControlPlane, life: Life) -> None:
    life.create("v1", "Secret", "kubeconfig", {"stringData": {"config": "not for us"}})
    answer = in_process_transport(plane).get(
        f"/api/v1/namespaces/{life.namespace}/secrets/kubeconfig", metadata_only=True
    )
    assert b'"PartialObjectMetadata"' in answer
    assert b'"data"' not in answer


@pytest.mark.usefixtures("sidecar")
def test_a_secret_that_we_may_not_see_is_waited_for_until_we_may(life: Life) -> None:
    life.ask(life.contract("secrets", "workloads"))
    life.until_reason("KubeconfigAvailable", "AwaitingPermission")
    life.deliver()
    allow_secret(life.admin, USER, life.namespace, "kubeconfig")
    life.until_phase("Ready")
    assert life.condition("KubeconfigAvailable")["reason"] == "SecretExists"


def test_pods_that_we_may_not_see_are_unknown_and_never_zero(plane: ControlPlane, life: Life, tmp_path: Path) -> None:
    allow(plane.admin, "half-blind", [*world.RULES, world.LEASE_RULE], "half-blind")
    with running(plane.kubeconfig_for("half-blind"), tmp_path) as sidecar:
        life.ask(life.contract("application", "workloads"))
        life.create_application()
        life.create_pod()
        life.until_reason("PodsReady", "Forbidden")
        life.until_phase("Unknown")
        assert "workloads" not in life.status["health"]
        assert f'pods_total{{name="media",namespace="{life.namespace}"}}' not in sidecar.page("/metrics")
        assert "pods: unreadable (Forbidden)" in sidecar.page("/readyz")
        allow(plane.admin, "half-blind", [world.PODS_RULE], "half-blind-pods")
        life.until_phase("Ready")
        assert life.status["health"]["workloads"] == {"ready": 1, "total": 1, "summary": "1/1"}


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


def test_a_missing_kind_is_told_apart_and_found_when_it_comes(tmp_path: Path) -> None:
    with world.plane_with_requests() as plane:
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "life"}})
        life = Life(plane.admin, "life")
        with running(plane.kubeconfig, tmp_path) as sidecar:
            life.ask(life.contract("application"))
            life.until_reason("ArgoSynced", "KindMissing")
            life.until_phase("Unknown")
            assert "applications: unreadable (KindMissing)" in sidecar.page("/readyz")
            world.install_argo_cd(plane.admin)
            life.create_application()
            life.until_phase("Ready")


@pytest.mark.usefixtures("sidecar")
def test_deleting_is_told_once(life: Life) -> None:
    life.ask(life.contract("application"), finalizers=["example.org/hold"])
    life.until_phase("Scheduled")
    life.admin.delete(*world.REQUEST, "media", namespace=life.namespace)
    life.until_phase("Deleting")
    assert life.condition("Ready")["reason"] == "Deleting"


def test_a_dry_run_is_never_touched(sidecar: Sidecar, life: Life) -> None:
    life.ask(life.contract("application"), labels={"kratix.io/dry-run": "true"})
    version = life.object["metadata"]["resourceVersion"]
    life.create_application()
    # another request that is created later is written, so the dry run was seen before it
    other = Life(life.admin, "argocd")
    other.application = life.application
    other.ask(other.contract("application"))
    other.until_phase("Ready")
    life.admin.delete(*world.REQUEST, "media", namespace="argocd")
    assert life.object["metadata"]["resourceVersion"] == version
    assert f'namespace="{life.namespace}"' not in sidecar.page("/metrics")


def test_the_lease_is_renewed_and_the_pages_answer(plane: ControlPlane, sidecar: Sidecar) -> None:
    until(
        lambda: plane.admin.find("coordination.k8s.io/v1", "Lease", world.PROMISE, namespace=world.SYSTEM),
        "the Lease is there",
    )
    spec = plane.admin.get("coordination.k8s.io/v1", "Lease", world.PROMISE, namespace=world.SYSTEM)["spec"]
    assert spec["holderIdentity"] == socket.gethostname()
    assert sidecar.page("/healthz").startswith("ok\n")
    assert sidecar.page("/readyz").startswith("ok\n")


def test_a_restart_of_the_api_server_is_survived(tmp_path: Path) -> None:
    with world.plane_with_requests() as plane:
        world.install_argo_cd(plane.admin)
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "life"}})
        life = Life(plane.admin, "life")
        with running(plane.kubeconfig, tmp_path):
            life.ask(life.contract("application"))
            life.until_phase("Scheduled")
            plane.restart_apiserver()
            life.create_application()
            life.until_phase("Ready")
