"""What a request is interested in, by its contract. Pure and total."""

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
    """Derive from a request's contract what it is interested in; a dry run is never touched, so nothing is.

    Args:
        record: The request.
        kinds: What is watched; a contract that looks beyond is as good as none.
        scope: Namespaces that it may look at; the same holds.
    """
    if is_dry_run(record):
        return NOTHING
    try:
        contract = read_contract(msgspec.json.decode(record.status))
    except (msgspec.DecodeError, RecursionError):
        # Nested beyond reason: its reconcile will say so; the other requests must not suffer.
        return NOTHING
    if isinstance(contract, ContractProblem) or out_of_reach(contract, kinds):
        return NOTHING
    if out_of_scope(contract, scope, record.namespace, record.name):
        return NOTHING
    return interest_in(contract, record.key)
