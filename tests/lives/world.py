"""The words of a story, turned into what the sidecar would have seen.

A story's world is a handful of words per source; this module knows what each word looks like as a reading.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, cast

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import (
    Absent,
    ApplicationSeen,
    ConditionSeen,
    ControllerSeen,
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
from platform_status_contract.sources.workloads.pod_record import decode_pod

__all__ = ["CONTRACT", "Eyes", "World"]

T = TypeVar("T")

CONTRACT: Mapping[str, object] = {
    "version": "v1",
    "displayName": "VCluster",
    "name": "media",
    "application": {
        "namespace": "argocd",
        "name": "vcluster-media",
        "generationAnnotation": "platform.integratn.tech/request-generation",
    },
    "subApplications": {"namespace": "argocd", "destination": {"name": "media"}},
    "workloads": {
        "namespace": "vcluster-media",
        "controllers": [{"kind": "StatefulSet", "name": "vcluster-media"}],
    },
    "secrets": [{"role": "kubeconfig", "namespace": "vcluster-media", "name": "vcluster-media-kubeconfig"}],
    "works": True,
}

_OBJECTS = [
    {
        "name": "database",
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "resource": "kustomizations",
        "scope": "Namespaced",
        "namespace": "team-a",
        "object": "media",
        "generationAnnotation": "status.integratn.tech/request-generation",
    }
]
"""What a contract observes that says `objects` of itself."""

_REASON = "ConfigMap settings: the key forbidden is forbidden here"
_UNREADABLE = {
    "forbidden": Reason.FORBIDDEN,
    "kind missing": Reason.KIND_MISSING,
    "no answer": Reason.SOURCE_UNREADABLE,
}


class World(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What is true at one moment of a story; a step changes some of it.

    Attributes:
        generation: metadata.generation.
        contract: Generation that the contract was resolved for, ``none``, or ``malformed``.
        thresholds: Thresholds of the contract.
        observes: Keys of the contract that it has; by default all of them but `objects`.
        workflow: Where the workflow stands.
        says: What Kratix says about a failed or suspended workflow.
        works: ``none``, ``pending``, ``written``, ``failing``, ``misplaced``, ``empty``, or a word for unreadable.
        application: ``absent``, ``SYNC HEALTH``, ``SYNC HEALTH OPERATION``, or a word for unreadable. The operation is
            Argo CD's phase, ``TryFailed`` between two tries, ``TriesAgain`` in the one that follows, or ``Deleting``.
        application_generation: Generation in the Application's annotation; by default the contract's.
        silent: Whether Argo CD hangs: 15 min later that is silence, for one who has watched for 5 min.
        compared: Whether Argo CD has compared the Application's present source.
        pods: Counts by state: ready, down, restarting, restarted, evicted, done, or a waiting reason of the kubelet; or
            a word for unreadable.
        controller: ``running`` or ``paused``.
        secret: ``absent``, ``exists``, or a word for unreadable.
        sub_apps: Counts by health, such as ``{Healthy: 2, Degraded: 1}``; or a word for unreadable.
        database: The object of a contract that observes one: ``absent``, ``silent``, ``behind``, ``suspended``, the
            status of its condition Ready and perhaps a reason, or a word for unreadable.
        deleting: Whether deletionTimestamp is set.
    """

    generation: int = 1
    contract: int | str = "none"
    thresholds: dict[str, int | float] = {}
    observes: list[str] = []
    workflow: Workflow = Workflow.NONE
    says: str = ""
    works: str = "none"
    application: str = "absent"
    application_generation: int | None = None
    compared: bool = True
    silent: bool = False
    pods: dict[str, int] | str = {}
    controller: str = "running"
    secret: str = "absent"  # noqa: S105 - a state
    sub_apps: dict[str, int] | str = {}
    database: str = "absent"
    deleting: bool = False

    def contract_document(self) -> object:
        """`.status.contract` as the pipeline would have left it."""
        if self.contract == "malformed":
            return {"version": "v1", "generation": "three"}
        if not isinstance(self.contract, int):
            return None
        kept = {
            key: value
            for key, value in {**CONTRACT, **({"objects": _OBJECTS} if "objects" in self.observes else {})}.items()
            if not self.observes or key in self.observes or key in ("version", "displayName", "name")
        }
        return {**kept, "generation": self.contract, "thresholds": self.thresholds}

    def resolved(self) -> Contract | None:
        """The contract, if it is readable."""
        contract = read_contract({"contract": self.contract_document()})
        return contract if isinstance(contract, Contract) else None


class Eyes:
    """What one run of the sidecar remembers: since when each state holds, and the last good readings.

    A restart is a new pair of eyes; `changed` belongs to the world and survives it.
    """

    def __init__(self, changed: dict[str, datetime]) -> None:
        """Open them on a world whose states have held since `changed`."""
        self._changed = changed
        self._opened: datetime | None = None
        self._blind_since: dict[str, datetime] = {}
        self._last: dict[str, object] = {}

    def observe(self, world: World, now: datetime) -> Observation:
        """Look at the world."""
        self._opened = self._opened or now
        if world.resolved() is None:
            return Observation()
        return Observation(
            works=self._reading("works", world.works, Present(_works(world.works)), now),
            application=self._reading(
                "application",
                world.application,
                self._heard(world, _application(world, self._changed.get("application", now))),
                now,
            ),
            pods=self._reading("pods", world.pods, Present(_pods(world.pods, self._changed.get("pods", now))), now),
            controllers=Present(
                (ControllerSeen("StatefulSet", "vcluster-media", paused=world.controller == "paused"),)
            ),
            secrets=(
                self._reading(
                    "secret",
                    world.secret,
                    Absent() if world.secret != "exists" else Present(SecretSeen("vcluster-media-kubeconfig")),  # noqa: S105 - a state
                    now,
                ),
            ),
            sub_applications=self._reading(
                "subApps",
                world.sub_apps,
                Present(_sub_apps(world.sub_apps, self._changed.get("subApps", now))),
                now,
            ),
            objects=(
                self._reading(
                    "database", world.database, Present(_database(world, self._changed.get("database", now))), now
                ),
            ),
        )

    def _heard(self, world: World, found: Present[ApplicationSeen] | Absent) -> Present[ApplicationSeen] | Absent:
        if isinstance(found, Absent) or not world.silent or self._opened is None:
            return found
        silence = Silence(self._changed["silent"] + timedelta(minutes=15), self._opened + timedelta(minutes=5))
        return Present(msgspec.structs.replace(found.value, silence=silence))

    def _reading(self, name: str, word: object, readable: Present[T] | Absent, now: datetime) -> Reading[T]:
        reason = _UNREADABLE.get(word) if isinstance(word, str) else None
        if reason is None:
            self._blind_since.pop(name, None)
            self._last[name] = readable
            return readable
        since = self._blind_since.setdefault(name, now)
        last = self._last.get(name)
        # what was stored under this name was a reading of the same source
        return Unreadable(reason, since, cast("Present[T] | Absent | None", last))


def _works(word: str) -> tuple[WorkSeen, ...]:
    placement = {
        "written": WorkPlacementSeen("media-abc.worker", "worker", written=True, group="a"),
        "failing": WorkPlacementSeen("media-abc.worker", "worker", written=False, message="no such branch", group="a"),
        "misplaced": WorkPlacementSeen("media-abc.worker", "worker", written=True, misplaced=True, group="a"),
    }.get(word)
    if placement is not None:
        return (WorkSeen("media-abc", groups=("a",), placements=(placement,)),)
    if word == "pending":
        return (WorkSeen("media-abc", groups=("a",), placements=()),)
    return (WorkSeen("media-abc", groups=(), placements=()),) if word == "empty" else ()


def _application(world: World, changed: datetime) -> Present[ApplicationSeen] | Absent:
    if world.application == "absent":
        return Absent()
    sync, health, *operations = world.application.split()
    operation = operations[0] if operations else ""
    phase = {"TryFailed": "Running", "TriesAgain": "Running", "Deleting": ""}.get(operation, operation)
    generation = world.application_generation
    if generation is None and isinstance(world.contract, int):
        generation = world.contract
    return Present(
        ApplicationSeen(
            sync_status=sync,
            health_status=health,
            operation_phase=phase,
            operation_message=_REASON if operation in ("TryFailed", "Failed") else "",
            try_failed=operation in ("TryFailed", "TriesAgain"),
            finished_at=changed if operation in ("TryFailed", "Failed", "Succeeded") else None,
            deleted=changed if operation == "Deleting" else None,
            compared_current=world.compared,
            written_for=generation,
        )
    )


def _pods(states: dict[str, int] | str, changed: datetime) -> tuple[PodSeen, ...]:
    if isinstance(states, str):
        return ()
    built = {
        "ready": lambda name: PodSeen(name, "Running", ready=True, ready_since=changed, owner_kind="StatefulSet"),
        "down": lambda name: PodSeen(name, "Running", ready=False, owner_kind="StatefulSet"),
        "restarting": lambda name: PodSeen(
            name, "Running", restarts=3, crashing=True, waiting="CrashLoopBackOff", owner_kind="StatefulSet"
        ),
        "restarted": lambda name: PodSeen(
            name, "Running", ready=True, ready_since=changed, restarts=1, restarted=changed, owner_kind="StatefulSet"
        ),
        "evicted": lambda name: PodSeen(name, "Failed", owner_kind="ReplicaSet"),
        "done": lambda name: PodSeen(name, "Succeeded", owner_kind="Job"),
    }
    return tuple(
        built.get(state, partial(_waiting, state))(f"{state if state in built else 'media'}-{index}")
        for state, count in states.items()
        for index in range(count)
    )


def _waiting(reason: str, name: str) -> PodSeen:
    """A pod with a container that waits, as the kubelet writes it and the decoder reads it."""
    container = {"name": "syncer", "restartCount": 0, "state": {"waiting": {"reason": reason}}}
    status = {"phase": "Pending", "containerStatuses": [container]}
    record = decode_pod(msgspec.json.encode({"metadata": {"name": name, "namespace": "n"}, "status": status}))
    assert record is not None
    return record.seen


def _sub_apps(states: dict[str, int] | str, changed: datetime) -> tuple[SubApplicationSeen, ...]:
    if isinstance(states, str):
        return ()
    long_ago = changed - timedelta(days=1)
    return tuple(
        SubApplicationSeen(
            f"{health.lower()}-{index}",
            ApplicationSeen("Synced", health.removeprefix("New")),
            changed if "New" in health else long_ago,
        )
        for health, count in states.items()
        for index in range(count)
    )


def _database(world: World, changed: datetime) -> tuple[ObjectSeen, ...]:
    """A Kustomization whose Ready is about its present generation, unless it is behind."""
    state, _, reason = world.database.partition(" ")
    if state == "absent" or not isinstance(world.contract, int):
        return ()
    written_for = world.application_generation or world.contract
    seen = ObjectSeen(
        "team-a",
        "media",
        generation=2,
        created=changed - timedelta(days=1),
        annotations=(("status.integratn.tech/request-generation", str(written_for)),),
        fields=(("spec.suspend", True),) if state == "suspended" else (),
    )
    if state in ("silent", "suspended"):
        return (seen,)
    status, generation = ("True", 1) if state == "behind" else (state, 2)
    since = changed if status == "Unknown" else None
    ready = ConditionSeen("Ready", status, reason, generation=generation, since=since)
    return (msgspec.structs.replace(seen, speaks=True, conditions=(ready,)),)
