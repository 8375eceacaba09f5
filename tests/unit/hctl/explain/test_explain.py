"""What an explanation says: what comes next, what differs, whom not to trust, what could not be seen."""

import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hctl.commands.app import app
from hctl.documents.explanations import explanation_report
from hctl.drawing.explanations import draw_explanation
from hctl.dump.case import Case, Unread, spell_case
from hctl.errors import ExitCode
from hctl.explain.derive import Explanation, explain
from hctl.reading.freshness import State
from platform_status_contract.model.times import format_time
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION, Reason
from tests.unit.hctl.golden import picture
from tests.unit.hctl.settings import quick

from .dumps import golden_dumps
from .test_dump import loaded


def changed(case: Case, kind: str, change: Any, *, name: str = "") -> Case:  # noqa: ANN401 - a function of an object
    """Change the objects of a kind in place of what they were; a change to None takes one away."""
    objects = []
    for found in copy.deepcopy(case.objects):
        fits = found["kind"] == kind and name in ("", found["metadata"]["name"])
        after = change(found) if fits else found
        objects += [after] if after is not None else []
    return Case(case.time, case.resource, case.request, tuple(objects), case.unread)


def unreadied(pod: dict[str, Any]) -> dict[str, Any]:
    """The pod, not ready."""
    pod["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    return pod


def drawn(explanation: Explanation) -> str:
    """The picture, wide."""
    return picture(draw_explanation(explanation), 200)


def refused(case: Case, source: str, **other: str) -> Case:
    """The case of somebody who may not read a kind."""
    unread = Unread(
        source,
        other.get("namespace", "x"),
        other.get("name", ""),
        Reason.FORBIDDEN,
        "you have no permission to read it",
    )
    return Case(case.time, case.resource, case.request, case.objects, (unread,))


def test_a_timer_says_what_it_will_do() -> None:
    found = explain(changed(loaded("ready"), "Pod", unreadied))
    assert (found.projection.phase, found.projection.row) == ("Degraded", "6")
    (step,) = found.forecast
    assert (step.projection.phase, step.projection.ready.reason) == ("Failed", "WorkloadsDown")
    assert step.at - found.now == timedelta(seconds=600)
    assert "Failed (WorkloadsDown) in 10m unless pods recover\n" in drawn(found)


def test_another_role_of_a_secret_has_a_name_and_a_timer_of_its_own() -> None:
    case = loaded("secret-missing")
    secrets = case.request["status"]["contract"]["secrets"]
    secrets.append({**secrets[0], "name": "other", "role": "admin-password"})
    found = explain(case)
    report = {str(source["condition"]): source for source in explanation_report(found)["sources"]}
    assert list(report["AdminPasswordAvailable"]["timers"]) == ["bad.secret.admin-password"]
    for condition, name in (("AdminPasswordAvailable", "other"), ("KubeconfigAvailable", "media-kubeconfig")):
        assert [seen["name"] for seen in report[condition]["inputs"]] == [name]
    assert "Secret admin-password: bad  AdminPasswordAvailable False, SecretMissing" in drawn(found)


def test_a_sub_application_of_another_request_is_not_even_named() -> None:
    def taken(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "metadata": {**item["metadata"], "annotations": {OWNER_ANNOTATION: "team-b/other"}}}

    found = explain(changed(loaded("ready"), "Application", taken, name="media-inner"))
    named = [entry.name for source in found.sources for entry in source.inputs]
    assert "vcluster-media" in named
    assert "media-inner" not in named


def test_the_status_of_before_is_compared_with_the_verdict_of_now() -> None:
    found = explain(changed(loaded("ready"), "Pod", unreadied))
    differing = {entry.field: (entry.stored, entry.concluded) for entry in found.differences}
    assert differing["phase"] == ("Ready", "Degraded")
    assert differing["condition PodsReady"] == ("True AllPodsRunning", "False PodsNotReady")
    assert "phase: stored Ready; derived Degraded" in drawn(found)


def test_without_a_lease_the_status_is_not_to_be_trusted() -> None:
    case = changed(loaded("ready"), "Lease", lambda _: None)
    found = explain(case)
    assert found.projection.phase == "Ready", "the verdict is ours"
    assert found.freshness.state is State.SILENT
    assert found.exit_code is ExitCode.STALE
    assert "not to be trusted" in drawn(found).splitlines()[0]


def test_an_old_lease_is_one_too() -> None:
    case = loaded("ready")
    assert explain(case).freshness.state is State.FRESH
    assert explain(case).exit_code is ExitCode.READY
    later = explain(case, case.time + timedelta(minutes=10))
    assert later.freshness.state is State.SILENT
    assert "The sidecar has been silent for" in drawn(later).splitlines()[0]


def test_what_is_missing_is_listed_as_missing() -> None:
    found = explain(loaded("secret-missing"))
    (secret,) = (entry for entry in found.sources if entry.assessment.source == "secret")
    assert [(entry.kind, entry.found, entry.version) for entry in secret.inputs] == [("Secret", "absent", "")]


def test_each_object_is_named_with_its_version() -> None:
    case = loaded("pod-broken")
    versions = {
        (found["kind"], found["metadata"]["name"]): found["metadata"]["resourceVersion"]
        for found in case.objects
        if found["kind"] != "Lease"
    }
    shown = {
        (entry.kind, entry.name): entry.version
        for source in explain(case).sources
        for entry in source.inputs
        if entry.found == "present"
    }
    assert shown == versions


def test_what_the_reader_may_not_see_is_taken_from_the_status_and_foretells_nothing() -> None:
    case = refused(loaded("ready"), "pods")
    found = explain(case)
    assert found.projection.phase == "Ready", "as the status has it"
    assert "pods could not be read from here: you have no permission to read it" in found.remarks
    assert any("taken from the status" in remark for remark in found.remarks)
    later = explain(case, case.time + timedelta(minutes=10))
    assert (later.projection.phase, later.projection.row) == ("Ready", "3"), "the reader's rights age nothing"
    assert (found.forecast, later.forecast) == ((), ())
    assert found.hidden.startswith("you may not read Pods in ")
    assert f"no verdict of its own: {found.hidden}" in drawn(found)
    assert f"no prediction: {found.hidden}" in drawn(found)


@quick
@given(
    st.sampled_from(["ready", "pod-broken", "application-missing", "secret-missing", "updating"]),
    st.sampled_from(["pods", "applications", "works", "statefulsets", "secrets"]),
    st.integers(0, 3600),
)
def test_whatever_the_reader_may_not_see_his_rights_change_no_verdict_and_foretell_nothing(
    name: str, source: str, seconds: int
) -> None:
    case = refused(loaded(name), source)
    for found in (explain(case), explain(case, case.time + timedelta(seconds=seconds))):
        unseen = [entry for entry in found.sources if entry.hidden]
        stored = {entry.type: entry.status for entry in found.judged.view.conditions}
        told = {entry.assessment.condition: entry.assessment.status for entry in unseen}
        assert all(status in (stored.get(str(kind), "Unknown"), "Unknown") for kind, status in told.items())
        assert not found.hidden or found.forecast == ()


def test_the_silence_of_argo_cd_is_taken_from_the_status_of_the_main_application_alone() -> None:
    case = loaded("ready")
    stored = copy.deepcopy(case.request)
    for condition in stored["status"]["conditions"]:
        if condition["type"] in ("ArgoSynced", "ArgoHealthy"):
            condition |= {"status": "Unknown", "reason": "ArgoCDSilent"}
    found = explain(Case(case.time, case.resource, stored, case.objects, case.unread))
    told = {entry.assessment.source.value: entry.assessment.reason.value for entry in found.sources}
    assert (told["argoSync"], told["argoHealth"], told["subApps"]) == (
        "ArgoCDSilent",
        "ArgoCDSilent",
        "AllSubAppsHealthy",
    )


def test_a_kind_that_is_missing_is_missing_for_the_sidecar_too() -> None:
    case = loaded("ready")
    unread = Unread("applications", "argocd", "", Reason.KIND_MISSING, "the cluster does not have this kind")
    found = explain(Case(case.time, case.resource, case.request, case.objects, (unread,)))
    assert found.hidden == ""
    assert not any("taken from the status" in remark for remark in found.remarks)


@pytest.mark.parametrize("source", ["applications", "works", "workplacements", "statefulsets", "leases"])
def test_no_refusal_ends_the_explanation(source: str) -> None:
    found = explain(refused(loaded("ready"), source))
    assert any(source in remark for remark in found.remarks)
    assert "<- matches" in drawn(found)


def test_works_of_another_promise_do_not_count() -> None:
    """A Work with our request's name may belong to another Promise's request; the label of the request tells."""
    case = loaded("ready")
    request = copy.deepcopy(case.request)
    request["metadata"]["labels"] = {"kratix.io/promise-name": "vcluster-orchestrator-v2"}
    foreign = next(copy.deepcopy(found) for found in case.objects if found["kind"] == "Work")
    foreign["metadata"] |= {"name": "foreign"}
    foreign["metadata"]["labels"] |= {"kratix.io/promise-name": "another"}
    both = Case(case.time, case.resource, request, (*case.objects, foreign))
    assert explain(both).projection.row == "3"
    unlabelled = Case(case.time, case.resource, case.request, (*case.objects, foreign))
    assert explain(unlabelled).projection.row == "3", "was Ready, so a Work that waits is only noted"
    named = {entry.name for entry in explain(both).sources[0].inputs}
    assert "foreign" not in named
    assert "foreign" in {entry.name for entry in explain(unlabelled).sources[0].inputs}


def test_a_dry_run_is_said_to_be_one() -> None:
    case = loaded("ready")
    request = copy.deepcopy(case.request)
    request["metadata"]["labels"] = {"kratix.io/dry-run": "true"}
    found = explain(Case(case.time, case.resource, request, case.objects))
    assert any("dry run" in remark for remark in found.remarks)


def test_a_file_is_explained_without_a_cluster(tmp_path: Path) -> None:
    path = golden_dumps()["pod-broken"]
    run = CliRunner().invoke(app, ["explain", "-f", str(path)])
    assert run.exit_code == ExitCode.NOT_READY
    # without a terminal the text is as wide as the environment says
    assert "by row 6" in " ".join(run.stdout.split())
    piped = CliRunner().invoke(app, ["explain", "-f", "-", "-o", "jsonpath={.row}"], input=path.read_bytes())
    assert piped.stdout.strip() == "6"
    case = loaded("ready")
    later = format_time(case.time + timedelta(minutes=10))
    (tmp_path / "case.yaml").write_text(spell_case(case), encoding="utf-8")
    stale = CliRunner().invoke(app, ["explain", "-f", str(tmp_path / "case.yaml"), "--now", later])
    assert stale.exit_code == ExitCode.STALE


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["explain"], "give a name or a file"),
        (["explain", "media", "-f", "case.yaml"], "give a name or a file"),
        (["explain", "-f", "/nowhere/case.yaml"], "No such file"),
        (["explain", "-f", __file__], "is not valid YAML"),
        (["explain", "-f", "-", "--now", "soon"], "--now 'soon': expected a time"),
        (["vcluster", "status", "media", "--explain", "--watch"], "--explain shows one moment"),
        (["status", "--explain"], "--explain needs a name"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(words: list[str], says: str) -> None:
    run = CliRunner().invoke(app, words)
    assert run.exit_code == ExitCode.USAGE
    assert says in " ".join(run.stderr.replace("│", " ").split())
