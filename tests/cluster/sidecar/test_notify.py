"""Notifications beside a real API server: told in order, and no status waits for a receiver that hangs or is gone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localplane.plane import ControlPlane
from tests.cluster.sidecar import world
from tests.cluster.sidecar.test_events import NAMESPACE, USER, a_life, plane_with_shipped_rules, set_health
from tests.cluster.sidecar.world import Life, Sidecar, running, until
from tests.unit.sidecar.test_notify import receiving, silent, status

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with plane_with_shipped_rules() as started:
        yield started


@pytest.fixture
def life(plane: ControlPlane) -> Iterator[Life]:
    with a_life(plane) as lived:
        yield lived


@pytest.fixture
def flags(tmp_path: Path) -> tuple[str, str]:
    folder = tmp_path / "notify"
    folder.mkdir()
    (folder / "key").write_text("a shared secret")
    return "--notify-folder", str(folder)


def counted(sidecar: Sidecar, result: str) -> int:
    name = f'platform_status_notifications_total{{result="{result}"}} '
    [line] = [line for line in sidecar.page("/metrics").splitlines() if line.startswith(name)]
    return int(float(line.removeprefix(name)))


def live(life: Life) -> None:
    """Become Ready, and then Degraded."""
    life.ask(life.contract("application"))
    life.until_phase("Scheduled")
    life.create_application()
    life.until_phase("Ready")
    set_health(life, "Degraded")
    life.until_phase("Degraded")


def test_the_phases_of_a_life_are_told_in_order(
    plane: ControlPlane, life: Life, flags: tuple[str, str], tmp_path: Path
) -> None:
    with (
        receiving(status(200)) as hook,
        running(plane.kubeconfig_for(USER), tmp_path, "--notify-url", hook.url, *flags) as sidecar,
    ):
        live(life)
        until(lambda: [json.loads(body) for *_, body in hook.posted][-1]["data"]["phase"] == "Degraded", "it is told")
        until(lambda: counted(sidecar, "sent") == len(hook.posted), "each is counted")
        assert counted(sidecar, "failed") == 0
    events = [json.loads(body) for *_, body in hook.posted]
    phases = [event["data"]["phase"] for event in events]
    assert phases[0] == "Scheduled"
    assert phases[-2:] == ["Ready", "Degraded"]
    last = events[-1]["data"]
    assert (last["namespace"], last["name"], last["uid"]) == (NAMESPACE, "media", life.object["metadata"]["uid"])
    assert (last["apiVersion"], last["kind"]) == world.REQUEST
    assert (last["reason"], last["message"]) == ("ApplicationDegraded", life.condition("Ready")["message"])


def test_no_status_waits_for_a_receiver_that_hangs(
    plane: ControlPlane, life: Life, flags: tuple[str, str], tmp_path: Path
) -> None:
    with (
        receiving(silent) as hook,
        running(plane.kubeconfig_for(USER), tmp_path, "--notify-url", hook.url, *flags) as sidecar,
    ):
        live(life)
        assert counted(sidecar, "sent") == 0
        assert "notify" not in sidecar.page("/healthz")
    assert hook.posted


def test_no_status_waits_for_a_receiver_that_is_gone(
    plane: ControlPlane, life: Life, flags: tuple[str, str], tmp_path: Path
) -> None:
    with running(plane.kubeconfig_for(USER), tmp_path, "--notify-url", "http://127.0.0.1:1/", *flags) as sidecar:
        live(life)
        until(lambda: counted(sidecar, "failed") > 0, "the failure is counted")
        warnings = [line for line in sidecar.lines() if line["message"].startswith("Cannot notify")]
        assert [line["cause"] for line in warnings] == ["ConnectionRefusedError"]
