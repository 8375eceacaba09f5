"""Generated worlds: contracts, observations, facts and statuses, plausible and hostile.

Times lie around the deadlines of the rules (60, 120, 600, 900 s), because that is where mistakes live.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

from platform_status_contract.model.contract import (
    Application,
    Contract,
    Controller,
    DestinationMatch,
    SecretReference,
    Selector,
    SubApplications,
    Thresholds,
    Workloads,
)
from platform_status_contract.model.objects import ObjectEntry, PausedWhen, ReadyWhen
from platform_status_contract.model.times import LONG_AGO, format_time
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason
from platform_status_contract.rules.observation import (
    Absent,
    ApplicationSeen,
    ConditionSeen,
    ContractProblem,
    ControllerSeen,
    Facts,
    ObjectSeen,
    Observation,
    PodSeen,
    Present,
    Reading,
    SecretSeen,
    Silence,
    SubApplicationSeen,
    Unreadable,
    Workflow,
    WorkPlacementSeen,
    WorkSeen,
)
from platform_status_contract.rules.timers import TIMERS

__all__ = [
    "NOW",
    "World",
    "any_json",
    "contracts",
    "facts_about",
    "good_observation",
    "hostile_text",
    "mostly_good",
    "observations",
    "readable_observations",
    "sane_statuses",
    "statuses",
    "thresholds",
    "whole_contract",
    "worlds",
]

T = TypeVar("T")

NOW: Final = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
_AGES = (0, 1, 29, 30, 59, 60, 61, 119, 120, 300, 599, 600, 601, 899, 900, 901, 7200, -1, -3600)

hostile_text: Final = st.one_of(
    st.sampled_from(["", "a", "\x1b[2J", "\u202ereversed", "\ud800", '"' * 250, "\\" * 250, "é" * 250, "x\n" * 120]),
    st.text(st.characters(), max_size=60),
)
"""Anything that anybody may have put into a string of the cluster, half surrogate pairs included."""

moments: Final = st.sampled_from(_AGES).map(lambda age: NOW - timedelta(seconds=age))
thresholds: Final = st.builds(
    Thresholds,
    progress_deadline_seconds=st.sampled_from([0, 60, 900]),
    degraded_after_seconds=st.sampled_from([0, 60, 600]),
    failed_after_seconds=st.sampled_from([0, 60, 600]),
    min_ready_ratio=st.sampled_from([0.0, 0.5, 1.0]),
)

_WORKLOADS = Workloads("vcluster-media", controllers=(Controller("StatefulSet", "m"), Controller("Deployment", "web")))
_SEVERAL = (_WORKLOADS, Workloads("media-jobs", controllers=(Controller("Deployment", "web", "allowed"),), minimum=1))
_APPLICATIONS = (
    Application("argocd", "vcluster-media"),
    Application("argocd", "vcluster-media", "example.org/generation"),
)


def _secret(name: str, role: str = "kubeconfig") -> SecretReference:
    return SecretReference(role, "vcluster-media", name)


_secrets_named: Final = st.builds(
    _secret, st.sampled_from(["one", "two"]), st.sampled_from(["kubeconfig", "kubeconfig", "password", "admin-tls"])
)


def _sub_applications(minimum: int) -> SubApplications:
    return SubApplications("argocd", DestinationMatch(name="media"), minimum=minimum)


_GENERATION = "example.org/generation"
_QUEUE = ObjectEntry(
    "queue", "example.org/v1", "Queue", "queues", "Namespaced", "team-a", "films", generation_annotation=_GENERATION
)
entries: Final = st.builds(
    ObjectEntry,
    name=st.just("x"),
    api_version=st.sampled_from(
        ["example.org/v1", "apps/v1", "batch/v1", "v1", "kustomize.toolkit.fluxcd.io/v1", "argoproj.io/v1alpha1"]
    ),
    kind=st.sampled_from(["Queue", "Deployment", "Job", "Pod", "Kustomization", "Application", "Service"]),
    resource=st.just("things"),
    scope=st.just("Cluster"),
    selector=st.just(Selector()),
    minimum=st.sampled_from([1, 1, 2]),
    generation_annotation=st.sampled_from([None, _GENERATION]),
    ready=st.sampled_from(
        [
            ReadyWhen(),
            ReadyWhen(),
            ReadyWhen(condition="Available"),
            ReadyWhen(field="status.phase", values=("Running", True), failed=("Failed",)),
            ReadyWhen(exists=True),
            ReadyWhen(preset="request"),
        ]
    ),
    paused=st.sampled_from([None, PausedWhen("spec.suspend", equals=True)]),
)
"""Entries of `contract.objects`, all of one name."""


def _named(found: list[ObjectEntry]) -> tuple[ObjectEntry, ...]:
    names = ("queue", "my-db", "third")
    return tuple(msgspec.structs.replace(entry, name=name) for entry, name in zip(found, names, strict=False))


def _good_object(generation: int) -> ObjectSeen:
    ready = ConditionSeen("Ready", "True", generation=1)
    annotations = ((_GENERATION, str(generation)),)
    return ObjectSeen("team-a", "films", 1, NOW, speaks=True, conditions=(ready,), annotations=annotations)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract that names at least one source."""
    names = ["application", "works", "pods", "secrets", "subs", "objects"]
    parts = draw(st.sets(st.sampled_from(names), min_size=1))
    return Contract(
        "v1",
        draw(st.integers(1, 3)),
        "VCluster",
        "media",
        application=draw(st.sampled_from(_APPLICATIONS)) if "application" in parts else None,
        sub_applications=_sub_applications(draw(st.sampled_from([0, 2]))) if "subs" in parts else None,
        workloads=draw(st.just(_WORKLOADS) | st.just(_SEVERAL)) if "pods" in parts else None,
        secrets=tuple(draw(st.lists(_secrets_named, min_size=1, max_size=3))) if "secrets" in parts else None,
        objects=draw(st.lists(entries, min_size=1, max_size=3).map(_named)) if "objects" in parts else None,
        works="works" in parts,
        thresholds=draw(thresholds),
    )


def whole_contract(limits: Thresholds, generation: int = 1) -> Contract:
    """A contract that names every source."""
    return Contract(
        "v1",
        generation,
        "VCluster",
        "media",
        application=_APPLICATIONS[1],
        sub_applications=_sub_applications(0),
        workloads=_WORKLOADS,
        secrets=(_secret("one"),),
        objects=(_QUEUE,),
        works=True,
        thresholds=limits,
    )


def good_observation(generation: int = 1) -> Observation:
    """Every source of `whole_contract`, good."""
    return Observation(
        works=Present((WorkSeen("w", ("a",), (WorkPlacementSeen("p", "worker", written=True, group="a"),)),)),
        application=Present(ApplicationSeen("Synced", "Healthy", written_for=generation)),
        pods=Present((PodSeen("a", "Running", ready=True),)),
        controllers=Present(()),
        secrets=(Present(SecretSeen("one")),),
        sub_applications=Present(()),
        objects=(Present((_good_object(generation),)),),
    )


words: Final = st.one_of(
    st.sampled_from(
        ["Synced", "OutOfSync", "Unknown", "", "Healthy", "Progressing", "Suspended", "Degraded", "Missing"]
    ),
    hostile_text,
)
applications: Final = st.builds(
    ApplicationSeen,
    sync_status=st.one_of(st.sampled_from(["Synced", "OutOfSync", "Unknown"]), words),
    health_status=st.one_of(st.sampled_from(["Healthy", "Degraded", "Suspended", "Progressing", "Unknown"]), words),
    health_message=hostile_text,
    operation_phase=st.one_of(st.sampled_from(["", "Running", "Failed", "Error", "Succeeded"]), hostile_text),
    operation_message=hostile_text,
    finished_at=st.none() | moments,
    compared_current=st.sampled_from([True, True, False]),
    written_for=st.sampled_from([None, 1, 2, 3, -1, 10**30]),
    try_failed=st.sampled_from([False, False, True]),
    resources=st.sampled_from([True, True, None, False]),
    problems=hostile_text,
    deleted=st.sampled_from([None, None, None, LONG_AGO]) | moments,
    silence=st.none() | st.none() | st.builds(Silence, moments, moments),
)
_namespaces: Final = st.sampled_from(["", "", "vcluster-media", "media-jobs"])
pods: Final = st.builds(
    PodSeen,
    name=st.sampled_from(["a", "b", "c"]) | hostile_text,
    phase=st.sampled_from(["Running", "Running", "Pending", "Failed", "Succeeded"]) | hostile_text,
    ready=st.sampled_from([True, True, False]),
    ready_since=st.none() | moments,
    restarts=st.sampled_from([0, 3, 10**30]),
    crashing=st.sampled_from([False, False, True]),
    restarted=st.none() | moments,
    waiting=hostile_text,
    deleted=st.sampled_from([None, None, LONG_AGO]) | moments,
    owner_kind=st.sampled_from(["", "StatefulSet", "ReplicaSet", "DaemonSet", "Job"]),
    owner_name=st.sampled_from(["m", "web-5d8f", "x"]),
    created=st.none() | moments,
    fell=st.booleans(),
    namespace=_namespaces,
)
controllers: Final = st.builds(
    ControllerSeen,
    kind=st.sampled_from(["StatefulSet", "Deployment", "DaemonSet"]),
    name=st.sampled_from(["m", "web"]),
    paused=st.sampled_from([False, False, True]),
    deleted=st.sampled_from([None, None, LONG_AGO]) | moments,
    wanted=st.sampled_from([None, 0, 1, 1, 2, 2**31 - 1]),
    ready=st.sampled_from([0, 1, 1, 2, -1]),
    updated=st.sampled_from([0, 1, 1, 2]),
    older=st.sampled_from([0, 0, 1]),
    spare=st.sampled_from([0, 1]),
    current=st.sampled_from([True, True, False]),
    held=st.sampled_from([False, False, True]),
    failure=st.sampled_from(["", "", ""]) | hostile_text,
    namespace=_namespaces,
)
placements: Final = st.builds(
    WorkPlacementSeen,
    name=hostile_text,
    destination=hostile_text,
    written=st.sampled_from([True, True, False, None]),
    misplaced=st.sampled_from([False, False, True]),
    message=hostile_text,
    group=st.sampled_from(["a", "a", "b", ""]),
    deleted=st.sampled_from([None, None, LONG_AGO]) | moments,
)
works: Final = st.builds(
    WorkSeen,
    name=hostile_text,
    groups=st.sampled_from([("a",), ("a",), ("a", "b"), ("",), ()]),
    placements=st.lists(placements, max_size=2).map(tuple),
    unscheduled=st.sampled_from([False, False, True]),
    message=hostile_text,
    deleted=st.sampled_from([None, None, LONG_AGO]) | moments,
)
_secrets: Final = st.builds(SecretSeen, name=hostile_text, deleted=st.sampled_from([None, None, LONG_AGO]) | moments)
sub_applications: Final = st.builds(
    SubApplicationSeen,
    name=hostile_text,
    seen=applications,
    created=st.none() | moments,
)


_conditions_seen: Final = st.builds(
    ConditionSeen,
    type=st.sampled_from(["Ready", "Ready", "Stalled", "Available", "Complete", "Failed", "Healthy"]),
    status=st.sampled_from(["True", "True", "False", "Unknown"]) | hostile_text,
    reason=st.sampled_from(["", "DependencyNotReady", "SourceNotReady"]) | hostile_text,
    message=hostile_text,
    generation=st.sampled_from([None, 1, 2, -1]),
    since=st.none() | moments,
)
_values: Final = st.sampled_from(["Running", "Failed", "Bound", "Pending", "LoadBalancer", True, False, 0, 1, 3])
objects: Final = st.builds(
    ObjectSeen,
    namespace=st.just(""),
    name=st.sampled_from(["a", "b"]) | hostile_text,
    generation=st.sampled_from([1, 1, 2]),
    created=st.none() | moments,
    deleted=st.sampled_from([None, None, None, LONG_AGO]) | moments,
    finalizers=st.lists(hostile_text, max_size=2).map(tuple),
    observed=st.sampled_from([None, 1, 2, -1]),
    speaks=st.sampled_from([True, True, False]),
    conditions=st.lists(_conditions_seen, max_size=4, unique_by=lambda found: found.type).map(tuple),
    fields=st.dictionaries(
        st.sampled_from(
            [
                "spec.suspend",
                "spec.type",
                "status.phase",
                "status.loadBalancer.ingress.0.ip",
                "status.health.observedGeneration",
                "status.lastAppliedRevision",
                "status.lastAttemptedRevision",
            ]
        ),
        _values | hostile_text,
    ).map(lambda found: tuple(found.items())),
    annotations=st.dictionaries(st.just(_GENERATION), st.sampled_from(["1", "2", "x"]) | hostile_text).map(
        lambda found: tuple(found.items())
    ),
    problem=st.sampled_from(["", "", "", ""]) | hostile_text,
    controller=st.none() | controllers,
    application=st.none() | applications,
)


def _few(items: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(items, max_size=3).map(tuple)


def _readings(value: st.SearchStrategy[T]) -> st.SearchStrategy[Reading[T]]:
    readable: st.SearchStrategy[Present[T] | Absent] = st.one_of(
        value.map(Present), value.map(Present), value.map(Present), st.just(Absent())
    )
    unreadable: st.SearchStrategy[Unreadable[T]] = st.builds(
        Unreadable,
        reason=st.sampled_from(
            [Reason.FORBIDDEN, Reason.KIND_MISSING, Reason.KIND_TOO_LARGE, Reason.SOURCE_UNREADABLE]
        ),
        since=moments,
        last=st.none() | readable,
    )
    return st.one_of(readable, readable, readable, unreadable)


observations: Final = st.builds(
    Observation,
    works=st.none() | _readings(_few(works)),
    application=st.none() | _readings(applications),
    pods=st.none() | _readings(_few(pods)),
    controllers=st.none() | _readings(_few(controllers)),
    secrets=st.none() | st.lists(_readings(_secrets), max_size=3).map(tuple),
    sub_applications=st.none() | _readings(_few(sub_applications)),
    objects=st.none() | st.lists(_readings(_few(objects)), max_size=3).map(tuple),
)

_SOURCES: Final = ("works", "application", "pods", "controllers", "secrets", "sub_applications", "objects")

mostly_good: Final = st.builds(
    lambda good, other, names: Observation(
        **{name: getattr(other if name in names else good, name) for name in _SOURCES}
    ),
    st.just(good_observation()),
    observations,
    st.sets(st.sampled_from(_SOURCES), max_size=2),
)
"""A good world with up to two sources replaced by anything."""


@st.composite
def readable_observations(draw: st.DrawFn) -> Observation:
    """Worlds in which every source answers."""
    seen = draw(st.one_of(mostly_good, mostly_good, observations))
    good = good_observation()
    readable = {name: _answered(getattr(seen, name), getattr(good, name)) for name in _SOURCES}
    return Observation(**readable)


def _answered(reading: object, instead: object) -> Any:  # noqa: ANN401 - one type per field
    parts = reading if isinstance(reading, tuple) else (reading,)
    return instead if any(isinstance(part, Unreadable) for part in parts) else reading


any_json: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(2**63), 2**53])
    | st.floats()
    | hostile_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile_text, inner, max_size=3),
    max_leaves=8,
)
"""Any JSON value, and what Python calls JSON: not-a-number, infinities, huge integers, half surrogate pairs."""

times: Final = moments.map(format_time)


def _condition(kind: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(
        {
            "type": kind,
            "status": st.sampled_from([status.value for status in ConditionStatus]),
            "reason": st.sampled_from([reason.value for reason in Reason]),
            "message": hostile_text,
            "lastTransitionTime": times,
        }
    )


_FREE: Final = ("QueueReady", "MyDbReady", "ThirdReady", "PasswordAvailable", "AdminTlsAvailable")
_owned = _condition(st.sampled_from([*(kind.value for kind in ConditionType), *_FREE]))
_foreign = _condition(st.sampled_from(["ConfigureWorkflowCompleted", "Reconciled", "WorksSucceeded", "Foreign"]))
_OF_ENTRIES = {f"{what}.objects.{name}" for what in ("bad", "unknown") for name in ("queue", "my-db")}
_TIMERS = sorted({*TIMERS, *_OF_ENTRIES, "bad.secret.password", "bad.secret.admin-tls"})
_timers = st.dictionaries(st.sampled_from(_TIMERS), times)
_generations = st.integers(1, 3)

sane_statuses: Final = st.fixed_dictionaries(
    {},
    optional={
        "phase": st.sampled_from([phase.value for phase in Phase if phase is not Phase.DELETING]),
        "message": st.just("Pending"),
        "health": st.fixed_dictionaries(
            {"since": _timers},
            optional={
                "observedGeneration": _generations,
                "readyGeneration": _generations,
                "updatingGeneration": _generations,
                "argocd": st.just({"syncStatus": "Synced", "healthStatus": "Healthy"}),
                "workloads": st.just({"ready": 1, "total": 2}),
                "objects": st.just({"ready": 1, "total": 2, "unready": ["Queue/x"], "done": {"queue": "1-00000000"}}),
                "conditions": st.lists(st.sampled_from([*_FREE, "Foreign", "WorksReady"]), max_size=4),
            },
        ),
        "conditions": st.lists(_owned | _foreign, max_size=8),
    },
)
"""Statuses in the right shape, with any values: duplicates of conditions, timers that contradict the phase."""

statuses: Final = st.one_of(
    sane_statuses,
    sane_statuses,
    any_json,
    st.fixed_dictionaries(
        {},
        optional={
            "phase": any_json,
            "conditions": any_json | st.lists(any_json | _owned | _foreign, max_size=6),
            "kratix": any_json,
            "health": any_json
            | st.fixed_dictionaries(
                {},
                optional=dict.fromkeys(
                    ("since", "observedGeneration", "argocd", "workloads", "subApps", "objects", "conditions"), any_json
                ),
            )
            | st.fixed_dictionaries(
                {
                    "since": _timers | st.dictionaries(st.sampled_from(sorted(TIMERS)), any_json),
                    "subApps": st.fixed_dictionaries(
                        {
                            "healthy": st.integers(-1, 2),
                            "total": st.integers(-1, 2) | any_json,
                            "unhealthy": st.lists(hostile_text, max_size=40) | any_json,
                        }
                    ),
                    "argocd": st.fixed_dictionaries(
                        {"syncStatus": words, "healthStatus": words}, optional={"lastSyncTime": times | hostile_text}
                    ),
                }
            ),
        },
    ),
)
"""Statuses of anybody's making."""

problems: Final = st.builds(
    ContractProblem, reason=st.sampled_from([Reason.NO_CONTRACT, Reason.INVALID_CONTRACT]), message=hostile_text
)


def facts_about(contract: st.SearchStrategy[Contract | ContractProblem]) -> st.SearchStrategy[Facts]:
    """Facts of a request with such a contract."""
    return st.builds(
        Facts,
        name=st.just("media"),
        namespace=st.just("team-a"),
        kind=st.just("VClusterOrchestratorV2"),
        generation=_generations,
        deleting=st.sampled_from([False] * 9 + [True]),
        contract=contract,
        workflow=st.sampled_from(Workflow),
        workflow_message=hostile_text,
        problems=st.lists(hostile_text, max_size=4).map(tuple),
        reporter_lease=st.sampled_from(["", "platform-status-system/vcluster"]),
        reporter_version=st.just("0.1.0"),
    )


class World(Struct, frozen=True):
    """One moment of one request."""

    status: object
    observation: Observation
    facts: Facts


def worlds(status: st.SearchStrategy[object] = statuses) -> st.SearchStrategy[World]:
    """Worlds of every kind: nine in ten with a readable contract."""
    contract: st.SearchStrategy[Contract | ContractProblem] = st.one_of(
        contracts(), contracts(), thresholds.map(whole_contract), thresholds.map(whole_contract), problems
    )
    return st.builds(World, status, st.one_of(observations, mostly_good, mostly_good), facts_about(contract))
