"""What to say of sub-applications, and what a dump needs of them."""

from collections.abc import Iterator

from platform_status_contract.model.contract import Contract, Selector
from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.lenient import server_of, text
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.selectors import label_query
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.sources.argo.describe import health_words
from platform_status_contract.sources.argo.kinds import APPLICATION
from platform_status_contract.sources.source import Basis, Fetch, Json, unreadable_kind

from .read import name_of, sub_applications_of

__all__ = ["collect_sub_applications", "describe_sub_applications", "select_sub_applications"]


def describe_sub_applications(
    assessment: Assessment, view: View, contract: Contract, request: Key, _clock: Clock
) -> Iterator[Basis]:
    """Name the sub-applications, each with what Argo CD says of it; of another request's not even the name."""
    wanted = contract.sub_applications
    if wanted is None:
        return
    for namespace in wanted.all_namespaces:
        yield from unreadable_kind(view, APPLICATION, namespace)
    unhealthy = under(assessment.health.get("subApps"), "unhealthy")
    culprits = unhealthy if isinstance(unhealthy, list) else []
    for record in sub_applications_of(view, contract):
        if is_foreign(record.owner, request):
            continue
        says = f"sync {record.seen.sync_status or 'not compared yet'}, {health_words(record.seen)}"
        yield Basis(APPLICATION, record.key, says, culprit=name_of(record, wanted) in culprits)


def select_sub_applications(contract: Contract) -> tuple[tuple[str, Selector | None], ...]:
    """Return the selector of the sub-applications."""
    wanted = contract.sub_applications
    return ((APPLICATION.source, wanted.selector),) if wanted else ()


def collect_sub_applications(fetch: Fetch, contract: Contract, _request: Json) -> None:
    """Read the sub-applications."""
    wanted = contract.sub_applications
    if wanted is None:
        return
    servers, names = wanted.destination.servers, wanted.destination.all_names
    fetch.keep(
        item
        for namespace in wanted.all_namespaces
        for item in fetch.list(APPLICATION, namespace, labels=label_query(wanted.selector))
        if server_of(text(item, "spec", "destination", "server")) in servers
        or text(item, "spec", "destination", "name") in names
    )
