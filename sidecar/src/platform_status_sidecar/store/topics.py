"""Which topics a record is about, and which groups it is found by. Pure."""

from platform_status_contract.observing.records import (
    ApplicationRecord,
    ControllerRecord,
    Key,
    PlacementRecord,
    PodRecord,
    Record,
    SecretRecord,
    WorkRecord,
)
from platform_status_contract.observing.sources import Source

from .interest import (
    Topic,
    about_application,
    about_controller,
    about_destination,
    about_pods,
    about_secret,
    about_works,
)

__all__ = ["groups_of", "placed_with", "topics_of"]


def topics_of(source: Source, record: Record) -> list[Topic]:
    """List what a change of this record is about; a placement is about what its Work is about."""
    match record:
        case ApplicationRecord():
            return [about_application(record.key), *_destinations(record)]
        case PodRecord():
            return [about_pods(record.namespace)]
        case WorkRecord():
            return [about_works(record.promise, record.request)]
        case ControllerRecord():
            return [about_controller(source, record.key)]
        case SecretRecord():
            return [about_secret(record.key)]
        case _:
            return []


def groups_of(record: Record) -> list[Topic]:
    """List the groups under which this record is found, beside its own name."""
    match record:
        case ApplicationRecord():
            return _destinations(record)
        case WorkRecord():
            return [about_works(record.promise, record.request)]
        case PlacementRecord():
            return [placed_with((record.namespace, record.work))]
        case _:
            return []


def placed_with(work: Key) -> Topic:
    """Name the placements of a Work."""
    return ("placements", *work)


def _destinations(record: ApplicationRecord) -> list[Topic]:
    fields = (("server", record.server), ("name", record.destination))
    return [about_destination(record.namespace, field, value) for field, value in fields if value]
