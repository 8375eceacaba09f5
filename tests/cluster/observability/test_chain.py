"""What reaches whoever is on call: one page for what broke, one all-clear, and nothing for who is excused."""

from pathlib import Path

import pytest

from kratix_double.world import World
from observability.receiver import Alert
from observability.rulefiles import RUNBOOKS
from tests.cluster.sidecar.world import until
from tests.cluster.truth.places import Place
from tests.observability.binaries import binary

from .stage import Stage, open_stage

# one story of about a minute: its waiting is that of Prometheus and Alertmanager
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
ALERT = "VClusterNotReady"
FLEET = "PlatformReadinessBurnFast"


def crash(place: Place) -> None:
    World(place.admin).crash_pod(place.namespace, "media-1", restarts=7)


def replace_crashed(place: Place) -> None:
    # a pod that has restarted counts only after a minute; a new one counts at once
    place.put_pod("media-3", ready=True)
    World(place.admin).delete_pod(place.namespace, "media-1")


def page_of(alert: Alert) -> Path:
    assert alert.annotations["runbook_url"].startswith(RUNBOOKS)
    return ROOT / "docs/runbooks" / alert.annotations["runbook_url"].removeprefix(RUNBOOKS)


def test_what_broke_is_told_once_and_healed_once_whatever_becomes_of_the_sidecar(tmp_path: Path) -> None:
    binary("prometheus")
    binary("alertmanager")
    with open_stage(tmp_path) as stage:
        media, music, sleeping, leaving = (stage.place(name) for name in ("media", "music", "sleeping", "leaving"))
        for place in (media, music, sleeping, leaving):
            place.await_status("Ready")
        stage.chain.watch()
        excuse(stage, sleeping, leaving)
        stage.until_series('platform:resource_ready:bool{name="media"} == 1')
        stage.until_series('platform:resource_ready:bool{name="music"} == 1')
        for place in (leaving, media):
            crash(place)
        media.await_status("Degraded", "PodsRestarting")

        # while it is pending: `for` goes on
        stage.until_series(f'ALERTS{{alertname="{ALERT}",name="media",alertstate="pending"}}')
        since = stage.pending_since("media")
        stage.start_pod("b")
        stage.kill_pod("a")
        stage.until_told("the alert", ALERT, "firing", name="media")
        (alert,) = stage.chain.receiver.of(ALERT, name="media")
        assert alert.labels == {"alertname": ALERT, "namespace": "media", "name": "media", "severity": "warning"}
        assert alert.annotations["summary"] == "VCluster media/media not Ready for 15 minutes"
        assert "Not True: PodsReady (False)." in alert.annotations["description"]
        assert "kubectl describe vclusterorchestratorv2 media -n media" in alert.annotations["description"]
        assert page_of(alert).is_file()

        # one alone calls nobody out of bed; two are a fleet
        assert stage.chain.receiver.of(FLEET) == []
        crash(music)
        stage.until_told("that a fleet breaks", FLEET, "firing")

        # while it fires, and nobody looks for a while
        stage.kill_pod("b")
        stage.until_told("that nobody looks", "PlatformReconcilerDown", "firing")
        until(lambda: stage.suppressed(ALERT), f"{ALERT} is kept back")
        stage.start_pod("c")
        stage.until_told("that somebody looks again", "PlatformReconcilerDown", "resolved")
        until(lambda: not stage.suppressed(ALERT), f"{ALERT} is kept back no longer")
        assert stage.pending_since("media") == since

        for place in (media, music):
            replace_crashed(place)
        stage.until_told("the all-clear", ALERT, "resolved", name="media")
        assert [alert.status for alert in stage.chain.receiver.of(ALERT, name="media")] == ["firing", "resolved"]
        assert_told_by_severity(stage)
        assert_nobody_spoke_of(stage, sleeping, leaving)


def excuse(stage: Stage, sleeping: Place, leaving: Place) -> None:
    """Pause one, as far as having no pods, delete the other, and wait until Prometheus knows."""
    stage.pause(sleeping)
    sleeping.await_status("Degraded", "Paused")
    for number in range(3):
        World(stage.plane.admin).delete_pod(sleeping.namespace, f"media-{number}")
    leaving.patch({"metadata": {"finalizers": ["example.org/hold"]}})
    leaving.delete()
    leaving.await_status("Deleting")
    for place in (sleeping, leaving):
        stage.until_series(f'platform:resource_excused:bool{{name="{place.namespace}"}} == 1')


def assert_told_by_severity(stage: Stage) -> None:
    told = {
        (alert.labels["severity"], notification.receiver)
        for notification in stage.chain.receiver.notifications
        for alert in notification.alerts
    }
    assert told == {("warning", "platform-team"), ("critical", "platform-oncall")}


def assert_nobody_spoke_of(stage: Stage, *excused: Place) -> None:
    for place in excused:
        place.await_status(place.read()["status"]["phase"])
        named = [
            alert
            for notification in stage.chain.receiver.notifications
            for alert in notification.alerts
            if place.namespace in str(alert.labels)
        ]
        assert named == []
        fired = f'count_over_time(ALERTS{{alertstate="firing",name="{place.namespace}"}}[1h])'
        assert stage.chain.prometheus.series(fired) == []
        ready = stage.chain.prometheus.series(f'platform_vcluster_ready{{name="{place.namespace}"}}')
        assert [value for _, value in ready] == ["0"], "it is not Ready all the while"
