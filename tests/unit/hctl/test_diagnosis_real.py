"""What a diagnosis tells of objects that Argo CD 3.6 and kube-controller-manager 1.36 really wrote."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from hctl.diagnosis.conclude import conclude
from hctl.diagnosis.evidence import Evidence, Look
from hctl.diagnosis.orders import Orders
from hctl.dump.case import Case, parse_case
from hctl.explain.derive import explain
from platform_status_contract.model.times import parse_time
from platform_status_contract.rules.assessment import Verdict
from tests.unit.hctl import evidences
from tests.unit.hctl.requests import RESOURCE, ago, request

FOLDER: Final = Path(__file__).parents[2] / "golden"


def _real(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{path}.yaml").read_text(encoding="utf-8"))
    return found


def _told(
    contract: dict[str, Any],
    real: dict[str, Any],
    moment: str,
    *timers: str,
    beside: Sequence[dict[str, Any]] = (),
    conditions: Sequence[dict[str, Any]] = (),
) -> Look:
    """Diagnose a Ready request with one source at a moment; its timers have run for five minutes."""
    now = parse_time(moment)
    assert now is not None
    found = request("Ready", now=now)
    whole = {"version": "v1", "generation": 3, "displayName": "VCluster", "name": "media", **contract}
    found["status"] |= {"contract": whole}
    found["status"]["health"]["since"] |= dict.fromkeys(timers, ago(300, now))
    found["status"]["conditions"] = [*conditions, *found["status"]["conditions"]]
    case = Case(now, RESOURCE, found, (real, *beside))
    diagnosis = conclude(Evidence(explain(case), case), Orders())
    assert diagnosis.cause is not None
    return diagnosis.cause


def _of_an_application(name: str, moment: str) -> Look:
    real = _real(f"applications/{name}")
    where = {"namespace": "argocd", "name": real["metadata"]["name"]}
    return _told({"application": where}, real, moment, "argoUnknown", "outOfSync")


def _of_a_controller(name: str, *, wanted: dict[str, Any] | None = None) -> Look:
    real = _real(f"controllers/{name}")
    named = {"kind": real["kind"], "name": real["metadata"]["name"], **(wanted or {})}
    workloads = {"namespace": real["metadata"]["namespace"], "controllers": [named]}
    pods = [_ready_pod(real, number) for number in range(real["status"].get("readyReplicas", 0))]
    return _told({"workloads": workloads}, real, "2026-11-29T01:00:00Z", "controllersBehind", beside=pods)


def _ready_pod(controller: dict[str, Any], number: int) -> dict[str, Any]:
    """A pod of a controller, as many of which it says are ready."""
    kind, name = controller["kind"], controller["metadata"]["name"]
    owner = {"kind": "ReplicaSet", "name": f"{name}-5d7f9c"} if kind == "Deployment" else {"kind": kind, "name": name}
    references = [{"apiVersion": "apps/v1", "uid": "u", "controller": True, **owner}]
    made = evidences.pod(f"{name}-{number}", metadata={"ownerReferences": references})
    made["metadata"]["namespace"] = controller["metadata"]["namespace"]
    return made


_QUOTA: Final = (
    "FailedCreate: pods is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0"
)
_DEPLOYMENT: Final = "Deployment web: wants {} pods, has {}, {} ready, {} of the newest revision"


@pytest.mark.parametrize(
    ("name", "details", "commands"),
    [
        (
            "deployment-replica-failure-quota",
            [
                "Deployment web: wants 1 pod, has 0, 0 ready, 0 of the newest revision",
                f"Deployment web: {_QUOTA}",
            ],
            ["kubectl describe deployment web -n tight", "kubectl events --types=Warning -n tight"],
        ),
        (
            "deployment-progress-deadline-exceeded",
            [
                "Deployment late: wants 2 pods, has 2, 0 ready, 2 of the newest revision",
                'Deployment late: ProgressDeadlineExceeded: ReplicaSet "late-59f6fcbcd5" has timed out progressing.',
            ],
            ["kubectl describe deployment late -n media", "kubectl events --types=Warning -n media"],
        ),
        (
            "statefulset-1-of-3",
            ["StatefulSet db: wants 3 pods, has 2, 1 ready, 2 of the newest revision"],
            ["kubectl describe statefulset db -n media", "kubectl events --types=Warning -n media"],
        ),
        (
            "daemonset-matches-no-node",
            ["DaemonSet nowhere: wants 0 pods, has 0, 0 ready, 0 of the newest revision"],
            ["kubectl describe daemonset nowhere -n media", "kubectl events --types=Warning -n media"],
        ),
        (
            "deployment-paused-edited",
            [_DEPLOYMENT.format(4, 4, 4, 0) + ", rollout paused"],
            ["once it is approved: kubectl rollout resume deployment web -n media"],
        ),
        (
            "deployment-0-replicas",
            ["Deployment zero: wants 0 pods, has 0, 0 ready, 0 of the newest revision"],
            ["once it is approved: kubectl scale deployment zero --replicas=N -n media"],
        ),
        (
            "deployment-deleting-held-by-finalizer",
            [
                "Deployment stuck: wants 1 pod, has 1, 1 ready, 1 of the newest revision, being deleted",
                "Deployment stuck: being deleted for 32m42s; held by example.org/hold",
            ],
            ["kubectl describe deployment stuck -n media", "kubectl events --types=Warning -n media"],
        ),
    ],
)
def test_where_no_pod_is_at_fault_the_controller_is_named(name: str, details: list[str], commands: list[str]) -> None:
    told = _of_a_controller(name)
    assert (list(told.details), list(told.commands)) == (details, commands)


def test_a_controller_that_is_missing_is_named_once_with_what_there_is_instead() -> None:
    told = _of_a_controller("deployment-complete", wanted={"name": "other"})
    assert told.details == ("Deployment other: does not exist",)
    assert told.commands == ("kubectl get deployments,statefulsets,daemonsets -n media",)


def test_what_a_controller_says_stands_beside_the_pod_that_is_at_fault() -> None:
    real = _real("controllers/deployment-replica-failure-quota")
    workloads = {"namespace": "tight", "controllers": [{"kind": "Deployment", "name": "web"}]}
    pod = evidences.crashing_pod("alone")
    pod["metadata"]["namespace"] = "tight"
    told = _told({"workloads": workloads}, real, "2026-11-29T01:00:00Z", beside=[pod])
    assert told.details[0] == "alone: container syncer: CrashLoopBackOff, exit code 1, 7 restarts"
    assert told.details[-1] == f"Deployment web: {_QUOTA}"
    assert told.commands == ("kubectl describe pod alone -n tight",)


@pytest.mark.parametrize(
    ("zero", "command", "named"),
    [
        (None, "kubectl describe statefulset db -n media", ["StatefulSet db", "Deployment zero"]),
        ("allowed", "kubectl describe statefulset db -n media", ["StatefulSet db"]),
    ],
)
def test_what_is_bad_comes_before_what_somebody_scaled_to_zero(
    zero: str | None, command: str, named: list[str]
) -> None:
    asleep = {"kind": "Deployment", "name": "zero", **({"zero": zero} if zero else {})}
    workloads = {"namespace": "media", "controllers": [asleep, {"kind": "StatefulSet", "name": "db"}]}
    real = _real("controllers/statefulset-1-of-3")
    beside = _real("controllers/deployment-0-replicas")
    told = _told({"workloads": workloads}, real, "2026-11-29T01:00:00Z", "controllersBehind", beside=[beside])
    assert [line.partition(":")[0] for line in told.details] == named
    assert told.commands[0] == command


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("degraded-progress-deadline", ["Degraded for 6m6s"]),
        ("missing-all-resources", ["Missing for 6m17s", "ConfigMap/other is OutOfSync"]),
    ],
)
def test_an_application_that_is_not_healthy_says_since_when(name: str, details: list[str]) -> None:
    real = _real(f"applications/{name}")
    real["status"]["sync"]["status"] = "Synced"
    where = {"namespace": "argocd", "name": real["metadata"]["name"]}
    told = _told({"application": where}, real, "2026-11-28T23:40:00Z")
    assert list(told.details[: len(details)]) == details


@pytest.mark.parametrize(
    ("destination", "commands"),
    [
        (
            {"server": "https://kubernetes.default.svc"},
            [
                "kubectl describe deployment.apps media -n vcluster-degraded",
                "kubectl describe applications.argoproj.io vcluster-degraded -n argocd",
                "kubectl events --types=Warning -n vcluster-degraded",
            ],
        ),
        (
            {"server": "https://elsewhere.example.org"},
            ["kubectl describe applications.argoproj.io vcluster-degraded -n argocd"],
        ),
    ],
)
def test_what_argo_cd_blames_is_looked_at_where_this_cluster_holds_it(
    destination: dict[str, str], commands: list[str]
) -> None:
    real = _real("applications/degraded-progress-deadline")
    for part in (real["spec"], real["status"]["sync"]["comparedTo"]):
        part["destination"] = destination
    where = {"namespace": "argocd", "name": "vcluster-degraded"}
    assert list(_told({"application": where}, real, "2026-11-28T23:40:00Z").commands) == commands


@pytest.mark.parametrize(
    ("blames", "command"),
    [
        ("Caused by ConfigMap:media/settings", "kubectl describe configmap settings -n media"),
        (
            "Caused by rbac.authorization.k8s.io/ClusterRole:/a:b",
            "kubectl describe clusterrole.rbac.authorization.k8s.io a:b",
        ),
        (
            "Caused by ConfigMap:media/--kubeconfig=x",
            "kubectl describe applications.argoproj.io vcluster-degraded -n argocd",
        ),
        ("Caused by ConfigMap:media/$(id)", "kubectl describe applications.argoproj.io vcluster-degraded -n argocd"),
        ("Caused by ConfigMap:media/a;id", "kubectl describe configmap 'a;id' -n media"),
    ],
)
def test_whoever_writes_the_message_writes_no_command(blames: str, command: str) -> None:
    real = _real("applications/degraded-progress-deadline")
    real["status"]["health"]["message"] = blames
    where = {"namespace": "argocd", "name": "vcluster-degraded"}
    assert _told({"application": where}, real, "2026-11-28T23:40:00Z").commands[0] == command


def test_a_failing_operation_says_its_age_its_retries_and_what_failed() -> None:
    told = _of_an_application("sync-failing-retrying", "2026-11-28T23:52:11Z").details
    assert told[0].startswith("last operation Running for 60s, retry 2 of 5: one or more objects failed to apply")
    assert told[1:] == ("ConfigMap/settings failed to sync",), "why was said already"
    told = _of_an_application("pre-sync-hook-failed", "2026-11-29T09:00:00Z").details
    assert " ago: one or more synchronization tasks completed unsuccessfully" in told[0]
    assert told[1] == "PreSync hook Job/check failed: Job has reached the specified backoff limit"


@pytest.mark.parametrize(
    ("limit", "says"), [(-1, ", retry 2 without limit: "), (None, ", retry 2: "), ("5", ", retry 2: ")]
)
def test_a_retry_without_a_limit_that_can_be_read_claims_none(limit: object, says: str) -> None:
    real = _real("applications/sync-failing-retrying")
    real["status"]["operationState"]["operation"]["retry"]["limit"] = limit
    where = {"namespace": "argocd", "name": "vcluster-deleted"}
    assert says in _told({"application": where}, real, "2026-11-28T23:52:11Z", "outOfSync").details[0]


def test_what_argo_cd_does_not_know_is_told_with_since_when_and_when_it_last_looked() -> None:
    told = _of_an_application("comparison-error-repo-gone", "2026-11-28T23:40:00Z").details
    assert told[0] == "not known for 5m, since 2026-11-28T23:35:00Z; Argo CD last compared 4m39s ago"
    assert told[2].startswith("ComparisonError (4m39s): Failed to load target state: ")


def test_a_silent_argo_cd_is_told_with_when_it_last_looked() -> None:
    real = _real("applications/synced-healthy")
    where = {"namespace": "argocd", "name": real["metadata"]["name"]}
    silent = [
        {"type": kind, "status": "Unknown", "reason": "ArgoCDSilent", "lastTransitionTime": "2026-11-29T00:30:00Z"}
        for kind in ("ArgoSynced", "ArgoHealthy")
    ]
    told = _told({"application": where}, real, "2026-11-29T01:00:00Z", conditions=silent)
    assert told.verdict is Verdict.UNREADABLE
    assert "Argo CD shows no sign of life" in told.summary
    assert told.details[0].startswith("Argo CD last compared 1h")


def test_each_condition_of_a_sub_application_has_its_line() -> None:
    real = _real("applications/sub-app-cluster-refuses")
    several = {"namespace": "argocd", "destination": {"server": real["spec"]["destination"]["server"]}}
    told = _told({"subApplications": several}, real, "2026-11-29T00:00:00Z", "subAppsUnknown").details
    assert told[0] == "media-ingress: health Healthy, sync Unknown"
    assert [line.partition(": Failed to load ")[0] for line in told[1:3]] == [
        "media-ingress: ComparisonError (14m49s)"
    ] * 2
    assert told[3] == "health not known for 5m, since 2026-11-28T23:55:00Z"


def test_a_pod_left_on_a_lost_node_is_told_with_its_node_and_nothing_that_its_containers_once_said() -> None:
    case = parse_case((FOLDER / "dumps" / "node-lost-workloads-only.yaml").read_text(encoding="utf-8"))
    left = next(found for found in case.objects if found["metadata"]["name"] == "media-2")
    left["spec"]["nodeName"] = "w3"
    cause = conclude(Evidence(explain(case), case), Orders()).cause
    assert cause is not None
    assert cause.details == (
        "media-2: its deletion is 54m30s overdue: its node w3 has not confirmed it",
        "media-2: Node w3 which was running pod media-2 is unresponsive",
    )
    assert cause.commands == ("kubectl describe node w3", "kubectl describe pod media-2 -n vcluster-media")
    left["metadata"]["finalizers"] = ["example.org/hold"]
    cause = conclude(Evidence(explain(case), case), Orders()).cause
    assert cause is not None
    assert cause.details[0] == "media-2: being deleted for 54m30s; held by example.org/hold"
    assert cause.commands == ("kubectl describe pod media-2 -n vcluster-media",)
