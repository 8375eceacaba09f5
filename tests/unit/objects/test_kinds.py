"""Kinds of which little or nothing was recorded, presets, and what all kinds have in common."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract, DestinationMatch, SubApplications
from platform_status_contract.model.objects import ObjectEntry, PausedWhen, ReadyWhen
from platform_status_contract.rules.assessment import Situation, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import History
from platform_status_contract.rules.observation import ObjectSeen, Observation, Present, SubApplicationSeen
from platform_status_contract.sources.objects.builtin import BUILTIN
from platform_status_contract.sources.objects.choose import preset_of, rule_of
from platform_status_contract.sources.objects.presets import APPLICATION_SET, PRESETS, REQUEST, SOURCE
from platform_status_contract.sources.objects.standard import KindPreset, Word
from platform_status_contract.sources.objects.wanted import keep_object, wanted_of
from platform_status_contract.sources.sub_applications.assess import assess_sub_apps
from tests.unit.rules.settings import quick
from tests.unit.rules.worlds import NOW, entries, objects

from .recorded import GOLDEN, documents, entry_for, names, seen_of
from .test_recorded import BESIDE, EXPECTED, assess, situation_of

BUCKET: Final = "s3.aws.upbound.io/v1beta1 Bucket"
CERTIFICATE: Final = "cert-manager.io/v1 Certificate"
_SLEEPS: Final = {"loft.sh/sleep-mode": "true"}
READY: Final = {"type": "Ready", "status": "True"}


def thing(api: str, status: object = None, *, spec: object = None, **meta: object) -> dict[str, Any]:
    """An object by hand: apiVersion and kind, its status, its spec."""
    version, _, kind = api.rpartition(" ")
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "x", "namespace": "team-a", "generation": 1} | meta,
        "spec": spec or {},
        "status": status,
    }


def conditions(**known: str) -> dict[str, object]:
    """A status with conditions: type=status, or type="status reason"."""
    found = [(kind, *told.split()) for kind, told in known.items()]
    return {"conditions": [{"type": kind, "status": state, "reason": "".join(why)} for kind, state, *why in found]}


def group_of(document: dict[str, Any]) -> str:
    """The API group of an object."""
    return str(document["apiVersion"]).rpartition("/")[0]


def word(document: dict[str, Any], **more: object) -> tuple[str, str]:
    """The word for an object, and what is said of it."""
    entry = entry_for(document, **more)
    said = rule_of(entry).says(seen_of(document, entry))
    return said.word.name, said.text


HAND: Final[list[tuple[dict[str, Any], str, str]]] = [
    *(
        (thing(api, **held), expected, text)
        for expected, text, api, held in yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text("utf-8"))
    ),
    ({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}, "SILENT", "says nothing of its pods"),
]


@pytest.mark.parametrize(("document", "expected", "text"), HAND)
def test_a_kind_is_judged_by_its_row(document: dict[str, Any], expected: str, text: str) -> None:
    assert word(document) == (expected, text)


@pytest.mark.parametrize("document", [document for document, _, _ in HAND])
def test_a_kind_is_judged_by_its_dump_as_by_the_whole(document: dict[str, Any]) -> None:
    entry = entry_for(document)
    kept = {"metadata": document["metadata"]}
    keep_object(wanted_of(entry), kept, document, None)
    whole, again = seen_of(document, entry), seen_of(document | {"spec": None, "status": None} | kept, entry)
    # what has a decoder of its own is kept by the shape of that
    without = {"controller": None, "application": None}
    assert msgspec.structs.replace(again, **without) == msgspec.structs.replace(whole, **without)


def test_of_a_pod_that_is_named_twice_a_dump_keeps_what_both_read() -> None:
    state = {"terminated": {"exitCode": 1, "reason": "Error", "message": "p"}}
    pod = thing("v1 Pod", {"containerStatuses": [{"name": "app", "restartCount": 3, "state": state}, 5, {}]})
    old = {"name": "app", "restartCount": 3, "lastState": {}, "state": {"terminated": {"exitCode": 1}}}
    kept: dict[str, Any] = {"status": {"containerStatuses": [old]}}
    keep_object(wanted_of(entry_for(pod)), kept, pod, None)
    both = old | {"state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
    assert kept["status"]["containerStatuses"] == [both, 5, {}]


KUSTOMIZATION: Final = "kustomize.toolkit.fluxcd.io/v1 Kustomization"
TWICE: Final[list[tuple[str, str, str, dict[str, str]]]] = [
    (KUSTOMIZATION, "Stalled", "FAILED", {"Ready": "True"}),
    ("argoproj.io/v1alpha1 ApplicationSet", "ErrorOccurred", "FAILED", {"ResourcesUpToDate": "True"}),
    ("argoproj.io/v1alpha1 ApplicationSet", "RolloutProgressing", "CHECKING", {"ResourcesUpToDate": "True"}),
    ("batch/v1 Job", "Failed", "FAILED", {"Complete": "True"}),
    ("batch/v1 Job", "Complete", "NOT_READY", {}),
    ("apps/v1 Deployment", "ReplicaFailure", "FAILED", {}),
    (BUCKET, "Synced", "FAILED", {"Ready": "True"}),
    ("v1 Pod", "Ready", "NOT_READY", {}),
    ("autoscaling/v2 HorizontalPodAutoscaler", "ScalingActive", "NOT_READY", {"AbleToScale": "True"}),
]


@pytest.mark.parametrize(("api", "kind", "expected", "beside"), TWICE)
def test_of_two_conditions_that_contradict_each_other_the_worse_counts(
    api: str, kind: str, expected: str, beside: dict[str, str]
) -> None:
    both = [{"type": kind, "status": status, "reason": "", "message": ""} for status in ("True", "False")]
    others = [{"type": name, "status": status} for name, status in beside.items()]
    for order in (both, both[::-1]):
        status = {"observedGeneration": 1, "phase": "Running", "conditions": [*order, *others]}
        assert word(thing(api, status, spec={"replicas": 1}))[0] == expected


_NEW: Final = "has pods that are not ready for minReadySeconds yet"
_READY_PODS: Final[dict[str, object]] = {
    "observedGeneration": 1,
    "replicas": 2,
    "readyReplicas": 2,
    "updatedReplicas": 2,
    "desiredNumberScheduled": 2,
    "currentNumberScheduled": 2,
    "numberReady": 2,
    "updatedNumberScheduled": 2,
}
NOTES: Final[list[tuple[dict[str, Any], str]]] = [
    (thing("batch/v1 CronJob", {}), ""),
    (thing("batch/v1 CronJob", {"lastScheduleTime": "2026-11-29T00:33:00Z"}), "has not succeeded in its last run"),
    (thing("batch/v1 CronJob", {"lastScheduleTime": "2026-11-29T00:33:00Z", "active": [{"name": "x"}]}), ""),
    *(
        (thing("batch/v1 CronJob", {"lastScheduleTime": "2026-11-29T00:33:00Z", "lastSuccessfulTime": ended}), note)
        for ended, note in (
            ("2026-11-29T00:33:05Z", ""),
            ("2026-11-29T00:30:05Z", "has not succeeded in its last run"),
            (7, "has not succeeded in its last run"),
        )
    ),
    (thing("v1 PersistentVolumeClaim", {"phase": "Bound"} | conditions(Resizing="True")), "reports Resizing True"),
    (thing("v1 PersistentVolumeClaim", {"phase": "Bound"} | conditions(Resizing="False")), ""),
    *(
        (thing(f"apps/v1 {kind}", _READY_PODS | available, spec={"replicas": 2, "minReadySeconds": wait}), note)
        for kind, wait, available, note in (
            ("ReplicaSet", 300, {}, _NEW),
            ("ReplicaSet", 300, {"availableReplicas": 2}, ""),
            ("ReplicaSet", 0, {}, ""),
            ("StatefulSet", 300, {"availableReplicas": 1}, _NEW),
            ("StatefulSet", 300, {"availableReplicas": 2}, ""),
            ("DaemonSet", 300, {"numberAvailable": 1}, _NEW),
            ("DaemonSet", 300, {"numberAvailable": 2}, ""),
        )
    ),
]


@pytest.mark.parametrize(("document", "note"), NOTES)
def test_what_is_good_may_have_a_remark(document: dict[str, Any], note: str) -> None:
    entry = entry_for(document)
    said = rule_of(entry).says(seen_of(document, entry))
    assert (said.word, said.note) == (Word.READY, note)


def test_a_namespace_says_why_it_does_not_go() -> None:
    for kind in ("NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure"):
        status = {"phase": "Terminating", "conditions": [{"type": kind, "status": "True", "message": "no answer"}]}
        assert word(thing("v1 Namespace", status, deletionTimestamp="2026-11-29T00:30:00Z"))[1].endswith("; no answer")


def test_a_generation_that_is_a_text_is_compared() -> None:
    for told, expected in (("0", "BEHIND"), ("-1", "BEHIND"), ("1", "BEHIND"), ("2", "READY")):
        document = thing("example.org/v1 X", {"observedGeneration": told, "phase": "Healthy"}, generation=2)
        assert word(document, ready=ReadyWhen(field="status.phase", values=("Healthy",)))[0] == expected


ROLLOUT: Final = ReadyWhen(field="status.phase", values=("Healthy",), failed=("Degraded",))


@pytest.mark.parametrize(
    ("status", "expected", "text"),
    [
        ({"phase": "Degraded", "message": "it timed out"}, "FAILED", "has status.phase Degraded: it timed out"),
        ({"phase": "Paused", "message": "CanaryPauseStep"}, "NOT_READY", "has status.phase Paused: CanaryPauseStep"),
        ({"phase": "Degraded", "message": ["it timed out"]}, "FAILED", "has status.phase Degraded"),
        ({"phase": "Healthy", "message": "it timed out"}, "READY", "has status.phase Healthy"),
    ],
)
def test_the_message_beside_a_field_says_why(status: object, expected: str, text: str) -> None:
    assert word(thing("argoproj.io/v1alpha1 Rollout", status), ready=ROLLOUT) == (expected, text)


def test_a_release_of_a_new_chart_or_of_new_values_may_take_as_long_as_progress_may() -> None:
    """Neither changes the generation: a range of versions has a new chart, or a ConfigMap new values."""
    upgrading = documents("flux/helmrelease-values-edited-upgrading")[0]
    before = upgrading["status"]["history"][0]["configDigest"]
    for more, limit in (
        ({"lastAttemptedRevision": "1.1.0", "lastAttemptedConfigDigest": before}, 900),
        ({}, 900),
        ({"lastAttemptedConfigDigest": before}, 10),
    ):
        entry = entry_for(upgrading)
        seen = seen_of(upgrading | {"status": upgrading["status"] | more}, entry)
        since = next(found.since for found in seen.conditions if found.type == "Ready")
        assert since is not None
        for seconds, verdict in ((limit - 1, Verdict.GOOD), (limit + 1, Verdict.BAD)):
            now = since + timedelta(seconds=seconds)
            assert assess(entry, seen, situation_of(entry, ready=True, now=now), now).verdict is verdict, (
                more,
                seconds,
            )


def test_every_builtin_kind_has_an_object() -> None:
    every = [*(document for document, _, _ in HAND), *(document for name in names() for document in documents(name))]
    shown = {(group_of(document), document["kind"]) for document in every}
    exist = {api for api, row in BUILTIN.items() if row.judge is BUILTIN["networking.k8s.io", "Ingress"].judge}
    assert set(BUILTIN) - exist - shown == {("apiregistration.k8s.io", "APIService")}


def test_a_request_is_ready_for_the_generation_that_its_health_names() -> None:
    ready = ReadyWhen(preset="request")
    for observed, expected in ((1, "BEHIND"), (2, "READY"), (True, "SILENT"), (None, "SILENT")):
        status = conditions(Ready="True AllHealthy") | {"health": {"observedGeneration": observed}}
        assert word(thing("example.org/v1 Media", status, generation=2), ready=ready)[0] == expected


def test_presets_are_chosen_by_group_and_kind_and_by_name() -> None:
    def found(group: str, kind: str = "X") -> str | None:
        preset = preset_of(group, kind)
        return preset.name if preset else None

    assert found("source.toolkit.fluxcd.io", "Bucket") == "flux-source"
    assert found("kustomize.toolkit.fluxcd.io", "Other") is None
    assert found("ec2.aws.upbound.io") == "crossplane"
    assert found("upbound.io") is None, "the end of a group, not the group"
    assert found("infrastructure.cluster.x-k8s.io") == "cluster-api"
    assert found("example.org") is None
    entry = entry_for(thing("example.org/v1 XNetwork"), ready=ReadyWhen(preset="crossplane"))
    assert rule_of(entry).preset.name == "crossplane"
    named = [preset.name for preset in PRESETS]
    assert len(named) == len(set(named))


def test_an_application_set_that_may_make_none_says_its_condition() -> None:
    document = thing("argoproj.io/v1alpha1 ApplicationSet", conditions(ResourcesUpToDate="True"))
    assert word(document, ready=ReadyWhen(condition="ResourcesUpToDate"))[0] == "READY"


def test_what_an_entry_says_outranks_the_preset_but_for_a_pause() -> None:
    suspended = thing("kustomize.toolkit.fluxcd.io/v1 Kustomization", conditions(Ready="True"), spec={"suspend": True})
    bucket = thing(BUCKET, conditions(Ready="True", Synced="False ReconcilePaused"))
    for ready in (ReadyWhen(exists=True), ReadyWhen(condition="Healthy"), ReadyWhen(field="status.a", values=(1,))):
        assert word(suspended, ready=ready)[0] == "PAUSED"
        assert word(bucket, ready=ready) == ("PAUSED", "is paused (condition Synced)")
    held = PausedWhen("spec.hold", equals="yes")
    assert word(thing("example.org/v1 X", conditions(Ready="True"), spec={"hold": "yes"}), paused=held)[0] == "PAUSED"
    assert word(thing("example.org/v1 X", conditions(Ready="True"), spec={"hold": True}), paused=held)[0] == "READY"


SITUATIONS: Final = {
    "good ObjectsReady": "ready",
    "pending ObjectNotReady": "pending",
    "pending ObjectProgressing": "pending",
    "bad ObjectFailed": "failed",
    "paused Paused": "paused",
    "bad BeingDeleted": "deleting",
    "pending ObjectSilent": "silent",
}


def known_of(preset: KindPreset) -> set[str]:
    """The situations that an object of a kind can be in."""
    pauses = preset.paused or preset.paused_by or preset.pauses
    fails = preset.fails or preset.failures
    return set(SITUATIONS.values()) - ({"paused"} if not pauses else set()) - ({"failed"} if not fails else set())


def shown_of(preset: KindPreset, table: Mapping[str, tuple[tuple[str, ...], str]], place: int = 0) -> set[str]:
    """The situations that recorded objects of a preset show."""
    judged = {name: rule_of(entry_for(documents(name)[place])).preset for name in table}
    return {SITUATIONS[verdicts[0]] for name, (verdicts, _) in table.items() if judged[name] is preset}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_has_a_recorded_object_for_every_situation(preset: KindPreset) -> None:
    assert shown_of(preset, EXPECTED) | shown_of(preset, BESIDE, 1) == known_of(preset), "record the missing one"


LIVES: Final = "".join(file.read_text("utf-8") for file in sorted(GOLDEN.parent.glob("*/lives/*.py")))
AGAIN: Final = {name: row for name, row in EXPECTED.items() if f'"{name.rpartition("/")[2]}"' in LIVES}
"""What a life records: `make argocd-objects` and `make flux-objects` write it anew."""


@pytest.mark.parametrize("preset", [SOURCE, APPLICATION_SET, REQUEST], ids=lambda preset: preset.name)
def test_lives_record_every_situation_of_what_a_lane_runs(preset: KindPreset) -> None:
    assert shown_of(preset, AGAIN) == known_of(preset)


def test_lives_record_sources_of_every_kind() -> None:
    kinds = {documents(name)[0]["kind"] for name in AGAIN}
    assert {"Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"} <= kinds


APPLICATIONS: Final = sorted((GOLDEN / "applications").glob("*.yaml"))


@pytest.mark.parametrize("path", APPLICATIONS, ids=lambda path: path.stem)
def test_an_application_is_as_good_an_object_as_it_is_a_sub_application(path: Path) -> None:
    document = next(iter(yaml.safe_load_all(path.read_text(encoding="utf-8"))))
    entry = entry_for(document)
    seen = seen_of(document, entry)
    assert seen.application is not None
    long_ago = NOW - timedelta(days=2)
    subs = SubApplications("argocd", DestinationMatch(name="x"))
    since = dict.fromkeys(("subAppsProgressing", "subAppsUnknown"), long_ago)
    contract, history = Contract("v1", 1, "Thing", "media", sub_applications=subs), History(since=since)
    situation = Situation(contract, history, first_ready=True, updating=False, overdue=False)
    beside = Observation(sub_applications=Present((SubApplicationSeen("x", seen.application, long_ago),)))
    wanted = assess_sub_apps(beside, situation, Clock(NOW))
    assert wanted is not None
    found = assess(entry, seen, situation_of(entry, ready=True, now=NOW, unknown=long_ago), NOW)
    if seen.application.sync_status == "Unknown" or not seen.application.compared_current:
        # of many Applications that is a note at most; the one that an entry names is looked at alone
        assert found.verdict is Verdict.BAD
    elif seen.deleted is None:
        assert found.verdict is wanted.verdict, (found.message, wanted.message)


@quick
@given(entries, objects)
def test_good_needs_a_positive_word(entry: ObjectEntry, seen: ObjectSeen) -> None:
    """What takes every True, every value and every number away leaves nothing that is good, unless existing is all."""
    bare = msgspec.structs.replace(
        seen,
        conditions=tuple(found for found in seen.conditions if found.status != "True"),
        fields=tuple((path, value) for path, value in seen.fields if path.startswith("spec.")),
        controller=None,
        application=None,
    )
    exists = entry.ready.exists or (entry.ready == ReadyWhen() and entry.kind == "Service" and entry.group == "")
    said = rule_of(entry).says(bare)
    assert exists or said.word is not Word.READY


@quick
@given(entries, objects, st.booleans())
def test_a_verdict_is_total_and_says_something(entry: ObjectEntry, seen: ObjectSeen, ready: bool) -> None:  # noqa: FBT001 - drawn
    found = assess(entry, seen, situation_of(entry, ready=ready, now=NOW), NOW)
    assert found.message.isprintable()
    assert found.message
    assert found.verdict in Verdict
    assert json.loads(json.dumps(found.health)) == found.health
