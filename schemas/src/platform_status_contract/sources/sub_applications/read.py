"""What a contract makes of interest about sub-applications, and the reading of them."""

import msgspec

from platform_status_contract.model.contract import Contract, SubApplications
from platform_status_contract.observing.interest import NOTHING, Interest, Topic
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.selectors import matches
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import ApplicationSeen, Observation, Present, SubApplicationSeen
from platform_status_contract.sources.argo.kinds import APPLICATION, about_destination
from platform_status_contract.sources.argo.record import ApplicationRecord

__all__ = ["interest_in_sub_applications", "name_of", "read_sub_applications", "sub_applications_of"]


def interest_in_sub_applications(contract: Contract, _request: Key) -> Interest:
    """The Applications of its namespaces that have this destination."""
    wanted = contract.sub_applications
    if wanted is None:
        return NOTHING
    return Interest(tuple(_topics(wanted)), (APPLICATION.source,))


def read_sub_applications(observation: Observation, view: View, contract: Contract, request: Key) -> Observation:
    """Read the sub-applications."""
    wanted = contract.sub_applications
    if wanted is None:
        return observation
    seen = reading(
        view,
        [APPLICATION.source],
        lambda: Present(tuple(_seen(view, record, wanted, request) for record in sub_applications_of(view, contract))),
    )
    return msgspec.structs.replace(observation, sub_applications=seen)


def _seen(view: View, record: ApplicationRecord, wanted: SubApplications, request: Key) -> SubApplicationSeen:
    """Leave of an Application that was written for another request only that there is one."""
    if is_foreign(record.owner, request):
        return SubApplicationSeen("", ApplicationSeen(foreign=True), None)
    silence = view.silence(APPLICATION.source, record)
    seen = msgspec.structs.replace(record.seen, silence=silence)
    return SubApplicationSeen(name_of(record, wanted), seen, record.created)


def sub_applications_of(view: View, contract: Contract) -> list[ApplicationRecord]:
    """Find the sub-applications, by name; the Application itself is none."""
    wanted = contract.sub_applications
    if wanted is None:
        return []
    own = (contract.application.namespace, contract.application.name) if contract.application else None
    found = view.group(APPLICATION.source, _topics(wanted))
    return [
        record
        for record in found
        if isinstance(record, ApplicationRecord) and record.key != own and matches(wanted.selector, record.labels)
    ]


def name_of(record: ApplicationRecord, wanted: SubApplications) -> str:
    """What a sub-application is called: with its namespace, where they may live in several."""
    return f"{record.namespace}/{record.name}" if len(wanted.all_namespaces) > 1 else record.name


def _topics(wanted: SubApplications) -> list[Topic]:
    return [topic for place in wanted.all_namespaces for topic in about_destination(place, wanted.destination)]
