"""What a contract makes of interest about sub-applications, and the reading of them."""

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.interest import NOTHING, Interest
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.selectors import matches
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import ApplicationSeen, Observation, Present, SubApplicationSeen
from platform_status_contract.sources.argo.kinds import APPLICATION, about_destination
from platform_status_contract.sources.argo.record import ApplicationRecord

__all__ = ["interest_in_sub_applications", "read_sub_applications", "sub_applications_of"]


def interest_in_sub_applications(contract: Contract, _request: Key) -> Interest:
    """The Applications of a namespace that have this destination."""
    wanted = contract.sub_applications
    if wanted is None:
        return NOTHING
    topics = about_destination(wanted.namespace, wanted.destination)
    return Interest(frozenset(topics), frozenset({APPLICATION.source}))


def read_sub_applications(observation: Observation, view: View, contract: Contract, request: Key) -> Observation:
    """Read the sub-applications."""
    if contract.sub_applications is None:
        return observation
    seen = reading(
        view,
        [APPLICATION.source],
        lambda: Present(tuple(_seen(view, record, request) for record in sub_applications_of(view, contract))),
    )
    return msgspec.structs.replace(observation, sub_applications=seen)


def _seen(view: View, record: ApplicationRecord, request: Key) -> SubApplicationSeen:
    """Leave of an Application that was written for another request only that there is one."""
    if is_foreign(record.owner, request):
        return SubApplicationSeen("", ApplicationSeen(foreign=True), None)
    silence = view.silence(APPLICATION.source, record)
    return SubApplicationSeen(record.name, msgspec.structs.replace(record.seen, silence=silence), record.created)


def sub_applications_of(view: View, contract: Contract) -> list[ApplicationRecord]:
    """Find the sub-applications, by name; the Application itself is none."""
    wanted = contract.sub_applications
    if wanted is None:
        return []
    own = (contract.application.namespace, contract.application.name) if contract.application else None
    found = view.group(APPLICATION.source, about_destination(wanted.namespace, wanted.destination))
    return [
        record
        for record in found
        if isinstance(record, ApplicationRecord) and record.key != own and matches(wanted.selector, record.labels)
    ]
