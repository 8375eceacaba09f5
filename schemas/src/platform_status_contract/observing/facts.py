"""Reads the rules' `Facts` from the request itself. Pure and total."""

from collections.abc import Callable

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import ContractProblem, Facts, Workflow
from platform_status_contract.rules.texts import clean
from platform_status_contract.rules.workflow import (
    DRY_RUN_LABEL,
    PAUSED_LABEL,
    deletion_message,
    next_try,
    read_workflow,
    running_since,
)

__all__ = ["facts_of", "is_dry_run"]


def is_dry_run(record: RequestRecord) -> bool:
    """Return whether the request must never be written (design.md section 6, rule 6)."""
    return any(key == DRY_RUN_LABEL for key, _ in record.labels)


def facts_of(
    record: RequestRecord,
    status: object,
    *,
    lease: str,
    version: str,
    out_of_reach: Callable[[Contract], str] = lambda _: "",
) -> Facts:
    """Read the facts.

    Args:
        record: The request.
        status: Its status, decoded, any JSON.
        lease: ``namespace/name`` of the sidecar's Lease.
        version: Version of the sidecar.
        out_of_reach: Returns what a contract names that its reader may not observe; empty if there is nothing.
    """
    contract = read_contract(status)
    beyond = out_of_reach(contract) if isinstance(contract, Contract) else ""
    if beyond:
        contract = ContractProblem(Reason.INVALID_CONTRACT, clean(f"status.contract: {beyond}"))
    workflow, message = read_workflow(status, dict(record.labels))
    through = isinstance(contract, Contract) and contract.generation >= record.generation
    nothing_due = workflow is Workflow.FAILED or (through and workflow is Workflow.COMPLETED)
    if dict(record.labels).get(PAUSED_LABEL) == "true" and not nothing_due:
        workflow, message = Workflow.SUSPENDED, f"the label {PAUSED_LABEL} keeps Kratix from going on"
    problems = status.get("problems") if isinstance(status, dict) else None
    return Facts(
        name=record.name,
        namespace=record.namespace,
        kind=record.kind,
        generation=record.generation,
        deleting=record.deleting,
        contract=contract,
        workflow=workflow,
        workflow_message=message,
        workflow_since=running_since(status),
        workflow_due=next_try(status),
        deletion_message=deletion_message(status) if record.deleting else "",
        problems=tuple(item for item in (problems if isinstance(problems, list) else ()) if isinstance(item, str)),
        reporter_lease=lease,
        reporter_version=version,
    )
