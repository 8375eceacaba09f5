"""Events on a real API server, with the permissions that the Promise ships the sidecar with and no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from platform_status_demo import roles
from tests.cluster.rights import grant
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Json, Life, Sidecar, running, until

pytestmark = pytest.mark.cluster

USER = "sidecar"
NAMESPACE = "life"
EVENT = ("events.k8s.io/v1", "Event")


def shipped_rules() -> list[Json]:
    """What the ClusterRole allows that the sidecar is shipped with."""
    [role] = [item for item in roles.rights(world.ROOT) if item["kind"] == "ClusterRole"]
    rules: list[Json] = role["rules"]
    return rules


@contextmanager
def plane_with_shipped_rules() -> Iterator[ControlPlane]:
    """A control plane on which USER may do what the sidecar is shipped with."""
    with world.plane_with_requests() as started:
        world.install_argo_cd(started.admin)
        started.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        grant(started.admin, USER, [*shipped_rules(), world.LEASE_RULE])
        yield started


@contextmanager
def a_life(plane: ControlPlane) -> Iterator[Life]:
    """A life in NAMESPACE, taken away at its end."""
    lived = Life(plane.admin, NAMESPACE)
    yield lived
    plane.admin.delete(*world.REQUEST, "media", namespace=NAMESPACE, missing_ok=True)
    plane.admin.delete(*world.APPLICATION_KIND, lived.application, namespace="argocd", missing_ok=True)


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with plane_with_shipped_rules() as started:
        yield started


@pytest.fixture
def life(plane: ControlPlane) -> Iterator[Life]:
    with a_life(plane) as lived:
        yield lived
    for event in plane.admin.list(*EVENT, namespace=NAMESPACE):
        plane.admin.delete(*EVENT, event["metadata"]["name"], namespace=NAMESPACE)


def told(life: Life) -> list[Json]:
    """Our Events about the request that is there now, oldest first."""
    uid = life.object["metadata"]["uid"]
    ours = [event for event in life.admin.list(*EVENT, namespace=life.namespace) if event["regarding"]["uid"] == uid]
    return sorted(ours, key=lambda event: str(event["eventTime"]))


def set_health(life: Life, health: str) -> None:
    status = {"sync": {"status": "Synced"}, "health": {"status": health}}
    life.admin.patch(*world.APPLICATION_KIND, life.application, {"status": status}, namespace="argocd")


def test_transitions_are_told_and_a_restart_tells_nothing_again(
    plane: ControlPlane, life: Life, tmp_path: Path
) -> None:
    kubeconfig = plane.kubeconfig_for(USER)
    with running(kubeconfig, tmp_path) as first:
        life.ask(life.contract("application"))
        life.until_phase("Scheduled")
        life.create_application()
        life.until_phase("Ready")
        until(lambda: [event["reason"] for event in told(life)][-1] == "AllHealthy", "the last transition is told")
        before = told(life)
        assert sent(first) == len(before)
        told_of_truth = [line for line in first.page("/metrics").splitlines() if "to_truth_seconds_count{" in line]
        assert [float(line.split()[-1]) > 0 for line in told_of_truth] == [True]
    last = before[-1]
    assert last["type"] == "Normal"
    assert last["action"] == "ChangePhase"
    assert last["note"] == life.condition("Ready")["message"]
    assert last["reportingController"] == "platform.integratn.tech/status-sidecar"
    assert last["regarding"]["name"] == "media"
    assert (last["regarding"]["apiVersion"], last["regarding"]["kind"]) == world.REQUEST
    with running(kubeconfig, tmp_path) as second:
        until(lambda: 'platform_vcluster_ready{name="media"' in second.page("/metrics"), "the request was looked at")
        set_health(life, "Degraded")
        life.until_phase("Degraded")
        until(lambda: len(told(life)) > len(before), "the next transition is told")
        assert [event["metadata"]["uid"] for event in told(life)][: len(before)] == [
            event["metadata"]["uid"] for event in before
        ]
        assert [(event["type"], event["reason"]) for event in told(life)[len(before) :]] == [
            ("Warning", "ApplicationDegraded")
        ]


def sent(sidecar: Sidecar, result: str = "sent") -> int:
    name = f'platform_status_events_total{{result="{result}"}} '
    [line] = [line for line in sidecar.page("/metrics").splitlines() if line.startswith(name)]
    return int(float(line.removeprefix(name)))


def test_without_the_permission_the_status_is_written_all_the_same(
    plane: ControlPlane, life: Life, tmp_path: Path
) -> None:
    rules = [rule for rule in shipped_rules() if rule["resources"] != ["events"]]
    grant(plane.admin, "mute", [*rules, world.LEASE_RULE])
    with running(plane.kubeconfig_for("mute"), tmp_path) as sidecar:
        life.ask(life.contract("application"))
        life.create_application()
        life.until_phase("Ready")
        until(lambda: sent(sidecar, "refused") > 0, "the refusal is counted")
        warnings = [line for line in sidecar.lines() if line["message"].startswith("Cannot send Events")]
        assert [line["request"] for line in warnings] == [f"{NAMESPACE}/media"]
    assert told(life) == []
