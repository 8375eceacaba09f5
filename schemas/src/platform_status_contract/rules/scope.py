"""Where the contract of a request may look: whoever may write a status may have written `.status.contract`.

Pure and total. What is watched at all is `sources.registry.out_of_reach`; this is about where of it. In the
namespace of Argo CD stand everybody's Applications, and its own pods, so there each Application is a place by itself.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import fields

from platform_status_contract.model.contract import Application, Contract, ObjectEntry, SubApplications
from platform_status_contract.policy.names import PREFIX
from platform_status_contract.policy.patterns import PLACEHOLDERS, filled, fits

__all__ = ["APPLICATION", "CLUSTER", "OBJECT", "RESERVED", "out_of_scope", "places_in"]

APPLICATION = "application:"
"""Prefix of a place that is an Application: its namespace, a slash, its name."""

CLUSTER = "cluster:"
"""Prefix of a place that is all Applications of a namespace with one destination: a slash, and its server or name."""

OBJECT = "object:"
"""Begins a place that is an object without a namespace: its plural and group, a slash, its name, or ``*``."""

RESERVED = "reserved:"
"""Prefix of an entry that is no place, but a name that no request can have, or none but the one of the policy."""


def out_of_scope(contract: Contract, scope: Sequence[str] | None, namespace: str, name: str) -> str:
    """Return the first place that a contract names but its request may not observe; empty if there is none.

    Args:
        contract: The contract.
        scope: Namespaces, Applications, clusters and objects, with at most one ``*`` and with the placeholders
            {namespace}, {request}, and {name} for each short name that a request of the namespace can have.
            ``team-a=PLACE`` holds for requests in team-a only, and there {name} is the name of the request.
            ``reserved:NAME`` is no place: {name} does not stand for such a name. None: anywhere.
        namespace: That of the request.
        name: metadata.name of the request.
    """
    if scope is None:
        return ""
    own = _Own(namespace, name, tuple(entry.removeprefix(RESERVED) for entry in scope if entry.startswith(RESERVED)))
    for found in dict.fromkeys(places_in(contract)):
        if not any(own.covers(entry, found) for entry in scope):
            told = found if found.startswith((APPLICATION, CLUSTER, OBJECT)) else f"namespace:{found}"
            what, _, where = told.partition(":")
            return f"it looks at the {what} {where}, which the platform's policy lets no request in {namespace} do"
    return ""


class _Own(Struct, frozen=True):
    """A request, and the names that none like it can have."""

    namespace: str
    request: str
    reserved: tuple[str, ...]

    def covers(self, entry: str, place: str) -> bool:
        whose, is_limited, rest = entry.partition("=")
        if is_limited and whose != self.namespace:
            return False
        pattern = rest if is_limited else entry
        names = self._short_names(is_limited=bool(is_limited)) if "{name}" in pattern else [""]
        return any(self._fits(pattern, place, name) for name in names)

    def _short_names(self, *, is_limited: bool) -> list[str]:
        """The names without ``--``, as `policy.names` gives them."""
        short = self.namespace.removeprefix(PREFIX)
        if is_limited:
            names = [self.request]
        elif short == self.namespace:
            names = []
        else:
            # A name with the prefix belongs to the namespace of that very name.
            names = [self.namespace] if short.startswith(PREFIX) else [short, self.namespace]
        return [name for name in names if name and "--" not in name and not self._is_reserved(name)]

    def _fits(self, pattern: str, place: str, name: str) -> bool:
        names = {"namespace": self.namespace, "request": self.request, "name": name}
        before, star, _ = pattern.partition("*")
        # The last two dashes of a name separate its owner, so what * stands for neither holds two nor adds a third.
        between = place.removeprefix(filled(before, names))
        if star and ("--" in between or between.startswith("-")):
            return False
        below = f"{self.namespace}--{re.split('[^-a-z0-9]', between, maxsplit=1)[0]}"
        is_taken = star and ":" in before and before.endswith("{namespace}--") and below in self.reserved
        return not is_taken and fits(pattern, place, names)

    def _is_reserved(self, name: str) -> bool:
        return any(fits(reserved, name, dict.fromkeys(PLACEHOLDERS, "")) for reserved in self.reserved)


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
