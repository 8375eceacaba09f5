"""The view of one request, with every field decoded and made safe to show, and the choice of the one with a name."""

import difflib
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hctl.errors import UsageError
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Phase
from platform_status_contract.rules.observation import ContractProblem, Workflow

__all__ = ["ConditionView", "Counts", "RequestView", "choose"]

_MAX_SUGGESTIONS = 3
_MAX_LISTED = 10


class ConditionView(Struct, frozen=True):
    """One condition, of any writer.

    Attributes:
        type: Its type.
        status: ``True``, ``False`` or ``Unknown``; any other value is read as ``Unknown``.
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
    """The number of good ones, and the total."""

    good: int
    total: int


class RequestView(Struct, frozen=True):
    """A request and its status. Every text in here is inert (`texts.inert`).

    Attributes:
        api_version: Its apiVersion.
        kind: Its kind.
        resource: ``plural.group``, the name that kubectl uses.
        namespace: metadata.namespace.
        name: metadata.name.
        called: The name for people: the contract's, else spec.name, else metadata.name.
        aliases: All names by which it can be found.
        display_name: The name of its kind for people: the contract's displayName, else the kind.
        phase: One of the seven; None if it is missing or another value.
        phase_found: The value of phase, safe to show; empty if it is missing.
        message: The message; that of condition Ready while Kratix's "Pending" replaces it.
        generation: metadata.generation; 0 if unreadable.
        observed_generation: The generation that the status is about; None if no sidecar ever wrote one.
        resource_version: metadata.resourceVersion, from which a watch continues.
        created: metadata.creationTimestamp.
        deleting: Whether deletionTimestamp is set.
        last_reconciled: When the status was last written.
        lease: ``namespace/name`` of the sidecar's Lease; empty if the status names none.
        reporter_version: Version of the sidecar; empty if unknown.
        endpoints: Name -> URL.
        credentials: Name -> name of a Secret or an item.
        sync: Argo CD's sync status; empty if unknown.
        health: Argo CD's health status; empty if unknown.
        workloads: Ready pods; None if unknown.
        sub_apps: Healthy sub-applications; None if unknown.
        unhealthy: Sub-applications that are not healthy.
        objects: Ready objects; None if unknown.
        unready: Objects that are not ready, as ``Kind/name``.
        conditions: The sidecar's conditions, in the order of the vocabulary; then the others by type.
        problems: The problems that the pipeline reported.
        contract: The contract, or why it cannot be read.
        workflow: The state of the workflow.
        workflow_message: Kratix's message about a suspended or failed pipeline.
        timers: `health.since`, sorted by name.
        bound: Whether it has a contract, or a sidecar reports on it.
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
        """Return the condition of a type; None without one."""
        return next((entry for entry in self.conditions if entry.type == kind), None)

    @property
    def ready_reason(self) -> str:
        """Reason of the condition Ready; empty without one."""
        ready = self.condition("Ready")
        return ready.reason if ready else ""

    @property
    def reference(self) -> str:
        """``resource/name``, the form that kubectl accepts."""
        return f"{self.resource}/{self.name}"


def choose(name: str, views: Sequence[RequestView], *, what: str, where: str, namespaced: bool) -> RequestView:
    """Return the only request with a name.

    Args:
        name: The name, from the command line.
        views: All requests.
        what: Name of their kind, for the error: ``vcluster``.
        where: The searched namespaces, for the error: ``in any namespace``.
        namespaced: Whether they are from one namespace, where metadata.name is unique and so takes precedence.

    Raises:
        UsageError: No request has the name (the error suggests similar ones), or several have.
    """
    found = [view for view in views if name in view.aliases]
    exact = [view for view in found if view.name == name]
    if namespaced and len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no {what} has the name {inert(name)!r} {where}{nearest(name, views)}")
    places = ", ".join(sorted({f"{view.namespace}/{view.name} ({view.kind})" for view in found})[:_MAX_LISTED])
    kinds = {view.kind for view in found}
    fix = "add the kind: KIND/NAME" if len(kinds) > 1 else "choose one with -n NAMESPACE"
    if len({view.namespace for view in found}) == 1 and len(kinds) == 1:
        fix = "use its metadata.name with -n NAMESPACE"
    raise UsageError(f"{len(found)} have the name {inert(name)!r}: {places}; {fix}")


def nearest(name: str, views: Sequence[RequestView]) -> str:
    """Return the end of an error, which suggests similar names, or states that there are no requests."""
    if not views:
        return "; there are none"
    names = sorted({alias for view in views for alias in view.aliases})
    close = difflib.get_close_matches(name, names, n=_MAX_SUGGESTIONS, cutoff=0.5)
    if not close:
        begins = [candidate for candidate in names if name and (name in candidate or candidate in name)]
        close = begins[:_MAX_SUGGESTIONS]
    if close:
        return f"; did you mean {' or '.join(close)}?"
    shown = ", ".join(names[:_MAX_SUGGESTIONS])
    return f"; there is {shown}" + (
        f" and {len(names) - _MAX_SUGGESTIONS} more" if len(names) > _MAX_SUGGESTIONS else ""
    )
