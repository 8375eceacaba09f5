"""What Argo CD 3.6.1 really wrote (tests/golden/applications), and what the rules make of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Application, Contract, DestinationMatch, SubApplications
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Reason
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.assessment import Assessment, Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import History, Remembered
from platform_status_contract.rules.observation import (
    ApplicationSeen,
    Observation,
    Present,
    Silence,
    SubApplicationSeen,
)
from platform_status_contract.sources.argo.failures import told_by_conditions
from platform_status_contract.sources.argo.record import decode_application
from platform_status_contract.sources.registry import KINDS, assess
from tests.unit.rules.worlds import NOW

FOLDER: Final = Path(__file__).parents[2] / "golden" / "applications"
GOOD, PAUSED, PENDING, BAD, UNREADABLE = (Verdict[name] for name in ("GOOD", "PAUSED", "PENDING", "BAD", "UNREADABLE"))
DENIED: Final = (
    'failed to sync: ConfigMap settings: error when patching: configmaps "settings" is forbidden: '
    "ValidatingAdmissionPolicy 'no-forbidden' with binding 'no-forbidden' denied request: the key forbidden is"
)

EXPECTED: Final[dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("real_applications.yaml").read_text("utf-8")
)
FINE: Final = {"good Synced", "good ApplicationHealthy"}
BEHIND: Final = {"source-hydrator-synced", "source-hydrator-failed", "first-hydration-failed"}
"""In the one nothing was ever hydrated, because no commit server ran; in the other the last commit could not be."""


def real(name: str) -> Any:  # noqa: ANN401 - an object
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def seen_in(item: object) -> ApplicationSeen:
    record = decode_application(msgspec.json.encode(item))
    assert record is not None
    return record.seen


def assessed(name: str, seen: ApplicationSeen) -> tuple[Assessment, ...]:
    """Judge it once ready, as the Application and as an old sub-application, unknown for a minute if it is."""
    contract = Contract(
        "v1",
        1,
        "VCluster",
        "media",
        application=Application("argocd", name),
        sub_applications=SubApplications("argocd", DestinationMatch(names=("media",))),
    )
    long_ago = NOW.replace(hour=1)
    since = dict.fromkeys(("firstReady", "argoUnknown", "subAppsUnknown", "subAppsProgressing"), long_ago)
    situation = Situation(contract, History(since=since), first_ready=True, updating=False, overdue=False)
    clock = Clock(NOW.replace(year=2027))
    sub = SubApplicationSeen(name, seen, long_ago)
    return assess(Observation(application=Present(seen), sub_applications=Present((sub,))), situation, clock)


def test_every_situation_is_expected_and_every_expectation_has_one() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_argo_cd_wrote_is_judged_as_it_is(name: str) -> None:
    item = real(name)
    seen = seen_in(item)
    found = assessed(item["metadata"]["name"], seen)
    *verdicts, said = EXPECTED[name]
    assert [f"{each.verdict.name.lower()} {each.reason.value}" for each in found] == verdicts
    assert said in "\n".join(each.message for each in found)
    assert seen.compared_current is (name not in BEHIND)


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if {*expected[:2]} == FINE])
def test_nothing_deployed_is_no_evidence(name: str) -> None:
    item = real(name)
    empties: tuple[object, ...] = ([], None, "gone", [{}])
    for empty in empties:
        changed = {**item, "status": {**item["status"], "resources": empty}}
        found = assessed("a", seen_in(changed))
        assert [each.reason.value for each in found] == ["Synced", "NoResources", "NoResources"], empty
    changed = {**item, "status": {key: value for key, value in item["status"].items() if key != "resources"}}
    assert assessed("a", seen_in(changed))[1].verdict is BAD


NEVER_COMPARED = {"destination-not-permitted", "invalid-spec-unknown-project", "sub-app-cluster-not-registered"}
"""What Argo CD looks at, and refuses to compare: it says Unknown and why, and never when."""


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_argo_cd_compares_is_a_sign_of_its_life(name: str) -> None:
    item = real(name)
    kind = KINDS[Source.APPLICATIONS]
    record = kind.decode(msgspec.json.encode(item))
    assert record is not None
    assert kind.sign is not None
    sign = kind.sign(record)
    assert sign is not None
    assert (sign.at is None) is (name in NEVER_COMPARED)
    assert sign.counts is (name != "skip-reconcile")
    assert sign.asked is ("argocd.argoproj.io/refresh" in item["metadata"].get("annotations", {}))
    controller, destination = item["status"].get("controllerNamespace", ""), item["spec"]["destination"]
    assert sign.group == (controller, destination.get("server", "").rstrip("/"), destination.get("name", ""))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_of_a_silent_argo_cd_nothing_is_good_and_nothing_that_it_said_is_bad(name: str) -> None:
    item = real(name)
    silent = msgspec.structs.replace(seen_in(item), silence=Silence(NOW, NOW))
    sync, health, _ = assessed("a", silent)
    going = silent.deleted is not None
    known = {BAD} if going else {PAUSED} if silent.skipped else {UNREADABLE}
    assert {sync.verdict, health.verdict} == known


TRIES = st.integers(0, 10**10)


@given(TRIES, TRIES, st.sampled_from(["2026-11-28T23:52:11Z", "11:59AM", "2026-11-28 23:52:11 +0000 UTC"]))
def test_from_try_to_try_the_words_stay_the_same(path: int, number: int, time: str) -> None:
    item = real("sync-failing-retrying")
    operation = item["status"]["operationState"]
    first = seen_in(item)
    operation |= {"retryCount": number + 1}
    operation["message"] = operation["message"].replace("3871818486", str(path)).replace("#2", f"#{number}")
    operation["message"] = operation["message"].replace("2026-11-28T23:51:31Z", time)
    for resource in operation["syncResult"]["resources"]:
        resource["message"] = resource["message"].replace("3871818486", str(path))
    assert seen_in(item) == first
    del operation["syncResult"]
    said = seen_in(item).operation_message
    assert said.endswith("denied request: the key forbidden is forbidden here")
    assert said.startswith("one or more objects failed to apply, reason: error when patching: configmaps")


def test_while_the_next_try_runs_it_is_still_failing_and_says_no_reason() -> None:
    item = real("sync-failing-retrying")
    operation = item["status"]["operationState"]
    operation |= {"message": "Retrying operation. Attempt #5", "retryCount": 5, "syncResult": None}
    del operation["finishedAt"]
    seen = seen_in(item)
    assert (seen.try_failed, seen.operation_message) == (True, "")


@pytest.mark.parametrize(
    ("phase", "retries", "message", "told"),
    [
        (
            "Running",
            0,
            "waiting for completion of hook batch/Job/migrate",
            "waiting for completion of hook batch/Job/migrate",
        ),
        (
            "Running",
            0,
            "waiting for healthy state of /Pod/a and 12 more resources",
            "waiting for healthy state of /Pod/a",
        ),
        ("Running", 1, "waiting for completion of hook batch/Job/migrate", ""),
        ("Succeeded", 0, "waiting for completion of hook batch/Job/migrate", ""),
        ("Running", 0, "one or more tasks are running", ""),
    ],
)
def test_a_sync_that_runs_says_what_it_waits_for(phase: str, retries: int, message: str, told: str) -> None:
    item = real("sync-failing-retrying")
    item["status"]["operationState"] = {"phase": phase, "message": message, "retryCount": retries}
    assert seen_in(item).operation_message == told


def test_without_a_message_the_resources_that_are_degraded_are_named() -> None:
    item = real("degraded-progress-deadline")
    item["status"]["health"] = {"status": "Degraded"}
    for resource in item["status"]["resources"]:
        resource["health"] = {"status": "Degraded"}
    assert seen_in(item).health_message
    item["status"]["health"] = {"status": "Progressing"}
    assert seen_in(item).health_message == ""


def test_a_failed_hook_is_named() -> None:
    item = real("post-sync-hook-failed")
    item["status"]["sync"]["status"] = "OutOfSync"
    assert seen_in(item).operation_message == ("PostSync hook Job smoke: Job has reached the specified backoff limit")


def hydrated(spec: object, phase: str = "Hydrated", **last: object) -> ApplicationSeen:
    item = real("source-hydrator-synced")
    status = {"currentOperation": {"phase": phase}, "lastSuccessfulOperation": last}
    return seen_in(
        {
            **item,
            "status": {**item["status"], "sourceHydrator": status},
            "spec": {**item["spec"], **({"sourceHydrator": spec} if isinstance(spec, dict) else {})},
        }
    )


def test_a_hydrated_source_is_current_only_once_what_it_was_told_last_has_arrived() -> None:
    spec = real("source-hydrator-synced")["spec"]["sourceHydrator"]
    edited = {**spec, "drySource": {**spec["drySource"], "path": "elsewhere"}}
    pushed = {**spec, "syncSource": {**spec["syncSource"], "targetBranch": "prod"}}
    elsewhere = {**spec, "syncSource": {**spec["syncSource"], "repoURL": "https://other"}}
    assert hydrated(spec, sourceHydrator=spec).compared_current
    assert hydrated(spec, drySHA="a").compared_current
    assert not hydrated(spec, "Hydrating", sourceHydrator=spec).compared_current
    assert not hydrated(spec, "Failed", sourceHydrator=spec).compared_current
    assert not hydrated(edited, sourceHydrator=spec).compared_current
    assert not hydrated(pushed, sourceHydrator=pushed).compared_current
    assert not hydrated(elsewhere, sourceHydrator=elsewhere).compared_current


@pytest.mark.parametrize(
    ("values", "current"),
    [
        ({"replicas": 3.0, "empty": {}, "list": [], "sync": {"on": False}, "none": None}, True),
        ({"replicas": 3, "empty": {}, "list": [], "sync": {"on": 0}}, False),
        ({"replicas": 3, "empty": {}, "list": [], "sync": {}}, False),
        ({"replicas": 3, "empty": {}, "list": [], "sync": {"on": None}}, False),
        ({"replicas": 3, "empty": [], "list": [], "sync": {"on": False}}, False),
        ({"replicas": 3, "list": [], "sync": {"on": False}}, False),
        ({"replicas": 3, "empty": {}, "list": [None], "sync": {"on": False}}, False),
        ({"replicas": True, "empty": {}, "list": [], "sync": {"on": False}}, False),
    ],
)
def test_the_values_of_a_chart_are_compared_as_json(values: object, *, current: bool) -> None:
    item = real("helm-values-object")
    item["spec"]["source"]["helm"]["valuesObject"] = values
    assert seen_in(item).compared_current is current


def test_several_sources_are_compared_and_the_source_beside_them_is_not() -> None:
    item = real("multi-source-synced")
    item["spec"]["source"] = {"repoURL": "https://left-over"}
    assert seen_in(item).compared_current
    item["spec"]["sources"][1]["path"] = "three"
    assert not seen_in(item).compared_current
    del item["spec"]["sources"]
    assert not seen_in(item).compared_current


def test_an_operation_that_is_asked_for_takes_no_failure_back() -> None:
    item = real("next-sync-asked-for-after-a-failed-one")
    assert "operationState" not in item["status"]
    seen = seen_in(item)
    situation = Situation(
        Contract("v1", 1, "VCluster", "media", application=Application("argocd", "x")),
        History(
            since={"syncFailed": NOW},
            argocd={"syncStatus": "OutOfSync", "healthStatus": "Missing", "lastSyncTime": "x"},
        ),
        first_ready=True,
        updating=False,
        overdue=False,
    )
    sync, _ = assess(Observation(application=Present(seen)), situation, Clock(NOW))
    assert sync.reason == "SyncFailed", "what failed stays failed until an operation succeeds"
    assert sync.timers["syncFailed"] == NOW
    assert sync.health["argocd"] == {"syncStatus": "OutOfSync", "healthStatus": "Missing", "lastSyncTime": "x"}


@pytest.mark.parametrize(("age", "verdict"), [(9, GOOD), (10, BAD)])
def test_an_automatic_sync_has_ten_seconds_to_begin(age: int, verdict: Verdict) -> None:
    item = real("out-of-sync-manual")
    contract = Contract("v1", 1, "VCluster", "media", application=Application("argocd", "x"))
    good = Remembered(ConditionStatus.TRUE, Reason.SYNCED, "Application argocd/x is synced", NOW)
    since = {"outOfSync": NOW - timedelta(seconds=age)}
    history = History(since=since, conditions={ConditionType.ARGO_SYNCED: good})
    situation = Situation(contract, history, first_ready=True, updating=False, overdue=False)

    def sync() -> Assessment:
        return assess(Observation(application=Present(seen_in(item))), situation, Clock(NOW))[0]

    item["spec"].pop("syncPolicy", None)
    assert sync().verdict is BAD, "nobody is going to sync it"
    for enabled in (False, "rubbish"):
        item["spec"]["syncPolicy"] = {"automated": {"enabled": False}, "syncOptions": enabled}
        assert sync().verdict is BAD, "nobody is going to sync it"
    item["spec"]["syncPolicy"] = {"automated": {}}
    assert sync().verdict is verdict
    assert (sync().note != "") is (verdict is GOOD)
    told: Any = sync().health["argocd"]
    assert (told["syncStatus"], told["healthStatus"]) == ("OutOfSync", "Healthy"), "the numbers stay true"
    broken = msgspec.structs.replace(history, conditions={})
    situation = msgspec.structs.replace(situation, history=broken)
    assert sync().verdict is BAD, "there is no good verdict to keep"


def test_of_a_long_condition_the_cause_at_its_end_is_kept() -> None:
    wrapped = "failed to compare desired state to live state: " + "failed to calculate diff: " * 40
    said = told_by_conditions([{"type": "ComparisonError", "message": f"{wrapped}connection refused"}])
    assert said.startswith("ComparisonError: failed to compare desired state")
    assert said.endswith("failed to calculate diff: connection refused")
    assert len(said) == 240
    secret = told_by_conditions([{"type": "ComparisonError", "message": f"{wrapped}password=hunter2 refused"}])
    assert secret.endswith("password=redacte refused")


def test_what_several_conditions_say_is_said_once() -> None:
    cause = "Failed to load live state: the server has asked for the client to provide credentials"
    conditions = [
        {"type": "ComparisonError", "message": cause},
        {"type": "UnknownError", "message": cause},
        {"type": "ComparisonError", "message": f"{cause}; retried 5 times"},
        {"type": "OrphanedResourceWarning", "message": "no matter"},
    ]
    assert told_by_conditions(conditions) == f"ComparisonError: {cause}"


def test_of_two_conditions_with_the_same_cause_the_first_has_the_room() -> None:
    refused = "error synchronizing cache state: the server has asked for the client to provide credentials"
    conditions = [
        {"type": "ComparisonError", "message": f"Failed to load {state} state: failed to get cluster info: {refused}"}
        for state in ("target", "live")
    ]
    told = f"ComparisonError: Failed to load live state: failed to get cluster info: {refused}"
    assert told_by_conditions(conditions) == told
    conditions[0]["message"] = "Failed to load target state: no such path"
    assert told_by_conditions(conditions).endswith("; ComparisonError: Failed to load target state: no such path")


def test_a_credential_in_what_argo_cd_says_becomes_no_message() -> None:
    item = real("sync-failing-retrying")
    said = "clone https://user:hunter2@git.example.org/x failed, password=hunter2"
    item["status"]["conditions"] = [{"type": "ComparisonError", "message": said}]
    item["status"]["health"]["message"] = said
    for resource in item["status"]["operationState"]["syncResult"]["resources"]:
        resource["message"] = said
    seen = seen_in(item)
    assert "redacted@git.example.org" in seen.operation_message
    assert "hunter2" not in str(seen)
