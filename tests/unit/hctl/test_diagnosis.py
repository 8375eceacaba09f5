"""The first cause: of what is bad, the one that explains the others."""

from typing import Any

import pytest

from hctl.diagnosis.evidence import Absent, Unread
from hctl.diagnosis.looks.pods import sick_container, sickest
from hctl.diagnosis.looks.workflows import failed_container, failed_job, jobs_of
from tests.unit.hctl import evidences
from tests.unit.hctl.golden import SILENT, diagnosed, judged
from tests.unit.hctl.requests import ago, request

_CRASH = {"pods": [evidences.crashing_pod()]}
_NO_SECRET: dict[str, Any] = {"secrets": (Absent(),)}
_UNWRITTEN = {"placements": [evidences.placement(failure="no access")]}
_NO_APPLICATION = {"application": Absent()}
_OUT_OF_SYNC = {"application": evidences.application(sync="OutOfSync", health="Degraded")}
_PAUSED = {"controllers": ({"metadata": {"name": "media", "annotations": {"loft.sh/paused": "true"}}},)}


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ({**_CRASH, **_NO_SECRET}, "Pods"),
        ({**_CRASH, **_NO_SECRET, **_UNWRITTEN}, "Works"),
        ({**_NO_APPLICATION, **_NO_SECRET, "pods": []}, "Application"),
        ({**_NO_APPLICATION, **_UNWRITTEN}, "Works"),
        ({**_OUT_OF_SYNC, **_CRASH}, "Pods"),
        (_OUT_OF_SYNC, "Application"),
        ({"application": evidences.application(health="Degraded")}, "Argo CD health"),
        (_NO_SECRET, "Secret"),
        ({**_PAUSED, "pods": []}, "Pods"),
        ({"pods": Unread("no answer"), **_NO_SECRET}, "Secret"),
        ({"pods": Unread("no answer")}, "Pods"),
    ],
)
def test_the_cause_is_the_one_furthest_upstream(broken: dict[str, Any], cause: str) -> None:
    found = diagnosed("Degraded", evidences.world(**broken))
    assert found.cause is not None
    assert found.cause.title == cause
    assert found.commands or cause == "Secret"


def test_every_bad_look_brings_its_command_but_not_too_many() -> None:
    found = diagnosed("Failed", evidences.world(**_CRASH, **_NO_SECRET, **_UNWRITTEN, **_NO_APPLICATION))
    assert len(found.commands) == 3
    assert len(set(found.commands)) == 3


def test_ready_has_no_cause_though_something_still_starts() -> None:
    world = evidences.world(application=evidences.application(health="Progressing"))
    assert diagnosed("Ready", world).cause is None


def test_what_broke_a_moment_ago_is_told_though_the_status_says_ready() -> None:
    found = diagnosed("Ready", evidences.world(**_CRASH))
    assert found.cause is not None
    assert found.remark.startswith("The status still says Ready")


def test_a_silent_sidecar_is_the_cause_only_if_nothing_else_is() -> None:
    alone = diagnosed("Ready", evidences.healthy(), SILENT)
    assert alone.cause is not None
    assert alone.cause.title == "Sidecar"
    both = diagnosed("Degraded", evidences.world(**_CRASH), SILENT)
    assert both.cause is not None
    assert both.cause.title == "Pods"
    assert "kubectl get pods,leases -n platform-status-system" in both.commands


def test_the_sickest_pod_is_the_one_with_a_reason_and_the_most_restarts() -> None:
    slow = evidences.pod("a", ready=False)
    assert sickest([evidences.pod("ok"), slow, evidences.crashing_pod("z")]) == evidences.crashing_pod("z")
    assert sickest([evidences.pod("ok")]) is None


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "ContainerCreating", "CreateContainerConfigError"])
def test_what_never_ran_has_no_log(reason: str) -> None:
    container = {"name": "main", "ready": False, "restartCount": 0, "state": {"waiting": {"reason": reason}}}
    assert sick_container(evidences.pod("a", ready=False, containerStatuses=[container])) is None


def test_a_crash_loop_shows_the_run_before_and_a_slow_start_shows_this_one() -> None:
    crashed = sick_container(evidences.crashing_pod())
    assert crashed is not None
    assert (crashed.container, crashed.previous) == ("syncer", True)
    running = {"name": "main", "ready": False, "restartCount": 0, "state": {"running": {"startedAt": ago(9)}}}
    slow = sick_container(evidences.pod("a", ready=False, containerStatuses=[running]))
    assert slow is not None
    assert (slow.container, slow.previous) == ("main", False)


def test_an_old_failure_that_a_newer_run_healed_does_not_count() -> None:
    old = evidences.job("old", failed="the backoff limit")
    new = evidences.job("new")
    new["metadata"]["creationTimestamp"] = ago(10)
    view = judged(request("Ready")).view
    assert failed_job(jobs_of(view, [old, new])) is None
    assert failed_job(jobs_of(view, [old])) == old
    old["metadata"]["annotations"] = {"kratix.io/job-resource-kind": "WebApp"}
    assert jobs_of(view, [old]) == []


def test_the_container_that_failed_a_job_is_the_first_that_ended_badly() -> None:
    pod = {
        "metadata": {"name": "job-pod", "namespace": "vcluster-media"},
        "status": {
            "initContainerStatuses": [
                {"name": "reader", "state": {"terminated": {"exitCode": 0}}},
                {"name": "configure", "state": {"terminated": {"exitCode": 1}}},
            ]
        },
    }
    found = failed_container([pod])
    assert found is not None
    assert (found.pod, found.container, found.previous) == ("job-pod", "configure", False)
