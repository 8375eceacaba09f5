"""Where the contract of a request may look: whoever may write a status may have written `.status.contract`.

Pure and total. What is watched at all is `sources.registry.out_of_reach`; this is about the namespaces of it, and
about the clusters by which sub-applications are found: each namespace of Argo CD holds those of everybody.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import fields

from platform_status_contract.model.contract import Contract, DestinationMatch
from platform_status_contract.policy.names import PREFIX
from platform_status_contract.policy.patterns import filled, fits

__all__ = ["CLUSTER", "out_of_scope", "places_in"]

CLUSTER = "cluster:"
"""Begins a place that is a cluster of Argo CD, by its server or its name; any other is a namespace."""


def out_of_scope(contract: Contract, scope: Sequence[str] | None, namespace: str, name: str) -> str:
    """Say at which place a contract looks that its request may not look at; empty if there is none.

    Args:
        contract: The contract.
        scope: Namespaces, and clusters behind `CLUSTER`, with at most one ``*`` and with the placeholders {namespace},
            {request}, and {name} for the short name that belongs to the namespace. ``team-a=PLACE`` holds for requests
            in team-a only. None: anywhere.
        namespace: That of the request.
        name: metadata.name of the request.
    """
    if scope is None:
        return ""
    short = namespace.removeprefix(PREFIX) if namespace.startswith(PREFIX) else ""
    names = {"namespace": namespace, "request": name, "name": short}
    for found in dict.fromkeys(places_in(contract)):
        if not any(_covers(entry, found, names) for entry in scope):
            told = found.removeprefix(CLUSTER)
            what = "namespace" if told == found else "cluster"
            return f"it looks at the {what} {told}, which the platform's policy lets no request in {namespace} do"
    return ""


def _covers(entry: str, place: str, names: Mapping[str, str]) -> bool:
    whose, is_limited, rest = entry.partition("=")
    pattern = rest if is_limited else entry
    if (is_limited and whose != names["namespace"]) or ("{name}" in pattern and not names["name"]):
        return False
    # The last two dashes tell whose a name is, so what * stands for holds none.
    between = place.removeprefix(filled(pattern.partition("*")[0], names))
    return fits(pattern, place, names) and ("*" not in pattern or "--" not in between)


def places_in(part: object) -> Iterator[str]:
    """Every namespace and cluster that a contract names, whatever source it belongs to."""
    if isinstance(part, DestinationMatch):
        yield from (f"{CLUSTER}{cluster}" for cluster in (*part.servers, *part.all_names))
    elif isinstance(part, Struct):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name == "namespace" and isinstance(value, str):
                yield value
            elif field.name == "namespaces":
                yield from value or ()
            else:
                yield from places_in(value)
    elif isinstance(part, tuple):
        for item in part:
            yield from places_in(item)
