"""Where the contract of a request may look: whoever may write a status may have written `.status.contract`.

Pure and total. What is watched at all is `sources.registry.out_of_reach`; this is about where of it. In the
namespace of Argo CD stand everybody's Applications, and its own pods, so there each Application is a place by itself.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import fields

from platform_status_contract.model.contract import Application, Contract, ObjectEntry, SubApplications
from platform_status_contract.policy.names import PREFIX
from platform_status_contract.policy.patterns import filled, fits

__all__ = ["APPLICATION", "CLUSTER", "OBJECT", "out_of_scope", "places_in"]

APPLICATION = "application:"
"""Prefix of a place that is an Application: its namespace, a slash, its name."""

CLUSTER = "cluster:"
"""Prefix of a place that is all Applications of a namespace with one destination: a slash, and its server or name."""

OBJECT = "object:"
"""Begins a place that is an object without a namespace: its plural and group, a slash, its name, or ``*``."""


def out_of_scope(contract: Contract, scope: Sequence[str] | None, namespace: str, name: str) -> str:
    """Return the first place that a contract names but its request may not observe; empty if there is none.

    Args:
        contract: The contract.
        scope: Namespaces, Applications, clusters and objects, with at most one ``*`` and with the placeholders
            {namespace}, {request}, and {name} for the short name that belongs to the namespace. ``team-a=PLACE`` holds
            for requests in team-a only. None: anywhere.
        namespace: That of the request.
        name: metadata.name of the request.
    """
    if scope is None:
        return ""
    short = namespace.removeprefix(PREFIX) if namespace.startswith(PREFIX) else ""
    names = {"namespace": namespace, "request": name, "name": short}
    for found in dict.fromkeys(places_in(contract)):
        if not any(_covers(entry, found, names) for entry in scope):
            told = found if found.startswith((APPLICATION, CLUSTER, OBJECT)) else f"namespace:{found}"
            what, _, where = told.partition(":")
            return f"it looks at the {what} {where}, which the platform's policy lets no request in {namespace} do"
    return ""


def _covers(entry: str, place: str, names: Mapping[str, str]) -> bool:
    whose, is_limited, rest = entry.partition("=")
    pattern = rest if is_limited else entry
    if (is_limited and whose != names["namespace"]) or ("{name}" in pattern and not names["name"]):
        return False
    # The last two dashes of a name separate its owner, so a match of * must not contain two dashes.
    between = place.removeprefix(filled(pattern.partition("*")[0], names))
    return fits(pattern, place, names) and ("*" not in pattern or "--" not in between)


def places_in(part: object) -> Iterator[str]:
    """Every place that a contract names, of all sources."""
    if isinstance(part, Application):
        yield f"{APPLICATION}{part.namespace}/{part.name}"
    elif isinstance(part, SubApplications):
        destination = part.destination
        for cluster in (*destination.servers, *destination.all_names):
            yield from (f"{CLUSTER}{namespace}/{cluster}" for namespace in part.all_namespaces)
    elif isinstance(part, ObjectEntry) and part.namespace is None:
        yield f"{OBJECT}{'.'.join(filter(None, (part.resource, part.group)))}/{part.object or '*'}"
    elif isinstance(part, Struct):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name == "namespace" and isinstance(value, str):
                yield value
            else:
                yield from places_in(value)
    elif isinstance(part, tuple):
        for item in part:
            yield from places_in(item)
