"""The first cause, and what is told of it: of what the rules find bad, the one that explains the others."""

from typing import Any

import pytest

from hctl.diagnosis.looks.pods import sick_container
from hctl.diagnosis.looks.requests import failed_container, failed_job, jobs_of
from hctl.errors import ExitCode
from observability.rulefiles import RUNBOOKS
from platform_status_contract.rules.assessment import Verdict
from tests.unit.hctl import evidences
from tests.unit.hctl.evidences import World
from tests.unit.hctl.golden import SILENT, diagnosed, judged, waiting, written, young
from tests.unit.hctl.requests import Value, ago, request

_CRASH: dict[str, Any] = {"pods": [evidences.crashing_pod()]}
_NO_SECRET: dict[str, Any] = {"secrets": []}
_UNWRITTEN: dict[str, Any] = {"placements": [evidences.placement(failure="no access")]}
_NO_APPLICATION: dict[str, Any] = {"application": []}
_OUT_OF_SYNC: dict[str, Any] = {"application": [evidences.application(sync="OutOfSync", health="Degraded")]}
_PAUSED: dict[str, Any] = {"controllers": [evidences.controller(paused=True)]}
_NOTHING_MADE: dict[str, Any] = {"application": [], "pods": [], "secrets": [], "works": [], "placements": []}


@pytest.mark.parametrize(("broken", "title"), [({"pods": []}, "Pods"), (_NO_SECRET, "Secret")])
def test_what_is_missing_may_be_in_the_cluster_where_kratix_has_placed_it(broken: dict[str, Any], title: str) -> None:
    told = "Kratix has placed the request on platform; objects in another cluster are not visible here"
    (look,) = [look for look in diagnosed(request("Ready"), World(**broken)).looks if look.title == title]
    assert look.details[-1] == told
    crashing = diagnosed(request("Ready"), World(**_CRASH))
    assert not any(told in look.details for look in crashing.looks), "what is there is seen"


@pytest.mark.parametrize(
    ("resource", "told", "command"),
    [
        ({"name": "--kubeconfig=x"}, "neither", "kubectl events --types=Warning -n vcluster-media"),
        ({"name": "a", "namespace": "elsewhere"}, "neither", "kubectl events --types=Warning -n vcluster-media"),
        (
            {"name": "a", "group": "$(id)"},
            "SealedSecret a",
            "kubectl describe 'sealedsecret.$(id)' a -n vcluster-media",
        ),
    ],
)
def test_whoever_lists_what_an_application_ships_writes_no_command(
    resource: dict[str, str], told: str, command: str
) -> None:
    shipped = [{"kind": "SealedSecret", "namespace": "vcluster-media", **resource}]
    cause = diagnosed(request("Ready"), World(secrets=[], application=[evidences.application(resources=shipped)])).cause
    assert cause is not None
    assert told in cause.details[0]
    assert cause.commands[0] == command


@pytest.mark.parametrize("broken", [{"application": []}, {"hidden": ["applications"]}, {"elsewhere": True}])
def test_who_writes_a_secret_is_not_guessed_where_its_application_cannot_tell(broken: dict[str, Any]) -> None:
    if broken.pop("elsewhere", False):
        broken = {"application": [evidences.application(destination={"server": "https://elsewhere.example.org"})]}
    looks = diagnosed(request("Ready"), World(secrets=[], **broken)).looks
    (look,) = [look for look in looks if look.title == "Secret"]
    assert [line for line in look.details if "Application" in line] == []


@pytest.mark.parametrize(
    ("address", "shown"), [("https://argocd.example.org/a", True), ("javascript:x", False), ("https://a b", False)]
)
def test_an_address_is_shown_if_it_is_one(address: str, shown: bool) -> None:  # noqa: FBT001 - a column of a table
    found = request("Ready", endpoints={"argocd": address})
    links = dict(diagnosed(found, World(application=[evidences.application(health="Degraded")])).links)
    assert (links.get("argocd") == address) is shown
    assert links["runbook"] == f"{RUNBOOKS}reasons/ApplicationDegraded.md"


def failing_for_long() -> Value:
    """A request whose Works could not be written for longer than Kratix takes to try again."""
    found = request("Ready")
    found["status"]["health"]["since"]["worksFailing"] = ago(600)
    return found


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ({**_CRASH, **_NO_SECRET}, "Pods"),
        ({**_CRASH, **_NO_SECRET, **_UNWRITTEN}, "Works"),
        ({**_NO_APPLICATION, **_NO_SECRET, "pods": []}, "Application"),
        ({**_NO_APPLICATION, **_UNWRITTEN}, "Works"),
        ({**_OUT_OF_SYNC, **_CRASH}, "Pods"),
        (_OUT_OF_SYNC, "Application"),
        ({"application": [evidences.application(health="Degraded")]}, "Argo CD health"),
        ({"application": [evidences.application(health="Missing")], "pods": []}, "Argo CD health"),
        ({"application": [evidences.application(health="Progressing")], **_CRASH}, "Pods"),
        (_NO_SECRET, "Secret"),
        ({**_PAUSED, "pods": []}, "Pods"),
        ({**_NO_SECRET, "hidden": ["pods"]}, "Secret"),
    ],
)
def test_the_cause_is_the_one_that_explains_the_others(broken: dict[str, Any], cause: str) -> None:
    found = diagnosed(failing_for_long(), World(**broken))
    assert found.cause is not None
    assert found.cause.title == cause
    assert found.commands
    assert found.exit_code is ExitCode.NOT_READY


def test_every_bad_look_brings_its_command_but_not_too_many() -> None:
    found = diagnosed(failing_for_long(), World(**_CRASH, **_NO_SECRET, **_UNWRITTEN, **_NO_APPLICATION))
    assert len(found.commands) == 3
    assert len(set(found.commands)) == 3


def test_a_silent_sidecar_is_the_cause_only_if_nothing_else_is() -> None:
    alone = diagnosed(request("Ready"), evidences.healthy(), SILENT)
    assert alone.cause is not None
    assert (alone.cause.title, alone.exit_code) == ("Sidecar", ExitCode.STALE)
    both = diagnosed(request("Ready"), World(**_CRASH), SILENT)
    assert both.cause is not None
    assert (both.cause.title, both.exit_code) == ("Pods", ExitCode.STALE)
    assert "kubectl get pods,leases -n platform-status-system" in both.commands


@pytest.mark.parametrize("phase", ["Suspended", "Pending", "Running", "Failed"])
def test_a_workflow_that_waits_comes_before_what_could_not_be_made_yet(phase: str) -> None:
    contract = request("Ready")["status"]["contract"]
    for since in ({}, {"started": ago(300)}, {"started": ago(7200)}):
        found = waiting(phase)
        found["status"]["contract"] = contract
        found["status"]["health"]["since"] = since
        told = diagnosed(found, World(**_NOTHING_MADE))
        assert told.cause is not None
        assert told.cause.title == "Workflow", since
        assert [look.verdict.name for look in told.looks if look.title == "Secret"] == ["PENDING"]
        crashing = diagnosed(found, World(**_NOTHING_MADE | _CRASH))
        assert crashing.cause is not None
        of_the_workflow = phase in ("Failed", "Suspended")
        assert crashing.cause.title == ("Workflow" if of_the_workflow else "Pods"), "as Ready's reason has it"


def test_kratix_is_kept_from_going_on_by_a_label_and_by_nothing_that_runs() -> None:
    found = waiting("Pending")
    found["metadata"]["labels"] = {"kratix.io/paused": "true"}
    told = diagnosed(found, World(**_NOTHING_MADE))
    assert told.cause is not None
    assert (told.cause.title, told.cause.verdict) == ("Workflow", Verdict.PAUSED)
    assert "kratix.io/paused" in told.cause.summary
    assert told.commands[0].startswith("once it is approved: kubectl label ")
    ready = request("Ready")
    ready["metadata"]["labels"] = {"kratix.io/paused": "true"}
    assert diagnosed(ready, evidences.healthy()).cause is None, "the label alone changes no phase"


def test_nobody_is_told_to_resume_what_waits_for_a_person_without_being_told_so() -> None:
    told = diagnosed(waiting("Suspended", message="a person approves"), World(**_NOTHING_MADE))
    assert told.cause is not None
    assert "a person approves" in told.cause.details
    label = "kubectl label vclusterorchestratorv2s.platform.integratn.tech media kratix.io/workflow-suspended-"
    assert told.commands == (f"once it is approved: {label} -n vcluster-media",)
    owner = [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "media", "uid": "u", "controller": True}]
    for pods in ([], [evidences.pod("media-0", ready=False, metadata={"ownerReferences": owner})]):
        paused = diagnosed(request("Ready"), World(**_PAUSED, pods=pods))
        assert paused.commands == ("once it is approved: vcluster resume media -n vcluster-media",)


def test_where_nothing_runs_there_is_a_command_though_no_controller_is_named() -> None:
    contract = request("Ready")["status"]["contract"]
    bare = {**contract, "workloads": {"namespace": "vcluster-media"}}
    told = diagnosed(request("Ready", contract=bare), World(pods=[]))
    assert told.commands == ("kubectl get pods -n vcluster-media",)


@pytest.mark.parametrize(
    ("moments", "says"),
    [
        ([ago(-300)], "resumes by itself at 2026-02-26T10:35:00Z (in 5m)"),
        ([ago(200)], "resumes by itself at 2026-02-26T10:26:40Z (due 3m20s ago)"),
        ([ago(-60), ago(-300)], "resumes by itself at 2026-02-26T10:35:00Z (in 5m)"),
        (["soon"], "resumes by itself, at a time that cannot be read"),
        ([{"at": 7}], "resumes by itself, at a time that cannot be read"),
    ],
)
def test_what_goes_on_by_itself_says_when_and_needs_nobody(moments: list[Any], says: str) -> None:
    found = waiting("Suspended")
    pipelines = [{"name": "one", "phase": "Suspended", "nextRetryAt": moment} for moment in moments]
    found["status"]["kratix"]["workflows"]["pipelines"] = pipelines
    found["metadata"]["labels"] = {"kratix.io/workflow-suspended": "true"}
    told = diagnosed(found, World(**_NOTHING_MADE))
    assert told.cause is not None
    assert says in told.cause.summary
    assert not [command for command in told.commands if "label" in command]


@pytest.mark.parametrize("moment", [None, "absent"])
def test_one_of_two_that_waits_for_a_person_waits_for_a_person(moment: str | None) -> None:
    found = waiting("Suspended", nextRetryAt=ago(-300))
    other = {"name": "two", "phase": "Suspended"} | ({"nextRetryAt": None} if moment is None else {})
    found["status"]["kratix"]["workflows"]["pipelines"].append(other)
    told = diagnosed(found, World(**_NOTHING_MADE))
    assert told.commands[0].startswith("once it is approved: kubectl label ")


@pytest.mark.parametrize("source", ["pods", "applications", "secrets", "works", "statefulsets"])
@pytest.mark.parametrize("phase", ["Ready", "Degraded", "young"])
def test_what_the_reader_may_not_see_is_said_and_predicts_nothing(source: str, phase: str) -> None:
    found = young() if phase == "young" else written(request("Ready"), World(**_CRASH if phase == "Degraded" else {}))
    evidence = evidences.evidence(found, World(hidden=[source]), SILENT)
    assert not evidence.explanation.forecast or not evidence.explanation.hidden
    told = diagnosed(found, World(hidden=[source]))
    hidden = [look for look in told.looks if look.hidden]
    assert all(look.summary.startswith("you may not read ") for look in hidden)
    assert hidden
    assert told.seen is None
    assert told.exit_code is told.judged.exit_code, "nobody's rights change what the status says"
    assert told.remark.startswith("No verdict on the present objects: you may not read ")
    assert told.cause is None or told.cause.verdict is not Verdict.UNREADABLE


def test_what_is_bad_before_our_eyes_decides_whatever_else_there_is() -> None:
    told = diagnosed(request("Ready"), World(hidden=["secrets"], **_CRASH))
    assert told.seen is not None
    assert told.seen.phase == "Degraded"


def test_an_init_container_that_never_ends_says_for_how_long() -> None:
    init = {"name": "wait", "ready": False, "state": {"running": {"startedAt": ago(1800)}}}
    found = diagnosed(request("Ready"), World(pods=[evidences.pod("a", ready=False, initContainerStatuses=[init])]))
    assert found.cause is not None
    assert "a: init container wait: has run for 30m" in found.cause.details


def test_the_node_of_a_pod_whose_containers_are_all_ready_is_looked_at() -> None:
    pod = evidences.pod("a", ready=False, containerStatuses=[{"name": "main", "ready": True}])
    found = diagnosed(request("Ready"), World(pods=[{**pod, "spec": {"nodeName": "n1"}}]))
    assert found.cause is not None
    assert "its node n1 has not reported since it was ready" in found.cause.details[0]
    assert any(command.endswith("describe node n1") for command in found.commands)


@pytest.mark.parametrize(("ended", "told"), [(60, True), (86400 * 90, False)])
def test_an_earlier_run_is_told_of_only_while_it_explains_something(ended: int, *, told: bool) -> None:
    container = {
        "name": "syncer",
        "ready": False,
        "restartCount": 1,
        "state": {"running": {"startedAt": ago(ended - 1)}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": ago(ended)}},
    }
    found = diagnosed(request("Ready"), World(pods=[evidences.pod("a", ready=False, containerStatuses=[container])]))
    assert found.cause is not None
    assert ("exit code 137 (OOMKilled)" in " ".join(found.cause.details)) is told
    assert "1 restart" in found.cause.details[0]
    assert not [command for command in found.commands if "--previous" in command]


def test_the_sickest_pod_is_the_one_with_a_reason_and_the_most_restarts() -> None:
    slow = evidences.pod("a", ready=False)
    told = diagnosed(request("Ready"), World(pods=[evidences.pod("ok"), slow, evidences.crashing_pod("z")]))
    assert told.cause is not None
    assert told.cause.details[0] == "z: container syncer: CrashLoopBackOff, exit code 1, 7 restarts"
    assert told.cause.details[2] == "a: Running, not ready"


def test_what_holds_an_application_in_deletion_is_told() -> None:
    held = evidences.application(health="Degraded")
    held["metadata"] |= {"deletionTimestamp": ago(7200), "finalizers": ["resources-finalizer.argocd.argoproj.io"]}
    told = diagnosed(request("Ready"), World(application=[held]))
    assert told.cause is not None
    assert "being deleted for 2h; held by resources-finalizer.argocd.argoproj.io" in told.cause.details


@pytest.mark.parametrize(
    ("due", "says", "commands"),
    [
        (ago(-20), "being deleted; due to be gone in 20s", ["describe pod media-0"]),
        (
            ago(7200),
            "its deletion is 2h overdue: its node w3 has not confirmed it",
            ["describe node w3", "describe pod media-0"],
        ),
        (
            "soon",
            "its deletion is ? overdue: its node w3 has not confirmed it",
            ["describe node w3", "describe pod media-0"],
        ),
    ],
)
def test_a_pod_that_goes_waits_for_its_node_only_once_it_should_be_gone(
    due: str, says: str, commands: list[str]
) -> None:
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "media", "uid": "u", "controller": True}
    fallen = [
        {"type": "Ready", "status": "False", "lastTransitionTime": ago(600)},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": ago(7200)},
    ]
    metadata = {"ownerReferences": [owner], "deletionTimestamp": due, "deletionGracePeriodSeconds": 30}
    pod = {**evidences.pod("media-0", ready=False, metadata=metadata, conditions=fallen), "spec": {"nodeName": "w3"}}
    told = diagnosed(request("Ready"), World(pods=[pod], controllers=[])).cause
    assert told is not None
    assert told.details[0] == f"media-0: {says}"
    assert [command.split(" -n ")[0].removeprefix("kubectl ") for command in told.commands] == commands


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "ContainerCreating", "CreateContainerConfigError"])
def test_what_never_ran_has_no_log(reason: str) -> None:
    container = {"name": "main", "ready": False, "restartCount": 0, "state": {"waiting": {"reason": reason}}}
    assert sick_container(evidences.pod("a", ready=False, containerStatuses=[container])) is None


def test_of_a_pod_that_should_be_gone_no_log_is_asked_for_because_its_node_may_not_answer() -> None:
    left = evidences.crashing_pod()
    left["metadata"]["deletionTimestamp"] = ago(7200)
    assert sick_container(left) is None


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


def in_pipelines(found: Value, **labels: str) -> Value:
    """An object of a Promise whose pipelines run in a namespace of their own."""
    found["metadata"] |= {"namespace": "pipelines"}
    found["metadata"]["labels"] = found["metadata"].get("labels", {}) | labels
    return found


def test_commands_look_where_the_works_are() -> None:
    unplaced = in_pipelines(evidences.work(), **{"kratix.io/resource-namespace": "vcluster-media"})
    unplaced["status"] = {"conditions": [{"type": "ScheduleSucceeded", "status": "False", "message": "no Destination"}]}
    found = request("Ready")
    found["status"]["health"]["since"]["worksPending"] = ago(600)
    cause = diagnosed(found, World(works=[unplaced], placements=[])).cause
    assert cause is not None
    assert cause.details == ("Work media-work: 0 placements: no Destination",)
    assert cause.commands == ("kubectl describe work media-work -n pipelines",)


@pytest.mark.parametrize(
    ("jobs", "where"),
    [([evidences.job()], "-n vcluster-media"), ([in_pipelines(evidences.job())], "-n pipelines"), ([], "-A")],
)
def test_where_no_work_exists_the_jobs_tell_the_namespace_and_else_none_is_left_out(
    jobs: list[Any], where: str
) -> None:
    cause = diagnosed(young(), World(works=[], placements=[], jobs=jobs)).cause
    assert cause is not None
    assert cause.commands == (f"kubectl get works -l kratix.io/resource-name=media {where}",)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"conditions": [{"type": "Ready", "status": "False", "message": "Misplaced"}]},
            "misplaced to platform: its Dest",
        ),
        (
            {"labels": {"kratix.io/work": "media-work", "kratix.io/misplaced": "true"}},
            "misplaced to platform: its Dest",
        ),
        ({"deletionTimestamp": "2026-02-26T10:00:00Z"}, "it is being deleted since 2026-02-26T10:00:00Z"),
    ],
)
def test_a_placement_is_described_as_the_rules_judge_it(changes: dict[str, Any], says: str) -> None:
    placed = evidences.placement()
    placed["status"]["conditions"] += changes.pop("conditions", [])
    placed["metadata"] |= changes
    found = failing_for_long()
    found["status"]["health"]["since"]["worksPending"] = ago(600)
    cause = diagnosed(found, World(placements=[placed])).cause
    assert cause is not None
    assert cause.details[0].startswith(f"WorkPlacement media-work.a: {says}")


def test_a_delete_workflow_that_failed_is_told() -> None:
    found = request("Deleting")
    said = "The Delete Pipeline has failed"
    found["status"]["conditions"].append({"type": "DeleteWorkflowCompleted", "status": "False", "message": said})
    cause = diagnosed(found, World()).cause
    assert cause is not None
    assert (cause.title, cause.details) == ("Deletion", (f"its delete workflow: {said}",))
