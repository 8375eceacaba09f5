"""The shape of a dump, and its way to a document of YAML and back."""

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
    """Something that could not be read.

    Attributes:
        source: The kind: one of the registry, ``leases`` or ``configmaps``.
        namespace: Where.
        name: Which one; empty for a whole collection.
        reason: `FORBIDDEN`, `KIND_MISSING` or `SOURCE_UNREADABLE`; `KIND_TOO_LARGE` is the sidecar's.
        message: What the server said.
    """

    source: str
    namespace: str
    name: str
    reason: Reason
    message: str = ""

    @property
    def hidden(self) -> str:
        """What a reader is told whom alone it concerns; empty for a kind that is missing, which is so for everybody."""
        return {Reason.KIND_MISSING: "", Reason.FORBIDDEN: "you may not read"}.get(self.reason, "no answer about")


class Case(Struct, frozen=True):
    """One request and everything that its verdict rests on.

    Attributes:
        time: When it was collected, by the API server's clock, whole seconds.
        resource: ``plural.group`` of the request.
        request: The request.
        objects: Everything else, each with apiVersion and kind; any JSON.
        unread: What could not be read; what is in neither does not exist.
        full: Whether the objects are whole; else they are cut down to what the rules read.
    """

    time: datetime
    resource: str
    request: Json
    objects: tuple[Json, ...]
    unread: tuple[Unread, ...] = ()
    full: bool = True


def kind_of(found: Mapping[str, object]) -> tuple[str, str]:
    """Return API group and kind of an object; empty texts for rubbish."""
    version, kind = found.get("apiVersion"), found.get("kind")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    return group, kind if isinstance(kind, str) else ""


def kinds_in(request: Mapping[str, object]) -> dict[str, ObservedKind]:
    """List the kinds that the contract of a request may look at."""
    contract = read_contract(request.get("status"))
    return kinds_for(contract if isinstance(contract, Contract) else None)


def observed_kinds(found: Mapping[str, object], kinds: Mapping[str, ObservedKind]) -> list[ObservedKind]:
    """List which observed kinds an object is of: none of them for a Lease, several if a contract names one of ours."""
    group, name = kind_of(found)
    return [kind for kind in kinds.values() if (kind.group, kind.kind) == (group, name)]


def spell_case(case: Case) -> str:
    """Spell a case as one YAML document; what is read back is what was written, whatever was in it."""
    return dump(_as_json(document_of(case)), escape=True)


def parse_case(text: str) -> Case:
    """Read a case.

    Raises:
        UsageError: It is no YAML, or no dump.
    """
    try:
        return case_of(_as_json(load(text)))
    except (YamlError, ValueError, RecursionError) as error:
        raise UsageError(f"is not YAML that we accept: {inert(str(error), 300)}") from error


def _as_json(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Leave nothing that no cluster could have said."""
    return msgspec.json.decode(msgspec.json.encode(value))


def document_of(case: Case) -> Json:
    """Spell a case as a JSON document; see ``hctl schema dump``."""
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
    """Read a document.

    Args:
        document: Any JSON.

    Raises:
        UsageError: It is no dump; the error names the field.
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
        raise UsageError("request: found no object with metadata.name, expected the request as the cluster holds it")
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
