"""What to say of an Application, and what a dump needs of it."""

from collections.abc import Iterator

from platform_status_contract.model.contract import Application, Contract
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import ApplicationSeen
from platform_status_contract.rules.timers import SourceName
from platform_status_contract.sources.source import FOREIGN, Basis, Fetch, Json, unreadable_kind

from .kinds import APPLICATION
from .read import application_of
from .record import ApplicationRecord

__all__ = ["collect_application", "describe_application", "health_words"]


def describe_application(
    assessment: Assessment, view: View, contract: Contract, _request: Key, _clock: Clock
) -> Iterator[Basis]:
    """Name the Application, and what the judged half of it says."""
    named = contract.application
    if named is None:
        return
    unreadable = list(unreadable_kind(view, APPLICATION, named.namespace))
    if unreadable:
        yield from unreadable
        return
    record = application_of(view, contract)
    is_sync = assessment.source is SourceName.ARGO_SYNC
    says = "" if record is None else _sync(record, named) if is_sync else health_words(record.seen)
    if assessment.reason is Reason.NOT_OURS:
        says = FOREIGN
    yield Basis(APPLICATION, (named.namespace, named.name), says, absent=record is None, culprit=True)


def _sync(record: ApplicationRecord, named: Application) -> str:
    seen, annotation = record.seen, named.generation_annotation
    parts = [f"sync {seen.sync_status or 'not compared yet'}"]
    parts += [f"operation {seen.operation_phase}"] if seen.operation_phase else []
    parts += ["a try of it failed"] if seen.try_failed else []
    parts += [] if seen.compared_current else ["compared with another source than it has now"]
    parts += [f"written for generation {dict(record.numbers).get(annotation, 'none')}"] if annotation else []
    return ", ".join(parts)


def health_words(seen: ApplicationSeen) -> str:
    """Say how healthy Argo CD calls it, and why."""
    parts = ["being deleted"] if seen.deleted else []
    parts += [f"health {seen.health_status or 'not assessed yet'}"]
    parts += ["no resources"] if seen.resources is False else []
    said = seen.health_message or seen.problems
    return ", ".join(parts) + (f": {said}" if said else "")


def collect_application(fetch: Fetch, contract: Contract, _request: Json) -> None:
    """Read the Application; by a list: of one object, 404 does not tell a missing object from a missing kind."""
    named = contract.application
    if named is not None:
        fetch.keep(fetch.list(APPLICATION, named.namespace, fields=f"metadata.name={named.name}"))
