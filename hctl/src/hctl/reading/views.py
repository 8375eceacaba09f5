"""What is known of one request, after every field of it was read without trusting it."""

from datetime import datetime

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.rules.observation import ContractProblem, Workflow

__all__ = ["ConditionView", "Counts", "RequestView"]


class ConditionView(Struct, frozen=True):
    """One condition, of whichever writer.

    Attributes:
        type: Its type.
        status: ``True``, ``False`` or ``Unknown``; anything else was read as ``Unknown``.
        reason: May be empty.
        message: May be empty.
        since: lastTransitionTime; None if unreadable.
        owned: Whether the sidecar writes it.
    """

    type: str
    status: str
    reason: str
    message: str
    since: datetime | None
    owned: bool


class Counts(Struct, frozen=True):
    """So many good ones of so many."""

    good: int
    total: int


class RequestView(Struct, frozen=True):
    """A request and its status. Every text in here is inert (`texts.inert`).

    Attributes:
        api_version: Of the request.
        kind: Of the request.
        resource: ``plural.group``, as kubectl names it.
        namespace: metadata.namespace.
        name: metadata.name.
        called: The name people use: the contract's, else spec.name, else metadata.name.
        aliases: Every name it answers to.
        display_name: What kind of thing it is, for people: the contract's displayName, else the kind.
        phase: One of the seven; None if there is none or it is another word.
        phase_found: What stood there, for people; empty if nothing did.
        message: The phase in a sentence; that of Ready while Kratix's "Pending" stands in its place.
        generation: metadata.generation; 0 if unreadable.
        observed_generation: Which generation the status speaks of; None if no sidecar ever wrote.
        resource_version: For watching on from here.
        created: metadata.creationTimestamp.
        deleting: Whether deletionTimestamp is set.
        last_reconciled: When the status was last written.
        lease: ``namespace/name`` of the Lease that proves the sidecar's life; empty if none is named.
        reporter_version: Version of the sidecar; empty if unknown.
        endpoints: Name -> URL.
        credentials: Name -> name of a Secret or an item.
        sync: Argo CD's sync status; empty if unknown. Likewise the next.
        health: Argo CD's health status.
        workloads: Ready pods; None if unknown.
        sub_apps: Healthy sub-applications; None if unknown.
        unhealthy: Sub-applications that are not healthy.
        objects: Ready objects; None if unknown.
        unready: Objects that are not ready, as ``Kind/name``.
        conditions: Owned ones first, in the order of the vocabulary; then the others by type.
        problems: What the pipeline refused.
        contract: What is observed, or why that cannot be told.
        workflow: Where the workflow stands.
        workflow_message: What Kratix says about a suspended or failed pipeline.
        timers: `health.since`, sorted by name.
        bound: Whether it carries a contract, or a sidecar reports on it.
    """

    api_version: str
    kind: str
    resource: str
    namespace: str
    name: str
    called: str
    aliases: tuple[str, ...]
    display_name: str
    phase: Phase | None
    phase_found: str
    message: str
    generation: int
    observed_generation: int | None
    resource_version: str
    created: datetime | None
    deleting: bool
    last_reconciled: datetime | None
    lease: str
    reporter_version: str
    endpoints: tuple[tuple[str, str], ...]
    credentials: tuple[tuple[str, str], ...]
    sync: str
    health: str
    workloads: Counts | None
    sub_apps: Counts | None
    unhealthy: tuple[str, ...]
    objects: Counts | None
    unready: tuple[str, ...]
    conditions: tuple[ConditionView, ...]
    problems: tuple[str, ...]
    contract: Contract | ContractProblem
    workflow: Workflow
    workflow_message: str
    timers: tuple[tuple[str, datetime], ...]
    bound: bool

    def condition(self, kind: str) -> ConditionView | None:
        """Return the condition of a type."""
        return next((entry for entry in self.conditions if entry.type == kind), None)

    @property
    def ready_reason(self) -> str:
        """Reason of the condition Ready; empty without one."""
        ready = self.condition("Ready")
        return ready.reason if ready else ""

    @property
    def reference(self) -> str:
        """``resource/name``, as kubectl takes it."""
        return f"{self.resource}/{self.name}"
