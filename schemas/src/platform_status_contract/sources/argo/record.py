"""An Argo CD Application."""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Self

import msgspec
from msgspec import Raw, Struct, field

from platform_status_contract.model.lookup import under
from platform_status_contract.model.times import parse_time
from platform_status_contract.observing.decode.envelope import Meta, reader
from platform_status_contract.observing.decode.lenient import (
    clip,
    count,
    deletion,
    labels,
    owner_of,
    server_of,
    strings,
    text,
)
from platform_status_contract.observing.records import LabelledRecord, number_of
from platform_status_contract.rules.observation import ApplicationSeen
from platform_status_contract.rules.texts import name_culprits

from .compared import compared_current, same_destination
from .failures import RUNNING, Told, told_by_conditions, told_by_hydrator, told_by_operation

__all__ = ["REFRESH_ANNOTATION", "SKIP_ANNOTATION", "ApplicationRecord", "decode_application"]


class ApplicationRecord(LabelledRecord, frozen=True, gc=False):
    """An Argo CD Application.

    Attributes:
        server: spec.destination.server, without slashes at its end.
        destination: spec.destination.name.
        created: creationTimestamp.
        numbers: Annotations whose value is a whole number: one of them may be the contract's generationAnnotation.
        controller: status.controllerNamespace: which Argo CD looks after it.
        reconciled: status.reconciledAt, which moves all day long while nothing else does.
        refreshing: Whether a comparison is asked for.
        seen: What the rules see, all but `written_for`, which depends on the contract, `foreign` and `silence`.
        owner: The request that it was written for, as ``namespace/name``; empty if it does not say.
    """

    server: str
    destination: str
    created: datetime | None
    numbers: tuple[tuple[str, int], ...]
    controller: str
    reconciled: datetime | None
    refreshing: bool
    seen: ApplicationSeen
    owner: str = ""

    def says_the_same(self, other: Self) -> bool:
        """Say whether the two differ in nothing but the version and in signs of life."""
        alive = msgspec.structs.replace(self, reconciled=other.reconciled, refreshing=other.refreshing)
        return super(ApplicationRecord, alive).says_the_same(other)


_EMPTY: Final = Raw(b"null")
_MAX_DIGITS: Final = 16
SKIP_ANNOTATION: Final = "argocd.argoproj.io/skip-reconcile"
"""Set to a true value on an Application, it keeps Argo CD from comparing and syncing it."""

REFRESH_ANNOTATION: Final = "argocd.argoproj.io/refresh"
"""Asks Argo CD for a comparison; it removes the annotation when it makes one."""

_TRUE: Final = frozenset(("1", "t", "T", "TRUE", "true", "True"))
"""What Argo CD, written in Go, reads as true."""

_NOTHING: Final = len(b"null")


class _Destination(Struct):
    server: str | None = None
    name: str | None = None
    namespace: str | None = None


class _Automated(Struct):
    enabled: bool | None = None


class _SyncPolicy(Struct):
    automated: _Automated | None = None


class _Source(Struct, rename="camel"):
    source: Raw = _EMPTY
    sources: Raw = _EMPTY
    source_hydrator: Raw = _EMPTY
    destination: _Destination = field(default_factory=_Destination)
    sync_policy: _SyncPolicy | None = None


class _Sync(Struct, rename="camel"):
    status: str | None = None
    compared_to: _Source | None = None


class _Health(Struct):
    status: str | None = None
    message: str | None = None


class _Operation(Struct, rename="camel"):
    phase: str | None = None
    message: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    retry_count: int | None = None
    sync_result: Raw = _EMPTY


class _Asked(Struct):
    """An operation that is asked for and has not begun."""


class _Resource(Struct):
    kind: str = ""
    name: str = ""
    status: str | None = None
    health: _Health | None = None


class _Status(Struct, rename="camel"):
    sync: _Sync | None = None
    health: _Health | None = None
    operation_state: _Operation | None = None
    conditions: Raw = _EMPTY
    resources: list[_Resource] | None = None
    source_hydrator: Raw = _EMPTY
    controller_namespace: str | None = None
    reconciled_at: str | None = None
    resource_health_source: str | None = None
    source_type: str | None = None
    source_types: list[str] | None = None


class _Application(Struct):
    metadata: Meta
    spec: _Source | None = None
    status: _Status | None = None
    operation: _Asked | None = None


_DECODER = msgspec.json.Decoder(_Application)


def _strict(seen: _Application) -> ApplicationRecord:
    meta = seen.metadata
    spec = seen.spec or _Source()
    status = seen.status or _Status()
    sync = status.sync or _Sync()
    health = status.health or _Health()
    # Argo CD takes the state of the last operation away when it asks for the next one.
    is_asked = seen.operation is not None and status.operation_state is None
    operation = _told(status.operation_state or _Operation(phase="Running" if is_asked else None))
    return ApplicationRecord(
        namespace=sys.intern(meta.namespace),
        name=meta.name,
        version=number_of(meta.resource_version),
        labels=labels(meta.labels),
        server=sys.intern(server_of(spec.destination.server)),
        destination=sys.intern(spec.destination.name or ""),
        created=parse_time(meta.creation_timestamp),
        numbers=_numbers(meta.annotations),
        controller=sys.intern(status.controller_namespace or ""),
        reconciled=parse_time(status.reconciled_at),
        refreshing=REFRESH_ANNOTATION in (meta.annotations or {}),
        seen=ApplicationSeen(
            sync_status=sys.intern(sync.status or ""),
            health_status=sys.intern(health.status or ""),
            health_message=clip(health.message) or _blamed(health.status, status.resources or ()),
            operation_phase=operation.phase,
            operation_message=operation.message,
            finished_at=operation.finished_at,
            started_at=_started(status.operation_state),
            compared_current=sync.compared_to is None or _is_current(spec, sync.compared_to, status.source_hydrator),
            try_failed=operation.try_failed,
            resources=_has_resources(status),
            problems=_problems(status.conditions, status.source_hydrator),
            differing=_differing(status.resources or ()),
            automated=_is_automated(spec.sync_policy),
            deleted=deletion(meta.deletion_timestamp),
            skipped=(meta.annotations or {}).get(SKIP_ANNOTATION) in _TRUE,
        ),
        owner=owner_of(meta.annotations),
    )


def _lenient(whole: object, namespace: str, name: str) -> ApplicationRecord:
    """Keep every part that is well formed; of any other, the texts that stand where texts are expected."""
    meta, spec, status = (under(whole, key) for key in ("metadata", "spec", "status"))
    compared = under(status, "sync", "comparedTo")
    found = _strict(
        _Application(
            metadata=Meta(
                name=name,
                namespace=namespace,
                resource_version=text(meta, "resourceVersion"),
                creation_timestamp=text(meta, "creationTimestamp"),
                labels=strings(under(meta, "labels")),
                annotations=strings(under(meta, "annotations")),
            ),
            spec=_Source(
                destination=_Destination(text(spec, "destination", "server"), text(spec, "destination", "name")),
                sync_policy=_SyncPolicy(
                    _Automated(under(spec, "syncPolicy", "automated", "enabled") is not False)
                    if isinstance(under(spec, "syncPolicy", "automated"), dict)
                    else None
                ),
            ),
            operation=_Asked() if isinstance(under(whole, "operation"), dict) else None,
            status=_Status(
                sync=_Sync(text(status, "sync", "status")),
                health=_Health(text(status, "health", "status"), text(status, "health", "message")),
                operation_state=None
                if under(status, "operationState") is None
                else _Operation(
                    phase=text(status, "operationState", "phase"),
                    message=text(status, "operationState", "message"),
                    started_at=text(status, "operationState", "startedAt"),
                    finished_at=text(status, "operationState", "finishedAt"),
                    retry_count=count(status, "operationState", "retryCount"),
                    sync_result=_raw(under(status, "operationState", "syncResult")),
                ),
                conditions=_raw(under(status, "conditions")),
                source_hydrator=_raw(under(status, "sourceHydrator")),
                resources=_resources(under(status, "resources")),
                controller_namespace=text(status, "controllerNamespace"),
                reconciled_at=text(status, "reconciledAt"),
                resource_health_source=text(status, "resourceHealthSource"),
                source_type=text(status, "sourceType"),
            ),
        )
    )
    seen = msgspec.structs.replace(
        found.seen,
        compared_current=compared_current(spec, compared, under(status, "sourceHydrator")),
        deleted=deletion(under(meta, "deletionTimestamp")),
    )
    return msgspec.structs.replace(found, seen=seen)


def _told(operation: _Operation) -> Told:
    return told_by_operation(
        operation.phase or "",
        operation.message,
        parse_time(operation.finished_at),
        operation.retry_count or 0,
        operation.sync_result,
    )


def _started(operation: _Operation | None) -> datetime | None:
    return parse_time(operation.started_at) if operation and operation.phase in RUNNING else None


def _has_resources(status: _Status) -> bool | None:
    """Say whether Argo CD lists resources; None if nothing shows that it ever wrote such a list.

    Argo CD leaves an empty list out. So no list is no resource only beside what Argo CD writes with every comparison.
    """
    if any(resource.kind for resource in status.resources or ()):
        return True
    compared = (status.controller_namespace, status.resource_health_source, status.source_type, status.source_types)
    return False if status.resources is not None or any(compared) else None


def _resources(value: object) -> list[_Resource] | None:
    if value is None:
        return None
    return [
        _Resource(
            text(item, "kind"),
            text(item, "name"),
            text(item, "status"),
            _Health(text(item, "health", "status"), text(item, "health", "message")),
        )
        for item in (value if isinstance(value, list) else ())
    ]


def _problems(conditions: Raw, hydrator: Raw) -> str:
    told = told_by_conditions(msgspec.json.decode(conditions)) if len(memoryview(conditions)) > _NOTHING else ""
    hydrated = told_by_hydrator(msgspec.json.decode(hydrator)) if len(memoryview(hydrator)) > _NOTHING else ""
    return "; ".join(filter(None, (hydrated, told)))


def _is_automated(policy: _SyncPolicy | None) -> bool:
    return policy is not None and policy.automated is not None and policy.automated.enabled is not False


def _blamed(health: str | None, resources: Iterable[_Resource]) -> str:
    """Name the first resource that is Degraded, where Argo CD lists the health of each (until 2.x, or if told to)."""
    if health != "Degraded":
        return ""
    bad = sorted((item.kind, item.name) for item in resources if item.health and item.health.status == health)
    return clip(name_culprits([f"{kind} {name}" for kind, name in bad]))


def _differing(resources: Iterable[_Resource]) -> str:
    """Name what is out of sync."""
    return name_culprits([f"{item.kind} {item.name}" for item in resources if item.status == "OutOfSync"])


def _raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def _numbers(annotations: dict[str, str] | None) -> tuple[tuple[str, int], ...]:
    """Keep the annotations that are whole numbers: which of them is the generation, only a contract knows."""
    return tuple(
        sorted(
            (key, int(value))
            for key, value in (annotations or {}).items()
            if value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS
        )
    )


def _is_current(spec: _Source, compared: _Source, hydrated: Raw) -> bool:
    # Equal bytes are the usual case, and need no decoding of what may hold a chart's values.
    alike = bytes(spec.source) == bytes(compared.source) and bytes(spec.sources) == bytes(compared.sources)
    if alike and bytes(spec.source_hydrator) == bytes(_EMPTY):
        return same_destination(_fields(spec.destination), _fields(compared.destination))
    return compared_current(_loose(spec), _loose(compared), msgspec.json.decode(hydrated))


def _fields(destination: _Destination) -> dict[str, object]:
    return {"server": destination.server, "name": destination.name, "namespace": destination.namespace}


def _loose(source: _Source) -> dict[str, object]:
    return {
        "source": msgspec.json.decode(source.source),
        "sources": msgspec.json.decode(source.sources),
        "sourceHydrator": msgspec.json.decode(source.source_hydrator),
        "destination": _fields(source.destination),
    }


decode_application: Final = reader(_DECODER, _strict, _lenient)
"""JSON of an Application -> its record; None only without a name."""
