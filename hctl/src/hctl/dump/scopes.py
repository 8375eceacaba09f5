"""The scope of the contracts of a kind, which the platform sets in a ConfigMap in the sidecar's namespace.

Its name is ``plural.group`` and its namespace is `cluster.connection.sidecar_namespace`. Neither is read from a status,
which a tenant may have written.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from hctl.reading.fields import name_of
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import under
from platform_status_contract.observing.records import Key
from platform_status_contract.rules.scope import out_of_scope
from platform_status_contract.sources.registry import KINDS, declared_kinds, out_of_reach
from platform_status_contract.sources.source import ObservedKind

from .case import Json, kind_of

__all__ = ["FIELDS", "ContractScope", "scope_in"]

FIELDS: Final = ("scope", "objects")
"""Keys of the ConfigMap; the values are the arguments of the sidecar with these names."""

_CONFIG_MAP: Final = ("", "ConfigMap")


class ContractScope(Struct, frozen=True):
    """The objects that contracts may observe.

    Attributes:
        namespaces: The namespaces, in the form of `rules.scope`; None for all.
        kinds: The kinds, by identity; None for all.
    """

    namespaces: tuple[str, ...] | None = None
    kinds: Mapping[str, ObservedKind] | None = None

    def beyond(self, contract: Contract, request: Key) -> str:
        """Return the sidecar's message for a contract that exceeds the scope; empty if it does not."""
        named = "" if self.kinds is None else out_of_reach(contract, self.kinds)
        return named or out_of_scope(contract, self.namespaces, *request)


def scope_in(objects: Iterable[Json], resource: str) -> ContractScope:
    """Read the scope from the objects of a case.

    Args:
        objects: All objects of the case. No contract can name a ConfigMap, so one with this name is the platform's.
        resource: ``plural.group`` of the request.

    Returns:
        The scope; no limit without the ConfigMap, and no namespace at all if the ConfigMap is invalid.
    """
    found = next((item for item in objects if kind_of(item) == _CONFIG_MAP and name_of(item) == resource), None)
    if found is None:
        return ContractScope()
    namespaces, kinds = (under(found, "data", field) for field in FIELDS)
    try:
        return ContractScope(
            msgspec.json.decode(namespaces if isinstance(namespaces, str) else "", type=tuple[str, ...]),
            {**KINDS, **declared_kinds(kinds if isinstance(kinds, str) and kinds else "[]")},
        )
    except msgspec.MsgspecError:
        return ContractScope(())
