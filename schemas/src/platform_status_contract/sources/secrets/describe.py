"""What to say of Secrets, and what a dump needs of them."""

from collections.abc import Iterator

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Present
from platform_status_contract.sources.source import FOREIGN, Basis, Fetch, Json

from .read import SECRET

__all__ = ["collect_secrets", "describe_secrets"]


def describe_secrets(
    assessment: Assessment, view: View, contract: Contract, request: Key, _clock: Clock
) -> Iterator[Basis]:
    """Name each Secret of the role that was judged, and whether it exists."""
    for item in contract.secrets or ():
        if item.condition != assessment.condition:
            continue
        key = (item.namespace, item.name)
        found = view.secret(key)
        secret = found.value if isinstance(found, Present) else None
        deleted = secret is not None and bool(secret.deleted)
        says = "exists, being deleted" if deleted else "exists"
        foreign = secret is not None and is_foreign(secret.owner, request)
        culprit = secret is None or deleted or foreign
        yield Basis(SECRET, key, FOREIGN if foreign else says, absent=secret is None, culprit=culprit)


def collect_secrets(fetch: Fetch, contract: Contract, _request: Json) -> None:
    """Read the metadata of each Secret."""
    for item in contract.secrets or ():
        fetch.one(SECRET, (item.namespace, item.name))
