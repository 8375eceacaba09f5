"""Kinds of which little or nothing was recorded, presets, and what all kinds have in common."""

import json
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
from platform_status_contract.sources.objects.presets import PRESETS
from platform_status_contract.sources.objects.standard import Word
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
    (thing("v1 Pod", {"phase": "Running", "conditions": [READY]}), "READY", "is ready"),
    (thing("v1 Pod", {"phase": "Succeeded"}), "READY", "has completed"),
    (thing("v1 Pod", {"phase": "Failed", "reason": "Evicted"}), "FAILED", "has failed: Evicted"),
    (thing("v1 Pod", {"phase": "Failed"}), "FAILED", "has failed"),
    (thing("v1 Pod", {"phase": "Pending"}), "NOT_READY", "is Pending and not ready"),
    (
        thing("v1 Pod", {"phase": "Pending", **conditions(PodScheduled="False Unschedulable")}),
        "NOT_READY",
        "is Pending and not ready",
    ),
    (thing("v1 Pod"), "SILENT", "has no phase yet"),
    (thing("v1 Pod", {"phase": "Running", **conditions(Ready="False")}), "NOT_READY", "is Running and not ready"),
    (
        thing("v1 Pod", {"phase": "Running", "conditions": [READY | {"status": "False", "message": "containers"}]}),
        "NOT_READY",
        "reports Ready False: containers",
    ),
    (thing("v1 Service", {"loadBalancer": {}}, spec={"type": "ClusterIP"}), "READY", "exists"),
    (
        thing("v1 Service", {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}, spec={"type": "LoadBalancer"}),
        "READY",
        "has an address",
    ),
    (thing("v1 PersistentVolumeClaim", {"phase": "Lost"}), "FAILED", "is Lost"),
    (thing("v1 PersistentVolumeClaim", {}), "SILENT", "has no phase yet"),
    (thing("v1 PersistentVolume", {"phase": "Released"}), "NOT_READY", "is Released"),
    (thing("v1 Namespace", {"phase": "Active"}), "READY", "exists"),
    (thing("v1 Node", conditions(Ready="True")), "READY", "is ready"),
    (thing("v1 Node", conditions(Ready="False KubeletNotReady")), "NOT_READY", "reports KubeletNotReady"),
    (thing("v1 Node", conditions(Ready="Unknown NodeStatusUnknown")), "CHECKING", "is checking health"),
    (thing("networking.k8s.io/v1 NetworkPolicy"), "READY", "exists"),
    (thing("batch/v1 CronJob", {}, spec={"suspend": True}), "PAUSED", "is suspended"),
    (
        thing("autoscaling/v2 HorizontalPodAutoscaler", conditions(AbleToScale="True", ScalingActive="True")),
        "READY",
        "scales its target",
    ),
    (
        thing("autoscaling/v2 HorizontalPodAutoscaler", conditions(AbleToScale="True")),
        "NOT_READY",
        "has no condition ScalingActive",
    ),
    (
        thing("apps/v1 ReplicaSet", {"observedGeneration": 1, "readyReplicas": 2}, spec={"replicas": 2}),
        "READY",
        "has 2 of 2 pods ready",
    ),
    (thing("apps/v1 ReplicaSet", {"observedGeneration": 1}, spec={"replicas": 0}), "PAUSED", "is scaled to zero"),
    (
        thing("apps/v1 ReplicaSet", {"observedGeneration": 1, **conditions(ReplicaFailure="True FailedCreate")}),
        "FAILED",
        "reports FailedCreate",
    ),
    (thing("apps/v1 ReplicaSet", {}), "SILENT", "has not been looked at by its controller"),
    (
        thing("apps/v1 ReplicaSet", {"observedGeneration": 1}, generation=2),
        "BEHIND",
        "has not been looked at by its controller",
    ),
    (thing("apps/v1 Deployment", {}, spec=5), "SILENT", "has no status yet"),
    ({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}, "SILENT", "says nothing of its pods"),
    (thing("argoproj.io/v1alpha1 Application"), "SILENT", "has not been looked at by Argo CD"),
    (
        thing(
            "apps/v1 StatefulSet",
            {"observedGeneration": 1},
            spec={"replicas": 3},
            labels={"loft.sh/sleep-mode": "true"},
        ),
        "PAUSED",
        "is put to sleep",
    ),
    (
        thing("apiextensions.k8s.io/v1 CustomResourceDefinition", conditions(Established="True")),
        "READY",
        "is ready",
    ),
    (
        thing("kro.run/v1alpha1 Media", conditions(Ready="True"), annotations={"kro.run/reconcile": "disabled"}),
        "PAUSED",
        "is paused (annotation kro.run/reconcile)",
    ),
    (
        thing("argoproj.io/v1alpha1 ApplicationSet", conditions(ErrorOccurred="False", ResourcesUpToDate="True")),
        "NOT_READY",
        "is ready with nothing in status.resources",
    ),
    # from here on what the documentation of others says
    (thing(BUCKET, conditions(Ready="True", Synced="True")), "READY", "is ready"),
    (
        thing(BUCKET, conditions(Ready="True", Synced="False ReconcileError")),
        "FAILED",
        "reports ReconcileError",
    ),
    (
        thing(BUCKET, conditions(Ready="False Creating", Synced="True")),
        "NOT_READY",
        "reports Creating",
    ),
    (
        thing(BUCKET, conditions(Ready="True"), annotations={"crossplane.io/paused": "true"}),
        "PAUSED",
        "is paused (annotation crossplane.io/paused)",
    ),
    (
        thing(BUCKET, conditions(Ready="True"), annotations={"crossplane.io/paused": "false"}),
        "READY",
        "is ready",
    ),
    (thing("cluster.x-k8s.io/v1beta2 Cluster", conditions(Available="True", Ready="False")), "READY", "is ready"),
    (thing("cluster.x-k8s.io/v1beta1 Cluster", conditions(Ready="True")), "READY", "is ready"),
    (
        thing("controlplane.cluster.x-k8s.io/v1beta2 KubeadmControlPlane", conditions(Available="False")),
        "NOT_READY",
        "reports Available",
    ),
    (
        thing("cluster.x-k8s.io/v1beta2 Cluster", conditions(Available="True"), spec={"paused": True}),
        "PAUSED",
        "is paused (spec.paused)",
    ),
    (
        thing("cluster.x-k8s.io/v1beta2 Machine", annotations={"cluster.x-k8s.io/paused": ""}),
        "PAUSED",
        "is paused (annotation cluster.x-k8s.io/paused)",
    ),
    (
        thing(CERTIFICATE, conditions(Ready="False DoesNotExist")),
        "NOT_READY",
        "reports DoesNotExist",
    ),
    (
        thing(CERTIFICATE, conditions(Ready="False DoesNotExist", Issuing="False Failed")),
        "FAILED",
        "reports Failed",
    ),
    (thing(CERTIFICATE, conditions(Ready="True", Issuing="False Failed")), "READY", "is ready"),
    (
        thing("external-secrets.io/v1 ExternalSecret", conditions(Ready="False SecretSyncedError")),
        "YOUNG",
        "reports SecretSyncedError",
    ),
    (thing("external-secrets.io/v1 ExternalSecret", conditions(Ready="False Other")), "FAILED", "reports Other"),
    (
        thing("postgresql.cnpg.io/v1 Cluster", conditions(Ready="True"), annotations={"cnpg.io/hibernation": "on"}),
        "PAUSED",
        "is paused (annotation cnpg.io/hibernation)",
    ),
]


@pytest.mark.parametrize(("document", "expected", "text"), HAND)
def test_a_kind_is_judged_by_its_row(document: dict[str, Any], expected: str, text: str) -> None:
    assert word(document) == (expected, text)


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


def test_a_generation_that_is_a_text_is_compared() -> None:
    for told, expected in (("0", "BEHIND"), ("-1", "BEHIND"), ("1", "BEHIND"), ("2", "READY")):
        document = thing("example.org/v1 X", {"observedGeneration": told, "phase": "Healthy"}, generation=2)
        assert word(document, ready=ReadyWhen(field="status.phase", values=("Healthy",)))[0] == expected


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
    "ready": "good ObjectsReady",
    "pending": "pending ",
    "failed": "bad ObjectFailed",
    "paused": "paused ",
    "deleting": "bad BeingDeleted",
    "silent": "pending ObjectSilent",
}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_has_recorded_objects_or_says_which_it_has_not(preset: Any) -> None:  # noqa: ANN401 - a KindPreset
    known = dict(SITUATIONS)
    if not (preset.paused or preset.paused_by or preset.pauses):
        known.pop("paused")
    if not (preset.fails or preset.failures):
        known.pop("failed")
    shown = set()
    rows = [
        (documents(name)[place], row) for place, table in enumerate((EXPECTED, BESIDE)) for name, row in table.items()
    ]
    for document, (verdicts, _) in rows:
        if preset_of(group_of(document), document["kind"]) is preset:
            shown |= {situation for situation, start in known.items() if verdicts[0].startswith(start)}
    assert shown | set(preset.unverified) == set(known), "record one, or list it under unverified"
    assert shown & set(preset.unverified) == set()


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
