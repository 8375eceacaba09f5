"""Rows 1 and 2 of the phase table: a request being deleted, or without a readable contract (design.md section 5)."""

from typing import Final

from platform_status_contract.model.vocabulary import Phase, Reason

from .clock import Clock
from .observation import ContractProblem, Facts, Workflow
from .table import Outcome, tells_of_workflow, why_failed

__all__ = ["TITLES", "row_1_deleting", "row_2_no_contract"]

TITLES: Final = {
    "1": ("Deleting: the request is being deleted", "deletionTimestamp is not set"),
    "2": ("no readable contract", "the contract can be read"),
}
"""The rows by number: the title of each, and the text to show if it does not match."""


def row_1_deleting(facts: Facts) -> Outcome | None:
    """The request is being deleted.

    The delete pipeline writes phase Deleting only after deletionTimestamp is set, which is never reset. The phase
    without a deletionTimestamp comes from a backup or from a wrong writer, and would otherwise stay for ever
    (ADR 0008).
    """
    return Outcome("1", Phase.DELETING, Reason.DELETING, facts.deletion_message) if facts.deleting else None


def row_2_no_contract(  # noqa: PLR0911 - one return per line of the table in design.md section 5
    facts: Facts, problem: ContractProblem, clock: Clock, *, first_ready: bool
) -> Outcome:
    """There is no readable contract, so nothing can be observed.

    A request with neither a contract nor a sign of a workflow is waiting for its workflow too: Kratix has not handled
    it yet. An unreadable contract is another case, because a workflow has already written it.
    """
    failed = facts.workflow is Workflow.FAILED
    why = why_failed(facts, otherwise="the workflow failed")
    if failed and not first_ready:
        return Outcome("2a", Phase.FAILED, Reason.WORKFLOW_FAILED, why)
    if not first_ready and facts.workflow is Workflow.SUSPENDED:
        said = facts.workflow_message or "the workflow is suspended"
        return Outcome("2b", Phase.SCHEDULED, Reason.WORKFLOW_SUSPENDED, said)
    untouched = facts.workflow is Workflow.NONE and problem.reason is Reason.NO_CONTRACT
    waiting = untouched or facts.workflow in (Workflow.PENDING, Workflow.RUNNING)
    if not first_ready and waiting:
        told = tells_of_workflow(facts, clock)
        said = f": {told}" if told else ""
        return Outcome("2b", Phase.SCHEDULED, Reason.WAITING_FOR_WORKFLOW, f"waiting for the workflow{said}")
    if problem.reason is Reason.INVALID_CONTRACT:
        return Outcome("2c", Phase.UNKNOWN, Reason.INVALID_CONTRACT, problem.message)
    if failed:
        return Outcome("2c", Phase.UNKNOWN, Reason.WORKFLOW_FAILED, why)
    if waiting or facts.workflow is Workflow.SUSPENDED:
        return Outcome("2c", Phase.UNKNOWN, Reason.WAITING_FOR_WORKFLOW, "no contract yet; waiting for the workflow")
    return Outcome("2c", Phase.UNKNOWN, Reason.NO_CONTRACT, problem.message)
