"""Where the contract of a request may look: whoever may write a status may have written `.status.contract`.

Pure and total. What is watched at all is `sources.registry.out_of_reach`; this is about the namespaces of it.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import fields

from platform_status_contract.model.contract import Contract
from platform_status_contract.policy.patterns import fits

__all__ = ["namespaces_in", "out_of_scope"]


def out_of_scope(contract: Contract, scope: Sequence[str] | None, namespace: str, name: str) -> str:
    """Say at which namespace a contract looks that its request may not look at; empty if there is none.

    Args:
        contract: The contract.
        scope: Namespaces, with at most one ``*`` and with the placeholders {namespace} and {request}; None: anywhere.
        namespace: That of the request.
        name: metadata.name of the request.
    """
    if scope is None:
        return ""
    names = {"namespace": namespace, "request": name, "name": ""}
    for found in dict.fromkeys(namespaces_in(contract)):
        if not any(fits(pattern, found, names) for pattern in scope):
            return f"it looks at the namespace {found}, which the platform's policy lets no request in {namespace} do"
    return ""


def namespaces_in(part: object) -> Iterator[str]:
    """Every namespace that a contract names, whatever source it belongs to."""
    if isinstance(part, Struct):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name == "namespace" and isinstance(value, str):
                yield value
            elif field.name == "namespaces":
                yield from value or ()
            else:
                yield from namespaces_in(value)
    elif isinstance(part, tuple):
        for item in part:
            yield from namespaces_in(item)
