"""What holds of Argo CD, pods and Works in any combination, point by point (next.md section 6, ADRs 0017 to 0032)."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platform_status_contract.model.contract import DestinationMatch, Thresholds
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import recall
from platform_status_contract.rules.observation import (
    ApplicationSeen,
    ControllerSeen,
    Facts,
    Observation,
    PodSeen,
    Present,
    SecretSeen,
    Silence,
    SubApplicationSeen,
    Workflow,
    WorkPlacementSeen,
    WorkSeen,
)
from platform_status_contract.rules.texts import bounded_names
from platform_status_contract.rules.timers import SourceName
from platform_status_contract.rules.workflow import SUSPENDED_LABEL, read_workflow
from platform_status_contract.sources.argo.compared import compared_current
from platform_status_contract.sources.registry import assess
from platform_status_contract.sources.works.kinds import WORK, about_works
from platform_status_contract.sources.works.record import decode_work

from .looks import look
from .settings import quick
from .worlds import (
    NOW,
    World,
    any_json,
    applications,
    controllers,
    facts_about,
    good_observation,
    moments,
    mostly_good,
    pods,
    sane_statuses,
    statuses,
    thresholds,
    whole_contract,
)

ARGO: Final = (SourceName.ARGO_SYNC, SourceName.ARGO_HEALTH)
SOURCE: Final = st.dictionaries(st.sampled_from(["repoURL", "path", "chart"]), st.text("abc", min_size=1, max_size=3))
LONG_AGO: Final = NOW - timedelta(days=1)
_SINCE: Final = {"started": format_time(LONG_AGO), "firstReady": format_time(LONG_AGO)}


def assessed(
    seen: Observation,
    limits: Thresholds,
    status: object,
    *,
    once_ready: bool = False,
) -> dict[SourceName, Assessment]:
    """Each source's assessment, of a contract that names all."""
    situation = Situation(whole_contract(limits), recall(status), first_ready=once_ready, updating=False, overdue=False)
    return {found.source: found for found in assess(seen, situation, Clock(NOW))}


def with_application(application: ApplicationSeen) -> Observation:
    return msgspec.structs.replace(good_observation(), application=Present(application))


# -- 1 to 8: Argo CD


@given(st.lists(SOURCE.filter(bool), min_size=1, max_size=3), any_json, any_json)
def test_1_beside_sources_no_source_is_compared(several: list[dict[str, str]], ours: object, theirs: object) -> None:
    spec, compared = {"sources": several, "source": ours}, {"sources": several, "source": theirs}
    assert compared_current(spec, compared)


@given(SOURCE.filter(bool), SOURCE.filter(bool))
def test_1_another_source_was_not_compared(ours: dict[str, str], theirs: dict[str, str]) -> None:
    assert compared_current({"source": ours}, {"source": theirs}) is (ours == theirs)
    assert compared_current({"sources": [ours]}, {"sources": [theirs]}) is (ours == theirs)
    assert not compared_current({"source": ours}, {"sources": [theirs]}), "a source that was several is another one"


@quick
@given(applications, thresholds, sane_statuses)
def test_2_healthy_of_nothing_is_no_evidence(found: ApplicationSeen, limits: Thresholds, status: object) -> None:
    assume(found.sync_status not in ("Synced", "OutOfSync"))
    resources = found.resources and None  # it lists some: as if it said nothing
    vacuous = msgspec.structs.replace(found, health_status="Healthy", resources=resources)
    assert assessed(with_application(vacuous), limits, status)[SourceName.ARGO_HEALTH].verdict is not Verdict.GOOD
    sub = SubApplicationSeen("x", msgspec.structs.replace(vacuous, deleted=None), LONG_AGO)
    seen = msgspec.structs.replace(good_observation(), sub_applications=Present((sub,)))
    assert assessed(seen, limits, {})[SourceName.SUB_APPS].verdict is not Verdict.GOOD


@quick
@given(applications, thresholds, st.sampled_from(["Running", "Terminating"]))
def test_3_while_an_operation_runs_its_time_stays(found: ApplicationSeen, limits: Thresholds, phase: str) -> None:
    stored = "2026-02-26T08:00:00Z"
    status = {"health": {"argocd": {"syncStatus": "Synced", "healthStatus": "Healthy", "lastSyncTime": stored}}}
    running = msgspec.structs.replace(found, operation_phase=phase, silence=None, deleted=None)
    told = assessed(with_application(running), limits, status)[SourceName.ARGO_SYNC].health
    assert told["argocd"]["lastSyncTime"] == stored  # type: ignore[index]  # a readable Application has these keys


@quick
@given(applications, thresholds, sane_statuses)
def test_4_a_sync_that_fails_is_never_good_and_never_final_by_itself(
    found: ApplicationSeen, limits: Thresholds, status: object
) -> None:
    differs = msgspec.structs.replace(found, sync_status="OutOfSync", deleted=None, skipped=False, silence=None)
    failing = msgspec.structs.replace(differs, operation_phase="Running", try_failed=True)
    told = assessed(with_application(failing), limits, status, once_ready=True)[SourceName.ARGO_SYNC]
    assert (told.verdict, told.reason) == (Verdict.BAD, Reason.SYNC_FAILED)
    assert not told.ended, "it is tried again"


@quick
@given(applications, thresholds, sane_statuses, st.booleans())
def test_5_what_is_being_deleted_is_never_good(
    found: ApplicationSeen,
    limits: Thresholds,
    status: object,
    once_ready: bool,  # noqa: FBT001 - generated
) -> None:
    going = msgspec.structs.replace(found, deleted=found.deleted or LONG_AGO)
    told = assessed(with_application(going), limits, status, once_ready=once_ready)
    assert {told[source].reason for source in ARGO} == {Reason.BEING_DELETED}
    assert {told[source].verdict for source in ARGO} == {Verdict.BAD if once_ready else Verdict.PENDING}


@quick
@given(thresholds, sane_statuses, moments, st.booleans())
def test_5_nor_is_a_secret_an_object_a_controller_or_a_sub_application_that_is_being_deleted(
    limits: Thresholds,
    status: object,
    since: datetime,
    once_ready: bool,  # noqa: FBT001 - generated
) -> None:
    good = good_observation()
    assert good.objects
    assert isinstance(good.objects[0], Present)
    (queue,) = good.objects[0].value
    controller = ControllerSeen("StatefulSet", "m", paused=False, wanted=1, ready=1, updated=1, made=1, deleted=since)
    member = SubApplicationSeen("x", ApplicationSeen("Synced", "Healthy", resources=True, deleted=since), LONG_AGO)
    going: dict[SourceName, dict[str, Any]] = {
        SourceName.SECRET: {"secrets": (Present(SecretSeen("one", since)),)},
        SourceName.OBJECTS: {"objects": (Present((msgspec.structs.replace(queue, deleted=since),)),)},
        SourceName.PODS: {"controllers": Present((controller,))},
    }
    for source, part in going.items():
        seen = msgspec.structs.replace(good, **part)
        told = assessed(seen, limits, status, once_ready=once_ready)[source]
        assert told.verdict is not Verdict.GOOD, (source, told.message)
    seen = msgspec.structs.replace(good, sub_applications=Present((member,)))
    leaving = assessed(seen, limits, status, once_ready=once_ready)[SourceName.SUB_APPS]
    is_counted = leaving.health["subApps"]["total"] != 0  # type: ignore[index]  # readable sub-applications are counted
    assert not (is_counted and leaving.verdict is Verdict.GOOD), "it is none that the request has"


@quick
@given(applications, thresholds, statuses, st.integers(0, 7200), st.integers(0, 7200))
def test_6_a_silent_argo_cd_proves_nothing(
    found: ApplicationSeen, limits: Thresholds, status: object, since: int, watched: int
) -> None:
    silence = Silence(NOW - timedelta(seconds=since), NOW - timedelta(seconds=watched))
    told = assessed(with_application(msgspec.structs.replace(found, silence=silence)), limits, status)
    assert Verdict.GOOD not in {told[source].verdict for source in ARGO}
    assert all(told[source].verdict is not Verdict.BAD or found.deleted for source in ARGO)


@quick
@given(mostly_good, thresholds, sane_statuses)
def test_7_progressing_is_excused_only_beside_workloads_that_are_good(
    seen: Observation, limits: Thresholds, status: object
) -> None:
    rolling = ApplicationSeen("Synced", "Progressing", written_for=1, resources=True)
    told = assessed(msgspec.structs.replace(seen, application=Present(rolling)), limits, status, once_ready=True)
    if told[SourceName.ARGO_HEALTH].verdict is Verdict.GOOD:
        assert told[SourceName.PODS].verdict is Verdict.GOOD
        assert told[SourceName.ARGO_HEALTH].note


@given(st.integers(0, 3), st.integers(0, 3), st.text("abc.-", min_size=1, max_size=8))
def test_8_a_slash_at_the_end_makes_no_other_cluster(ours: int, theirs: int, host: str) -> None:
    server = f"https://{host}"
    one, other = (DestinationMatch(server=server + "/" * count) for count in (ours, theirs))
    assert one.servers == other.servers
    assert one.all_names == other.all_names


# -- 9, 10: pods and controllers


@quick
@given(st.lists(pods, max_size=4), st.lists(controllers, max_size=2), thresholds, sane_statuses)
def test_9_no_controller_is_believed_to_have_more_than_there_is(
    found: list[PodSeen], told_by: list[ControllerSeen], limits: Thresholds, status: object
) -> None:
    seen = msgspec.structs.replace(good_observation(), pods=Present(tuple(found)), controllers=Present(tuple(told_by)))
    told = assessed(seen, limits, status, once_ready=True)[SourceName.PODS]
    counted = told.health.get("workloads", {"ready": 0, "total": 0})
    assert counted["ready"] <= min(len(found), counted["total"])  # type: ignore[index]  # numbers by name


@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment"])
@given(ready=st.integers(0, 5), made=st.integers(0, 5), current=st.booleans(), limits=thresholds, status=sane_statuses)
def test_9_a_controller_without_a_pod_is_never_good(
    kind: str,
    ready: int,
    made: int,
    current: bool,  # noqa: FBT001 - generated
    limits: Thresholds,
    status: object,
) -> None:
    named = {"StatefulSet": "m", "Deployment": "web"}[kind]
    told_by = ControllerSeen(kind, named, paused=False, wanted=1, ready=ready, updated=1, made=made, current=current)
    seen = msgspec.structs.replace(good_observation(), pods=Present(()), controllers=Present((told_by,)))
    assume(limits.min_ready_ratio > 0)
    assert assessed(seen, limits, status, once_ready=True)[SourceName.PODS].verdict is Verdict.BAD


@quick
@given(pods, thresholds, statuses)
def test_10_a_pod_that_crashes_is_never_good(found: PodSeen, limits: Thresholds, status: object) -> None:
    crashing = msgspec.structs.replace(
        found,
        phase="Running",
        crashing=True,
        ready=False,
        deleted=None,
        owner_kind="StatefulSet",
        owner_name="x",
        namespace="",
    )
    seen = msgspec.structs.replace(good_observation(), pods=Present((PodSeen("b", "Running", ready=True), crashing)))
    for once_ready in (False, True):
        assert assessed(seen, limits, status, once_ready=once_ready)[SourceName.PODS].verdict is Verdict.BAD


@quick
@given(pods, st.integers(600, 10**7), thresholds, sane_statuses)
def test_10_a_restart_of_long_ago_is_no_restart_any_more(
    found: PodSeen, age: int, limits: Thresholds, status: object
) -> None:
    long_up = msgspec.structs.replace(found, crashing=False, restarted=NOW - timedelta(seconds=age))
    seen = msgspec.structs.replace(good_observation(), pods=Present((PodSeen("b", "Running", ready=True), long_up)))
    for once_ready in (False, True):
        told = assessed(seen, limits, status, once_ready=once_ready)[SourceName.PODS]
        assert told.reason is not Reason.PODS_RESTARTING, told.message


# -- 11 to 14: Kratix


@given(age=st.integers(0, 300), limits=thresholds, was=st.booleans())
def test_11_a_work_that_no_destination_takes_is_bad_after_two_minutes(
    age: int,
    limits: Thresholds,
    was: bool,  # noqa: FBT001 - generated
) -> None:
    since = {**_SINCE, "worksPending": format_time(NOW - timedelta(seconds=age))}
    kept = {"type": "WorksReady", "status": "True", "reason": "WorksWritten", "message": "1/1 Works are written"}
    status = {
        "health": {"since": since},
        "conditions": [{**kept, "lastTransitionTime": _SINCE["started"]}] if was else [],
    }
    seen = msgspec.structs.replace(good_observation(), works=Present((WorkSeen("w", groups=("a",), placements=()),)))
    told = assessed(seen, limits, status, once_ready=True)[SourceName.WORKS]
    assert (told.verdict is Verdict.BAD) is (age >= 120)
    assert (told.verdict is Verdict.GOOD) is (age < 120), "until then it is a note"


@given(home=st.sampled_from(["", "team-a", "team-b"]), lies_in=st.sampled_from(["team-a", "pipelines"]))
def test_12_a_work_is_its_requests_wherever_its_pipeline_ran(home: str, lies_in: str) -> None:
    labels = {"kratix.io/promise-name": "p", "kratix.io/resource-name": "media"}
    labels |= {"kratix.io/resource-namespace": home} if home else {}
    made = decode_work(msgspec.json.encode({"metadata": {"name": "w", "namespace": lies_in, "labels": labels}}))
    assert made is not None
    assert made.request == (home or lies_in, "media")
    assert list(WORK.about(made)) == [about_works((home or lies_in, "media"))]


@quick
@given(st.lists(st.tuples(st.text(max_size=8), st.booleans(), st.sampled_from([True, False, None])), max_size=4))
def test_13_a_request_is_where_kratix_placed_it_and_not_where_it_was_misplaced(
    placed: list[tuple[str, bool, bool | None]],
) -> None:
    placements = tuple(
        WorkPlacementSeen(f"p{index}", where, written, misplaced)
        for index, (where, misplaced, written) in enumerate(placed)
    )
    works = Present((WorkSeen("w", groups=("a",), placements=placements),))
    seen = msgspec.structs.replace(good_observation(), works=works)
    facts = Facts(
        "media", "a", "V", 1, deleting=False, contract=whole_contract(Thresholds()), workflow=Workflow.COMPLETED
    )
    found = look(World({}, seen, facts), {}, NOW).destinations
    assert found is not None
    assert list(found) == bounded_names({where for where, misplaced, _ in placed if not misplaced and where})


@quick
@given(
    facts_about(thresholds.map(lambda limits: whole_contract(limits, 2))),
    st.sampled_from([item for item in Workflow if item not in (Workflow.COMPLETED, Workflow.NONE)]),
    sane_statuses,
)
def test_14_no_generation_is_ready_before_its_workflow_is_through(
    facts: Facts, workflow: Workflow, status: dict[str, dict[str, object]]
) -> None:
    # a status without readyGeneration is one of before, and is taken over as it is
    before = {**status, "health": {**status.get("health", {"since": {}}), "readyGeneration": 1}}
    under_way = msgspec.structs.replace(facts, generation=2, workflow=workflow)
    assert look(World(before, good_observation(2), under_way), before, NOW).phase is not Phase.READY


@given(
    st.lists(st.sampled_from(["Succeeded", "Pending"]), max_size=2),
    st.lists(moments, min_size=1, max_size=2),
    st.booleans(),
)
def test_14_a_workflow_that_goes_on_by_itself_runs_and_any_other_that_is_suspended_waits(
    others: list[str],
    times: list[datetime],
    labelled: bool,  # noqa: FBT001 - generated
) -> None:
    waiting: list[dict[str, object]] = [
        {"phase": "Suspended", "attempts": 1, "nextRetryAt": format_time(time)} for time in times
    ]
    status = {"kratix": {"workflows": {"pipelines": [*({"phase": phase} for phase in others), *waiting]}}}
    labels = {SUSPENDED_LABEL: "true"} if labelled else {}
    workflow, said = read_workflow(status, labels)
    assert (workflow, format_time(max(times)) in said) == (Workflow.RUNNING, True)
    del waiting[0]["nextRetryAt"]
    assert read_workflow(status, labels)[0] is Workflow.SUSPENDED


@pytest.mark.parametrize("health", ["Progressing", "Degraded"])
@quick
@given(mostly_good, thresholds)
def test_15_a_broken_pod_is_named_before_what_argo_cd_makes_of_it(
    health: str, seen: Observation, limits: Thresholds
) -> None:
    application = ApplicationSeen("Synced", health, written_for=1, resources=True)
    seen = msgspec.structs.replace(seen, application=Present(application))
    settled = {"phase": "Ready", "health": {"observedGeneration": 1, "readyGeneration": 1, "since": _SINCE}}
    told = assessed(seen, limits, settled, once_ready=True)[SourceName.PODS]
    assume(told.verdict is Verdict.BAD and not told.on_its_way)
    facts = Facts("media", "a", "V", 1, deleting=False, contract=whole_contract(limits), workflow=Workflow.COMPLETED)
    found = look(World(settled, seen, facts), settled, NOW)
    assert found.ready.reason != f"Application{health}", found.ready.message
