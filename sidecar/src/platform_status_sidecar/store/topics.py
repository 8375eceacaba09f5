"""Topics: the words by which changes find the requests that they concern. Pure.

A contract gives the topics that its request observes, a record those that a change of it is about, and the groups that
it is found by.
"""

from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.observing.facts import is_dry_run
from platform_status_contract.observing.records import (
    ApplicationRecord,
    ControllerRecord,
    Key,
    PlacementRecord,
    PodRecord,
    Record,
    RequestRecord,
    WorkRecord,
)
from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, Source
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.rules.observation import ContractProblem

__all__ = [
    "NOTHING",
    "PODS",
    "Interest",
    "Topic",
    "about_destination",
    "about_pods",
    "about_secret",
    "about_source",
    "about_works",
    "groups_of",
    "interest_of",
    "placed_with",
    "topics_of",
]

Topic = tuple[str, ...]
"""What may change, exactly: first its sort, then its names. Equal topics are the same thing, nothing else is."""

PODS: Final = "pods"
"""Sort of the topics about pods."""


def about_source(source: Source) -> Topic:
    """Name a kind as a whole: it becomes readable or unreadable."""
    return ("source", source.value)


def about_application(key: Key) -> Topic:
    """Name one Application."""
    return ("application", *key)


def about_destination(namespace: str, field: str, value: str) -> Topic:
    """Name the Applications of a namespace whose destination has this server or this name."""
    return ("destination", namespace, field, value)


def about_pods(namespace: str) -> Topic:
    """Name the pods of a namespace."""
    return (PODS, namespace)


def about_works(promise: str, request: Key) -> Topic:
    """Name the Works of a request."""
    return ("works", promise, *request)


def about_secret(key: Key) -> Topic:
    """Name one Secret."""
    return ("secret", *key)


def about_controller(source: Source, key: Key) -> Topic:
    """Name one StatefulSet or Deployment."""
    return ("controller", source.value, *key)


class Interest(Struct, frozen=True, gc=False):
    """What one request observes.

    Attributes:
        topics: What it is woken by.
        sources: The kinds that must be watched for it.
        secrets: The Secrets that it observes.
    """

    topics: frozenset[Topic] = frozenset()
    sources: frozenset[Source] = frozenset()
    secrets: frozenset[Key] = frozenset()


NOTHING = Interest()
"""A request without a readable contract observes nothing."""


def interest_of(record: RequestRecord, *, promise: str) -> Interest:
    """Derive from a request's contract what it is interested in; total.

    Args:
        record: The request; a dry run is never touched, so it makes us look at nothing.
        promise: Name of the Promise, as its Works are labelled.
    """
    if is_dry_run(record):
        return NOTHING
    try:
        contract = read_contract(msgspec.json.decode(record.status))
    except (msgspec.DecodeError, RecursionError):
        # Nested beyond reason: its reconcile will say so; the other requests must not suffer.
        return NOTHING
    if isinstance(contract, ContractProblem):
        return NOTHING
    sources: set[Source] = set()
    topics: set[Topic] = set()
    secrets = frozenset((secret.namespace, secret.name) for secret in contract.secrets or ())
    if contract.application:
        sources.add(Source.APPLICATIONS)
        topics.add(about_application((contract.application.namespace, contract.application.name)))
    if contract.sub_applications:
        sources.add(Source.APPLICATIONS)
        wanted = contract.sub_applications
        fields = (("server", wanted.destination.servers), ("name", wanted.destination.all_names))
        topics.update(about_destination(wanted.namespace, field, value) for field, values in fields for value in values)
    if contract.workloads:
        sources.add(Source.PODS)
        namespace = contract.workloads.namespace
        topics.add(about_pods(namespace))
        for item in contract.workloads.controllers or ():
            sources.add(KIND_OF_CONTROLLER[item.kind])
            topics.add(about_controller(KIND_OF_CONTROLLER[item.kind], (namespace, item.name)))
    if contract.works:
        sources.update((Source.WORKS, Source.WORK_PLACEMENTS))
        topics.add(about_works(promise, record.key))
    topics.update(about_source(source) for source in sources)
    topics.update(about_secret(secret) for secret in secrets)
    return Interest(frozenset(topics), frozenset(sources), secrets)


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
