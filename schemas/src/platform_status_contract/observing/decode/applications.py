"""An Argo CD Application."""

from typing import Final

import msgspec
from msgspec import Raw, Struct, field

from platform_status_contract.model.times import parse_time
from platform_status_contract.observing.records import ApplicationRecord, number_of
from platform_status_contract.rules.observation import ApplicationSeen

from .envelope import Meta, reader
from .lenient import clip, labels, strings, text, under

__all__ = ["compared_current", "decode_application"]

_EMPTY: Final = Raw(b"null")
_MAX_DIGITS: Final = 16


class _Destination(Struct):
    server: str | None = None
    name: str | None = None
    namespace: str | None = None


class _Source(Struct):
    source: Raw = _EMPTY
    sources: Raw = _EMPTY
    destination: _Destination = field(default_factory=_Destination)


class _Sync(Struct, rename="camel"):
    status: str | None = None
    compared_to: _Source | None = None


class _Health(Struct):
    status: str | None = None
    message: str | None = None


class _Operation(Struct, rename="camel"):
    phase: str | None = None
    message: str | None = None
    finished_at: str | None = None


class _Status(Struct, rename="camel"):
    sync: _Sync | None = None
    health: _Health | None = None
    operation_state: _Operation | None = None


class _Application(Struct):
    metadata: Meta
    spec: _Source | None = None
    status: _Status | None = None


_DECODER = msgspec.json.Decoder(_Application)


def _strict(seen: _Application) -> ApplicationRecord:
    meta = seen.metadata
    spec = seen.spec or _Source()
    status = seen.status or _Status()
    sync = status.sync or _Sync()
    health = status.health or _Health()
    operation = status.operation_state or _Operation()
    return ApplicationRecord(
        namespace=meta.namespace,
        name=meta.name,
        version=number_of(meta.resource_version),
        labels=labels(meta.labels),
        server=spec.destination.server or "",
        destination=spec.destination.name or "",
        created=parse_time(meta.creation_timestamp),
        numbers=_numbers(meta.annotations),
        seen=ApplicationSeen(
            sync_status=sync.status or "",
            health_status=health.status or "",
            health_message=clip(health.message),
            operation_phase=operation.phase or "",
            operation_message=clip(operation.message),
            finished_at=parse_time(operation.finished_at),
            compared_current=sync.compared_to is None or _strictly_current(spec, sync.compared_to),
        ),
    )


def _lenient(whole: object, namespace: str, name: str) -> ApplicationRecord:
    meta, spec, status = (under(whole, key) for key in ("metadata", "spec", "status"))
    return ApplicationRecord(
        namespace=namespace,
        name=name,
        version=number_of(text(meta, "resourceVersion")),
        labels=labels(strings(under(meta, "labels"))),
        server=text(spec, "destination", "server"),
        destination=text(spec, "destination", "name"),
        created=parse_time(under(meta, "creationTimestamp")),
        numbers=_numbers(strings(under(meta, "annotations"))),
        seen=ApplicationSeen(
            sync_status=text(status, "sync", "status"),
            health_status=text(status, "health", "status"),
            health_message=clip(text(status, "health", "message")),
            operation_phase=text(status, "operationState", "phase"),
            operation_message=clip(text(status, "operationState", "message")),
            finished_at=parse_time(under(status, "operationState", "finishedAt")),
            compared_current=compared_current(spec, under(status, "sync", "comparedTo")),
        ),
    )


def _numbers(annotations: dict[str, str] | None) -> tuple[tuple[str, int], ...]:
    """Keep the annotations that are whole numbers: which of them is the generation, only a contract knows."""
    return tuple(
        sorted(
            (key, int(value))
            for key, value in (annotations or {}).items()
            if value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS
        )
    )


def _strictly_current(spec: _Source, compared: _Source) -> bool:
    # Equal bytes are the usual case, and need no decoding of what may hold a chart's values.
    if bytes(spec.source) == bytes(compared.source) and bytes(spec.sources) == bytes(compared.sources):
        return _same_destination(_fields(spec.destination), _fields(compared.destination))
    return compared_current(_loose(spec), _loose(compared))


def _fields(destination: _Destination) -> dict[str, object]:
    return {"server": destination.server, "name": destination.name, "namespace": destination.namespace}


def _loose(source: _Source) -> dict[str, object]:
    return {
        "source": msgspec.json.decode(source.source),
        "sources": msgspec.json.decode(source.sources),
        "destination": _fields(source.destination),
    }


def compared_current(spec: object, compared: object) -> bool:
    """Say whether Argo CD compared the source that the Application has now (design.md section 5, *Behind*).

    Args:
        spec: `.spec`, any JSON.
        compared: `.status.sync.comparedTo`, any JSON.

    Returns:
        True if they are equal with empty members dropped, or if nothing was compared yet.
    """
    before = {key: _dense(under(compared, key)) for key in ("source", "sources")}
    if not any(before.values()):
        return True
    if before != {key: _dense(under(spec, key)) for key in ("source", "sources")}:
        return False
    return _same_destination(under(spec, "destination"), under(compared, "destination"))


def _same_destination(spec: object, compared: object) -> bool:
    # Argo CD resolves a destination's name to a server and may report either: only what both name can differ.
    pairs = ((text(spec, key), text(compared, key)) for key in ("server", "name", "namespace"))
    return all(wanted == found for wanted, found in pairs if wanted and found)


def _dense(value: object) -> object:
    """Drop empty members at every depth: Argo CD's own round trip adds and drops them."""
    if isinstance(value, dict):
        items = ((key, _dense(item)) for key, item in value.items())
        return {key: item for key, item in items if not _is_empty(item)}
    if isinstance(value, list):
        return [_dense(item) for item in value]
    return value


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", {}, [])


decode_application: Final = reader(_DECODER, _strict, _lenient)
"""JSON of an Application -> its record; None only without a name."""
