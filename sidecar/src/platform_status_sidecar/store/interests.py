"""Derives from a request's contract which objects it observes. Pure and total."""

from collections.abc import Mapping, Sequence

import msgspec

from platform_status_contract.observing.facts import is_dry_run
from platform_status_contract.observing.interest import NOTHING, Interest
from platform_status_contract.observing.records import RequestRecord
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import ContractProblem
from platform_status_contract.rules.scope import out_of_scope
from platform_status_contract.sources.registry import interest_in, out_of_reach
from platform_status_contract.sources.source import ObservedKind

__all__ = ["interest_of"]


def interest_of(
    record: RequestRecord, kinds: Mapping[str, ObservedKind], scope: Sequence[str] | None = None
) -> Interest:
    """Derive from a request's contract which objects it observes; a dry run is never written, so it observes none.

    Args:
        record: The request.
        kinds: The watched kinds; a contract that names another one is treated as absent.
        scope: Namespaces that it may observe; a contract that names another one is treated as absent.
    """
    if is_dry_run(record):
        return NOTHING
    try:
        contract = read_contract(msgspec.json.decode(record.status))
    except (msgspec.DecodeError, RecursionError):
        # Nested too deep: its reconcile will report it; other requests must not be affected.
        return NOTHING
    if isinstance(contract, ContractProblem) or out_of_reach(contract, kinds):
        return NOTHING
    if out_of_scope(contract, scope, record.namespace, record.name):
        return NOTHING
    return interest_in(contract, record.key)
