"""The kind that this source reads, and how its objects are found."""

from collections.abc import Iterable
from typing import Final

from platform_status_contract.model.contract import DestinationMatch
from platform_status_contract.observing.interest import Topic, about_object
from platform_status_contract.observing.records import Record
from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.source import ObservedKind, Sign

from .keep import keep_application
from .record import ApplicationRecord, decode_application

__all__ = ["APPLICATION", "about_destination"]


def about_destination(namespace: str, destination: DestinationMatch) -> list[Topic]:
    """Name the Applications of a namespace whose destination is one of these servers or of these names."""
    return [
        *(_about("server", namespace, server) for server in destination.servers),
        *(_about("name", namespace, name) for name in destination.all_names),
    ]


def _about(field: str, namespace: str, value: str) -> Topic:
    return (Source.APPLICATIONS, field, namespace, value)


def _destinations(record: Record) -> Iterable[Topic]:
    if isinstance(record, ApplicationRecord):
        for field, value in (("server", record.server), ("name", record.destination)):
            if value:
                yield _about(field, record.namespace, value)


def _about_application(record: Record) -> Iterable[Topic]:
    yield about_object(Source.APPLICATIONS, record.key)
    yield from _destinations(record)


def _sign(record: Record) -> Sign | None:
    """Argo CD looks at each Application every few minutes: a controller hangs, or its watch of one cluster."""
    if not isinstance(record, ApplicationRecord):
        return None
    group = (record.controller, record.server, record.destination)
    return Sign(group, record.reconciled, asked=record.refreshing, counts=not record.seen.skipped)


APPLICATION: Final = ObservedKind(
    source=Source.APPLICATIONS,
    api_version="argoproj.io/v1alpha1",
    kind="Application",
    decode=decode_application,
    about=_about_application,
    groups=_destinations,
    keep=keep_application,
    sign=_sign,
    page=25,
    streamed=True,
    gather=0.4,
)
