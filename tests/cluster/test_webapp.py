"""The second golden path, for which nobody wrote a line of code: from promise.yaml to a status that stays true."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.world import World
from localplane.client import Object
from localplane.plane import ControlPlane
from platform_status_contract.validation import validate
from platform_status_demo.phases import PhaseWatch, Sighting
from platform_status_kube.errors import TransportError
from tests.cluster.golden_paths import GoldenPath, install
from tests.cluster.rights import may
from tests.cluster.sidecar import world as small
from tests.cluster.sidecar.world import Life, Sidecar, until
from tests.pipeline.kratix_folders import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

PATIENCE = 60.0
WEBAPP = ("platform.integratn.tech/v1alpha1", "WebApp")


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """A control plane of our own, because another test's sidecar would answer our requests."""
    with small.plane_with_requests() as started:
        small.install_argo_cd(started.admin)
        yield started


@pytest.fixture(scope="module")
def webapp(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> GoldenPath:
    return install(plane, tmp_path_factory.mktemp("promises") / "webapp", "webapp")


@pytest.fixture(scope="module")
def vcluster(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> GoldenPath:
    return install(plane, tmp_path_factory.mktemp("promises") / "vcluster", ".")


class App:
    """A request for a web app, and what the world makes of it."""

    def __init__(self, plane: ControlPlane, namespace: str, **spec: Any) -> None:  # noqa: ANN401 - any JSON
        example = yaml.safe_load((ROOT / "promise/webapp/examples/shop.yaml").read_text())
        self.admin = plane.admin
        self.world = World(plane.admin)
        self.namespace = namespace
        self.name: str = example["metadata"]["name"]
        self.place = f"webapp-{namespace}--{self.name}"
        self.request = {**example, "metadata": {**example["metadata"], "namespace": namespace}}
        self.request["spec"] = {**example["spec"], "host": f"shop.{namespace}.example.com", **spec}
        self.documents: dict[str, Object] = {}
        self.watch = PhaseWatch(plane.admin, WEBAPP, namespace, self.name, self._note)
        self.world.ensure_namespace(namespace)

    def _note(self, seen: Sighting) -> None:
        """Every phase is kept by the watch itself."""

    def ask(self) -> None:
        self.watch.start()
        self.admin.create(self.request)

    def deliver(self, count: int = 5) -> None:
        """Apply what Kratix stored, once it says so, as two GitOps agents would: ours on the platform, and Argo CD."""
        found: list[Object] = []

        def all_of_it() -> bool:
            found[:] = self.world.deliver(self.namespace, self.name)
            return len(found) == count

        until(all_of_it, "both folders are delivered", PATIENCE)
        self.documents = {document["kind"]: document for document in found}

    def start_pods(self) -> list[str]:
        """Make the pods of the Deployment, as its controllers would; the namespace admits only restricted ones."""
        deployment = self.documents["Deployment"]
        account = {"name": "default", "namespace": self.place}
        self.admin.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        names = [f"{self.name}-{index}" for index in range(deployment["spec"]["replicas"])]
        template = deployment["spec"]["template"]
        owner = {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "name": f"{self.name}-5d7f9c",
            "uid": "1",
            "controller": True,
        }
        for name in names:
            metadata: dict[str, Any] = {"name": name, "namespace": self.place, "labels": template["metadata"]["labels"]}
            metadata["ownerReferences"] = [owner]
            self.admin.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
        self.world.follow(self.place, "Deployment", self.name)
        return names

    def sync(self, health: str = "Healthy") -> None:
        self.world.set_application(self.place, sync="Synced", health=health)

    def expect(self, *phases: str) -> None:
        """Wait until the phases so far are these, in this order and no other."""
        self.watch.wait(lambda watch: len(watch.phases) >= len(phases) or watch.gone, PATIENCE)
        assert [seen.phase for seen in self.watch.phases] == list(phases), self.status

    @property
    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.watch.last.get("status", {})
        return found

    def condition(self, name: str) -> dict[str, Any]:
        return next((item for item in self.status.get("conditions", []) if item["type"] == name), {})

    def delete(self) -> None:
        self.admin.delete(*WEBAPP, self.name, namespace=self.namespace)


def series(sidecar: Sidecar, name: str, namespace: str) -> dict[str, float]:
    """Series of the requests of one namespace, because other tests leave theirs behind."""
    found = (line for line in sidecar.page("/metrics").splitlines() if line.startswith(f"{name}{{"))
    lines = [line for line in found if f'namespace="{namespace}"' in line]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def shown_phase(sidecar: Sidecar, namespace: str) -> str:
    """The one phase whose series is 1, of the one WebApp of a namespace."""
    (shown,) = (name for name, value in series(sidecar, "platform_resource_phase", namespace).items() if value)
    labels = dict(re.findall(r'(\w+)="([^"]*)"', shown))
    assert (labels["kind"], labels["name"]) == ("WebApp", "shop")
    return str(labels["phase"])


def test_a_webapp_lives_from_scheduled_to_deleting_with_a_true_status(
    plane: ControlPlane, webapp: GoldenPath, tmp_path: Path
) -> None:
    app = App(plane, "team-a")
    with webapp.sidecar(tmp_path / "sidecar") as sidecar, webapp.kratix(tmp_path / "kratix", "team-a") as kratix:
        app.ask()
        app.expect("Scheduled", "Progressing")
        app.deliver()
        pods = app.start_pods()
        assert pods == ["shop-0", "shop-1"]
        for pod in pods:
            app.world.set_pod(app.place, pod, ready=True)
        app.sync()
        app.expect("Scheduled", "Progressing", "Ready")
        status = app.status
        assert validate(status, "status") == ()
        assert status["message"] == "Web app shop is fully operational"
        assert status["endpoints"]["app"] == "https://shop.team-a.example.com"
        assert status["health"]["workloads"] == {"ready": 2, "total": 2, "summary": "2/2"}
        assert status["health"]["reporter"]["lease"] == "platform-status-system/webapp"
        types = {item["type"] for item in status["conditions"]}
        assert {"Ready", "ArgoSynced", "ArgoHealthy", "PodsReady", "WorksReady"} <= types
        assert not {"KubeconfigAvailable", "SubAppsHealthy"} & types
        assert shown_phase(sidecar, "team-a") == "Ready"
        assert list(series(sidecar, "platform_resource_pods", "team-a").values()) == [2.0]

        app.world.set_pod(app.place, "shop-0", ready=False)
        until(lambda: app.condition("Ready").get("reason") == "Tolerating", "ten seconds of tolerance begin", PATIENCE)
        assert app.condition("PodsReady")["status"] == "False"
        app.expect("Scheduled", "Progressing", "Ready", "Degraded")
        assert app.status["message"] == "Web app shop is degraded: 1/2 pods are ready; not ready: shop-0"
        assert shown_phase(sidecar, "team-a") == "Degraded"

        app.world.set_pod(app.place, "shop-0", ready=True)
        app.expect("Scheduled", "Progressing", "Ready", "Degraded", "Ready")
        app.delete()
        app.expect("Scheduled", "Progressing", "Ready", "Degraded", "Ready", "Deleting")
        assert app.status["message"] == "Web app shop is being deleted"
        assert app.watch.wait(lambda watch: watch.gone, PATIENCE)
        until(
            lambda: not series(sidecar, "platform_resource_phase", "team-a"), "no series outlives its request", PATIENCE
        )
        assert kratix.complaints == []
        assert not series(sidecar, "platform_vcluster_phase", "team-a")


def test_an_app_of_no_replicas_is_paused_and_says_so(plane: ControlPlane, webapp: GoldenPath, tmp_path: Path) -> None:
    app = App(plane, "team-b", replicas=0)
    with webapp.sidecar(tmp_path / "sidecar"), webapp.kratix(tmp_path / "kratix", "team-b"):
        app.ask()
        app.deliver()
        assert app.start_pods() == []
        app.sync()
        until(lambda: app.condition("PodsReady").get("reason") == "Paused", "the pods are paused", PATIENCE)
        assert app.condition("PodsReady")["message"] == "workloads are paused: Deployment shop"
        until(lambda: app.condition("Ready").get("reason") == "Paused", "that is why it is not Ready", PATIENCE)
        assert app.status["phase"] == "Progressing"


def test_an_app_without_a_host_gets_no_ingress_and_an_address_inside(
    plane: ControlPlane, webapp: GoldenPath, tmp_path: Path
) -> None:
    app = App(plane, "team-c")
    del app.request["spec"]["host"]
    with webapp.kratix(tmp_path / "kratix", "team-c"):
        app.ask()
        app.deliver(4)
        assert set(app.documents) == {"Application", "Namespace", "Deployment", "Service"}
        assert app.status["endpoints"]["app"] == "http://shop.webapp-team-c--shop.svc"
        placements = app.world.placements("team-c", "shop")
        folders = {entry["spec"]["workloads"][0]["filepath"] for entry in placements}
        assert folders == {"platform/webapp.yaml", "webapp.yaml"}


@pytest.mark.parametrize(
    ("metadata", "spec", "where"),
    [
        ({"name": "a--b"}, {}, "metadata.name must be a DNS label of at most 53 characters"),
        ({}, {"port": 80}, "spec.port"),
        ({}, {"host": "https://shop.team-a.example.com"}, "spec.host"),
        ({}, {"image": ""}, "spec.image"),
    ],
    ids=["name", "port", "host", "image"],
)
def test_what_cannot_work_is_refused_at_once(
    plane: ControlPlane, webapp: GoldenPath, metadata: dict[str, str], spec: dict[str, Any], where: str
) -> None:
    del webapp
    request = App(plane, "team-d", **spec).request
    request["metadata"].update(metadata)
    with pytest.raises(TransportError, match=where) as refused:
        plane.admin.create(request)
    assert refused.value.status == 422


def test_two_golden_paths_share_a_cluster_and_never_touch_each_other(
    plane: ControlPlane, webapp: GoldenPath, vcluster: GoldenPath, tmp_path: Path
) -> None:
    app, life = App(plane, "side-by-side"), Life(plane.admin, "side-by-side")
    with (
        webapp.sidecar(tmp_path / "webapp") as ours,
        vcluster.sidecar(tmp_path / "vcluster", "--scope=") as theirs,
        webapp.kratix(tmp_path / "kratix", "side-by-side"),
    ):
        app.ask()
        life.ask(life.contract("application", "workloads", "works"))
        app.deliver()
        for pod in app.start_pods():
            app.world.set_pod(app.place, pod, ready=True)
        app.sync()
        life.deliver()
        until(lambda: life.status.get("phase") == "Ready", "the virtual cluster is Ready", PATIENCE)
        until(lambda: app.status.get("phase") == "Ready", "the web app is Ready", PATIENCE)
        leases = {kind["health"]["reporter"]["lease"] for kind in (app.status, life.status)}
        assert leases == {"platform-status-system/webapp", "platform-status-system/vcluster-orchestrator-v2"}
        for sidecar, kind in ((ours, "WebApp"), (theirs, "VClusterOrchestratorV2")):
            shown = "".join(series(sidecar, "platform_resource_info", "side-by-side"))
            assert shown.count("kind=") == shown.count(f'kind="{kind}"') == 1
        app.world.set_pod(app.place, "shop-0", ready=False)
        until(lambda: app.status["phase"] == "Degraded", "the web app is Degraded", PATIENCE)
        assert life.status["phase"] == "Ready"
    assert set(written(theirs)) == {"side-by-side/media"}
    assert {name.rpartition("/")[2] for name in written(ours)} == {"shop"}


def written(sidecar: Sidecar) -> list[str]:
    return [line["request"] for line in sidecar.lines() if line["message"] == "Wrote the status"]


def test_neither_sidecar_may_write_the_status_of_the_other(
    plane: ControlPlane, webapp: GoldenPath, vcluster: GoldenPath
) -> None:
    for mine, other in ((webapp, vcluster), (vcluster, webapp)):
        until(partial(may_patch, plane, mine.account, mine.promise.plural), "it may write its own")
        assert not may_patch(plane, mine.account, other.promise.plural)


def may_patch(plane: ControlPlane, account: tuple[str, str], plural: str) -> bool:
    user = ":".join(("system:serviceaccount", *account))
    return may(plane.admin, user, "patch", f"{plural}/status", group="platform.integratn.tech")
