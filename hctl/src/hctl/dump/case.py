"""The structure of a dump, and its conversion to and from YAML."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from hctl import __version__
from hctl.errors import UsageError
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import items, mapping
from platform_status_contract.model.times import format_time, parse_time
from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.sources.registry import kinds_for
from platform_status_contract.sources.source import ObservedKind
from platform_status_contract.template.yaml_text import YamlError, dump, load

__all__ = [
    "CONFIG_MAPS",
    "DUMP_VERSION",
    "LEASES",
    "Case",
    "Unread",
    "case_of",
    "document_of",
    "kind_of",
    "kinds_in",
    "observed_kinds",
    "parse_case",
    "spell_case",
]

Json = dict[str, Any]

DUMP_VERSION: Final = "hctl.status.integratn.tech/v1"
LEASES: Final = "leases"
CONFIG_MAPS: Final = "configmaps"
_REASONS: Final = (Reason.FORBIDDEN, Reason.KIND_MISSING, Reason.KIND_TOO_LARGE, Reason.SOURCE_UNREADABLE)


class Unread(Struct, frozen=True):
    """A failed read.

    Attributes:
        source: The kind: one of the registry, ``leases`` or ``configmaps``.
        namespace: Namespace of the object or collection.
        name: Name of the object; empty for a whole collection.
        reason: `FORBIDDEN`, `KIND_MISSING` or `SOURCE_UNREADABLE`; `KIND_TOO_LARGE` is the sidecar's.
        message: The server's message.
    """

    source: str
    namespace: str
    name: str
    reason: Reason
    message: str = ""

    @property
    def hidden(self) -> str:
        """Why only this user could not read it; empty for a missing kind, which the sidecar cannot read either."""
        return {Reason.KIND_MISSING: "", Reason.FORBIDDEN: "you may not read"}.get(self.reason, "no answer about")


class Case(Struct, frozen=True):
    """One request and the objects behind its verdict.

    Attributes:
        time: Time of the collection, by the API server's clock, in whole seconds.
        resource: ``plural.group`` of the request.
        request: The request.
        objects: All other objects, each with apiVersion and kind; any JSON.
        unread: The failed reads; an object in neither list does not exist.
        full: Whether the objects are whole; else they have only the fields that the rules read.
    """

    time: datetime
    resource: str
    request: Json
    objects: tuple[Json, ...]
    unread: tuple[Unread, ...] = ()
    full: bool = True


def kind_of(found: Mapping[str, object]) -> tuple[str, str]:
    """Return API group and kind of an object; empty strings if they are invalid."""
    version, kind = found.get("apiVersion"), found.get("kind")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    return group, kind if isinstance(kind, str) else ""


def kinds_in(request: Mapping[str, object]) -> dict[str, ObservedKind]:
    """Return the kinds that the contract of a request can observe, by identity."""
    contract = read_contract(request.get("status"))
    return kinds_for(contract if isinstance(contract, Contract) else None)


def observed_kinds(found: Mapping[str, object], kinds: Mapping[str, ObservedKind]) -> list[ObservedKind]:
    """Return the observed kinds of an object: none for a Lease, several if a contract names a built-in kind."""
    group, name = kind_of(found)
    return [kind for kind in kinds.values() if (kind.group, kind.kind) == (group, name)]


def spell_case(case: Case) -> str:
    """Return a case as one YAML document; `parse_case` returns the same case for any content."""
    return dump(_as_json(document_of(case)), escape=True)


def parse_case(text: str) -> Case:
    """Parse a case from YAML.

    Raises:
        UsageError: The text is not YAML, or not a dump.
    """
    try:
        return case_of(_as_json(load(text)))
    except (YamlError, ValueError, RecursionError) as error:
        raise UsageError(f"is not valid YAML: {inert(str(error), 300)}") from error


def _as_json(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Convert YAML values that JSON does not have, such as dates, so that only JSON remains."""
    return msgspec.json.decode(msgspec.json.encode(value))


def document_of(case: Case) -> Json:
    """Return a case as a JSON document; see ``hctl schema dump``."""
    return {
        "apiVersion": DUMP_VERSION,
        "kind": "Dump",
        "hctl": __version__,
        "time": format_time(case.time),
        "full": case.full,
        "resource": case.resource,
        "request": case.request,
        "objects": list(case.objects),
        "unread": [
            {
                "source": entry.source,
                "namespace": entry.namespace,
                "name": entry.name,
                "reason": str(entry.reason),
                "message": entry.message,
            }
            for entry in case.unread
        ],
    }


def case_of(document: object) -> Case:
    """Return the case in a document.

    Args:
        document: Any JSON.

    Raises:
        UsageError: The document is not a dump; the error names the field.
    """
    whole = mapping(document)
    if (whole.get("apiVersion"), whole.get("kind")) != (DUMP_VERSION, "Dump"):
        found = f"{inert(whole.get('apiVersion'), 80)} {inert(whole.get('kind'), 80)}".strip() or "neither"
        raise UsageError(f"apiVersion and kind: found {found}, expected {DUMP_VERSION} Dump; make one with `hctl dump`")
    time = parse_time(whole.get("time"))
    if time is None:
        raise UsageError(f"time: found {inert(whole.get('time'), 80)!r}, expected a time such as 2026-02-26T10:30:00Z")
    request, metadata = whole.get("request"), mapping(mapping(whole.get("request")).get("metadata"))
    if not isinstance(request, dict) or not (isinstance(metadata.get("name"), str) and metadata["name"]):
        raise UsageError("request: found no object with metadata.name, expected the request as stored in the cluster")
    objects = whole.get("objects", [])
    if not isinstance(objects, list) or not all(isinstance(entry, dict) for entry in objects):
        raise UsageError("objects: expected a list of objects, each with apiVersion and kind")
    known = (str(Source.REQUESTS), *kinds_in(request), LEASES, CONFIG_MAPS)
    return Case(
        time=time.replace(microsecond=0),
        resource=inert(whole.get("resource"), 600),
        request=request,
        objects=tuple(objects),
        unread=tuple(_unread(entry, place, known) for place, entry in enumerate(items(whole.get("unread")))),
        full=whole.get("full") is True,
    )


def _unread(entry: object, place: int, known: Sequence[str]) -> Unread:
    fields = mapping(entry)
    source, reason = fields.get("source"), fields.get("reason")
    if source not in known:
        raise UsageError(f"unread[{place}].source: found {inert(source, 80)!r}, expected one of {', '.join(known)}")
    if reason not in _REASONS:
        expected = ", ".join(_REASONS)
        raise UsageError(f"unread[{place}].reason: found {inert(reason, 80)!r}, expected one of {expected}")
    namespace, name, message = (inert(fields.get(key)) for key in ("namespace", "name", "message"))
    return Unread(str(source), namespace, name, Reason(str(reason)), message)
