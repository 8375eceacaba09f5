"""`--health-records`: one HealthRecord per request says what its status says, and never gets in the status's way."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.client import Client
from localplane.crds import install_crds
from localplane.errors import LocalPlaneError
from localplane.plane import ControlPlane
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Life, allow, running, until
from tests.cluster.truth.sidecars import Sidecar, eventually, running_sidecar

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
RECORD = (world.KRATIX, "HealthRecord")
NAME = f"{world.PROMISE}.media"
FINALIZER = "kratix.io/health-record-cleanup"
KEY_PATH = "/healthrecords"
Json = dict[str, Any]


def rules() -> list[Json]:
    """What the documentation asks for, and nothing else."""
    documented = yaml.safe_load((ROOT / "docs/compatibility/healthrecords-rbac.yaml").read_text())
    return [*world.RULES, world.LEASE_RULE, *documented["rules"]]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        install_crds(started.admin, [ROOT / "tests/cluster/healthrecords.yaml"])
        allow(started.admin, "mirror", rules(), "mirror")
        allow(started.admin, "plain", [*world.RULES, world.LEASE_RULE], "plain")
        yield started


@pytest.fixture
def life(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Life]:
    name = f"t{abs(hash(request.node.name)) % 10**8}"
    plane.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    lived = Life(plane.admin, name)
    lived.ask(lived.contract("application"))
    lived.create_application()
    yield lived
    plane.admin.delete(*world.REQUEST, "media", namespace=name, missing_ok=True)


class Kratix(threading.Thread):
    """Its answer to HealthRecords: a finalizer, and the aggregate by a PUT of the request's status (kratix.md 7)."""

    def __init__(self, client: Client, namespace: str) -> None:
        super().__init__(name="health-record-controller", daemon=True)
        self._client = client
        self._namespace = namespace
        self._ending = threading.Event()
        self.puts = 0

    def run(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(LocalPlaneError):
                events = self._client.watch(*RECORD, namespace=self._namespace, timeout=1)
                with contextlib.closing(events):
                    for event in events:
                        if event.type in ("ADDED", "MODIFIED") and not self._ending.is_set():
                            self._answer(event.object)

    def end(self) -> None:
        self._ending.set()
        self.join(10)

    def _answer(self, record: Json) -> None:
        if FINALIZER not in record["metadata"].get("finalizers", []):
            record["metadata"]["finalizers"] = [FINALIZER]
            self._client.replace(record)
            return
        name = record["data"]["resourceRef"]["name"]
        found = self._client.get(*world.REQUEST, name, namespace=self._namespace)
        source = {"name": record["metadata"]["name"], "namespace": self._namespace}
        entry = {"state": record["data"]["state"], "lastRun": record["data"]["lastRun"], "source": source}
        found["status"]["healthStatus"] = {"state": record["data"]["state"], "healthRecords": [entry]}
        self._client.replace(found, subresource="status")
        self.puts += 1


@pytest.fixture
def kratix(plane: ControlPlane, life: Life) -> Iterator[Kratix]:
    playing = Kratix(Client(plane.admin.connection), life.namespace)
    playing.start()
    yield playing
    playing.end()


def record(life: Life) -> Json | None:
    return life.admin.find(*RECORD, NAME, namespace=life.namespace)


def state(life: Life) -> str:
    found = record(life)
    return found["data"]["state"] if found else ""


def mirror_writes(sidecar: Sidecar, life: Life) -> int:
    """Count what was sent to change a HealthRecord of this namespace."""
    return sum(1 for verb, path in list(sidecar.tap.calls) if verb != "get" and f"/{life.namespace}{KEY_PATH}" in path)


def skip(sidecar: Sidecar, seconds: float, life: Life) -> None:
    """Let time pass for the request and for its record."""
    sidecar.skip(seconds, (life.namespace, "media"))
    # A key of no request makes the thread look at the clock that was moved.
    sidecar.app._mirrored.add(("", "nobody"))


def set_health(life: Life, health: str) -> None:
    life.admin.patch(
        *world.APPLICATION_KIND, life.application, {"status": {"health": {"status": health}}}, namespace="argocd"
    )


def test_without_the_flag_no_health_record_is_asked_for(plane: ControlPlane, life: Life) -> None:
    with running_sidecar(plane.kubeconfig_for("plain"), life.namespace) as sidecar:
        life.until_phase("Ready")
        skip(sidecar, 60, life)
        assert not [path for _, path in sidecar.tap.calls if KEY_PATH in path]
    assert record(life) is None


@pytest.mark.usefixtures("kratix")
def test_a_record_follows_the_status_and_rests_with_it(plane: ControlPlane, life: Life) -> None:
    kubeconfig = plane.kubeconfig_for("mirror")
    with running_sidecar(kubeconfig, life.namespace, health_records=True) as sidecar:
        life.until_phase("Ready")
        skip(sidecar, 31, life)
        eventually(lambda: state(life) == "ready", "the record says ready")
        found = record(life)
        assert found is not None
        request = life.object
        assert found["metadata"]["ownerReferences"] == [
            {
                "apiVersion": world.REQUEST[0],
                "kind": world.REQUEST[1],
                "name": "media",
                "uid": request["metadata"]["uid"],
            }
        ]
        assert "kratix.io/promise-name" not in found["metadata"]["labels"]
        assert found["data"] == {
            "promiseRef": {"name": world.PROMISE},
            "resourceRef": {"name": "media", "namespace": life.namespace, "generation": 1},
            "state": "ready",
            "lastRun": found["data"]["lastRun"],
            "details": {"phase": "Ready", "reason": "AllHealthy", "message": life.condition("Ready")["message"]},
        }
        eventually(lambda: life.status.get("healthStatus", {}).get("state") == "ready", "Kratix has answered")
        set_health(life, "Degraded")
        life.until_phase("Degraded")
        skip(sidecar, 31, life)
        eventually(lambda: life.status["healthStatus"]["state"] == "degraded", "the record and Kratix say degraded")
        set_health(life, "Healthy")
        life.until_phase("Ready")
        skip(sidecar, 31, life)
        eventually(lambda: life.status["healthStatus"]["state"] == "ready", "and ready again")
        told = record(life)
        assert told is not None
        assert FINALIZER in told["metadata"]["finalizers"], "what Kratix put there stays"
        _rests(sidecar, life)
        clock = sidecar.clock
    with running_sidecar(kubeconfig, life.namespace, clock=clock, health_records=True) as sidecar:
        eventually(lambda: sidecar.tap.count("get", f"/{NAME}") == 1, "after a restart the record is read once")
        _rests(sidecar, life)
        assert mirror_writes(sidecar, life) == 0
        assert sidecar.tap.count("get", f"/{NAME}") == 1


def _rests(sidecar: Sidecar, life: Life) -> None:
    """Ten minutes of resyncs write neither the record nor the request."""
    skip(sidecar, 31, life)
    written, versions = mirror_writes(sidecar, life), _versions(life)
    for _ in range(10):
        skip(sidecar, 70, life)
    assert mirror_writes(sidecar, life) == written
    assert _versions(life) == versions


def _versions(life: Life) -> list[str]:
    found = record(life)
    assert found is not None
    return [found["metadata"]["resourceVersion"], life.object["metadata"]["resourceVersion"]]


def test_a_record_that_somebody_deletes_comes_back_with_the_next_change(plane: ControlPlane, life: Life) -> None:
    with running_sidecar(plane.kubeconfig_for("mirror"), life.namespace, health_records=True) as sidecar:
        eventually(lambda: state(life) != "", "a record")
        life.until_phase("Ready")
        skip(sidecar, 31, life)
        eventually(lambda: state(life) == "ready", "the record says ready")
        life.admin.delete(*RECORD, NAME, namespace=life.namespace)
        set_health(life, "Degraded")
        life.until_phase("Degraded")
        skip(sidecar, 31, life)
        eventually(lambda: state(life) == "degraded", "a new record")


def test_a_record_of_another_promise_is_left_alone(plane: ControlPlane, life: Life, tmp_path: Path) -> None:
    data = {"promiseRef": {"name": "somebody-else"}, "state": "healthy"}
    metadata = {"name": NAME, "namespace": life.namespace}
    life.admin.create({"apiVersion": RECORD[0], "kind": RECORD[1], "metadata": metadata, "data": data})
    with running(plane.kubeconfig_for("mirror"), tmp_path, "--health-records") as sidecar:
        life.until_phase("Ready")
        until(lambda: [line for line in sidecar.lines() if "somebody-else" in line.get("cause", "")], "it is told")
    found = record(life)
    assert found is not None
    assert found["data"] == data


def test_without_the_permission_the_status_is_written_all_the_same(
    plane: ControlPlane, life: Life, tmp_path: Path
) -> None:
    with running(plane.kubeconfig_for("plain"), tmp_path, "--health-records") as sidecar:
        life.until_phase("Ready")
        set_health(life, "Degraded")
        life.until_phase("Degraded")
        set_health(life, "Healthy")
        life.until_phase("Ready")
        told = "Cannot write a HealthRecord, the status is not affected"
        until(lambda: [line for line in sidecar.lines() if line["message"] == told], "the refusal is told")
        [line] = [line for line in sidecar.lines() if line["message"] == told]
        assert (line["status"], line["level"]) == (403, "warning")
        assert sidecar.page("/readyz")
    assert record(life) is None


def test_while_a_request_is_deleted_its_record_is_left_to_the_garbage_collector(
    plane: ControlPlane, life: Life
) -> None:
    life.admin.patch(
        *world.REQUEST, "media", {"metadata": {"finalizers": ["example.org/hold"]}}, namespace=life.namespace
    )
    with running_sidecar(plane.kubeconfig_for("mirror"), life.namespace, health_records=True) as sidecar:
        life.until_phase("Ready")
        skip(sidecar, 31, life)
        eventually(lambda: state(life) == "ready", "the record says ready")
        written = mirror_writes(sidecar, life)
        life.admin.delete(*world.REQUEST, "media", namespace=life.namespace)
        sidecar.pass_the_hold((life.namespace, "media"))
        life.until_phase("Deleting")
        skip(sidecar, 60, life)
        assert mirror_writes(sidecar, life) == written
        life.admin.patch(*world.REQUEST, "media", {"metadata": {"finalizers": None}}, namespace=life.namespace)
