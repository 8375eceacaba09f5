"""What cannot be read is not claimed: no permission, no kind (design.md section 5, "No answer")."""

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from localplane.client import Client, Object
from localplane.clusters import Cluster
from localplane.crds import APPLICATION, fetch_crd, install_crds
from localplane.plane import ControlPlane
from platform_status_contract.observing.sources import Source
from tests.cluster.rights import grant, revoke

from . import objects
from .conftest import KRATIX, request_crd
from .places import Past, Place, Things, ready_of
from .sidecars import Sidecar, eventually, running_sidecar

pytestmark = pytest.mark.cluster

_READ = ["get", "list", "watch"]
_ALL_BUT_PODS: list[Object] = [
    {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s"], "verbs": _READ},
    {"apiGroups": ["platform.integratn.tech"], "resources": ["vclusterorchestratorv2s/status"], "verbs": ["patch"]},
    {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": _READ},
    {"apiGroups": ["platform.kratix.io"], "resources": ["works", "workplacements"], "verbs": _READ},
    {"apiGroups": ["apps"], "resources": ["statefulsets", "deployments"], "verbs": _READ},
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]},
    {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "patch"]},
]
_PODS: Object = {"apiGroups": [""], "resources": ["pods"], "verbs": _READ}


class Permissions:
    """What one user may do, in the whole cluster."""

    def __init__(self, admin: Client, user: str) -> None:
        self.user = user
        self._admin = admin

    def set(self, *rules: Object) -> None:
        grant(self._admin, self.user, rules)

    def remove(self) -> None:
        revoke(self._admin, self.user)


@pytest.fixture
def permissions(place: Place, admin: Client) -> Iterator[Permissions]:
    found = Permissions(admin, f"sidecar:{place.namespace}")
    found.set(*_ALL_BUT_PODS)
    yield found
    found.remove()


@pytest.fixture
def kubeconfig(installed: Cluster, permissions: Permissions) -> Path:
    if not isinstance(installed, ControlPlane):
        pytest.skip("only our own control plane makes a kubeconfig for another user")
    return installed.kubeconfig_for(permissions.user)


def _metrics(sidecar: Sidecar, place: Place) -> dict[str, float]:
    """Return the gauges of the request by name, the phases left out."""
    with urlopen(f"http://127.0.0.1:{sidecar.app.port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    mark = f'{{name="{place.key[1]}",namespace="{place.namespace}"}}'
    return {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines if mark in line}


def test_without_permission_to_read_pods_it_is_unknown_and_recovers_when_permission_comes(
    place: Place, permissions: Permissions, kubeconfig: Path
) -> None:
    place.put(Things())
    place.ask()
    with running_sidecar(kubeconfig, place.namespace) as sidecar:
        status = place.await_status("Unknown", "SourceUnreadable")["status"]
        pods = next(entry for entry in status["conditions"] if entry["type"] == "PodsReady")
        assert (pods["status"], pods["reason"]) == ("Unknown", "Forbidden")
        assert "workloads" not in status["health"], "no numbers of what was not read"
        assert "argocd" in status["health"], "the others are still told"
        assert "firstReady" not in status["health"]["since"]
        assert _metrics(sidecar, place) == {"platform_vcluster_ready": 0}
        sidecar.skip(3600, place.key)
        assert place.read()["status"]["phase"] != "Ready"
        permissions.set(*_ALL_BUT_PODS, _PODS)
        status = place.await_status("Ready", "AllHealthy")["status"]
        assert status["health"]["workloads"] == {"ready": 2, "total": 2, "summary": "2/2"}
        assert _metrics(sidecar, place) == {
            "platform_vcluster_ready": 1,
            "platform_vcluster_pods_ready": 2,
            "platform_vcluster_pods_total": 2,
        }


WITHHELD = {
    "applications": {"ArgoSynced", "ArgoHealthy", "SubAppsHealthy"},
    "works": {"WorksReady"},
    "workplacements": {"WorksReady"},
    "pods": {"PodsReady"},
    "statefulsets": {"PodsReady"},
    "deployments": {"PodsReady"},
    "daemonsets": {"PodsReady"},
}
"""What the ClusterRole lets the sidecar read, and the conditions that are Unknown without it."""


@pytest.mark.parametrize("resource", WITHHELD)
def test_each_right_to_read_is_missed_where_it_is_withheld(
    place: Place, permissions: Permissions, kubeconfig: Path, resource: str
) -> None:
    rules = [*_ALL_BUT_PODS, _PODS, {"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": _READ}]
    permissions.set(
        *({**rule, "resources": [each for each in rule["resources"] if each != resource] or ["none"]} for rule in rules)
    )
    place.put(Things())
    named = objects.contract(place.namespace)["workloads"]
    if resource == "daemonsets":
        named |= {"controllers": [{"kind": "DaemonSet", "name": "media-agent", "zero": "allowed"}]}
    place.ask(Past(contract={"workloads": named}))
    with running_sidecar(kubeconfig, place.namespace):
        status = place.await_status("Unknown", "SourceUnreadable")["status"]
        blind = {entry["type"]: entry["reason"] for entry in status["conditions"] if entry["status"] == "Unknown"}
        assert blind == {"Ready": "SourceUnreadable", **dict.fromkeys(WITHHELD[resource], "Forbidden")}


def test_permission_that_is_taken_away_makes_it_unknown_after_a_minute(
    place: Place, permissions: Permissions, kubeconfig: Path
) -> None:
    permissions.set(*_ALL_BUT_PODS, _PODS)
    place.put(Things())
    place.ask()
    # A watch that is open is not asked for permission again, so the server ends each after a second.
    with running_sidecar(kubeconfig, place.namespace, watch_seconds=1) as sidecar:
        place.await_status("Ready")
        permissions.set(*_ALL_BUT_PODS)
        eventually(lambda: sidecar.app.store.state(Source.PODS).failure, "the sidecar is refused the pods")
        sidecar.poke(place.key)
        status = place.read()["status"]
        assert status["phase"] == "Ready", "for a minute the last known value counts"
        assert status["health"]["workloads"] == {"ready": 2, "total": 2, "summary": "2/2"}
        sidecar.skip(61, place.key)
        status = place.await_status("Unknown", "SourceUnreadable")["status"]
        assert "workloads" not in status["health"]
        assert _metrics(sidecar, place) == {"platform_vcluster_ready": 0}
        assert "firstReady" in status["health"]["since"], "that it was Ready once is not forgotten"
        permissions.set(*_ALL_BUT_PODS, _PODS)
        place.await_status("Ready", "AllHealthy")


def test_a_secret_that_may_not_be_read_is_waited_for_and_blocks_ready(
    place: Place, permissions: Permissions, kubeconfig: Path
) -> None:
    without_secrets = [rule for rule in (*_ALL_BUT_PODS, _PODS) if rule["resources"] != ["secrets"]]
    permissions.set(*without_secrets)
    place.put(Things())
    place.ask()
    with running_sidecar(kubeconfig, place.namespace) as sidecar:
        place.await_status("Progressing", "AwaitingPermission")
        # After the deadline it is no longer a Role that is on its way, but a source that cannot be read.
        sidecar.skip(901, place.key)
        status = place.await_status("Unknown", "SourceUnreadable")["status"]
        secret = next(entry for entry in status["conditions"] if entry["type"] == "KubeconfigAvailable")
        assert (secret["status"], secret["reason"]) == ("Unknown", "Forbidden")


def test_without_argo_cd_it_is_unknown_until_its_kind_is_installed(tmp_path: Path) -> None:
    """A control plane of its own: to delete the kind on the shared one would pull it from under other tests."""
    with ControlPlane() as plane:
        admin = plane.admin
        install_crds(admin, [request_crd(tmp_path), KRATIX])
        namespace = "without-argo-cd"
        admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        place = Place(admin, namespace)
        place.put(Things(application=False, sub_application=""))
        place.ask()
        with running_sidecar(plane.kubeconfig, namespace) as sidecar:
            status = place.await_status("Unknown", "SourceUnreadable")["status"]
            blind = {entry["type"]: entry for entry in status["conditions"] if entry["status"] == "Unknown"}
            assert blind.keys() == {"Ready", "ArgoSynced", "ArgoHealthy", "SubAppsHealthy"}
            assert {blind[kind]["reason"] for kind in blind.keys() - {"Ready"}} == {"KindMissing"}
            assert not {"argocd", "subApps"} & status["health"].keys()
            version = place.version()
            sidecar.skip(600, place.key)
            assert place.version() == version, "a kind that stays missing is no news"
            install_crds(admin, [fetch_crd(APPLICATION)])
            place.put_application()
            place.put_sub_application("Healthy")
            # The sidecar asks again within 10 s of real time, this is no clock of ours.
            place.await_status("Ready", "AllHealthy")


def test_a_contract_that_comes_goes_and_breaks_is_followed(place: Place, installed: Cluster) -> None:
    place.put(Things())
    place.ask(Past(contract=None))
    good = objects.contract(place.namespace)
    everything_wrong: list[object] = [
        "a text",
        [],
        {"version": "v1"},
        good | {"generation": 0},
        good | {"works": "yes"},
    ]
    with running_sidecar(installed.kubeconfig, place.namespace) as sidecar:
        place.await_status("Unknown", "NoContract")
        assert place.key in dict(sidecar.app.outcomes.outcomes())
        assert _metrics(sidecar, place) == {"platform_vcluster_ready": 0}
        for broken in everything_wrong:
            place.patch({"status": {"contract": None}}, subresource="status")
            place.patch({"status": {"contract": broken}}, subresource="status")
            status = place.await_status("Unknown", "InvalidContract")["status"]
            ready = ready_of(status)
            assert ready is not None
            assert ready["message"].startswith("VClusterOrchestratorV2 "), "without a contract it bears its own name"
            assert "workloads" not in status["health"]
        place.patch({"status": {"contract": None}}, subresource="status")
        place.patch({"status": {"contract": good}}, subresource="status")
        place.await_status("Ready", "AllHealthy")
