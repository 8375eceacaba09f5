"""The request itself and the writer of its status: deletion, contract, change, sidecar."""

from hctl.diagnosis.evidence import Look
from hctl.diagnosis.orders import Orders
from hctl.explain.derive import Explanation
from hctl.reading.fields import holds_in_deletion
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from platform_status_contract.model.vocabulary import Phase, Reason
from platform_status_contract.rules.assessment import Verdict
from platform_status_contract.rules.observation import ContractProblem

__all__ = ["look_at_change", "look_at_contract", "look_at_deletion", "look_at_sidecar"]

_BLIND = (Reason.FORBIDDEN, Reason.SOURCE_UNREADABLE, Reason.KIND_MISSING, Reason.KIND_TOO_LARGE)


def look_at_deletion(explanation: Explanation, raw: object, orders: Orders) -> Look | None:
    """Describe what blocks the deletion of a request; None if it is not being deleted."""
    if explanation.projection.phase is not Phase.DELETING:
        return None
    view = explanation.judged.view
    summary = "; ".join(holds_in_deletion(raw, explanation.now)) or "is being deleted"
    said = explanation.facts.deletion_message
    details = (f"its delete workflow: {said}",) if said else ()
    return Look("Deletion", Verdict.PENDING, summary, details, commands=(orders.describe(view),))


def look_at_contract(explanation: Explanation, orders: Orders) -> Look | None:
    """Describe a missing or invalid contract; None if there is a valid one."""
    contract, view = explanation.facts.contract, explanation.judged.view
    if not isinstance(contract, ContractProblem):
        return None
    # A request has no contract before its workflow has run, which is not a fault.
    missed = explanation.projection.ready.reason in (Reason.NO_CONTRACT, Reason.INVALID_CONTRACT)
    summary = f"{contract.reason}: {contract.message or 'nothing defines what to observe'}"
    output = "jsonpath={.status.contract}"
    command = orders.kubectl("get", view.resource, view.name, "-o", output, namespace=view.namespace)
    verdict = Verdict.BAD if missed else Verdict.PENDING
    return Look("Contract", Verdict.UNREADABLE if explanation.too_new else verdict, summary, commands=(command,))


def look_at_change(explanation: Explanation, orders: Orders) -> Look | None:
    """Describe a change that is not rolled out everywhere; None if the verdict is about no change."""
    ready = explanation.projection.ready
    late = ready.reason == Reason.PROGRESS_DEADLINE_EXCEEDED and not explanation.blocking
    if ready.reason != Reason.SPEC_CHANGED and not late:
        return None
    verdict = Verdict.BAD if late else Verdict.PENDING
    return Look("Change", verdict, ready.message, commands=(orders.describe(explanation.judged.view),))


def look_at_sidecar(judged: Judged, orders: Orders) -> Look:
    """Describe whether the sidecar is alive, and whether it can read its sources."""
    freshness, view = judged.freshness, judged.view
    namespace, _, _ = view.lease.partition("/")
    pods = (orders.kubectl("get", "pods,leases", namespace=namespace or "platform-status-system"),)
    if freshness.state is State.SILENT:
        return Look("Sidecar", Verdict.BAD, f"silent; last check {freshness.text}", commands=pods)
    if freshness.state is not State.FRESH:
        return Look("Sidecar", Verdict.UNREADABLE, f"last check {freshness.text}", commands=pods)
    blind = [entry for entry in view.conditions if entry.owned and entry.type != "Ready" and entry.reason in _BLIND]
    if blind:
        details = tuple(f"{entry.type}: {entry.reason}: {entry.message}" for entry in blind[:4])
        return Look("Sidecar", Verdict.UNREADABLE, "cannot read everything", details, commands=pods)
    return Look("Sidecar", Verdict.GOOD, f"alive, last check {freshness.text}")
