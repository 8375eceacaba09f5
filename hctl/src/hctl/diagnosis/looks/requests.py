"""The request itself, and whoever keeps its status: deletion, contract, sidecar."""

from datetime import datetime

from hctl.diagnosis.evidence import Grade, Look, Rank
from hctl.diagnosis.orders import Orders
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from hctl.reading.read import items
from hctl.reading.views import RequestView
from hctl.texts import age_of, inert
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.rules.observation import ContractProblem, Workflow

from .fields import under

__all__ = ["look_at_contract", "look_at_deletion", "look_at_sidecar"]

_BLIND = (Reason.FORBIDDEN, Reason.SOURCE_UNREADABLE, Reason.KIND_MISSING)


def look_at_deletion(view: RequestView, raw: object, now: datetime, orders: Orders) -> Look | None:
    """Look what holds a request that is being deleted; None if it is not."""
    if not view.deleting:
        return None
    since = parse_time(under(raw, "metadata", "deletionTimestamp"))
    finalizers = [inert(entry, 253) for entry in items(under(raw, "metadata", "finalizers"))]
    held = f"held by {', '.join(finalizers[:6])}" if finalizers else "nothing holds it any more"
    summary = f"being deleted for {age_of(since, now)}; {held}"
    return Look("Deletion", Grade.WAITING, Rank.DELETION, summary, commands=(orders.describe(view),))


def look_at_contract(view: RequestView, orders: Orders) -> Look | None:
    """Look whether there is a contract to go by; None if there is one."""
    if not isinstance(view.contract, ContractProblem):
        return None
    # Before its workflow has run a request has no contract, and that is no fault.
    young = view.contract.reason is Reason.NO_CONTRACT and view.workflow is not Workflow.COMPLETED
    grade = Grade.WAITING if young else Grade.BAD
    summary = f"{view.contract.reason}: {view.contract.message or 'nothing says what to observe'}"
    output = "jsonpath={.status.contract}"
    command = orders.kubectl("get", view.resource, view.name, "-o", output, namespace=view.namespace)
    rank = Rank.SIDECAR if young else Rank.CONTRACT
    return Look("Contract", grade, rank, summary, commands=(command,))


def look_at_sidecar(judged: Judged, orders: Orders) -> Look:
    """Look whether the sidecar is alive, and whether it can see."""
    freshness, view = judged.freshness, judged.view
    namespace, _, _ = view.lease.partition("/")
    pods = orders.kubectl("get", "pods,leases", namespace=namespace or "platform-status-system")
    if freshness.state is State.SILENT:
        return Look("Sidecar", Grade.BAD, Rank.SIDECAR, f"silent; last check {freshness.text}", commands=(pods,))
    if freshness.state is not State.FRESH:
        return Look("Sidecar", Grade.UNREADABLE, Rank.SIDECAR, f"last check {freshness.text}", commands=(pods,))
    blind = [entry for entry in view.conditions if entry.owned and entry.reason in _BLIND]
    if blind:
        details = tuple(f"{entry.type}: {entry.reason}: {entry.message}" for entry in blind[:4])
        return Look("Sidecar", Grade.UNREADABLE, Rank.SIDECAR, "cannot read everything", details, commands=(pods,))
    return Look("Sidecar", Grade.GOOD, Rank.SIDECAR, f"alive, last check {freshness.text}")
