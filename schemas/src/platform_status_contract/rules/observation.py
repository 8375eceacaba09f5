"""The observation of one request, the input of every rule (design.md section 5).

Absent, unreadable and zero are three different values: `Absent` means that the object does not exist, `Unreadable` that
the read failed, and an empty tuple inside `Present` that the list is empty.
Every string in here may be hostile: any user of the cluster may have written it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Reason

__all__ = [
    "Absent",
    "ApplicationSeen",
    "ConditionSeen",
    "ContractProblem",
    "ControllerSeen",
    "Facts",
    "FieldValue",
    "ObjectSeen",
    "Observation",
    "PodSeen",
    "Present",
    "Reading",
    "SecretSeen",
    "Silence",
    "SubApplicationSeen",
    "Unreadable",
    "WorkPlacementSeen",
    "WorkSeen",
    "Workflow",
    "named",
    "written_for",
]

T_co = TypeVar("T_co", covariant=True)


class Present(Struct, Generic[T_co], frozen=True):
    """The value of a source that was read."""

    value: T_co


class Absent(Struct, frozen=True):
    """The source was read, and its one object does not exist."""


class Unreadable(Struct, Generic[T_co], frozen=True):
    """The source could not be read.

    Attributes:
        reason: `FORBIDDEN` (403), `KIND_MISSING` (404 of the kind itself), `KIND_TOO_LARGE` (too many objects) or
            `SOURCE_UNREADABLE` (no answer).
        since: When this began, within the life of this process.
        last: The last reading before it, None if this process has none.
        told: What is wrong with the entry that names the kind; mostly empty.
    """

    reason: Reason
    since: datetime
    last: "Present[T_co] | Absent | None" = None
    told: str = ""


Reading = Present[T_co] | Absent | Unreadable[T_co]
"""The three results of reading a source."""


class Silence(Struct, frozen=True, gc=False):
    """When an Argo CD counts as silent, if there is no sign of life before.

    Attributes:
        at: When the permitted time without a sign ends.
        earliest: Before this a silence is not newly reported, because the watch, and perhaps Argo CD, has just started.
    """

    at: datetime
    earliest: datetime


class ApplicationSeen(Struct, frozen=True, gc=False):
    """An Argo CD Application, slim.

    Attributes:
        sync_status: `status.sync.status`; empty if Argo CD has not compared yet.
        health_status: `status.health.status`; empty if not yet assessed.
        health_message: `status.health.message`; without one the first Degraded resource that Argo CD lists.
        operation_phase: `status.operationState.phase`; empty if none ever ran.
        operation_message: Why the operation, or the last try of the running one, failed, without the parts that differ
            from try to try; of one that runs without a failure, what it waits for; empty if nothing is said.
        finished_at: `status.operationState.finishedAt`.
        started_at: `status.operationState.startedAt` of an operation that runs; else None.
        compared_current: Whether `status.sync.comparedTo` is the Application's own source (True if never compared).
        written_for: The generation in the contract's generationAnnotation; None if missing or not a number.
        try_failed: Whether a try of the running operation has failed.
        resources: Whether Argo CD lists resources of it; None if that is unknown.
        problems: Its error conditions, such as ``ComparisonError: ...``, after a failed hydration.
        deleted: Its deletionTimestamp; `LONG_AGO` for one that cannot be read.
        skipped: Whether Argo CD skips it (annotation skip-reconcile), so that its status is outdated.
        differing: Resources that are out of sync, by kind and name; empty if Argo CD lists none.
        automated: Whether Argo CD syncs it automatically.
        foreign: Whether it has another request as its owner; then nothing else about it is reported.
        silence: When its Argo CD counts as silent, unless there is a sign of life before; None if the check is off.
    """

    sync_status: str = ""
    health_status: str = ""
    health_message: str = ""
    operation_phase: str = ""
    operation_message: str = ""
    finished_at: datetime | None = None
    started_at: datetime | None = None
    compared_current: bool = True
    written_for: int | None = None
    try_failed: bool = False
    resources: bool | None = None
    problems: str = ""
    deleted: datetime | None = None
    skipped: bool = False
    differing: str = ""
    automated: bool = False
    foreign: bool = False
    silence: Silence | None = None


class SubApplicationSeen(Struct, frozen=True, gc=False):
    """An Application that targets what the request created.

    Attributes:
        name: Its name.
        seen: Its fields.
        created: Its creationTimestamp.
    """

    name: str
    seen: ApplicationSeen
    created: datetime | None


class PodSeen(Struct, frozen=True, gc=False):
    """A pod that matches the contract's selector, slim.

    Attributes:
        name: Its name.
        phase: `status.phase`.
        ready: Whether condition Ready is True.
        ready_since: lastTransitionTime of condition Ready, None if unknown.
        restarts: Sum of restartCount over its containers, for messages only; no rule uses it.
        crashing: Whether a container waits to be restarted after a failure (CrashLoopBackOff), or was restarted at an
            unknown time.
        restarted: When a container was last restarted after a failure; None if none is known to have failed.
        waiting: The first reason of a container that waits (CrashLoopBackOff, ImagePullBackOff ...), else of the pod
            (Evicted, NodeLost ...), else why it has no node (Unschedulable, SchedulingGated); empty if there is none.
        deleted: Its deletionTimestamp, at the end of its grace period; `LONG_AGO` for one that cannot be read.
        owner_kind: Kind of the controlling owner; empty without one.
        owner_name: Name of the controlling owner; empty without one.
        created: Its creationTimestamp; None if unknown.
        fell: Whether it was ready since it started, and no longer is (for a terminating pod: before its deletion).
        failed: The container that failed last, and how, such as ``db: OOMKilled`` or ``db: exit code 1``; empty if none
            is known to have failed.
        namespace: Its namespace, if the contract names several; else empty.
    """

    name: str
    phase: str = ""
    ready: bool = False
    ready_since: datetime | None = None
    restarts: int = 0
    crashing: bool = False
    restarted: datetime | None = None
    waiting: str = ""
    deleted: datetime | None = None
    owner_kind: str = ""
    owner_name: str = ""
    created: datetime | None = None
    fell: bool = False
    failed: str = ""
    namespace: str = ""


class ControllerSeen(Struct, frozen=True, gc=False):
    """A StatefulSet, Deployment or DaemonSet that the contract names, slim.

    Attributes:
        kind: Its kind.
        name: Its name.
        paused: Whether vcluster has put it to sleep.
        deleted: Its deletionTimestamp.
        wanted: Number of desired pods; None if only its metadata was read.
        ready: Number of its ready pods.
        updated: Number of its pods of the newest revision.
        made: Number of its pods.
        older: Number of pods that may stay at an older revision: below a partition, or all with OnDelete.
        spare: Number of pods of a DaemonSet that may be unready during a rollout.
        current: Whether its status is about its present spec.
        held: Whether its rollout is paused (``spec.paused``).
        failure: What keeps it from making progress or pods, such as ``FailedCreate: exceeded quota``; else empty.
        namespace: Its namespace, where the contract looks into several; else empty.
    """

    kind: str
    name: str
    paused: bool
    deleted: datetime | None = None
    wanted: int | None = None
    ready: int = 0
    updated: int = 0
    made: int = 0
    older: int = 0
    spare: int = 0
    current: bool = True
    held: bool = False
    failure: str = ""
    namespace: str = ""


class SecretSeen(Struct, frozen=True, gc=False):
    """A Secret that exists; its data is never read.

    Attributes:
        name: Its name.
        deleted: Its deletionTimestamp.
        owner: The request that it was written for; empty without the annotation.
        foreign: Whether it carries another request as its owner; then nothing else is told of it.
    """

    name: str
    deleted: datetime | None = None
    owner: str = ""
    foreign: bool = False


class WorkPlacementSeen(Struct, frozen=True, gc=False):
    """One placement of a Work.

    Attributes:
        name: Its name.
        destination: spec.targetDestinationName.
        written: WriteSucceeded; None while unknown.
        misplaced: Whether Kratix marked it misplaced, by a label or in its Ready condition.
        message: Text of a failed write.
        group: Id of the workload group that it places; empty if it cannot be read.
        deleted: Its deletionTimestamp; `LONG_AGO` for one that cannot be read.
    """

    name: str
    destination: str = ""
    written: bool | None = None
    misplaced: bool = False
    message: str = ""
    group: str = ""
    deleted: datetime | None = None


class WorkSeen(Struct, frozen=True):
    """A Kratix Work of the request (kratix.md section 6).

    Attributes:
        name: Its name.
        groups: Ids of its workload groups, empty for one that cannot be read; without groups it has nothing to write.
        placements: Its WorkPlacements.
        unscheduled: Whether its ScheduleSucceeded is False; an absent condition says nothing.
        message: Why it is unscheduled, else the message of its Ready condition.
        deleted: Its deletionTimestamp; `LONG_AGO` for one that cannot be read.
    """

    name: str
    groups: tuple[str, ...]
    placements: tuple[WorkPlacementSeen, ...]
    unscheduled: bool = False
    message: str = ""
    deleted: datetime | None = None


FieldValue = bool | int | str
"""The value of a field of any object; texts are as they stand there, but cut behind what a contract's may be long."""


class ConditionSeen(Struct, frozen=True, gc=False):
    """A condition of any object.

    Attributes:
        type: Its type.
        status: ``True``, ``False``; anything else is Unknown.
        reason: Its reason.
        message: Its message, without parts that differ although nothing changes.
        generation: Its own observedGeneration; None without one.
        since: Its lastTransitionTime while it is neither True nor False; else, and without one, None.
    """

    type: str
    status: str = ""
    reason: str = ""
    message: str = ""
    generation: int | None = None
    since: datetime | None = None


class ObjectSeen(Struct, frozen=True, gc=False):
    """An object of any kind that a contract names or selects, slim: only the fields that its rules read.

    Attributes:
        namespace: Its namespace; empty for a kind without.
        name: Its name.
        generation: metadata.generation; 0 for kinds that have none.
        created: Its creationTimestamp.
        deleted: Its deletionTimestamp; `LONG_AGO` for one that cannot be read.
        finalizers: The finalizers that delay its deletion.
        observed: status.observedGeneration; None without one.
        speaks: Whether it has any condition; any status, if none of its rules reads conditions.
        written: Whether its status holds anything at all.
        conditions: The conditions that its rules read.
        fields: The fields that its rules read, by path; a missing field is left out, a list is replaced by its length,
            and anything else that is no text, whole number or boolean by None.
        annotations: The annotations that its rules read.
        names: The objects in its own contract, if it is a request: `named` of each.
        problem: Why its status cannot be read, although it exists.
        controller: The same object as a controller of pods, for the kinds that are one.
        application: The same object as an Argo CD Application.
        foreign: Whether it has another request as its owner; then not even its name is reported.
    """

    namespace: str
    name: str
    generation: int = 0
    created: datetime | None = None
    deleted: datetime | None = None
    finalizers: tuple[str, ...] = ()
    observed: int | None = None
    speaks: bool = False
    written: bool = False
    conditions: tuple[ConditionSeen, ...] = ()
    fields: tuple[tuple[str, FieldValue | None], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    problem: str = ""
    controller: ControllerSeen | None = None
    application: ApplicationSeen | None = None
    foreign: bool = False

    def condition(self, name: str) -> ConditionSeen | None:
        """Return a condition by its type; of two that contradict each other the one that is not True."""
        return next((found for found in self.conditions if found.type == name), None)

    def condition_of(self, name: str, status: str) -> ConditionSeen | None:
        """Return a condition by its type and its status, even if another one contradicts it."""
        return next((found for found in self.conditions if (found.type, found.status) == (name, status)), None)

    def field(self, path: str) -> FieldValue | None:
        """Return the value of a field by its path; None if it has no text, number or boolean there."""
        return next((value for known, value in self.fields if known == path), None)

    def is_odd(self, path: str) -> bool:
        """Whether something stands at a path that has no value for the rules."""
        return (path, None) in self.fields

    def annotation(self, key: str) -> str | None:
        """Return an annotation."""
        return next((value for known, value in self.annotations if known == key), None)


def named(kind: str, namespace: str, name: str) -> str:
    """Return the identity of an object, for comparisons."""
    return f"{kind}/{namespace}/{name}"


_MAX_DIGITS: Final = 15


def written_for(annotation: str | None) -> int:
    """Read a generation from an annotation; 0, older than any, if it is not a number."""
    text = annotation or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0


class Workflow(StrEnum):
    """The state of the request's workflow; see `rules.workflow`."""

    NONE = "none"
    PENDING = "pending"
    RUNNING = "running"
    SUSPENDED = "suspended"
    FAILED = "failed"
    COMPLETED = "completed"


class ContractProblem(Struct, frozen=True):
    """Why there is no readable contract.

    Attributes:
        reason: `NO_CONTRACT` or `INVALID_CONTRACT`.
        message: The error as text.
        newer: Whether it may be written for a newer reader: it has a newer version, or an unknown key.
    """

    reason: Reason
    message: str = ""
    newer: bool = False


class Facts(Struct, frozen=True):
    """Facts from the request itself, besides its previous status.

    Attributes:
        name: metadata.name.
        namespace: metadata.namespace.
        kind: Kind of the request, for messages without a contract.
        generation: metadata.generation.
        deleting: Whether deletionTimestamp is set.
        contract: The readable contract, or why there is none.
        workflow: The state of the workflow.
        workflow_message: Kratix's message about a suspended or failed pipeline, or why none runs; may be empty.
        workflow_since: When the running pipeline started; None if none runs, or if that is unknown.
        workflow_due: When a suspended pipeline tries again by itself; None if none does.
        deletion_message: Kratix's message about a failed or suspended delete workflow; empty without one.
        problems: `status.problems`, why the pipeline refused the request.
        reporter_lease: `namespace/name` of the sidecar's Lease.
        reporter_version: Version of the sidecar.
    """

    name: str
    namespace: str
    kind: str
    generation: int
    deleting: bool
    contract: Contract | ContractProblem
    workflow: Workflow
    workflow_message: str = ""
    workflow_since: datetime | None = None
    workflow_due: datetime | None = None
    deletion_message: str = ""
    problems: tuple[str, ...] = ()
    reporter_lease: str = ""
    reporter_version: str = ""


class Observation(Struct, frozen=True):
    """One reading per source that the contract names; None for a source that it does not name.

    Attributes:
        works: The Works of the request with their placements.
        application: The Application.
        pods: The pods that match; zero of them is `Present(())`.
        controllers: The named controllers that exist.
        secrets: One reading per Secret of the contract, in its order.
        sub_applications: The Applications that match; zero of them is `Present(())`.
        objects: One reading per entry of `contract.objects`, in its order; no such object is `Present(())`.
    """

    works: Reading[tuple[WorkSeen, ...]] | None = None
    application: Reading[ApplicationSeen] | None = None
    pods: Reading[tuple[PodSeen, ...]] | None = None
    controllers: Reading[tuple[ControllerSeen, ...]] | None = None
    secrets: tuple[Reading[SecretSeen], ...] | None = None
    sub_applications: Reading[tuple[SubApplicationSeen, ...]] | None = None
    objects: tuple[Reading[tuple[ObjectSeen, ...]], ...] | None = None
