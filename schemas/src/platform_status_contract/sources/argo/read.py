"""What a contract makes of interest about its Application, and the reading of it."""

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.interest import NOTHING, Interest, about_object
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.view import View, reading
from platform_status_contract.rules.observation import Absent, ApplicationSeen, Observation, Present

from .kinds import APPLICATION
from .record import ApplicationRecord

__all__ = ["application_of", "interest_in_application", "read_application"]


def interest_in_application(contract: Contract, _request: Key) -> Interest:
    """One Application, by name."""
    named = contract.application
    if named is None:
        return NOTHING
    topic = about_object(APPLICATION.source, (named.namespace, named.name))
    return Interest((topic,), (APPLICATION.source,))


def read_application(observation: Observation, view: View, contract: Contract, request: Key) -> Observation:
    """Read the Application."""
    if contract.application is None:
        return observation
    seen = reading(view, [APPLICATION.source], lambda: _seen(view, contract, request))
    return msgspec.structs.replace(observation, application=seen)


def application_of(view: View, contract: Contract) -> ApplicationRecord | None:
    """Find the Application."""
    named = contract.application
    found = view.record(APPLICATION.source, (named.namespace, named.name)) if named else None
    return found if isinstance(found, ApplicationRecord) else None


def _seen(view: View, contract: Contract, request: Key) -> Present[ApplicationSeen] | Absent:
    named, found = contract.application, application_of(view, contract)
    if named is None or found is None:
        return Absent()
    if is_foreign(found.owner, request):
        return Present(ApplicationSeen(foreign=True))
    written_for = dict(found.numbers).get(named.generation_annotation) if named.generation_annotation else None
    silence = view.silence(APPLICATION.source, found)
    return Present(msgspec.structs.replace(found.seen, written_for=written_for, silence=silence))
