"""Two replicas, an orderly end, shards, and kinds that vanish: on the real API server."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from platform_status_kube.connection import connect
from platform_status_kube.http_transport import HttpTransport
from platform_status_sidecar.app import App
from platform_status_sidecar.clock import SystemClock
from platform_status_sidecar.settings import SidecarSettings
from platform_status_sidecar.shard import Shard
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Life, running, until

pytestmark = pytest.mark.cluster


class Counting(HttpTransport):
    """Counts the status writes of one replica, and can stop them for a while."""

    def __init__(self, plane: ControlPlane) -> None:
        connection = connect(str(plane.kubeconfig), connections=24)
        super().__init__(connection, user_agent="platform-status-sidecar/test")
        self.written: list[str] = []
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def patch(self, path: str, body: bytes) -> bytes:
        if path.endswith("/status"):
            self.entered.set()
            assert self.gate.wait(20)
            self.written.append(path)
        return super().patch(path, body)


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        yield started


@pytest.fixture
def life(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Life]:
    name = f"f{abs(hash(request.node.name)) % 10**8}"
    plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    lived = Life(plane.admin, name)
    yield lived
    plane.admin.delete(*world.REQUEST, "media", namespace=name, missing_ok=True)


@contextmanager
def replica(plane: ControlPlane, name: str, settings: SidecarSettings) -> Iterator[tuple[App, Counting]]:
    transport = Counting(plane)
    app = App(settings, transport=transport, clock=SystemClock(), identity=name)
    app.start()
    try:
        yield app, transport
    finally:
        app.close()


def elected(lease: str) -> SidecarSettings:
    return SidecarSettings(
        listen_host="127.0.0.1",
        listen_port=0,
        write_interval=0,
        leader_elect=True,
        lease=f"{world.SYSTEM}/{lease}",
    )


def holder(plane: ControlPlane, lease: str) -> str:
    found = plane.admin.get("coordination.k8s.io/v1", "Lease", lease, namespace=world.SYSTEM)
    return str(found["spec"].get("holderIdentity", ""))


def test_one_of_two_replicas_writes_and_when_it_goes_the_other_goes_on(plane: ControlPlane, life: Life) -> None:
    with ExitStack() as stack:
        first, written_by_first = stack.enter_context(replica(plane, "first", elected("pair")))
        until(lambda: first.leads, "the first leads")
        second, written_by_second = stack.enter_context(replica(plane, "second", elected("pair")))
        life.ask(life.contract("application", "workloads"))
        life.create_application()
        life.create_pod()
        life.until_phase("Ready")
        until(lambda: second.store.request((life.namespace, "media")), "the second knows the request")
        assert (written_by_second.written, second.leads) == ([], False)
        first.close()
        assert holder(plane, "pair") in ("", "second")
        before = life.object["metadata"]["resourceVersion"]
        life.set_pod(ready=False)
        life.until_phase("Degraded")
        assert second.leads
        writes = len(written_by_first.written)
        assert len(written_by_second.written) == 1
        assert before != life.object["metadata"]["resourceVersion"]
        life.set_pod(ready=True)
        life.until_phase("Ready")
        assert len(written_by_second.written) == 2
        assert len(written_by_first.written) == writes
        spec = plane.admin.get("coordination.k8s.io/v1", "Lease", "pair", namespace=world.SYSTEM)["spec"]
        assert (spec["holderIdentity"], spec["leaseTransitions"]) == ("second", 1)


def test_a_replica_that_is_killed_is_taken_over_and_nothing_is_written_twice(
    plane: ControlPlane, life: Life, tmp_path: Path
) -> None:
    life.ask(life.contract("application", "workloads"))
    life.create_application()
    life.create_pod()
    arguments = ["--kubeconfig", str(plane.kubeconfig), "--listen", "127.0.0.1:0", "--write-interval", "0"]
    arguments += ["--leader-elect", "--lease", f"{world.SYSTEM}/killed"]
    with (tmp_path / "victim.log").open("wb") as log:
        victim = subprocess.Popen([sys.executable, "-m", "platform_status_sidecar", *arguments], stderr=log)  # noqa: S603 - our own
    try:
        until(lambda: holder(plane, "killed"), "the Lease is held")
        life.until_phase("Ready")
    finally:
        victim.kill()
        victim.wait(10)
    version = life.object["metadata"]["resourceVersion"]
    with replica(plane, "heir", elected("killed")) as (heir, transport):
        until(lambda: heir.leads, "the heir leads", seconds=30)
        life.set_pod(ready=False)
        life.until_phase("Degraded")
        assert len(transport.written) == 1
        assert life.object["metadata"]["resourceVersion"] != version


def test_a_write_that_is_due_is_finished_before_the_end_and_the_lease_is_given_back(
    plane: ControlPlane, life: Life
) -> None:
    with replica(plane, "drained", elected("drained")) as (app, transport):
        until(lambda: app.leads, "it leads")
        transport.gate.clear()
        life.ask(life.contract("application"))
        assert transport.entered.wait(20)
        closing = threading.Thread(target=app.close)
        closing.start()
        assert holder(plane, "drained") == "drained"
        transport.gate.set()
        closing.join(20)
        assert not closing.is_alive()
    assert life.status["phase"] == "Scheduled"
    assert holder(plane, "drained") == ""


def test_each_shard_writes_its_own_requests_and_keeps_no_other(plane: ControlPlane, life: Life) -> None:
    for number in range(6):
        meta = {"name": f"r{number}", "namespace": life.namespace}
        plane.admin.create(
            {"apiVersion": world.REQUEST[0], "kind": world.REQUEST[1], "metadata": meta, "spec": {"name": f"r{number}"}}
        )
    with ExitStack() as stack:
        apps = []
        for number in (1, 2):
            settings = SidecarSettings(
                listen_host="127.0.0.1",
                listen_port=0,
                shard=Shard(number, 2),
                lease=f"{world.SYSTEM}/sharded{Shard(number, 2).suffix}",
            )
            apps.append(stack.enter_context(replica(plane, f"shard-{number}", settings)))

        def phases() -> bool:
            found = plane.admin.list(*world.REQUEST, namespace=life.namespace)
            return len(found) == 6 and all(item.get("status", {}).get("phase") for item in found)

        until(phases, "every request has a phase")
        keys = [(life.namespace, f"r{number}") for number in range(6)]
        kept = [{key for key in keys if app.store.request(key)} for app, _ in apps]
        assert not kept[0] & kept[1]
        assert len(kept[0] | kept[1]) == 6
        for number in (1, 2):
            until(lambda name=f"sharded-{number}-of-2": holder(plane, name), "the shard has its Lease")  # type: ignore[misc]  # the default binds the name
    for number in range(6):
        plane.admin.delete(*world.REQUEST, f"r{number}", namespace=life.namespace)


def test_a_kind_that_vanishes_at_run_time_is_unreadable_until_it_comes_back(tmp_path: Path) -> None:
    with world.plane_with_requests() as plane:
        world.install_argo_cd(plane.admin)
        plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "life"}})
        life = Life(plane.admin, "life")
        with running(plane.kubeconfig, tmp_path) as sidecar:
            life.ask(life.contract("application"))
            life.create_application()
            life.until_phase("Ready")
            plane.admin.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", "applications.argoproj.io")
            until(lambda: "applications: unreadable (KindMissing)" in sidecar.page("/readyz"), "the kind is gone")
            assert life.status["phase"] != "Failed"
            world.install_argo_cd(plane.admin)
            life.create_application()
            until(lambda: "applications: synced" in sidecar.page("/readyz"), "the kind is back")
            life.until_phase("Ready")
